"""Architecture redesign: standard against depthwise-separable convolution."""

import streamlit as st

from core.compression import analysis
from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.compression.choice import changes, timed


@st.fragment
def draw(current: Shown) -> None:
    """Standard against depthwise-separable convolution: what each costs, and how fast it is here."""
    left, right = st.columns(2)
    channels = left.slider(_("Channels of the first convolution"), 4, 24, 16, 2, key="redesign/channels")
    kernel = right.segmented_control(
        _("Kernel side $k$ (pixels)"), [3, 5], default=3, key="redesign/kernel", required=True
    )
    found = timed(analysis.redesign.redesign, channels, kernel)
    st.caption(_("A separable convolution needs 1/N + 1/k² of the multiply–adds. N: output channels, k: kernel side."))
    costs = {
        "parameters": _("parameters"),
        "macs": _("multiply–adds for one digit"),
        "latency_1": _("latency, batch 1 (ms)"),
        "latency_64": _("latency, batch 64 (ms)"),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, label in costs.items():
            cost = getattr(found.separable, name)
            st.metric(
                label,
                f"{cost:,.3g}" if isinstance(cost, float) else f"{cost:,}",
                f"{found.share(name):.2f} ×",
                delta_color="off",
                delta_arrow="off",
                width="content",
            )
    shares = {
        _("standard"): ("before", [1.0] * len(costs)),
        _("separable"): ("after", [found.share(name) for name in costs]),
    }
    chart.show(
        figures.bars(shares, list(costs.values()), "", _("share of the standard network's"), 300, ".2f"),
        key="redesign/bars",
        alt=_("Cost of the separable network as a share of the standard one"),
    )
    st.caption(_("Both untrained and without a dense layer. Fewer multiply–adds are not always faster."))


VIEW = View("redesign", _("Redesign"), draw, opens=changes("redesign"))
