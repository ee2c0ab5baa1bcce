"""Which of a run's networks a view looks into, and the level of a network that knows nothing."""

from collections.abc import Sequence

import streamlit as st

from core.settings import TEN_DIGITS
from pages.parts import shown, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _


def network(current: Shown, where: str, first: str = "") -> tuple[str, str]:
    """Which network a view looks into: the teacher that the run began with, or what the run made of it.

    first: the model that is shown first when the run has it.
    """
    options = shown.networks(current)
    start = next((name for name, (__, model) in options.items() if model == first), next(iter(options)))
    key = views.kept(f"{where}/network", list(options), start)
    chosen = st.segmented_control(_("Network"), list(options), key=key, required=True)
    return options[chosen]


def guessing(xs: Sequence[float]) -> Line:
    """What guessing gets on the test digits, as a line over these places of a curve of accuracies."""
    ends = [min(xs), max(xs)]
    return Line(_("guessing ({:g} %)").format(TEN_DIGITS.value), "control", ends, [TEN_DIGITS.value] * 2)
