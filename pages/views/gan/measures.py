"""Both measures of two clouds against their distance, as curves."""

from core.gan import clouds
from core.gan.clouds import Place
from pages.parts import figures
from pages.parts.figures import Line
from pages.parts.words import _


def curves(place: Place, height: int = 300) -> figures.Figure:
    """The Jensen–Shannon divergence and the Wasserstein distance against the distance of the clouds; a line where they are now."""
    distance, js, w1 = clouds.curves(place)
    lines = [Line(_("JS (nats)"), "after", distance, js), Line(_("W₁ (units of the plane)"), "before", distance, w1)]
    figure = figures.curves(lines, _("distance of the clouds"), _("measure"), height, marks={_("now"): place.distance})
    return figures.within(figures.add_levels(figures.within(figure, y=(0, 1.1)), [("log 2", float(js[-1]))]), x=(0, 1))
