"""Deep Compression: the bytes after each step, and the code of each shared value."""

import streamlit as st

from core.compression import analysis
from core.compression.analysis.stage import changes
from pages.parts import chart, choose, figures, lecture
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate


@view(N_("Deep Compression"), opens=changes("deep_compression"))
def draw(current: Shown) -> None:
    """Prune → share → Huffman: the bytes after each step."""
    steps = analysis.deep_compression.steps(current)
    if not steps:
        st.info(lecture.note("compression", "no deep compression"))
        return
    left, right = st.columns(2)
    with left:
        sizes = {_("size"): ("after", [size / 1000 for size in steps.values()])}
        figure = figures.bars(sizes, list(map(translate, steps)), _("after this step"), _("size (KB)"), 340, ".1f")
        chart.show(figure, key="deep/bytes", alt=_("Bytes after each step"))
        lecture.caption("compression", "last file", size=[*steps.values()][-1])
    with right:
        _codebook(current)


def _codebook(current: Shown) -> None:
    """How often each shared value of a layer occurs, and how long its code word is."""
    layers = ask(analysis.bits.layer_names, current, "model")
    names = {each: translate(each) for each in layers}
    layer = choose.one("deep/layer", _("Codebook of this layer"), names, layers[-2], side_by_side=False)
    code = ask(analysis.deep_compression.code, current, layers.index(layer))
    groups = {_("occurrences"): ("neutral", code.occurrences)}
    titles = _("shared value"), _("occurrences in the stream")
    names, lengths = [f"{value:.3f}" for value in code.values], [str(length) for length in code.lengths]
    figure = figures.bars(groups, names, *titles, 290, words=lengths)
    chart.show(figure, key="deep/codes", alt=_("How often each shared value occurs"))
    st.caption(_("Above each bar: the length of its code word in bits. Zero also fills long gaps."))
