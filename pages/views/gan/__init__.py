"""What the GAN page draws: the duel as it goes, the views of Look inside (one idea a file), the tab Explain."""

from pages.parts import views
from pages.parts.shown import Shown
from pages.views.gan.stage import beside, picture

__all__ = ["VIEWS", "beside", "explain", "inside", "picture"]

VIEWS = ("clouds", "film", "equilibrium", "scores", "quality", "latent", "copying")


def inside(current: Shown) -> None:
    """The views that fit the run shown; none of a run whose settings a newer Lectern no longer accepts."""
    views.draw(current, None if current.settings is not None else ())


def explain(current: Shown) -> None:
    """The tab Explain, loaded when it is first opened."""
    from pages.views.gan import why

    why.draw(current)
