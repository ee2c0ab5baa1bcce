"""Sequence to sequence: the page arranges, core/seq2seq computes, pages/views/seq2seq draws."""

from pages.shared.frame import lab_page
from pages.views import seq2seq

lab_page("seq2seq", inside=seq2seq.inside, picture=seq2seq.pictures, explain=seq2seq.explain, poll=0.28)
