"""Detection: how suspicious clean, noisy and attacked pictures look, and how many attacks 5 % of false alarms find."""

from typing import Any

import numpy as np
import streamlit as st

from core.attack.analysis import detection, stored
from core.attack.analysis.subject import shows
from pages.parts import chart, figures, lecture, table
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.attack import asked

KINDS = {  # of pictures: name, role
    "clean": (N_("clean"), "before"),
    "noise": (N_("noise of the same size"), "control"),
    "blind": (N_("attack, does not know the detector"), "after"),
    "knowing": (N_("attack, knows the detector"), "danger"),
}


@view(N_("Detection"), opens=lambda current: shows(current, "scores"))
def draw(current: Shown) -> None:
    """The ROC curves of this run, or of the newest stored one that tried a detector, the scores behind them, and the numbers
    at 5 % false alarms, as far as the run has come."""
    measured = stored.measured(current, detection.SCORES["clean"], detection.RESULT)
    sentence = _("No stored run has tried a detector yet: choose the method “Detection”.")
    if not asked.measured(current, measured, sentence, {"method": "detect", "subject": "digits"}, ":material/radar:"):
        return
    scores = detection.scores(measured)
    left, right = st.columns(2, gap="large")
    with left:
        chart.show(roc(scores), key="attack/detection/roc", alt=_("What the detector finds against its false alarms"))
    with right:
        chart.show(histogram(scores), key="attack/detection/scores", alt=_("How suspicious the pictures look"))
    if detection.RESULT in measured.summary:
        _numbers(measured.summary)
    if note := measured.summary.get("note"):
        st.markdown(f":material/balance: {translate(note)}")
    lecture.caption("attack", "detection")


def roc(scores: dict[str, np.ndarray], names: bool = True) -> figures.Figure:
    """What is found against false alarms. names: whether a legend says which curve is which."""
    lines = [Line(_("by chance"), "neutral", [0, 100], [0, 100], faint=True)]
    for name in list(scores)[1:]:
        alarms, found = detection.roc(scores["clean"], scores[name])
        lines.append(Line(_(KINDS[name][0]), KINDS[name][1], alarms.tolist(), found.tolist()))
    figure = figures.curves(lines, _("false alarms: clean pictures (%)"), _("found (%)"), 320)
    return figure if names else figures.restyled(figure, showlegend=False)


def histogram(scores: dict[str, np.ndarray]) -> figures.Figure:
    """How often which score, and where the alarm begins."""
    groups = {_(KINDS[name][0]): (KINDS[name][1], values) for name, values in scores.items()}
    marks = {_("{} % false alarms").format(detection.FALSE_ALARMS): detection.alarm(scores["clean"])}
    return figures.histogram(groups, _("score: how suspicious"), _("pictures"), 40, 320, marks)


def _numbers(end: dict[str, Any]) -> None:
    """A row for each kind of picture; an attack that never fools has no area."""
    rows = []
    for name in list(detection.SCORES)[1:]:
        values = [end.get(f"{result}_{name}") for result in ("fooled", "auc", "found", "unseen")]
        rows.append((_(KINDS[name][0]), *("–" if value is None else f"{value:.1f}" for value in values)))
    rows.append((_("any, by random scores"), "–", "50.0", "5.0", "–"))
    heads = (
        _("Pictures"),
        _("Fool the network (%)"),
        _("Area under the curve (%)"),
        _("Found at 5 % false alarms (%)"),
        _("Fool and are not found, of all (%)"),
    )
    table.draw(heads, rows)
