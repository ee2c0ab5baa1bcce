"""Under the buttons: the scores of normals and anomalies as they part, and what the detector expects in the place of each."""

from html import escape

import numpy as np
import streamlit as st

from core.anomaly.decide import auroc, conformal_threshold, roc
from pages.shared import chart, figures
from pages.shared.figures import Line
from pages.shared.overlay import inline
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.anomaly import data
from pages.views.anomaly.landscape import live_landscape

SIDE = 52  # pixels of each picture on the screen
PROMISE = 0.1  # of normals may raise the alarm at the threshold that is drawn
TAIL = 0.98  # share of all scores that the picture has room for: a few lie far out


def pictures(current: Shown) -> None:
    """The histogram of scores on the left; on the right pictures and what was expected, a landscape, or the ROC curve."""
    found = newest(current)
    if found is None or current.settings is None:
        return
    test, odd = found
    if said := about_learning(current):
        st.caption(said)
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        _histogram(current, test, odd)
    with right:
        if current.last("field") is not None:
            live_landscape(current)
        elif current.last("expects") is not None:
            _strips(current)
        else:
            _curve(test, odd)


def about_learning(current: Shown) -> str:
    """Of a detector that is no network: that it is done at once, and why the same knobs show the same numbers again."""
    if current.run is None or current.settings is None or hasattr(current.settings.method, "steps"):
        return ""
    learned = len(current.last("fit")) if current.last("fit") is not None else 0
    return _(
        "**{}** is no network and takes no training steps: it was fitted to {:,} normal examples and asked about all others in {:.2f} s. "
        "The same knobs with the same seed give the same numbers: turn a knob, or press *New seed*."
    ).format(data.method_name(current.run.about), learned, max(current.run.about.seconds, 0.01))


def newest(current: Shown) -> tuple[np.ndarray, np.ndarray] | None:
    """(scores (N,), which are anomalies) of the whole test part once the run has ended, of some of it before."""
    if found := data.final(current):
        return found.test, found.odd
    seen, asked, odd = (current.last(name) for name in ("seen", "asked", "odd"))
    if seen is None or asked is None or odd is None:
        return None
    return seen.astype(np.float64), odd.astype(bool)[asked]


def clipped(scores: np.ndarray, share: float = TAIL) -> np.ndarray:
    """Scores (N,) with the farthest few moved to the edge of what is drawn."""
    finite = np.nan_to_num(scores, posinf=np.finfo(np.float32).max, neginf=np.finfo(np.float32).min)
    return np.minimum(finite, np.quantile(finite, share))


def _histogram(current: Shown, test: np.ndarray, odd: np.ndarray) -> None:
    drawn, marks = clipped(test), {}
    if found := data.final(current):
        threshold = conformal_threshold(found.held, PROMISE)
        if threshold <= drawn.max():
            marks[_("10 % false alarms")] = threshold
    st.markdown(f"**{_('How odd the detector finds them')}**")
    groups = {_("normal"): ("before", drawn[~odd]), _("anomalies"): ("danger", drawn[odd])}
    figure = figures.histogram(groups, _("score: higher is odder"), _("share of each (%)"), 40, 300, marks, share=True)
    chart.show(figure, key="live/scores", alt=_("Histogram of the scores of normal and anomalous test examples"))


def _curve(test: np.ndarray, odd: np.ndarray) -> None:
    alarms, found, __ = roc(test, odd)
    st.markdown(f"**{_('Every threshold at once')}**")
    lines = [
        Line(f"ROC, AUROC {100 * auroc(test, odd):.1f} %", "after", 100 * alarms, 100 * found),
        Line(_("guessing"), "control", [0, 100], [0, 100]),
    ]
    figure = figures.curves(lines, _("normals that raise the alarm (%)"), _("anomalies found (%)"), 300)
    chart.show(figure, key="live/roc", alt=_("ROC curve: anomalies found against false alarms"))


def _strips(current: Shown) -> None:
    """Ten test pictures, what the detector expected, and where the two differ."""
    inputs, expected = current.last("inputs"), current.last("expects")
    half = len(inputs) // 2
    for title, part in ((_("Normal"), slice(0, half)), (_("Anomalies"), slice(half, None))):
        st.markdown(f"**{title}**")
        st.html(table(inputs[part], expected[part]))
    st.caption(_("Above the picture, in the middle what the detector expected in its place, below where the two differ."))


def table(inputs: np.ndarray, expected: np.ndarray) -> str:
    """HTML of three rows: pictures, what was expected, and the difference; both 8-bit (N, H, W)."""
    rows = (
        (_("picture"), inputs),
        (_("expected"), expected),
        (_("difference"), [heat(a, b) for a, b in zip(inputs, expected)]),
    )
    cells = "".join(_image(picture, name) for name, row in rows for picture in row)
    return f'<div style="display:grid;grid-template-columns:repeat({len(inputs)},minmax(0,{SIDE}px));gap:5px">{cells}</div>'


def heat(picture: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Where two 8-bit pictures (H, W) differ: orange is ink too many, blue ink that is missing; 8-bit (H, W, 3)."""
    share = (picture.astype(np.float32) - expected.astype(np.float32)) / 255
    blue, __, orange = (np.array(list(bytes.fromhex(stop[1:])), np.float32) for stop in figures.DIVERGING)
    hue = np.where(share[..., None] > 0, orange, blue)
    return (np.abs(share[..., None]) ** 0.7 * hue + 24 * (1 - np.abs(share[..., None]))).astype(np.uint8)


def _image(picture: np.ndarray, name: str) -> str:
    style = "image-rendering:pixelated;border-radius:3px;display:block;width:100%;height:auto;aspect-ratio:1"
    return f'<img src="{inline(picture)}" alt="{escape(name)}" title="{escape(name)}" style="{style}">'
