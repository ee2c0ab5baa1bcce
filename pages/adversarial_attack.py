"""Adversarial attack: the page arranges, core/attack computes, pages/views/attack draws."""

from pages.parts.frame import lab_page
from pages.views import attack

lab_page(
    "attack",
    picture=attack.picture,
    beside=attack.beside,
    explain=attack.explain,
)
