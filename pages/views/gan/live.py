"""Under the buttons: the plane with both players in it, or the same codes as pictures; in slow motion the phase by its name."""

import numpy as np
import streamlit as st

from pages.shared import chart, figures
from pages.shared.overlay import inline
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.gan import plane

ROW = 10  # pictures of the film side by side


def pictures(current: Shown) -> None:
    """The newest look at the world on the left, how D's scores of both kinds overlap on the right."""
    if current.last("real") is None:
        return
    _phase(current)
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        if current.last("fake") is not None:
            st.html(plane.svg(*(current.last(name) for name in ("real", "fake", "field", "arrows", "lattice"))))
            st.html(plane.legend())
        elif current.last("film") is not None:
            st.html(wall(current.last("film"), _("Fakes of the same codes")))
            st.caption(
                _("The same {} codes at every look: watch how each becomes a digit.").format(len(current.last("film")))
            )
    with right:
        _scores(current)


def _phase(current: Shown) -> None:
    """In slow motion: which half of a step has just been made."""
    phases = current.pictures("phase")
    if not current.live or not phases or current.standing.motion != "phases":
        return
    newest = phases[-1]
    said = (
        _(
            "**Step {}, 1 of 2: D has learned.** New fakes came from new codes; D saw them beside real ones, and its field moved."
        )
        if newest.array[0] == 0
        else _("**Step {}, 2 of 2: G has learned.** It followed its gradient through D, the arrows; D stood still.")
    )
    st.info(said.format(newest.step), icon=":material/slow_motion_video:")


def wall(pictures: np.ndarray, alt: str, row: int = ROW) -> str:
    """HTML of pictures, 8-bit (N, H, W), ten in a row, as one sharp image."""
    blank = np.zeros((-len(pictures) % row, *pictures.shape[1:]), np.uint8)
    rows = np.concatenate([pictures, blank]).reshape(-1, row, *pictures.shape[1:])
    sheet = np.concatenate(
        [np.concatenate(list(np.pad(line, ((0, 0), (1, 1), (1, 1)), constant_values=28)), 1) for line in rows]
    )
    style = "image-rendering:pixelated;width:100%;max-width:640px;height:auto;display:block;border-radius:6px"
    return f'<img src="{inline(sheet)}" alt="{alt}" style="{style}">'


def _scores(current: Shown) -> None:
    """How D's raw scores of real ones and of fakes overlap at the newest look."""
    found = current.last("scores")
    if found is None:
        return
    real, fake = np.nan_to_num(found.astype(np.float32))
    groups = {_("real"): ("before", real), _("fake"): ("after", fake)}
    figure = figures.histogram(
        groups, _("D's raw score: higher is more real"), _("share of each (%)"), 30, 300, share=True
    )
    chart.show(figure, key="live/scores", alt=_("Histogram of D's scores of real examples and of fakes"))
