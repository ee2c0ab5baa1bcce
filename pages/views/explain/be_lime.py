"""You are LIME: switch superpixels off by hand, watch the answer move, and fit a linear model to your own tries."""

import hashlib
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, panels, superpixels
from pages.parts.overlay import pixels
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.explain import data

LEAST, MOST = 5, 500  # tries: before a fit is offered, and kept
LIME_TRIES = 50
WIDTH = 0.25  # of the kernel: lime's own
BATCH = 10  # photos at a time: more of them are no faster, and take memory
FILLS = ("mean", "black", "grey", "white")


@st.fragment
def be_lime(current: Shown) -> None:
    """Choose the cut and the paint; then click."""
    subject = data.subject_of(current)
    if subject is None:
        st.info(_("There is no picture to click on yet: let the network be trained, or choose a picture."))
        return
    st.markdown(
        _(
            "**Do by hand what LIME does.** Click superpixels off and on: each picture is one try. From five tries on, a "
            "linear model can be fitted to them; its weights are your explanation."
        )
    )
    kind = "photo" if subject.photo else "digit"
    left, right = st.columns(2, gap="large")
    count = left.slider(
        _("Superpixels"),
        10,
        100,
        40 if subject.photo else 49,
        key=f"be_lime/count/{kind}",
        help=_("About how many: SLIC joins small parts of a photo; a digit is cut into equal squares."),
    )
    names = {"mean": _("its mean colour"), "black": _("black"), "grey": _("grey"), "white": _("white")}
    fill = right.segmented_control(
        _("Off is painted with"),
        FILLS,
        default="mean" if subject.photo else "black",
        format_func=names.get,
        key=f"be_lime/fill/{kind}",
        required=True,
    )
    _by_hand(current, subject, count, fill)


@st.fragment
def _by_hand(current: Shown, subject: Any, count: int, fill: str) -> None:
    """The picture to click on, the answer, and the fits: a fragment, so that a click redraws no more."""
    from core.attribution import inputs

    segments = inputs.segments(subject.x, count)
    many, target = int(segments.max()) + 1, subject.answer(current.settings.answer)
    state = _state(_key(data.key_of(current), target, count, fill))
    _buttons(subject, segments, fill, target, state)
    left, right = st.columns(2, gap="large")
    with left:
        state["off"] = superpixels.toggle(
            pixels(subject.x.numpy()),
            segments,
            state["off"],
            f"be_lime/{state['key']}",
            pixels(_filled(subject, segments, fill).numpy()),
        )
    answers = _asked(subject, segments, fill, _on([state["off"]], many))[0]
    _remember(state["mine"], state["off"], float(answers[target]))
    with right:
        _answer(subject, answers, target, len(state["off"]), many)
    _fits(subject, segments, state, many, target)


def _key(key: str, target: int, count: int, fill: str) -> str:
    return hashlib.sha1(f"{key}|{target}|{count}|{fill}".encode()).hexdigest()[:16]


def _state(key: str) -> dict[str, Any]:
    """What this visitor has off and has tried, on this picture with this cut; another one begins anew.

    mine, lime: from the superpixels that were off to the probability of the answer, the whole picture first.
    """
    state = st.session_state.get("be_lime/state")
    if state is None or state["key"] != key:
        state = st.session_state["be_lime/state"] = {"key": key, "off": [], "mine": {}, "lime": {}}
    return state


def _buttons(subject: Any, segments: np.ndarray, fill: str, target: int, state: dict[str, Any]) -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button(_("All on"), key="be_lime/on", icon=":material/visibility:"):
            state["off"] = []
        if st.button(_("All off"), key="be_lime/off", icon=":material/visibility_off:"):
            state["off"] = list(range(int(segments.max()) + 1))
        if st.button(_("LIME tries 50 for me"), key="be_lime/fifty", icon=":material/casino:"):
            with st.spinner(_("The network looks at 50 pictures …")):
                _random_tries(subject, segments, fill, target, state)
        if st.button(_("Forget all tries"), key="be_lime/forget", icon=":material/restart_alt:"):
            state["mine"], state["lime"] = {}, {}


def _random_tries(subject: Any, segments: np.ndarray, fill: str, target: int, state: dict[str, Any]) -> None:
    """Fifty pictures with each superpixel off with one chance in two, as LIME draws them; other ones each time."""
    from core.attribution import lime_image

    on = lime_image.samples(LIME_TRIES + 1, int(segments.max()) + 1, seed=len(state["lime"]))
    for row, answers in zip(on, _asked(subject, segments, fill, on)):
        _remember(state["lime"], np.flatnonzero(row == 0).tolist(), float(answers[target]))


def _remember(tries: dict[tuple[int, ...], float], off: list[int], probability: float) -> None:
    """Adds a try, forgetting the oldest after the whole picture when there are too many."""
    tries[tuple(off)] = probability
    if len(tries) > MOST:
        del tries[next(each for each in tries if each)]


def _on(offs: list[Any], many: int) -> np.ndarray:
    """Which superpixels are on, (tries, superpixels) of 0 and 1."""
    on = np.ones((len(offs), many), np.int64)
    for row, off in zip(on, offs):
        row[list(off)] = 0
    return on


