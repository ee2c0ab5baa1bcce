"""Explainable AI: the page arranges, core/explain computes, pages/views/explain draws."""

from pages.shared.frame import lab_page
from pages.views import explain

lab_page(
    "explain",
    inside=explain.inside,
    pictures=explain.pictures,
    networks=explain.networks,
    pictures_first=True,
    verb="Explain",
)
