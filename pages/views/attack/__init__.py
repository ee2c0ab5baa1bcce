"""What the adversarial attack page draws: the live picture, the views of Look inside (one idea a file), the tab Explain."""

from functools import partial

from pages.parts import views
from pages.views.attack import confusion, defences, detection, explanation, robustness, slide, surface, transfer
from pages.views.attack.explanation import explain, networks
from pages.views.attack.stage import beside, picture

__all__ = ["VIEWS", "beside", "explain", "inside", "networks", "picture"]

VIEWS = (
    slide.VIEW,
    surface.VIEW,
    robustness.VIEW,
    confusion.VIEW,
    transfer.VIEW,
    defences.VIEW,
    detection.VIEW,
    explanation.VIEW,
)
inside = partial(views.draw, views=VIEWS)
