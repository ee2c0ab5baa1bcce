"""Sequence to sequence: the page arranges, core/seq2seq computes, pages/views/seq2seq draws."""

from pages.parts.frame import lab_page
from pages.views import seq2seq

lab_page("seq2seq", inside=seq2seq.inside, picture=seq2seq.picture, beside=seq2seq.beside, explain=seq2seq.explain)
