"""A patch that is moved: two sliders say where it lies, and the network answers at once."""

import streamlit as st

from core.attack.analysis import patched
from core.attack.settings import Patch
from pages.parts import chart, panels, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.attack import asked


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
    left, right = st.columns(2, gap="large")
    across = left.slider(_("From left to right"), 0, 100, 50, 5, "%d %%", "attack/patch/across")
    down = right.slider(_("From top to bottom"), 0, 100, 50, 5, "%d %%", "attack/patch/down")
    end = ask(patched.laid, current, found.subject, float(down), float(across))
    figure = panels.board(320)
    panels.picture(figure, (0, 0.4, 0, 1), end.picture, _("<b>With the patch</b>"))
    rows = [(panels.short(name), share, "danger" if name == end.wanted else "after") for name, share in end.answers]
    panels.bars(figure, (0.48, 1, 0.06, 0.9), rows, _("The network says"), 5)
    alt = _("The picture with the patch where the sliders say, and the answers")
    chart.show(figure, key="attack/patch/picture", alt=alt)
    verdict.draw("attack", patched.says(end))
