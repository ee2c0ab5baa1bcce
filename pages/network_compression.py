"""Network compression: the page arranges, core/compression computes, pages/views/compression.py draws."""

from pages.shared.frame import lab_page
from pages.views import compression

lab_page("compression", inside=compression.inside, picture=compression.pictures)