def _asked(subject: Any, segments: np.ndarray, fill: str, on: np.ndarray) -> np.ndarray:
    """What the network says to pictures with these superpixels on: probabilities (tries, classes)."""
    from core.attribution import lime_image

    other = _filled(subject, segments, fill)
    parts = [lime_image.painted(subject.x, other, segments, on[i : i + BATCH]) for i in range(0, len(on), BATCH)]
    return np.concatenate([subject.net(part).softmax(1).numpy() for part in parts])


def _filled(subject: Any, segments: np.ndarray, fill: str) -> Any:
    from core.attribution import lime_image

    return lime_image.filled(subject.x, segments, fill)


def _answer(subject: Any, answers: np.ndarray, target: int, off: int, many: int) -> None:
    """The answer that is explained, and the three that the network gives now, beside what it said to the whole picture."""
    before, name = subject.probabilities.numpy(), subject.names[target]
    change = 100 * (answers[target] - before[target])
    st.metric(
        _("Probability of “{}”, {} of {} superpixels off").format(name, off, many),
        f"{100 * answers[target]:.1f} %",
        _("{:+.1f} points").format(change) if abs(change) >= 0.05 else None,
        delta_color="off",
    )
    first = np.argsort(-answers)[:3]
    groups = {
        _("whole picture"): ("before", [100 * before[i] for i in first]),
        _("now"): ("after", [100 * answers[i] for i in first]),
    }
    chart.show(
        figures.bars(groups, [subject.names[i] for i in first], "", _("probability (%)"), 270, ".0f", top=112),
        key="be_lime/answers",
        alt=_("The network's first three answers"),
    )


def _fits(subject: Any, segments: np.ndarray, state: dict[str, Any], many: int, target: int) -> None:
    """Linear models of the learner's own tries and of LIME's, side by side."""
    mine, lime = state["mine"], state["lime"]
    tried = len(mine) - (() in mine)
    ready = tried >= LEAST
    wanted = st.toggle(
        _("Fit my tries ({})").format(tried),
        key="be_lime/fit",
        disabled=not ready,
        help=_("From five different pictures on; the whole picture is not counted."),
    )
    shown = [(_("Yours"), mine)] if wanted and ready else []
    shown += [(_("LIME's"), lime)] if lime else []
    if not shown:
        st.caption(
            _("{} more tries, and your explanation can be fitted.").format(LEAST - tried)
            if not ready
            else _("Ready to be fitted.")
        )
        return
    found = {}
    for column, (title, tries) in zip(st.columns(2, gap="large"), shown):
        with column:
            found[title] = _fit(subject, segments, tries, many, target, title)
    panels.say_colours()
    if len(found) == 2:
        _compared(*found.values(), 100 * _share_off(mine, many), 100 * _share_off(lime, many))


def _fit(
    subject: Any, segments: np.ndarray, tries: dict[tuple[int, ...], float], many: int, target: int, title: str
) -> np.ndarray:
    """Draws the weights (superpixels,) of the linear model over the picture and says how well it fits."""
    from core.attribution import lime_image

    whole = float(subject.probabilities[target])
    rest = {off: p for off, p in tries.items() if off}
    on, probabilities = _on([(), *rest], many), np.array([whole, *rest.values()])
    values, __, r2 = lime_image.fitted(on, probabilities, WIDTH)
    picture = pixels(subject.x.numpy())
    figure = panels.board(400, top=4)
    panels.mapped(figure, (0, 1, 0, 1), picture, values[segments], "")
    chart.show(figure, key=f"be_lime/fit/{title}", alt=_("The weights over the picture"))
    same = lime_image.varies_not(probabilities)
    fit = (
        _("the answer never changes: there is nothing to explain")
        if same
        else _("R² = {:.2f} (the mean answer: 0)").format(r2)
    )
    st.markdown(f"**{title}** · {_('{} tries').format(len(rest))} · {fit}")
    if len(rest) < many:
        st.caption(_("Fewer tries than superpixels: this R² proves little."))
    return values


def _share_off(tries: dict[tuple[int, ...], float], many: int) -> float:
    """The share of the superpixels that was off, on average over all tries but the whole picture."""
    return float(np.mean([len(off) / many for off in tries if off]))


def _compared(mine: np.ndarray, lime: np.ndarray, mine_off: float, lime_off: float) -> None:
    """A few words on how far two explanations agree. mine_off, lime_off: how much was off on average, in %."""
    from scipy.stats import spearmanr

    agree = 0.0 if np.ptp(mine) == 0 or np.ptp(lime) == 0 else float(spearmanr(mine, lime).statistic)
    same = int(np.argmax(mine)) == int(np.argmax(lime))
    best = _("Both put the same superpixel first.") if same else _("They put different superpixels first.")
    near = _("Superpixels off on average: {:.0f} % in your tries, {:.0f} % in LIME's.").format(mine_off, lime_off)
    st.markdown(
        _("Rank correlation of the two: **{:.2f}** (unrelated weights: 0).").format(agree) + f" {best} {near}",
        help=_("Tries from another neighbourhood of the picture give another explanation of the same answer."),
    )
