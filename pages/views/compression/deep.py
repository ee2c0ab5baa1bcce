"""Deep Compression: the bytes after each step, and the code of each shared value."""

import streamlit as st

from pages.parts import chart, figures, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.compression import data


@st.fragment
def deep(current: Shown) -> None:
    """Prune → share → Huffman: the bytes after each step."""
    steps = data.deep_steps(current)
    if not steps:
        st.info(
            _("This view belongs to a run of Deep Compression: choose that method and press Train, or open its scene.")
        )
        return
    names, sizes = list(steps), [steps[n] / 1000 for n in steps]
    left, right = st.columns(2)
    with left:
        chart.show(
            figures.bars({_("size"): ("after", sizes)}, names, _("after this step"), _("size (KB)"), 340, ".1f"),
            key="deep/bytes",
            alt=_("Bytes after each step"),
        )
        st.caption(
            _("The last bar is a file of {:,} bytes. Decoded, it gives the same network, bit for bit.").format(
                steps[names[-1]]
            )
        )
    with right:
        layers = data.layer_names(current.id, "model")
        layer = st.selectbox(_("Codebook of this layer"), layers, key=views.kept("deep/layer", layers, layers[-2]))
        codebook, counts, lengths = data.code_table(current, layer)
        order = sorted(range(len(codebook)), key=lambda i: codebook[i])
        figure = figures.bars(
            {_("occurrences"): ("neutral", [counts[i] for i in order])},
            [f"{codebook[i]:.3f}" for i in order],
            _("shared value"),
            _("occurrences in the stream"),
            290,
        )
        figure["data"][0] |= {"text": [str(lengths[i]) for i in order], "textposition": "outside"}
        chart.show(figure, key="deep/codes", alt=_("How often each shared value occurs"))
        st.caption(_("Above each bar: the length of its code word in bits. Zero also fills long gaps."))
