"""Anomaly detection: the page arranges, core/anomaly computes, pages/views/anomaly draws."""

from pages.parts.frame import lab_page
from pages.views import anomaly

lab_page(
    "anomaly", inside=anomaly.inside, picture=anomaly.picture, beside=anomaly.beside_scores, explain=anomaly.explain
)
