"""Measures of doubt: three ways to read a classifier's doubt from its logits, at any temperature."""

import streamlit as st

from core.anomaly.analysis.doubt import Answers, about, about_ties, about_why, answers, meaning
from core.anomaly.analysis.scores import KINDS, clipped
from core.anomaly.settings import Confidence
from pages.parts import chart, choose, figures, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.anomaly.threshold import histogram

# roles and dashes: where they have the same AUROC, all can be seen
LOOKS = {"softmax": ("after", "solid"), "entropy": ("neutral", "8px,8px"), "energy": ("task5", "2px,6px")}


@view(N_("Measures of doubt"), needs=KINDS, offered=lambda current: isinstance(current.settings.method, Confidence))
def draw(current: Shown) -> None:
    """A slider of the temperature and a choice of the score; how well each tells anomalies from normals."""
    found = ask(answers, current, wait=_("Asking the classifier once …"))
    if found is None:
        st.info(_("The network of this run is gone, or is of another version: train it again."))
        return
    method, grid = current.settings.method, found.temperatures
    names = {"softmax": _("softmax"), "entropy": _("entropy"), "energy": _("energy")}
    left, right = st.columns([1, 1.4], gap="large", vertical_alignment="bottom")
    measure = choose.one("unsure/kind", _("Doubt measure"), names, method.unsure, at=left)
    title, look = _("Temperature T: divides the logits"), "{:.3g}".format
    temperature = choose.along("unsure/t", title, grid, method.temperature, at=right, format_func=look)
    doubt, score = found.doubt(measure, temperature), found.curves[measure][grid.index(temperature)]
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(_("**How unsure it is: {} at T = {:.3g}**").format(names[measure], temperature))
        alt = _("Histogram of how unsure the classifier is of normals and of anomalies")
        chart.show(histogram(clipped(doubt), found.is_anomaly, {}, 330), key="unsure/scores", alt=alt)
    with right:
        _curves(found, names, measure, temperature, 100 * score)
    said = about(grid, found.curves, temperature, measure)
    said += about_why(found.logits, measure, score, doubt) + about_ties(doubt, measure)
    verdict.draw("anomaly", verdict.named(said, names))
    st.caption(verdict.words("anomaly", meaning(measure, found.turned)), help=verdict.words("anomaly", found.trained))


def _curves(found: Answers, names: dict[str, str], measure: str, temperature: float, here: float) -> None:
    """AUROC against the temperature, of all three, the chosen one marked."""
    grid = found.temperatures
    st.markdown(_("**How well it tells them apart: {} has {:.1f} %**").format(names[measure], here))
    lines = [
        Line(names[each], LOOKS[each][0], grid, [100 * value for value in curve], dash=LOOKS[each][1])
        for each, curve in found.curves.items()
    ]
    lines.append(Line(_("guessing"), "control", [grid[0], grid[-1]], [50, 50]))
    figure = figures.curves(lines, _("temperature T"), _("AUROC (%), needs labels"), 330, log_x=True)
    text = f"{names[measure]}\nT = {temperature:.3g}\nAUROC {here:.1f} %"
    figures.add(figure, figures.dots(_("chosen"), "whole", [temperature], [here], [text]))
    figures.within(figure, x=(0.09, 112))
    alt = _("AUROC of softmax, entropy and energy against the temperature")
    chart.show(figure, key="unsure/curves", alt=alt)
