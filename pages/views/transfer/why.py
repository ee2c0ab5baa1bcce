"""What the network looks at in a target picture, before the adaptation and after it."""

from typing import Any

import numpy as np
import streamlit as st

from core.runs import RunError
from pages.parts import digit, explain, shown
from pages.parts.overlay import overlay, top_of
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.transfer import data

METHODS = {
    "saliency": "Saliency",
    "input_x_gradient": "Input × gradient",
    "grad_cam": "Grad-CAM",
    "integrated_gradients": "Integrated gradients",
}
SURE = 2.0  # standard errors from which on a difference is more than chance


def why(current: Shown) -> None:
    """The same method on both networks, each explaining its own answer; then where the maps of 200 pictures lie."""
    if current.settings is None or not current.run.models or not shown.stored(current.id):
        st.info(_("There is no stored network to ask: let a run end."))
        return
    found = {_("This run's network"): (current.id, "model")}
    if earlier := data.earlier(current):
        found = {_("Before: source only"): earlier} | found
    try:
        _maps(current, found)
        _strokes(current, found)
    except RunError as error:  # deleted since
        st.info(str(error))


@st.fragment
def _maps(current: Shown, found: dict[str, tuple[str, str]]) -> None:
    """One target picture, a method, and a map for each network."""
    tests = data.target_tests(current)
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        chosen = digit.pick("transfer/why", tests, *_telling(current, found, next(iter(tests.values())).labels))
        method = st.segmented_control(
            _("Method"),
            list(METHODS),
            default="input_x_gradient",
            required=True,
            format_func=METHODS.get,
            key="transfer/why/method",
            wrap=True,
        )
    answers = {name: explain.asked(*network, chosen.picture, method) for name, network in found.items()}
    with right:
        _beside(answers, chosen)
        if len(found) < 2:
            st.caption(
                _("A run of another method shows source only beside itself.")
                if data.source_only(current.run.about.settings)
                else _("To compare: train “Source only” with the same target, steps and seed.")
            )


def _telling(current: Shown, found: dict[str, tuple[str, str]], labels: np.ndarray) -> tuple[int, int]:
    """Class and number of the picture to begin with: where the adaptation changed most for the better."""
    if len(found) < 2:
        return 3, 1
    before, after = (data.answers(*network, "test", current.settings) for network in found.values())
    return most_gained(before, after, labels)


def most_gained(before: np.ndarray, after: np.ndarray, labels: np.ndarray) -> tuple[int, int]:
    """The class, and the number among its pictures from 1, whose right answer became surest. before, after: (N, classes)."""
    each = np.arange(len(labels))
    index = int((after[each, labels] - before[each, labels]).argmax())
    label = int(labels[index])
    return label, int((labels[:index] == label).sum()) + 1


def _beside(answers: dict[str, Any], chosen: digit.Chosen) -> None:
    """What each network says, and why, on one scale."""
    maps = [each.map for each in answers.values() if each.map is not None]
    top = top_of(*maps) if maps else 1.0
    for column, (name, each) in zip(st.columns(2, gap="medium"), answers.items()):
        with column:
            mark = ":material/check:" if each.number == chosen.label else ":material/close:"
            st.markdown(f"**{name}** · {_('says')} **{each.number}** ({100 * each.sure:.0f} %) {mark}")
            if each.map is None:
                st.info(each.note, icon=":material/block:")
                continue
            alt = f"{_('Why')}, {name}"
            st.image(overlay(chosen.picture, each.map, top), width=360, output_format="PNG", alt=alt)
    st.caption(_("Each explains its own answer. Orange: for this answer. Blue: against it. Both have one scale."))


def _strokes(current: Shown, found: dict[str, tuple[str, str]]) -> None:
    """How much of the maps of 200 pictures lies on the digit itself, where the digit is known."""
    if not current.settings.target.KEEPS_STROKES:
        return
    st.subheader(_("Does it look at the stroke or at the background?"), anchor=False)
    shares, pixels = {}, 0.0
    for name, network in found.items():
        shares[name], pixels = data.on_stroke(*network, current.settings)
    with st.container(horizontal=True, gap="medium"):
        for name, values in shares.items():
            st.metric(f"{name}: {_('on the stroke')}", f"{values.mean():.1f} %", width="content")
        st.metric(_("The stroke's share of all pixels"), f"{pixels:.1f} %", width="content")
    if len(shares) == 2:
        st.markdown(about_strokes(*shares.values()))
    else:
        st.markdown(about_stroke(next(iter(shares.values())), pixels))
    how = (
        _("size of the gradient (of input × gradient a black stroke always gets nothing)")
        if current.settings.target.name == "inverted"
        else _("size of input × gradient")
    )
    st.caption(
        _("Mean share of the map that lies on the digit's own pixels, over {} target test pictures.").format(
            data.ASKED
        ),
        help=_("The map is the {}. Each network explains its own answers.").format(how),
    )


def about_strokes(before: np.ndarray, after: np.ndarray) -> str:
    """Whether the adapted network looks more at the stroke. before, after: shares in percent of the same pictures."""
    change = after - before
    error = change.std(ddof=1) / np.sqrt(len(change))
    said = _("Change: **{}** points (± {:.1f} standard error).").format(
        f"{change.mean():+.1f}".replace("-", "−"), error
    )
    if abs(change.mean()) <= SURE * error:
        return f"{said} " + _("That is no more than chance: both look equally much at the stroke.")
    if change.mean() > 0:
        return f"{said} " + _("The adapted network looks more at the stroke and less at the background.")
    return f"{said} " + _("The adapted network looks less at the stroke than source only does.")


def about_stroke(values: np.ndarray, pixels: float) -> str:
    """One network alone: whether it looks at the stroke more than its size would give by chance."""
    if values.mean() > 1.2 * pixels:
        return _("That is {:.1f} times what its size alone would give.").format(values.mean() / pixels)
    return _("That is hardly more than its size alone would give: it looks everywhere equally.")
