"""A patch that is moved: a click into the picture or two sliders say where it lies, and the network answers at once."""

import numpy as np
import streamlit as st

from core.attack.analysis import patched
from core.attack.settings import Patch
from pages.parts import chart, panels, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.attack import asked

PICTURE, ACROSS, DOWN = (f"attack/patch/{name}" for name in ("picture", "across", "down"))


def _holds(current: Shown) -> bool:
    return current.settings is not None and isinstance(current.settings.method, Patch)


@view(N_("Move the patch"), opens=_holds)
def draw(current: Shown) -> None:
    """Left the picture with the patch, right what the network says to it."""
    if not _holds(current) or patched.of(current) is None:
        sentence = _("Here the patch of a run is moved: choose the method “Patch”.")
        asked.measured(current, None, sentence, {"method": "patch"}, ":material/open_with:")
        return
    if (found := asked.picture_of(current)) is None:
        return
    _clicked(current.settings.method.size)
    left, right = st.columns(2, gap="large")
    across = left.slider(_("From left to right"), 0, 100, step=5, format="%d %%", key=ACROSS)
    down = right.slider(_("From top to bottom"), 0, 100, step=5, format="%d %%", key=DOWN)
    end = ask(patched.laid, current, found.subject, float(down), float(across))
    figure = panels.board(320)
    panels.picture(figure, (0, 0.4, 0, 1), end.picture, _("<b>With the patch</b>"))
    panels.hover(figure, np.zeros((patched.CELLS, patched.CELLS)), _("A click moves the patch here"))
    rows = [(panels.short(name), share, "danger" if name == end.wanted else "after") for name, share in end.answers]
    panels.bars(figure, (0.48, 1, 0.06, 0.9), rows, _("The network says"), 5)
    alt = _("The picture with the patch where the sliders say, and the answers; a click moves it")
    chart.show(figure, key=PICTURE, alt=alt, pick=True)
    st.caption(_("Click into the picture: the patch moves there. Or use the sliders."))
    verdict.draw("attack", patched.says(end))


def _clicked(size: float) -> None:
    """The sliders stand in the middle at first, and go where the picture was clicked; anything may come from a browser."""
    for slider in (ACROSS, DOWN):
        st.session_state.setdefault(slider, 50)
    click = chart.clicked(PICTURE)
    cell = click and click["index"]
    if isinstance(cell, list) and len(cell) == 2 and all(isinstance(n, int) and 0 <= n < patched.CELLS for n in cell):
        st.session_state[DOWN], st.session_state[ACROSS] = (patched.place_of(n, size) for n in cell)
