"""Which task owns which weights: the share of each layer, and where in the picture the weights of each task lie."""

import streamlit as st

from core.lifelong import pictures
from core.lifelong.analysis.packing import packing
from pages.parts import chart, lecture, rasters
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.lifelong.beside import owners

MOST = 5  # tasks in one row


@view(N_("Who owns the weights"), needs=(pictures.OWNED,), scene="lifelong-prune-and-pack")
def draw(current: Shown) -> None:
    """Bars for the layers, then a picture for each task."""
    found = packing(current)
    chart.show(owners(found), key="packing/layers", alt=_("Share of each layer's weights that each task owns"))
    lecture.caption("lifelong", "packing")
    for number, (column, each) in enumerate(zip(st.columns(MOST, gap="medium"), found.pixels), 1):
        with column:
            alt = _("Share of each pixel's weights that task {} owns").format(number)
            chart.show(rasters.matrix(each, 180, limit=found.largest), key=f"packing/pixels{number}", alt=alt)
            st.caption(_("task {}").format(number))
