"""What the explainable AI page draws: the live picture, the tab Explain, and the views of Look inside, one idea a file."""

from pages.views.explain.asked import asked
from pages.views.explain.stage import beside as stage_beside
from pages.views.explain.stage import picture

__all__ = ["VIEWS", "asked", "picture", "stage_beside"]

# the first goes on where the scene ends, unless a later one opens with it
VIEWS = ("beside", "manual_lime", "trust", "filters", "features", "tables", "text", "why")
