"""Architecture redesign: standard against depthwise-separable convolution."""

import streamlit as st

from core.compression import analysis
from core.compression.analysis.stage import changes
from pages.parts import chart, choose, figures
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translated
from pages.views.compression.choice import COSTS, timed


@view(N_("Redesign"), opens=changes("redesign"))
def draw(current: Shown) -> None:
    """Standard against depthwise-separable convolution: what each costs, and how fast it is here."""
    left, right = st.columns(2)
    channels = left.slider(_("Channels of the first convolution"), 4, 24, 16, 2, key="redesign/channels")
    kernel = choose.one("redesign/kernel", _("Kernel side $k$ (pixels)"), (3, 5), at=right)
    found = timed(analysis.redesign.redesign, channels, kernel)
    st.caption(_("A separable convolution needs 1/N + 1/k² of the multiply–adds. N: output channels, k: kernel side."))
    costs = {"parameters": _("parameters")} | translated(COSTS)
    with st.container(horizontal=True, gap="medium"):
        for name, label in costs.items():
            cost, times = getattr(found.separable, name), f"{found.share(name):.2f} ×"
            said = f"{cost:,.3g}" if isinstance(cost, float) else f"{cost:,}"
            st.metric(label, said, times, delta_color="off", delta_arrow="off", width="content")
    shares = [found.share(name) for name in costs]
    groups = {_("standard"): ("before", [1.0] * len(costs)), _("separable"): ("after", shares)}
    figure = figures.bars(groups, list(costs.values()), "", _("share of the standard network's"), 300, ".2f")
    chart.show(figure, key="redesign/bars", alt=_("Cost of the separable network as a share of the standard one"))
    st.caption(_("Both untrained and without a dense layer. Fewer multiply–adds are not always faster."))
