"""Which classes of the target are taken for which others: swapped with one another, or swallowed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.runs import RunError
from core.transfer import pictures
from pages.parts import chart, figures, rasters, shown
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.transfer import data

WORTH = 5.0  # of 100 pictures: below that a mistake is not told
LARGE, MOST = 15.0, 50.0  # from here on a class loses to another, and is lost to it
SWAP = 0.5  # the smaller direction's share of the larger from which on it is a swap
SHOWN = 10
UNEVEN = 0.8  # the rarest class's share of the most frequent one's, below which the classes are unbalanced
SHIFT = _(
    "Black-box shift estimation (Lipton et al. 2018) counts on labelled source pictures how often the network takes one class for "
    "another. From this and the answers it computes the shares. It assumes that each class looks as it does in the source."
)
OFTEN = 1.3  # times as often as it comes: a class that swallows others


def swapped(current: Shown) -> None:
    """The matrix of the whole test part beside source only's, the largest mistakes in words, and what they look like."""
    counts = current.last(pictures.CONFUSION)
    if counts is None:
        st.info(_("The matrix is counted at the end of a run. This run was stopped before."))
        return
    names = [str(i) for i in range(len(counts))]
    _matrices(current, counts, names)
    _label_shift(current, counts, names)


@st.fragment
def _matrices(current: Shown, counts: np.ndarray, names: list[str]) -> None:
    """Both matrices, and the pictures of one of this run's cells."""
    earlier = _earlier(current)
    left, right = st.columns(2, gap="large")
    with left:
        click = _matrix(counts, names, _("This run"), "swapped/after")
        st.markdown("\n".join(f"- {sentence}" for sentence in in_words(percent(counts), counts)))
    with right:
        if earlier is not None:
            _matrix(earlier, names, _("Before: source only"), "swapped/before")
            st.markdown("\n".join(f"- {sentence}" for sentence in in_words(percent(earlier), earlier)))
        elif current.settings is not None and not data.source_only(current.run.about.settings) and len(names) > 2:
            st.info(_("To compare: train “Source only” with the same target, steps and seed."))
    if current.run.models and current.settings is not None and shown.stored(current.id):
        _examples(current, counts, click)


def _earlier(current: Shown) -> np.ndarray | None:
    """Counts (classes, classes) of the network before; None where there is none."""
    found = data.earlier(current)
    try:
        return data.confusion(*found, current.settings) if found and current.settings else None
    except RunError:  # deleted since
        return None


def percent(counts: np.ndarray) -> np.ndarray:
    """Each row of counts (classes, classes) as percentages of its class's pictures."""
    return 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)


def _matrix(counts: np.ndarray, names: list[str], title: str, key: str) -> dict[str, Any] | None:
    """Counts as percentages; the cell that was clicked last."""
    right, guessing = 100 * np.trace(counts) / counts.sum(), 100 / len(counts)
    st.markdown(_("**{}** · {:.1f} % of the test pictures right (guessing: {:.0f} %)").format(title, right, guessing))
    figure = rasters.matrix(
        percent(counts),
        400 if len(names) > 2 else 220,
        text=".0f",
        limit=100,
        rows=names,
        columns=names,
        x=_("the network says"),
        y=_("it is a"),
        largest=36 if len(names) > 2 else 70,
    )
    alt = f"{title}: {_('which class of the target is called what, in percent')}"
    return chart.show(figure, key=key, alt=alt, pick=key == "swapped/after")


def in_words(shares: np.ndarray, counts: np.ndarray, most: int = 3) -> list[str]:
    """The largest mistakes, and a class that is answered far too often. shares: rows in percent."""
    said, told = [], set()
    for i, j in mistakes(shares):
        if shares[i, j] < WORTH or len(said) == most:
            break
        if (j, i) not in told:
            told.add((i, j))
            said.append(about_pair(shares, i, j))
    if not said:
        said.append(_("No class is taken for another in more than {:.0f} of 100 pictures.").format(WORTH))
    often = counts.sum(0) / np.maximum(counts.sum(1), 1)
    if often.max() >= OFTEN:
        said.append(
            _("{} is answered {:.1f} times as often as it comes: it swallows others.").format(
                often.argmax(), often.max()
            )
        )
    return said


def mistakes(shares: np.ndarray) -> list[tuple[int, int]]:
    """All pairs (true, answered) of different classes that occur, the largest share first."""
    wrong = np.where(np.eye(len(shares), dtype=bool), 0, shares)
    order = np.argsort(-wrong, axis=None, kind="stable")
    pairs = [divmod(int(place), len(shares)) for place in order]
    return [(i, j) for i, j in pairs if wrong[i, j] > 0]


def about_pair(shares: np.ndarray, i: int, j: int) -> str:
    """One mistake in words, and whether it goes both ways."""
    there, back = shares[i, j], shares[j, i]
    both, things = back >= SWAP * there, _("points") if len(shares) == 2 else _("pictures")
    said = _("Of 100 {} of class {}, **{:.0f}** are called {}").format(things, i, there, j)
    if both:
        said += _(", and of 100 of class {}, **{:.0f}** are called {}").format(j, back, i)
    else:
        said += _("; the other way it is {:.0f}").format(back)
    if there < LARGE:
        return f"{said}."
    if there >= MOST:
        return f"{said}: " + (_("the two are swapped.") if both else _("{} swallows {}.").format(j, i))
    return f"{said}: " + (_("the two are taken for one another.") if both else _("{} takes from {}.").format(j, i))


