"""Why D says “fake” at one place of the plane: what x and y each add to its score, and where the score rises."""

import numpy as np
import streamlit as st

from core.gan import pictures
from core.gan.analysis import why_plane
from core.gan.analysis.players import Players
from core.gan.analysis.why_plane import POINTS, STEPS
from pages.parts import chart, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import pick, plane


@st.fragment
def draw(current: Shown, there: Players) -> None:
    """One of the fakes, chosen by a click."""
    points = there.fake[:POINTS].numpy()
    left, right = st.columns([1.3, 1], gap="large")
    with left:
        (chosen,) = pick.chosen("why/plane", POINTS, "?", (0,), _("Fake"))
        found = ask(why_plane.reason, current, chosen)
        first = [chosen, *(n for n in range(POINTS) if n != chosen)]  # the arrow starts at the first fake
        real, field = current.last(pictures.REAL), current.last(pictures.FIELD)
        arrow = np.array([found.gradient])
        drawn = plane.figure(real, points[first], field, arrow, pushed=_("D's score rises"))
        figure = pick.lettered(plane.clickable(drawn, points, _("Fake {}")), [chosen], "?")
        alt = _("The plane with fakes; a click asks D about one of them")
        chart.show(figure, key="why/plane", alt=alt, pick=True)
        st.caption(_("The arrow shows where D's score rises fastest. Click another point, or use the slider."))
    with right:
        groups = {_("speaks for fake"): ("after", found.for_fake), _("speaks for real"): ("before", found.for_real)}
        figure = figures.bars(groups, ["x", "y"], _("number of the point"), _("part of the score"), 240, ".2f")
        chart.show(figure, key="why/parts", alt=_("How much x and y of the chosen fake speak for real or for fake"))
        verdict.draw("gan", found.verdicts)
        lecture.caption("gan", "parts of the score", steps=STEPS)
