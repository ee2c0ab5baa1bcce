"""What the views share: the choice of a network, what the clock measured, and the level of a network that knows nothing."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import streamlit as st

from core import runs
from core.record import Record
from core.settings import TEN_DIGITS
from pages.parts import choose, figures, shown
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import N_, _

COSTS = {
    "macs": N_("multiply–adds for one digit"),
    "latency_1": N_("latency, batch 1 (ms)"),
    "latency_64": N_("latency, batch 64 (ms)"),
}


def networks(current: Shown) -> dict[str, tuple[Record, str]]:
    """The networks there are to look into, name → (the run that holds it, model): first the one that the run started from."""
    return {
        name: (current if run_id == current.id else shown.of(runs.load(run_id)), model)
        for name, (run_id, model) in shown.networks(current).items()
    }


def network(current: Shown, where: str, first: str = "") -> tuple[Record, str]:
    """Which network a view looks into: the teacher that the run began with, or what the run made of it.

    first: the model that is shown first when the run has it.
    """
    options = networks(current)
    start = next((name for name, (__, model) in options.items() if model == first), next(iter(options)))
    return options[choose.one(f"{where}/network", _("Network"), list(options), start)]


def timed(measure: Callable[..., Any], *given: Hashable) -> Any:
    """`measure(*given)`, a function of core that reads the clock: remembered for ten minutes, then it is measured again."""
    with st.spinner(_("Measuring …")):
        return _timed(f"{measure.__module__}.{measure.__qualname__}", given, measure)


@st.cache_resource(max_entries=64, ttl=600, show_spinner=False)
def _timed(name: str, given: tuple, _measure: Callable[..., Any]) -> Any:
    return _measure(*given)


def accuracies(lines: Sequence[Line], x: str, now: float) -> figures.Figure:
    """Test accuracies over what was taken away, beside what guessing gets on the test digits. now: where the slider stands."""
    guess, xs = TEN_DIGITS.value, [at for line in lines for at in line.x]
    level = Line(_("guessing ({:g} %)").format(guess), "control", [min(xs), max(xs)], [guess] * 2)
    y = _("test accuracy, not fine-tuned (%)")
    return figures.curves([*lines, level], x, y, 300, marks={_("now"): now})
