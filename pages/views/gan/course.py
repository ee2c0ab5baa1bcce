"""How good the fakes were at each look, as curves over the run."""

from core.gan.settings import METRICS
from pages.parts import chart, figures
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _, translate

DRAWN = ("asked", "kinds", "confidence", "good", "strict", "coverage", "precision")


def draw(current: Shown, key: str, height: int, mark: int | None = None) -> None:
    """Those scores that were measured at several looks; nothing where there is none. mark: the step of the chosen look."""
    lines = [Line(translate(METRICS[name].label), METRICS[name].role, *current.series(name)) for name in DRAWN]
    lines = [line for line in lines if len(line.x) > 1]
    if not lines:
        return
    marks = None if mark is None else {_("this step"): mark}
    unit = "%" if len(lines) > 1 else f"{lines[0].label} (%)"
    figure = figures.curves(lines, _("step"), unit, height, marks=marks)
    figures.within(figure, y=(0, 112 if marks else 105))  # room for the name of the mark
    chart.show(figure, key=key, alt=_("Quality of the fakes over the run"))
