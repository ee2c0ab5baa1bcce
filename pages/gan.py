"""GAN: the page arranges, core/gan computes, pages/views/gan draws."""

from pages.parts.frame import lab_page
from pages.views import gan

lab_page("gan", inside=gan.inside, picture=gan.picture, beside=gan.beside, explain=gan.explain)
