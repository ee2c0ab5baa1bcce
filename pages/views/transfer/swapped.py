"""Which classes of the target are taken for which others: swapped with one another, or swallowed."""

import numpy as np
import streamlit as st

from core.runs import RunError
from pages.shared import chart, figures, shown
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.transfer import data

WORTH = 5.0  # of 100 pictures: below that a mistake is not told
LARGE, MOST = 15.0, 50.0  # from here on a class loses to another, and is lost to it
SWAP = 0.5  # the smaller direction's share of the larger from which on it is a swap
SHOWN = 10
UNEVEN = 0.8  # the rarest class's share of the most frequent one's, below which the classes are unbalanced
ALIGNING = ("dann", "mmd", "coral", "adda", "adabn", "selftrain")  # the methods that make the two clouds alike
OFTEN = 1.3  # times as often as it comes: a class that swallows others


def swapped(current: Shown) -> None:
    """The matrix of the whole test part beside source only's, the largest mistakes in words, and what they look like."""
    counts = current.last("confusion")
    if counts is None:
        st.info(_("The matrix is counted at the end of a run, and this one did not come to its end: let one end."))
        return
    names = [str(i) for i in range(len(counts))]
    earlier = _earlier(current)
    left, right = st.columns(2, gap="large")
    with left:
        _matrix(counts, names, _("This run"), "swapped/after")
        st.markdown("\n".join(f"- {sentence}" for sentence in in_words(percent(counts), counts)))
    with right:
        if earlier is not None:
            _matrix(earlier, names, _("Before: source only"), "swapped/before")
            st.markdown("\n".join(f"- {sentence}" for sentence in in_words(percent(earlier), earlier)))
        elif current.settings is not None and not data.source_only(current.run.about.settings) and len(names) > 2:
            st.info(
                _(
                    "To see what it was like before: choose the method “Source only” with the same target, steps and seed, and train."
                )
            )
    if current.run.models and current.settings is not None and shown.stored(current.id):
        _examples(current, counts)
    _label_shift(current, counts, names)


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


def _matrix(counts: np.ndarray, names: list[str], title: str, key: str) -> None:
    st.markdown(f"**{title}** · {100 * np.trace(counts) / counts.sum():.1f} % {_('right')}")
    figure = figures.matrix(
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
    chart.show(figure, key=key, alt=f"{title}: {_('which class of the target is called what, in percent')}")


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


@st.fragment
def _examples(current: Shown, counts: np.ndarray) -> None:
    """Target test pictures that went one way, the surest first."""
    pairs = mistakes(percent(counts))
    if not pairs:
        return
    chosen = st.selectbox(
        _("Look at the pictures that went one way"),
        pairs,
        format_func=lambda pair: _("a {} called {} ({} pictures)").format(*pair, counts[pair]),
        key=f"swapped/pair/{current.id}",
        width=420,
    )
    said = data.answers(current.id, "model", "test", current.settings)
    tests = next(iter(data.target_tests(current).values()))
    with st.container(horizontal=True, gap="xsmall"):
        for index in went(said, tests.labels, *chosen)[:SHOWN]:
            picture = figures.enlarge(tests.pictures[index], 6)
            title = _("a {} called {}").format(*chosen)
            st.image(picture, f"{100 * said[index, chosen[1]]:.0f} %", width=84, output_format="PNG", alt=title)
    st.caption(
        _(
            "How sure the network is of its wrong answer, the surest first. Where it is, no judgement that trusts sureness will notice."
        )
    )


def went(said: np.ndarray, labels: np.ndarray, true: int, answered: int) -> np.ndarray:
    """Which pictures of class `true` were answered `answered`, the surest first. said: probabilities (N, classes)."""
    own = np.flatnonzero((labels == true) & (said.argmax(1) == answered))
    return own[np.argsort(-said[own, answered], kind="stable")]


def _label_shift(current: Shown, counts: np.ndarray, names: list[str]) -> None:
    """Where some classes are rare in the target: their share there, and their share among the network's answers."""
    given = np.array(current.facts.get("target_classes", []), float)
    if len(given) != len(names) or given.min() >= UNEVEN * given.max():
        return
    truth = 100 * given / given.sum()
    groups = {_("target, training part: true share"): ("control", truth)}
    among = _training_answers(current)
    if among is not None:
        groups[_("the same pictures: the network's answers")] = ("after", among)
    groups[_("test part, balanced: the network's answers")] = ("before", 100 * counts.sum(0) / counts.sum())
    st.subheader(_("Label shift: the target's classes are not as frequent as the source's"), anchor=False)
    chart.show(
        figures.bars(groups, names, _("class"), _("share (%)"), 260),
        key="swapped/shift",
        alt=_("Share of each class in the target and among the network's answers"),
    )
    st.markdown(about_shift(truth, among, current.run.about.settings.get("method") in ALIGNING))


def _training_answers(current: Shown) -> np.ndarray | None:
    """Share in percent of each class among the network's answers to the target's training pictures; None without a network."""
    if not current.run.models or current.settings is None or not shown.stored(current.id):
        return None
    said = data.answers(current.id, "model", "train", current.settings)
    return 100 * np.bincount(said.argmax(1), minlength=said.shape[1]) / len(said)


def about_shift(truth: np.ndarray, among: np.ndarray | None, aligning: bool) -> str:
    """What happens to the rare classes, with the numbers of this run. truth, among (classes,): shares in percent.

    aligning: the method makes the two clouds alike.
    """
    rare = truth < truth.mean()
    said = ""
    if among is not None:
        said = _(
            "The rare classes are **{:.0f} %** of the target's training pictures, and **{:.0f} %** of the answers to them."
        )
        said = said.format(truth[rare].sum(), among[rare].sum()) + " "
    if aligning:
        return said + _(
            "A method that lays both clouds over one another makes the answers' shares like the source's: to fill the places of the "
            "rare classes, pictures of the frequent ones are moved there."
        )
    return said + _(
        "This method does not make the two clouds alike: what the rare classes get too much is by plain mistakes."
    )
