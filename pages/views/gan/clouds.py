"""What D measures: two clouds that can be moved, where each loss pushes the fakes, and both measures against the distance."""

import streamlit as st

from core.gan.analysis import clouds
from pages.parts import chart, choose, figures, verdict
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.gan import plane
from pages.views.gan.measures import curves

LOSSES = {"saturating": N_("Saturating"), "nonsaturating": N_("Non-saturating"), "wasserstein": N_("Wasserstein")}
UNITS = 0.05  # between two places of a slider
SHOWN = 16  # arrows


def of_clouds(current: Shown) -> bool:
    """Whether the run shown is on two clouds."""
    return clouds.place(current) is not None


@view(N_("What D measures"), offered=of_clouds, scene="gan-two-clouds")
def draw(current: Shown) -> None:
    """Sliders that answer at once: nothing is trained here, D and the critic are the best there could be."""
    first = clouds.place(current)
    left, right = st.columns([1, 2.1], gap="large")
    with left:
        places = [round(UNITS * n, 2) for n in range(21)]
        distance = choose.along("clouds/distance", _("Distance"), places, nearest(first.distance, places))
        angle = choose.along("clouds/angle", _("Direction (°)"), list(range(0, 360, 15)), int(first.angle))
        widths = places[1:7]
        width = choose.along("clouds/width", _("Spread of the fakes"), widths, nearest(first.width, widths))
        found = clouds.measured(distance, float(angle), width, first.spread)
        chart.show(curves(found.place, 220), key="clouds/curves", alt=_("Both measures against the distance"))
        verdict.draw("gan", found.verdicts)
    with right:
        for loss, column in zip(LOSSES, st.columns(3, gap="small")):
            with column:
                title = _("{}: push {:.3g}").format(_(LOSSES[loss]), found.strength(loss))
                chart.show(panel(found, loss, title), key=f"clouds/{loss}", alt=title)
        st.caption(
            _(
                "Blue points: real. Orange points: fakes. Arrows: the push on a fake, in full length where it is {:g} or more."
            ).format(clouds.FULL)
        )


def nearest(value: float, places: list[float]) -> float:
    """The place of a slider that is nearest to a value."""
    return min(places, key=lambda place: abs(place - value))


def panel(found: clouds.Measured, loss: str, title: str) -> figures.Figure:
    """Both clouds over what the loss's best D says, with the push on each fake."""
    drawn = plane.figure(found.real, found.fake, 255 * found.fields[loss], found.pushes[loss][:SHOWN], full=clouds.FULL)
    return figures.restyled(figures.headed(drawn, title), height=300, showlegend=False)
