"""Transfer learning: the page arranges, core/transfer computes, pages/views/transfer draws."""

from pages.parts.frame import lab_page
from pages.views import transfer

lab_page(
    "transfer",
    inside=transfer.inside,
    networks=transfer.networks,
    tests=transfer.tests,
    picture=transfer.picture,
    beside=transfer.beside,
)
