"""Which classes of the target are taken for which others: swapped with one another, or swallowed."""

import numpy as np
import streamlit as st

from core.runs import RunError
from core.transfer import analysis, pictures
from core.transfer.analysis.comparison import Network, earlier, source_only
from core.transfer.analysis.confusion import about_mistakes, accuracy, mistakes, percent, surest
from pages.parts import chart, figures, lecture, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.transfer.digits import names, of_target

MOST = 10  # pictures of one mistake


@view(N_("Which classes are swapped"), scene="transfer-when-alignment-hurts")
def draw(current: Shown) -> None:
    """The matrix of the whole test part beside source only's, the largest mistakes in words, and what they look like."""
    counts = current.last(pictures.CONFUSION)
    if counts is None:
        st.info(_("The matrix is counted at the end of a run. This run was stopped before."))
        return
    before = earlier(current)
    _matrices(current, counts, before)
    _label_shift(current, before)


@st.fragment
def _matrices(current: Shown, counts: np.ndarray, before: Network | None) -> None:
    """Both matrices, and the pictures of one of this run's cells."""
    left, right = st.columns(2, gap="large")
    with left:
        _matrix(counts, _("This run"), "swapped/after", _numbered(current, len(counts)))
    with right:
        known = before is not None and current.settings is not None
        if known and (other := _counted(current, before)) is not None:
            _matrix(other, _("Before: source only"), "swapped/before", _numbered(current, len(counts)))
        elif (
            current.run.models
            and current.settings is not None
            and not source_only(current.run.about.settings)
            and len(counts) > 2
        ):
            st.info(_("To compare: train “Source only” with the same target, steps and seed."))
    if current.run.models and current.settings is not None:
        _examples(current, counts)


def _counted(current: Shown, before: Network) -> np.ndarray | None:
    """The matrix of the network before; None where it has been deleted since."""
    try:
        return ask(analysis.answers.confusion, current, before)
    except RunError:
        return None


def _numbered(current: Shown, count: int) -> list[str]:
    """The classes by their number; objects by their kind, too."""
    numbers = [str(i) for i in range(count)]
    return [name if name == number else f"{number} {name}" for number, name in zip(numbers, names(current.settings))]


def _matrix(counts: np.ndarray, title: str, key: str, called: list[str]) -> None:
    """Counts as percentages, over what they say in words."""
    few = len(counts) == 2
    said = _("**{}** · {:.1f} % of the test pictures right (guessing: {:.0f} %)")
    st.markdown(said.format(title, accuracy(counts), 100 / len(counts)))
    height, largest = (220, 70) if few else (400, 36)
    look = {"rows": called, "columns": called, "x": _("the network says"), "y": _("it is a"), "largest": largest}
    figure = rasters.matrix(percent(counts), height, text=".0f", limit=100, **look)
    alt = f"{title}: {_('which class of the target is called what, in percent')}"
    chart.show(figure, key=key, alt=alt, pick=key == "swapped/after")
    said = [verdict.words("transfer", each) for each in about_mistakes(counts)]
    st.markdown("\n".join(f"- {sentence}" for sentence in said))


def _examples(current: Shown, counts: np.ndarray) -> None:
    """Target test pictures that went one way, the surest first. A click on a cell of the matrix chooses the way."""
    pairs = mistakes(percent(counts))
    if not pairs:
        return
    where = "swapped/pair"
    _follow(where, pairs)
    title, said = _("Mistake (or click on a cell of this run's matrix)"), _("a {} called {} ({} pictures)")
    names = {pair: said.format(*pair, counts[pair]) for pair in pairs}
    chosen = st.selectbox(title, pairs, format_func=names.get, key=where, width=420)
    said = ask(analysis.answers.on_target, current, (current.id, "model"))
    tests = next(iter(of_target(current).values()))
    found = surest(said, tests.labels, *chosen)[:MOST]
    sure = [f"{100 * said[index, chosen[1]]:.0f} %" for index in found]
    title = _("a {} called {}").format(*chosen)
    figure = rasters.gallery(
        [tests.pictures[index] for index in found], MOST, [f"{title}: {each}" for each in sure], 150, titles=sure
    )
    chart.show(figure, key="swapped/examples", alt=f"{_('Target pictures')}: {title}")
    st.caption(_("How sure the network is of its wrong answer, the surest first."))


def _follow(where: str, pairs: list[tuple[int, int]]) -> None:
    """A new click on a mistake chooses it; what was chosen stays over a new run that made it, too."""
    state = st.session_state
    if state.get(where) not in (None, *pairs):
        del state[where]
    if (click := chart.clicked("swapped/after")) is None:
        return
    try:
        cell = int(click["y"]), int(click["x"])
    except (TypeError, ValueError):  # anything may come from a browser
        return
    if cell in pairs:
        state[where] = cell


def _label_shift(current: Shown, before: Network | None) -> None:
    """Where some classes are rare in the target: what shows it without labels, beside the true shares."""
    found = ask(analysis.label_shift.label_shift, current, before)
    if found is None:
        return
    groups = {_("true share (unknown in practice)"): ("control", found.truth)}
    answers = {"run": (_("answers of this run"), "after"), "source": (_("answers of source only"), "before")}
    for name, (title, role) in answers.items():
        if name in found.seen:
            groups[title] = (role, found.seen[name].answered)
    if found.estimated is not None:
        groups[_("black-box shift estimation")] = ("neutral", found.estimated)
    tip = lecture.note("transfer", "shift estimation")
    st.subheader(_("Label shift: can it be seen without labels?"), anchor=False, help=tip)
    names, title = [str(i) for i in range(len(found.truth))], _("share of the target's training part (%)")
    alt = _("Share of each class in the target and among the network's answers")
    chart.show(figures.bars(groups, names, _("class"), title, 260), key="swapped/shift", alt=alt)
    for paragraph in found.verdicts:
        verdict.draw("transfer", paragraph)
