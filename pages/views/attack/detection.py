"""Detection: how suspicious clean, noisy and attacked pictures look, and how many attacks 5 % of false alarms find."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import data

GROUPS = {"clean": "before", "noise": "control", "blind": "after", "knowing": "danger"}  # score of what → role


def detection(current: Shown) -> None:
    """The scores of this run, or of the newest stored one that tried a detector; else what to press."""
    measured = _measured(current)
    if measured is None:
        sentence = _("No stored run has tried a detector yet: choose the method “Detection”.")
        data.how(sentence, {"method": "detect", "subject": "digits"}, ":material/radar:")
        return
    if measured.id != current.id:
        st.caption(_("From the newest stored run that tried a detector: {}").format(measured.id))
    _draw_scores(measured, "attack/detection")


def scores_of(current: Shown) -> dict[str, np.ndarray]:
    """The scores that the run has measured so far, by what they are scores of; nothing before those of clean pictures."""
    found = {name: current.last(f"score {name}") for name in GROUPS}
    return {name: values for name, values in found.items() if values is not None} if found["clean"] is not None else {}


def _draw_scores(current: Shown, key: str) -> None:
    """The ROC curves, the scores behind them, and the numbers at 5 % false alarms, as far as the run has come."""
    scores = scores_of(current)
    if not scores:
        return
    left, right = st.columns(2, gap="large")
    with left:
        chart.show(roc_curves(scores), key=f"{key}/roc", alt=_("What the detector finds against its false alarms"))
    with right:
        chart.show(score_histogram(scores), key=f"{key}/scores", alt=_("How suspicious the pictures look"))
    if "auc_noise" in current.summary:
        _numbers(current.summary)
    if note := current.summary.get("note"):
        st.markdown(f":material/balance: {note}")
    st.caption(
        _("Only attacks that fool the network count. Random scores: area 50 %, found 5 %."),
        help=_(
            "Noise is the control: a detector that also raises an alarm at noise finds unusual pictures, not attacks."
        ),
    )


def _names() -> dict[str, str]:
    return {
        "clean": _("clean"),
        "noise": _("noise of the same size"),
        "blind": _("attack, does not know the detector"),
        "knowing": _("attack, knows the detector"),
    }


def _measured(current: Shown) -> Shown | None:
    """The run shown when it tries a detector, else the newest stored one that did."""
    if current.settings and current.settings.method.name == "detect" and current.pictures("score clean"):
        return current
    return next(data.measuring("detect", "auc_noise"), None)


def roc_curves(scores: dict[str, np.ndarray]) -> figures.Figure:
    from core.attack.detect import roc

    names = _names()
    lines = [Line(_("by chance"), "neutral", [0, 100], [0, 100], faint=True)]
    for name in list(scores)[1:]:
        alarms, found = roc(scores["clean"], scores[name])
        lines.append(Line(names[name], GROUPS[name], alarms.tolist(), found.tolist()))
    return figures.curves(lines, _("false alarms: clean pictures (%)"), _("found (%)"), 320)


def score_histogram(scores: dict[str, np.ndarray]) -> figures.Figure:
    from core.attack.detect import FALSE_ALARMS, alarm

    names = _names()
    groups = {names[name]: (GROUPS[name], values) for name, values in scores.items()}
    marks = {_("{} % false alarms").format(FALSE_ALARMS): alarm(scores["clean"])}
    return figures.histogram(groups, _("score: how suspicious"), _("pictures"), 40, 320, marks)


def _numbers(end: dict[str, Any]) -> None:
    """A row for each kind of picture; an attack that never fools has no area."""
    names, rows = _names(), ("noise", "blind", "knowing")
    area = [end.get(f"auc_{name}") for name in rows]
    st.table(
        {
            _("Pictures"): [*(names[name] for name in rows), _("any, by random scores")],
            _("Fool the network (%)"): ["–", *(f"{end[f'fooled_{name}']:.1f}" for name in rows[1:]), "–"],
            _("Area under the curve (%)"): [*("–" if value is None else f"{value:.1f}" for value in area), "50.0"],
            _("Found at 5 % false alarms (%)"): [*(f"{end[f'found_{name}']:.1f}" for name in rows), "5.0"],
            _("Fool and are not found, of all (%)"): ["–", *(f"{end[f'unseen_{name}']:.1f}" for name in rows[1:]), "–"],
        }
    )
