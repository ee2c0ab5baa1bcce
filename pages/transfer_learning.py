"""Transfer learning: the page arranges, core/transfer computes, pages/views/transfer draws."""

from pages.shared.frame import lab_page
from pages.views import transfer

lab_page(
    "transfer", inside=transfer.inside, picture=transfer.pictures, networks=transfer.networks, tests=transfer.tests
)
