"""Rows of a table in the order of their scores, and which measurements of one of them differ most from what was expected."""

from html import escape
from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from pages.shared import figures
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.anomaly.blur import residuals
from pages.views.anomaly.data import Scores, number
from pages.views.anomaly.order import about_group, no_idea, ordered, rank_slider, sorts

ROWS = 8  # patients in the list, and columns of the chosen one


def patients(current: Shown, found: Scores, world: Any, detector: Any, labels: list[str], group: str) -> None:
    """Patients in the order of their scores, and what is odd about one of them."""
    order = ordered(group, found.test, found.odd)
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        rank = rank_slider(current, len(order), group)
        first = (rank - 1) // ROWS * ROWS
        p = decide.p_values(found.test, found.held)
        places = order[first : first + ROWS]
        st.table(
            {
                "": ["▸" if place == order[rank - 1] else "" for place in places],
                _("Rank"): [str(first + i + 1) for i in range(len(places))],
                _("Patient"): [str(place + 1) for place in places],
                _("Truly"): [labels[place] for place in places],
                _("Score"): [number(found.test[place]) for place in places],
                "p": [f"{p[place]:.3f}" for place in places],
            }
        )
        st.markdown(about_group(group, found, sorts(world, current.settings)))
        st.caption(_("p: the share of held-out benign tumours, with this one among them, that score at least as high."))
    with right:
        _patient(current, world, detector, int(order[rank - 1]))


def _patient(current: Shown, world: Any, detector: Any, place: int) -> None:
    """The measurements of one patient that differ most from what was expected, or from the mean where nothing was."""
    gaps = residuals(current.id, current) if detector is not None else None
    x = world.test_x[place].numpy()
    gap = x if gaps is None else gaps[1][place].numpy()
    most = np.argsort(-np.abs(gap), kind="stable")[:ROWS]
    title = _("measured less mean benign") if gaps is None else _("measured less expected")
    st.markdown(f"**{_('What is odd about patient {}').format(place + 1)}**: {title}")
    st.html(bars([(_(world.columns[i]), float(gap[i])) for i in most]))
    st.caption(_("In standard deviations (sd) of benign tumours. Orange: more than that, blue: less."))
    if gaps is None:
        st.info(no_idea(current))
        return
    st.markdown(about_patient(x, gap, world.columns))


def bars(rows: list[tuple[str, float]]) -> str:
    """HTML of a bar under each name, in the colour of its sign. rows: (name, how many standard deviations)."""
    longest, cells = max((abs(value) for __, value in rows), default=0) or 1.0, []
    for name, value in rows:
        words = f'<span>{escape(name)}</span><span style="font-variant-numeric:tabular-nums">{_sd(value)}</span>'
        colour, wide = figures.COLOURS["after" if value > 0 else "before"], 100 * abs(value) / longest
        bar = f'<div style="height:9px;border-radius:2px;background:{colour};width:{max(wide, 0.5):.1f}%"></div>'
        cells.append(f'<div style="display:flex;justify-content:space-between;gap:12px">{words}</div>{bar}')
    return f'<div style="max-width:440px;font-size:0.9rem;line-height:1.7">{"".join(cells)}</div>'


def about_patient(x: np.ndarray, gap: np.ndarray, columns: tuple[str, ...]) -> str:
    """The measurement that differs most, and how much of the whole squared error lies in few of them."""
    square = gap.astype(np.float64) ** 2
    most = int(square.argmax())
    few = 100 * float(np.sort(square)[-3:].sum() / max(square.sum(), 1e-12))
    return _("“{}” is {}, and {} was expected. Three of the {} measurements hold **{:.0f} %** of the squared error.").format(
        _(columns[most]), _sd(x[most]), _sd(x[most] - gap[most]), len(columns), few
    )


def _sd(value: float) -> str:
    return f"{value:+.1f} sd".replace("-", "−")
