"""What the explainable AI page draws: the live picture, the tab Explain, and the views of Look inside, one idea a file."""

from functools import partial

from pages.parts import views
from pages.views.explain import beside, features, filters, manual_lime, stage, tables, text, trust, why
from pages.views.explain.asked import asked

__all__ = ["asked", "inside", "picture", "stage_beside"]

# the first goes on where the scene ends, unless a later one opens with it
VIEWS = (
    beside.VIEW,
    manual_lime.VIEW,
    trust.VIEW,
    filters.VIEW,
    features.VIEW,
    tables.VIEW,
    text.VIEW,
    why.VIEW,
)

inside = partial(views.draw, views=VIEWS)
picture, stage_beside = stage.picture, stage.beside
