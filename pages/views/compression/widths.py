"""Slimmable networks: a width that answers at once, and every width against the network trained alone."""

import streamlit as st

from core.compression import analysis, pictures
from core.compression.analysis.stage import changes
from core.compression.analysis.widths import Width
from core.settings import TEN_DIGITS
from pages.parts import chart, choose, figures, lecture
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _


@view(
    N_("Widths"),
    needs=(pictures.WIDTHS,),
    offered=lambda current: current.run is not None and "w25" in current.run.models,
    opens=changes("widths"),
)
def draw(current: Shown) -> None:
    """Accuracy, parameters and multiply–adds of each width, no training in between."""
    _move(analysis.widths.widths(current), ask(analysis.widths.parameters, current))
    lecture.write("compression", "a batchnorm for each width")


@st.fragment
def _move(found: list[Width], parameters: list[int]) -> None:
    """The width: a fragment, so that the slider redraws no more."""
    percents = [each.percent for each in found]
    percent = choose.along("widths/width", _("Width (% of all channels)"), percents, percents[0])
    i = percents.index(percent)
    here = found[i]
    with st.container(horizontal=True, gap="medium"):
        gained = None if here.alone is None else _("{:+.1f} points against alone").format(here.accuracy - here.alone)
        st.metric(_("Test accuracy"), f"{here.accuracy:.1f} %", gained, width="content")
        st.metric(_("Parameters"), f"{parameters[i]:,}", f"{100 * parameters[i] / parameters[-1]:.0f} %", **PLAIN)
        st.metric(_("Multiply–adds"), f"{here.macs:,}", f"{100 * here.macs / found[-1].macs:.0f} %", **PLAIN)
    thousands = [each.macs / 1000 for each in found]
    lines = [Line(_("in one network"), "after", thousands, [each.accuracy for each in found])]
    if here.alone is not None:
        lines.append(Line(_("trained alone"), "control", thousands, [each.alone for each in found]))
    x, y = _("thousand multiply–adds for one digit"), _("test accuracy (%)")
    figure = figures.curves(lines, x, y, 300, marks={_("now"): here.macs / 1000})
    figures.add_levels(figure, [(_("guessing"), TEN_DIGITS.value)])
    chart.show(figure, key="widths/curve", alt=_("Accuracy of each width against multiply–adds"))


PLAIN = {"delta_color": "off", "delta_arrow": "off", "width": "content"}
