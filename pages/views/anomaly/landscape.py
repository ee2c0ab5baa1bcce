"""The plane: the score of every place as a landscape, the border of the alarm, and where both kinds of points lie."""

import streamlit as st

from core.anomaly import pictures
from core.anomaly.analysis import landscape
from core.anomaly.analysis.landscape import Drawn, Landscape, Points
from core.anomaly.analysis.scores import KINDS
from core.anomaly.settings import REACH
from pages.parts import chart, choose, figures, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _

HEIGHT = 560
ALT = N_("The score everywhere in the plane, grey where it is odd, the border of the alarm, and both kinds of points")
PROMISES = (1, 2, 5, 10, 20, 50)  # % of normals that may raise the alarm
PROMISE = 10


def live(current: Shown) -> None:
    """The newest landscape, on the stage."""
    looks = landscape.over_time(current)
    if not looks or not current.pictures(pictures.POINTS):
        return
    figure = plane(landscape.drawn(looks[-1], PROMISE), landscape.points(current), PROMISE)
    figures.headed(
        figures.legend_beside(figure), _("After step {:,}: the stronger the grey, the odder").format(looks[-1].step)
    )
    chart.show(figure, key="live/landscape", alt=_(ALT), share=1.0)


@view(N_("The landscape"), needs=(*KINDS, pictures.POINTS, pictures.FIELD), scene="anomaly-sure-of-nothing")
def draw(current: Shown) -> None:
    """The landscape at each evaluation of the run, and the border for a promise that can be chosen."""
    looks = {look.step: look for look in ask(landscape.over_time, current)}
    left, right = st.columns([1.5, 1], gap="large")
    with right:
        look = looks[choose.scrubber("landscape/look", list(looks))]
        title, tip = _("False alarms that are promised"), _("So many of the normals raise the alarm at most.")
        said = "≤ {} %".format
        promise = choose.along("landscape/promise", title, PROMISES, PROMISE, format_func=said, help=tip)
        for each in ask(landscape.verdicts, current, look.step, promise):
            verdict.draw("anomaly", each)
        st.caption(verdict.words("anomaly", landscape.lines(look, promise)))
    with left:
        _picture(current, look, promise)


def _picture(current: Shown, look: Landscape, promise: int) -> None:
    drawn = landscape.drawn(look, promise)
    if st.toggle(_("3-D: the landscape as a surface"), key="landscape/solid"):
        titles = "x", "y", _("odder than (%)")
        figure = rasters.surface(drawn.axis, drawn.axis, drawn.odder, titles, HEIGHT)
        chart.show(figure, key="landscape/surface", alt=_("How much of the plane each place is odder than"))
        return
    chart.show(plane(drawn, landscape.points(current), promise), key="landscape/plane", alt=_(ALT))


def plane(drawn: Drawn, points: Points, promise: int) -> figures.Figure:
    """Shades by rank, the border of the alarm and that of half of the normals, and the test points."""
    field = drawn.axis, drawn.axis, drawn.ranks
    lines = [rasters.contours(_("border of the alarm"), "whole", *field, [drawn.border])]
    if promise != 50:
        lines.insert(0, rasters.contours(_("half of the normals"), "control", *field, [drawn.half]))
    dots = [
        figures.dots(name, role, own[:, 0], own[:, 1], [name] * len(own), small=True)
        for name, role, own in ((_("normal"), "before", points.normal), (_("anomaly"), "danger", points.anomalous))
    ]
    return figures.add(figures.plane(REACH, HEIGHT), rasters.field(*field), *dots, *lines)
