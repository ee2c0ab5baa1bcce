"""Whether a smaller network breaks more easily: one teacher and what compression makes of it, over five seeds."""

from core.attack.analysis.smaller import ACCURACIES, COLUMNS, NAMES, points
from core.settings import TEN_DIGITS
from pages.parts import evidence, lecture
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _


@view(N_("Smaller networks"))
def draw(_current: Shown) -> None:
    """What was measured, each network beside its teacher, and what that shows."""
    lecture.write("attack", "smaller networks")
    guessing = dict.fromkeys(ACCURACIES, (_("guessing"), TEN_DIGITS.value))
    evidence.draw("attack/smaller", COLUMNS, NAMES, points, _("Network"), guessing)
