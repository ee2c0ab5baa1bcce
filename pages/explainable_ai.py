"""Explainable AI: the page arranges, core/explain computes, pages/views/explain draws."""

from pages.parts.frame import lab_page
from pages.views import explain

lab_page(
    "explain",
    picture=explain.picture,
    beside=explain.stage_beside,
    explain=explain.asked,
)
