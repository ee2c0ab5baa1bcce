"""Life-long learning: the page arranges, core/lifelong computes, pages/views/lifelong draws."""

from pages.parts.frame import lab_page
from pages.views import lifelong

lab_page(
    "lifelong", inside=lifelong.inside, picture=lifelong.picture, beside=lifelong.beside, networks=lifelong.networks
)
