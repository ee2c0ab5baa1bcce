"""What the compression page draws: the views of Look inside (one idea a file).

Every view is a fragment: its sliders redraw the view alone, from networks that are loaded and curves that are cached.
"""

import streamlit as st

from pages.parts import shown, views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.compression.bits import bits
from pages.views.compression.deep import deep
from pages.views.compression.pareto import pareto
from pages.views.compression.prune import neurons, weights
from pages.views.compression.redesign import redesign
from pages.views.compression.soft import soft_targets


def inside(current: Shown) -> None:
    """The views, the one of the run's own method first opened."""
    if not shown.networks(current):
        st.info(_("There is no network to look into yet: let a run end."))
        return
    method = current.settings.method.name if current.settings else "distill"
    first = {"slim": "neurons", "prune": "weights", "redesign": "redesign", "quantize": "bits", "deep": "deep"}.get(
        method, "soft"
    )
    every = {
        "soft": (_("Soft targets"), soft_targets),
        "neurons": (_("Neurons and γ"), neurons),
        "weights": (_("Weights"), weights),
        "redesign": (_("Redesign"), redesign),
        "bits": (_("Bits"), bits),
        "deep": (_("Deep Compression"), deep),
        "pareto": (_("Everything tried"), pareto),
    }
    views.draw(
        current,
        [View(name, title, draw, opens=lambda _, name=name: name == first) for name, (title, draw) in every.items()],
    )
