"""The blur of the error: what it does to the whole test part, and to one picture. Answers at once from the stored detector."""

import streamlit as st

from core.anomaly.analysis.blur import BLURS, Blurred, Blurs, about_blur, about_picture
from pages.parts import chart, figures, verdict, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly.names import number


def blur_slider(current: Shown, found: Blurs) -> float:
    """The blur in pixels, with what it does to the whole test part; 0 of a detector whose score no blur changes."""
    if not found.adjustable:
        return 0.0
    blur = st.slider(
        _("Blur of the error (px)"),
        BLURS[0],
        BLURS[-1],
        step=0.25,
        key=views.kept("expects/blur", BLURS, float(current.settings.method.smooth)),
        help=_(
            "A stroke that is one pixel off counts as two errors, one too many and one too few. Blurred, they nearly cancel."
        ),
    )
    lines = [Line(_("which picture is odd"), "after", BLURS, found.auroc)]
    if found.where:
        lines.append(Line(_("which pixel is damaged"), "neutral", BLURS, found.where))
    mean = [found.mean] * len(BLURS)
    lines.append(Line(_("picture, by the distance to the mean"), "control", BLURS, mean, faint=True))
    figure = figures.curves(lines, _("blur of the error (px)"), _("AUROC (%)"), 260, marks={f"{blur:g} px": blur})
    chart.show(figure, key="expects/blurs", alt=_("AUROC on the test part against the blur of the error"))
    return blur


def say_blur(found: Blurs, at: Blurred, blur: float, place: int) -> None:
    """What the blur does, in words: to this picture, and to all of them."""
    if not found.adjustable:
        return
    if blur:
        verdict.draw("anomaly", about_picture(at, blur, place), score=number(at.scores[place]))
    verdict.draw("anomaly", about_blur(found.auroc, found.where, blur))
