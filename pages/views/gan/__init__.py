"""What the GAN page draws: the duel as it goes, the views of Look inside (one idea a file), the tab Explain.

The views are loaded when they are first asked for: with PyTorch that takes seconds, and the page's first picture comes before.
"""

from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.views.gan.stage import beside, picture

__all__ = ["beside", "every", "explain", "inside", "picture"]


def every() -> tuple[View, ...]:
    """The views of Look inside, in their order."""
    from pages.views.gan import copying, equilibrium, film, latent, quality, scores

    return tuple(view.VIEW for view in (film, equilibrium, scores, quality, latent, copying))


def inside(current: Shown) -> None:
    """The views that fit the run shown; none of a run whose settings a newer Lectern no longer accepts."""
    views.draw(current, every() if current.settings is not None else ())


def explain(current: Shown) -> None:
    """The tab Explain."""
    from pages.views.gan import why

    why.draw(current)
