"""Network compression: the page arranges, core/compression computes, pages/views/compression.py draws."""

from pages.parts.frame import lab_page
from pages.views import compression
from pages.views.compression import stage

lab_page("compression", inside=compression.inside, picture=stage.picture, beside=stage.beside)
