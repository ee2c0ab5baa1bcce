"""There and back: the same digits of both sets at every look, and which digit becomes which."""

import numpy as np
import streamlit as st

from core.gan import pictures
from core.gan.analysis import translated
from pages.parts import chart, choose, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.gan.rows import rows


@view(N_("There and back"), needs=(pictures.CYCLE,), scene="gan-no-pairs")
def draw(current: Shown) -> None:
    """A slider over the looks on the left; what became of all test digits at the end on the right."""
    shots = current.by_step(pictures.CYCLE)
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        step = choose.scrubber("translated/look", list(shots))
        alt = _("Digits of both sets, what is made of them, and what comes back, after step {}").format(step)
        chart.show(rows(shots[step], height=400), key="translated/rows", alt=alt)
    with right:
        found = ask(translated.translated, current)
        if found is None:
            st.info(_("Which digit becomes which is counted when a run ends. A run that diverged keeps no networks."))
            return
        ways = {"there": _("G: upright to changed"), "back": _("F: changed to upright")}
        way = choose.one("translated/way", _("Way"), ways)
        _table(getattr(found, way), ways[way])
        verdict.draw("gan", found.verdicts)


def _table(read: np.ndarray, title: str) -> None:
    """Rows: what went in. Columns: what the classifier reads in what comes out."""
    digits = [str(digit) for digit in range(len(read))]
    look = {"rows": digits, "columns": digits, "x": _("read as"), "y": _("was")}
    figure = rasters.matrix(np.round(read), 300, limit=100, text=".0f", **look)
    chart.show(figure, key="translated/table", alt=_("{}: which digit becomes which, in percent").format(title))
