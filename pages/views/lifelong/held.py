"""What is held: Ω on the pixels, Ω against how far each weight moved, and how many weights are nearly free."""

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters, views
from pages.parts.shown import Shown
from pages.parts.words import _

POINTS = 600  # weights in the scatter plot


@st.fragment
def held(current: Shown) -> None:
    """The importance after each task, where it lies, and whether it held."""
    omegas = [np.array(e.array) for e in current.pictures("omega")]
    moves = [np.array(e.array) for e in current.pictures("moved")]
    if not omegas:
        st.info(_("This method measures no importance Ω. EWC, MAS, SI, RWalk and SCP do."))
        return
    st.caption(
        _("Importance Ω of each pixel's weights for the tasks so far. The penalty holds bright pixels most."),
        help=_("The sum of Ω over all weights that a pixel has in the first layer."),
    )
    shown = omegas[:5]
    for column, omega, number in zip(st.columns(len(shown), gap="medium"), shown, range(1, 6)):
        with column:
            top = float(np.quantile(omega, 0.995)) or 1.0
            chart.show(
                rasters.matrix(omega, 200, limit=top),
                key=f"held/omega{number}",
                alt=_("Importance of each pixel after task {}").format(number),
            )
            st.caption(_("after task {}").format(number))
    if "free_share" in current.summary:
        st.metric(
            _("Weights that are nearly free at the end"),
            f"{current.summary['free_share']:.0f} %",
            help=_("Their Ω is below a tenth of the mean: the next task may have them."),
        )
    if moves:
        _moved(moves)


@st.fragment
def _moved(moves: list[np.ndarray]) -> None:
    """Ω against |θ − θ*|, for a sample of weights, while one of the later tasks was learned."""
    number = 2
    if len(moves) > 1:
        names = list(range(2, len(moves) + 2))
        number = st.select_slider(_("While learning task"), names, key=views.kept("held/task", names, 2))
    omega, way = moves[number - 2][:, :POINTS]
    seen = (omega > 0) & (way > 0)
    texts = [f"Ω {o:.2g}\n{_('moved')} {w:.2g}" for o, w in zip(omega[seen], way[seen])]
    chart.show(
        figures.points(
            {_("a weight"): ("after", omega[seen], way[seen], texts)},
            _("importance Ω of the tasks before"),
            _("moved by |θ − θ*|"),
            340,
            log_x=True,
            log_y=True,
            small=True,
        ),
        key="held/moved",
        alt=_("How far weights moved against their importance"),
    )
    st.caption(
        _("{} random weights. If λ is large enough, important weights have moved least.").format(int(seen.sum()))
    )
