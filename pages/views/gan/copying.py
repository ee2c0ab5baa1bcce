"""Is it copying? The nearest training digit of fakes, held against how near fresh real digits come."""

import numpy as np
import streamlit as st

from core.gan import pictures
from core.gan.analysis import copying
from core.gan.analysis.copying import NEAR, PAIRS, Distances, Pairs
from pages.parts import chart, choose, figures, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.gan.ended import ended

ROW = 10


# points of the plane are new at every step: there is nothing to copy
@view(N_("Is it copying?"), needs=(pictures.FILM,))
def draw(current: Shown) -> None:
    """Pairs on the left, the histogram on the right."""
    if ended(current) is None:
        return
    names = {"pixels": _("pixels"), "features": _("the classifier's features")}
    left, right = st.columns([1.25, 1], gap="large")
    with right:
        space = choose.one("copying/space", _("Near in"), names)
        orders = {"any": _("any {}").format(PAIRS), "near": _("the nearest of each digit")}
        order = choose.one("copying/order", _("Show"), orders, default="near")
    found = ask(copying.distances, current, space, wait=_("Looking for the nearest training digits …"))
    with left:
        shown = ask(copying.pairs, current, space, order == "near")
        alt = _("Fakes, each over its nearest training digits, with the distance")
        chart.show(_pairs(shown, found), key="copying/pairs", alt=alt)
        st.caption(_("Top: a fake. Middle: its nearest training digit in pixels. Bottom: the nearest in features."))
    with right:
        groups = {_("test digits"): ("before", found.test), _("fakes"): ("after", found.fake)}
        titles = _("distance to the nearest training digit, in {}").format(names[space]), _("share of each (%)")
        bins = np.linspace(0, max(found.test.max(), found.fake.max()), 36)
        marks = {_("nearest {} %").format(NEAR): found.border}
        figure = figures.histogram(groups, *titles, list(bins), 280, marks, share=True)
        alt = _("Histogram of the distances of fakes and of test digits to their nearest training digit")
        chart.show(figure, key="copying/histogram", alt=alt)
        verdict.draw("gan", copying.about(found))
        verdict.draw("gan", copying.about_own(found))


def _pairs(shown: Pairs, found: Distances) -> figures.Figure:
    """Every fake over its nearest training digits; below them its distance."""
    rows = zip(shown.fake, shown.pixels, shown.features)
    sheets = [np.concatenate([np.pad(digit, 1, constant_values=70) for digit in row]) for row in rows]
    said = [f"{distance:.3g}" for distance in found.fake[shown.numbers]]
    texts = [_("fake {}: distance {}").format(n + 1, distance) for n, distance in zip(shown.numbers, said)]
    return rasters.gallery(sheets, ROW, texts, 440, said)
