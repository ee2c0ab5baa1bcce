"""The reliability diagram: share of right answers against confidence."""

from collections.abc import Mapping
from math import sqrt

from core.anomaly.analysis.reliability import points
from core.anomaly.calibration import Reliability
from pages.parts import figures
from pages.parts.figures import Line
from pages.parts.words import _

ROLES = ("danger", "after")  # of the diagram as it is, and of that with the fitted temperature
LEAST, MOST = 6, 22  # pixels of a dot: of a bin with no answer, and of one with all


def diagram(those: Mapping[float, Reliability], height: int) -> figures.Figure:
    """Share of right answers against confidence, and the diagonal where both are alike. those: by temperature, the fitted one last."""
    lines, traces = [Line(_("as right as sure"), "control", [0, 100], [0, 100])], []
    words = _("{:.0f} % of the answers\nsure: {:.1f} %\nright: {:.1f} %")
    for role, (temperature, each) in zip(ROLES, those.items()):
        name, (sure, right, share) = _("T = {:.3g}").format(temperature), points(each)
        lines.append(Line(name, role, sure, right))
        texts = [words.format(c, a, b) for a, b, c in zip(sure, right, share)]
        dots = figures.dots("", role, sure, right, texts)
        dots["marker"]["size"] = [LEAST + (MOST - LEAST) * sqrt(part / 100) for part in share]
        traces.append(dots)
    figure = figures.curves(lines, _("confidence: largest probability (%)"), _("right (%)"), height)
    return figures.within(figures.add(figure, *traces), x=(0, 102), y=(-3, 106))
