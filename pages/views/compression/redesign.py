"""Architecture redesign: standard against depthwise-separable convolution."""

import streamlit as st

from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.compression import data


@st.fragment
def redesign(current: Shown) -> None:
    """Standard against depthwise-separable convolution: what each costs, and how fast it is here."""
    left, right = st.columns(2)
    channels = left.slider(_("Channels of the first convolution"), 4, 24, 16, 2, key="redesign/channels")
    kernel = right.segmented_control(
        _("Kernel side $k$ (pixels)"), [3, 5], default=3, key="redesign/kernel", required=True
    )
    standard, separable = data.architectures(channels, kernel)
    st.caption(_("A separable convolution needs 1/N + 1/k² of the multiply–adds. N: output channels, k: kernel side."))
    names = {
        "parameters": _("parameters"),
        "macs": _("multiply–adds for one digit"),
        "latency_1": _("latency, batch 1 (ms)"),
        "latency_64": _("latency, batch 64 (ms)"),
    }
    cost = {label: (standard[n], separable[n]) for n, label in names.items()}
    with st.container(horizontal=True, gap="medium"):
        for label, (full, cheap) in cost.items():
            st.metric(
                label,
                f"{cheap:,.3g}" if isinstance(cheap, float) else f"{cheap:,}",
                f"{cheap / full:.2f} ×",
                delta_color="off",
                delta_arrow="off",
                width="content",
            )
    shares = {
        _("standard"): ("before", [1.0] * len(cost)),
        _("separable"): ("after", [cheap / full for full, cheap in cost.values()]),
    }
    chart.show(
        figures.bars(shares, list(cost), "", _("share of the standard network's"), 300, ".2f"),
        key="redesign/bars",
        alt=_("Cost of the separable network as a share of the standard one"),
    )
    st.caption(_("Both untrained and without a dense layer. Fewer multiply–adds are not always faster."))
