"""Two sets and what is made of them: six rows of pictures, each with its name."""

import numpy as np

from pages.parts import figures, rasters
from pages.parts.words import _


def rows(shot: np.ndarray, title: str = "", height: int = 440) -> figures.Figure:
    """shot: 8-bit (2, 3, n, 28, 28): of each set its digits, what is made of them, and what comes back."""
    names = [_("upright x"), "G(x)", "F(G(x))", _("changed y"), "F(y)", "G(F(y))"]
    many = shot.shape[2]
    said = [f"{name} · {n + 1}" for name in names for n in range(many)]
    drawn = rasters.gallery(list(shot.reshape(-1, *shot.shape[-2:])), many, said, height, rows=names)
    return figures.headed(drawn, title) if title else drawn
