"""What the network looks at in a target picture, before the adaptation and after it."""

from typing import Any

import streamlit as st

from core.attribution.settings import METHOD_NAMES
from core.runs import RunError
from core.transfer import analysis
from core.transfer.analysis.comparison import Network, earlier, source_only
from pages.parts import choose, digit, explain, lecture, shown, verdict
from pages.parts.ask import ask
from pages.parts.overlay import overlay, top_of
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.transfer.digits import of_target

OFFERED = "saliency", "input_x_gradient", "grad_cam", "integrated_gradients"


@view(N_("What it looks at"), offered=lambda current: current.settings is None or current.settings.target.OF_DIGITS)
def draw(current: Shown) -> None:
    """The same method on both networks, each explaining its own answer; then where the maps of 200 pictures lie."""
    if current.settings is None or not current.run.models or not shown.stored(current.id):
        st.info(_("There is no stored network to ask: let a run end."))
        return
    found = {_("This run's network"): (current.id, "model")}
    if before := earlier(current):
        found = {_("Before: source only"): before} | found
    try:
        _maps(current, found)
        _strokes(current, found)
    except RunError as error:  # deleted since
        st.info(translate(str(error)))


@st.fragment
def _maps(current: Shown, found: dict[str, Network]) -> None:
    """One target picture, a method, and a map for each network."""
    first = ask(analysis.answers.gained_most, current, *found.values()) if len(found) == 2 else (3, 1)
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        chosen = digit.pick("transfer/why", of_target(current), *first)
        names = {name: _(METHOD_NAMES[name]) for name in OFFERED}
        method = choose.one("transfer/why/method", _("Method"), names, "input_x_gradient", wrap=True)
    with right:
        _beside({name: explain.asked(*network, chosen.picture, method) for name, network in found.items()}, chosen)
        if len(found) < 2:
            st.caption(
                _("A run of another method shows source only beside itself.")
                if source_only(current.run.about.settings)
                else _("To compare: train “Source only” with the same target, steps and seed.")
            )


def _beside(answers: dict[str, Any], chosen: digit.Chosen) -> None:
    """What each network says, and why, on one scale."""
    maps = [each.map for each in answers.values() if each.map is not None]
    top = top_of(*maps) if maps else 1.0
    for column, (name, each) in zip(st.columns(2, gap="medium"), answers.items()):
        with column:
            mark = ":material/check:" if each.number == chosen.label else ":material/close:"
            st.markdown(f"**{name}** · {_('says')} **{each.number}** ({100 * each.sure:.0f} %) {mark}")
            if each.map is None:
                st.info(translate(each.note), icon=":material/block:")
                continue
            alt = f"{_('Why')}, {name}"
            st.image(overlay(chosen.picture, each.map, top), width=360, output_format="PNG", alt=alt)
    st.caption(_("Each explains its own answer. Orange: for this answer. Blue: against it. Both have one scale."))


def _strokes(current: Shown, found: dict[str, Network]) -> None:
    """How much of the maps of 200 pictures lies on the digit itself, where the digit is known."""
    if not current.settings.target.KEEPS_STROKES:
        return
    st.subheader(_("Does it look at the stroke or at the background?"), anchor=False)
    shares = {name: ask(analysis.strokes.strokes, current, network) for name, network in found.items()}
    own = list(shares.values())[-1]
    with st.container(horizontal=True, gap="medium"):
        for name, each in shares.items():
            st.metric(_("{}: on the stroke").format(name), f"{each.mean:.1f} %", width="content")
        st.metric(_("The stroke's share of all pixels"), f"{own.pixels:.1f} %", width="content")
    verdict.draw("transfer", analysis.strokes.about(*shares.values()))
    said = lecture.note("transfer", "on the stroke", many=len(own.shares))
    st.caption(said, help=verdict.words("transfer", analysis.strokes.about_maps(current.settings.target)))
