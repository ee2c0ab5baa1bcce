"""Whether the network that forgot looks elsewhere: its maps of task 1 before and after the other tasks, over five seeds."""

from core.lifelong.analysis.elsewhere import COLUMNS, NAMES, points
from core.settings import TEN_DIGITS
from pages.parts import evidence, lecture
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _


@view(N_("Looks elsewhere"))
def draw(_current: Shown) -> None:
    """What was measured, each method beside fine-tuning, and what that shows."""
    lecture.write("lifelong", "looks elsewhere")
    levels = {"alike": (_("nothing in common"), 0.0), "accuracy": (_("guessing"), TEN_DIGITS.value)}
    evidence.draw("lifelong/elsewhere", COLUMNS, NAMES, points, _("Method"), levels, "other")
