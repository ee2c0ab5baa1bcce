"""What the adversarial attack page draws: the live picture, the views of Look inside (one idea a file), the tab Explain."""

from pages.views.attack.explanation import explain, networks
from pages.views.attack.stage import beside, picture

__all__ = ["VIEWS", "beside", "explain", "networks", "picture"]

VIEWS = (
    "slide",
    "surface",
    "robustness",
    "confusion",
    "transfer",
    "defences",
    "detection",
    "clusters",
    "promise",
    "patch",
    "smaller",
    "explanation",
)
