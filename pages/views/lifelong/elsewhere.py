"""Whether the network that forgot looks elsewhere: its maps of task 1 before and after the other tasks, over five seeds."""

from core.lifelong.analysis.elsewhere import COLUMNS, NAMES, points
from pages.parts import evidence, lecture
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _


@view(N_("Looks elsewhere"))
def draw(_current: Shown) -> None:
    """What was measured, each method beside fine-tuning, and what that shows."""
    lecture.write("lifelong", "looks elsewhere")
    found = {column: points(column) for column in COLUMNS}
    evidence.draw("lifelong/elsewhere", COLUMNS, NAMES, found, _("Method"), control="other")