def _examples(current: Shown, counts: np.ndarray, click: dict[str, Any] | None) -> None:
    """Target test pictures that went one way, the surest first. click: on a cell of the matrix, which chooses the way."""
    pairs = mistakes(percent(counts))
    if not pairs:
        return
    where = "swapped/pair"
    _follow(click, where, pairs)
    chosen = st.selectbox(
        _("Mistake (or click on a cell of this run's matrix)"),
        pairs,
        format_func=lambda pair: _("a {} called {} ({} pictures)").format(*pair, counts[pair]),
        key=where,
        width=420,
    )
    said = data.answers(current.id, "model", "test", current.settings)
    tests = next(iter(data.target_tests(current).values()))
    found = went(said, tests.labels, *chosen)[:SHOWN]
    sure = [f"{100 * said[index, chosen[1]]:.0f} %" for index in found]
    title = _("a {} called {}").format(*chosen)
    figure = rasters.gallery(
        [tests.pictures[index] for index in found], SHOWN, [f"{title}: {each}" for each in sure], 150, titles=sure
    )
    chart.show(figure, key="swapped/examples", alt=f"{_('Target pictures')}: {title}")
    st.caption(_("How sure the network is of its wrong answer, the surest first."))


def _follow(click: dict[str, Any] | None, where: str, pairs: list[tuple[int, int]]) -> None:
    """A new click on a mistake chooses it; what was chosen stays over a new run that made it, too."""
    state = st.session_state
    if state.get(where) not in (None, *pairs):
        del state[where]
    if click is None or click == state.get(f"{where}/click"):
        return
    state[f"{where}/click"] = click
    try:
        cell = int(click["y"]), int(click["x"])
    except (TypeError, ValueError):  # anything may come from a browser
        return
    if cell in pairs:
        state[where] = cell


def went(said: np.ndarray, labels: np.ndarray, true: int, answered: int) -> np.ndarray:
    """Which pictures of class `true` were answered `answered`, the surest first. said: probabilities (N, classes)."""
    own = np.flatnonzero((labels == true) & (said.argmax(1) == answered))
    return own[np.argsort(-said[own, answered], kind="stable")]


def _label_shift(current: Shown, counts: np.ndarray, names: list[str]) -> None:
    """Where some classes are rare in the target: what shows it without labels, beside the true shares."""
    given = np.array(current.facts.get("target_classes", []), float)
    if len(given) != len(names) or given.min() >= UNEVEN * given.max():
        return
    truth = 100 * given / given.sum()
    groups, seen = {_("true share (unknown in practice)"): ("control", truth)}, _seen(current)
    for name, title, role in (
        ("run", _("answers of this run"), "after"),
        ("source", _("answers of source only"), "before"),
    ):
        if name in seen:
            groups[title] = (role, seen[name][0])
    if seen and (estimated := seen.get("source", seen["run"])[1]) is not None:
        groups[_("black-box shift estimation")] = ("neutral", estimated)
    st.subheader(_("Label shift: can it be seen without labels?"), anchor=False, help=SHIFT)
    chart.show(
        figures.bars(groups, names, _("class"), _("share of the target's training part (%)"), 260),
        key="swapped/shift",
        alt=_("Share of each class in the target and among the network's answers"),
    )
    for sentence in about_shift(truth, seen, data.of_method(current.run.about.settings, "ALIGNS")):
        st.markdown(sentence)


def _seen(current: Shown) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """What this run's network and source only's tell of the shares, by "run" and "source"; nothing without a network."""
    if not current.run.models or current.settings is None or not shown.stored(current.id):
        return {}
    found = {"run": data.label_shift(current.id, "model", current.settings)}
    try:
        if earlier := data.earlier(current):
            found["source"] = data.label_shift(*earlier, current.settings)
    except RunError:  # deleted since
        pass
    return found


def about_shift(
    truth: np.ndarray, seen: Mapping[str, tuple[np.ndarray, np.ndarray | None]], aligning: bool
) -> list[str]:
    """Sentences on the rare classes with the numbers of this run. truth (classes,): shares in percent. seen: from `_seen`.

    aligning: the method makes the two clouds alike.
    """
    rare = truth < truth.mean()
    said = [
        _(
            "The rare classes are **{:.0f} %** of the source's pictures and **{:.1f} %** of the target's training pictures. To know the "
            "second number one needs labels."
        ).format(100 * rare.mean(), truth[rare].sum())
    ]
    for name, who in (("source", _("Source only")), ("run", _("This run's network"))):
        if name not in seen:
            continue
        answered, estimated = seen[name]
        said.append(
            _("{} gives **{:.1f} %** of its answers to them.").format(who, answered[rare].sum())
            + (
                " " + _("Black-box shift estimation corrects this to **{:.1f} %**.").format(estimated[rare].sum())
                if estimated is not None
                else ""
            )
        )
    if aligning and "run" in seen:
        said.append(
            _(
                "This method makes both clouds alike. So the shares of its answers move towards the source's, and the shift is harder to "
                "see afterwards."
            )
        )
    return said
