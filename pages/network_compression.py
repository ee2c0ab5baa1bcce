"""Network compression: the page arranges, core/compression computes, pages/views/compression draws."""

from pages.parts.frame import lab_page
from pages.views import compression

lab_page("compression", inside=compression.inside, picture=compression.picture, beside=compression.beside)
