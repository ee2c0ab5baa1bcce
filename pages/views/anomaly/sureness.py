"""Calibration: whether a classifier is right as often as it says, at any temperature, and what that is worth for anomalies."""

import streamlit as st

from core.anomaly.analysis.reliability import error
from core.anomaly.analysis.scores import KINDS
from core.anomaly.analysis.sureness import Sureness, about, sureness
from core.anomaly.settings import Confidence
from pages.parts import chart, choose, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.anomaly.reliability import diagram


@view(N_("Calibration"), needs=KINDS, offered=lambda current: isinstance(current.settings.method, Confidence))
def draw(current: Shown) -> None:
    """A slider of the temperature; the reliability diagram and the calibration error follow."""
    found = ask(sureness, current, wait=_("Asking the classifier once …"))
    if found is None:
        st.info(_("The network of this run is gone, or is of another version: train it again."))
        return
    left, right = st.columns([1.4, 1], gap="large", vertical_alignment="bottom")
    look = "{:.3g}".format
    with left:
        temperature = choose.along(
            "sureness/t", _("Temperature T: divides the logits"), found.temperatures, found.own, format_func=look
        )
    right.caption(_("T = {:.3g} suits the held-out answers best.").format(found.fitted))
    here = found.diagram(temperature)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(_("**Sure and right: calibration error {:.1f} %**").format(error(here)))
        alt = _("Reliability diagram: share of right answers against confidence")
        chart.show(diagram({temperature: here}, 330), key="sureness/diagram", alt=alt)
    with right:
        _errors(found, temperature, error(here))
    verdict.draw("anomaly", about(found, temperature))
    lecture.caption("anomaly", "reliability diagram")


def _errors(found: Sureness, temperature: float, here: float) -> None:
    """The calibration error at each temperature, the chosen and the fitted one marked."""
    st.markdown(_("**The error at each temperature**"))
    line = Line(_("calibration error (ECE)"), "danger", found.temperatures, found.errors, dash="solid")
    marks = {_("fitted: T = {:.3g}").format(found.fitted): found.fitted}
    figure = figures.curves([line], _("temperature T"), _("calibration error (%)"), 330, log_x=True, marks=marks)
    text = _("T = {:.3g}\ncalibration error {:.1f} %").format(temperature, here)
    figures.add(figure, figures.dots(_("chosen"), "whole", [temperature], [here], [text]))
    figures.within(figure, x=(0.09, 112))
    chart.show(figure, key="sureness/errors", alt=_("Calibration error against the temperature"))
