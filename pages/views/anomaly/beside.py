"""Detectors side by side: all of them on the same data, and against one another on the same picture."""

from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import pictures
from core.anomaly.analysis import beside as analysis
from core.anomaly.analysis.beside import DISPUTED, Comparison
from core.anomaly.analysis.rivals import candidates, one_of_each
from core.anomaly.analysis.scores import KINDS
from core.anomaly.datasets import dataset_of
from core.anomaly.monitor import as_bytes
from pages.parts import chart, figures, lecture, rasters, verdict
from pages.parts.ask import ask
from pages.parts.panels import percent
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.anomaly import example, panels
from pages.views.anomaly.example import Example
from pages.views.anomaly.names import method_name, pick, titles


@view(N_("Detectors side by side"), needs=KINDS)
def draw(current: Shown) -> None:
    """A table of all detectors, then one example that all of them are asked about, then how far they agree."""
    lecture.write("anomaly", "side by side")
    found = candidates(current)
    label = _("Stored runs on the same data with the same seed, and all that needs no training")
    chosen = pick(_("Which detectors"), label, "beside/which", found, one_of_each(found, current.id))
    compared = ask(analysis.compare, current, tuple(chosen), wait=_("Learning whatever needs no training …"))
    if len(compared.rivals) < 2:
        st.info(_("Choose at least two detectors to hold against one another."))
        return
    _table(current, compared)
    st.subheader(_("The same example"), anchor=False)
    _same_example(current, compared)
    st.subheader(_("Do they find the same anomalies odd?"), anchor=False)
    _agreement(current, compared)


def _table(current: Shown, compared: Comparison) -> None:
    """How well each tells the test part apart, that with the highest AUROC first, and all of them together."""
    those = compared.rivals
    names, families = [], []
    for i, each in enumerate(those, start=1):
        own = _("**{} · {}** (this run)") if each.id == current.id else "{} · {}"
        names.append(own.format(i, method_name(each.about)))
        families.append((_("{} (lecture)") if each.method.TAUGHT else "{}").format(_(each.method.FAMILY)))
    st.table(
        {
            _("Detector"): [*names, _("All together: mean rank"), _("Trivial rival: distance to the mean")],
            _("Family"): [*families, "–", "–"],
            _("AUROC (%)"): [f"{row.auroc:.1f} ± {row.error:.1f}" for row in compared.rows],
            _("False alarms at 95 % found (%)"): [f"{row.alarms:.0f}" for row in compared.rows],
            _("Seconds"): [row.taken for row in compared.rows],
        }
    )
    verdict.draw("anomaly", verdict.named(compared.lessons, titles(those)))
    lecture.caption("anomaly", "table of detectors")


# ---- one example ----


@st.fragment
def _same_example(current: Shown, compared: Comparison) -> None:
    """What every detector says about one example, and about those that part them most."""
    settings, disputed = current.settings, compared.disputed
    left, right = st.columns([1, 1.9], gap="large")
    with left:
        alpha = st.slider(_("False alarms that are promised (%)"), 1, 50, 10, key="beside/alpha") / 100
        where, kind = "beside", settings.data.name
        _click(where)
        if kind == "plane":
            chosen = example.point(where, tuple(dataset_of(settings).test_x[disputed[0]].tolist()))
        else:
            chosen = example.chosen(where, settings, {"disputed": (_("The most disputed"), disputed)})
        if chosen is not None:
            example.show(chosen, dataset_of(settings).pictures)
    with right:
        if chosen is None:
            st.info(_("Here stands what every detector says, as soon as there is an example."))
        else:
            _verdicts(compared, chosen, alpha)
    if kind in ("digits", "damaged"):
        st.markdown(_("**What they disagree about most, of each digit one**"))
    else:
        st.markdown(_("**What they disagree about most**"))
    alt = _("The p-values that the detectors give to what they disagree about most")
    chart.show(_disputed(settings, compared, alpha), key="beside/disputed", alt=alt, pick=kind != "plane")
    st.caption(_("p-values in %. Magenta cells raise the alarm. Click a column to ask about that example."))


def _verdicts(compared: Comparison, chosen: Example, alpha: float) -> None:
    """One bar for each detector: how surprising it finds the example."""
    those, names = compared.rivals, titles(compared.rivals)
    asked = {each.id: each.p_value(chosen.x, chosen.index) for each in those}
    p = {each: value for each, value in asked.items() if value is not None}
    if not p:
        st.info(_("The detectors are gone: their runs have been deleted."))
        return
    verdict.draw("anomaly", verdict.named(analysis.votes(p, alpha, chosen.is_anomaly), names), example=chosen.words)
    bars = {names[each]: value for each, value in p.items()}
    bars[_("All together: 2 × mean p")] = analysis.p_together(list(p.values()))
    calibration = len(those[0].calibration)
    figure = _bars(bars, alpha, calibration)
    chart.show(figure, key="beside/verdicts", alt=_("How surprising each detector finds the example"))
    lecture.caption("anomaly", "bars of surprise", alpha=100 * alpha, calibration=calibration)
    if 1 / (calibration + 1) > alpha:
        st.info(_("Too few normals were held out for this promise: allow more false alarms."))


def _bars(p: dict[str, float], alpha: float, calibration: int) -> figures.Figure:
    """One bar of −log p for each p-value, with a line where the alarm begins."""
    raised = [value <= alpha for value in p.values()]
    texts = [(_("{} · alarm") if up else "{}").format(percent(100 * v)) for up, v in zip(raised, p.values())]
    roles = ["danger" if up else "before" for up in raised]
    lengths = [analysis.surprise(value) for value in p.values()]
    figure = panels.across(list(p), lengths, texts, _("p-value"), roles, 90 + 25 * len(p))
    ticks = [tick for tick in (1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001) if tick >= 1 / (calibration + 1)]
    figures.ticked(figure, "x", [analysis.surprise(tick) for tick in ticks], [f"{100 * tick:g} %" for tick in ticks])
    figures.within(figure, x=(0, 1.3 * analysis.surprise(1 / (calibration + 1))))
    return figures.upright(figure, analysis.surprise(alpha))


def _click(where: str) -> None:
    """A click on a column of what is disputed chooses that example."""
    state, click = st.session_state, chart.clicked("beside/disputed")
    if click and isinstance(click["x"], int) and 0 <= click["x"] < DISPUTED:
        state[f"{where}/way"], state[f"{where}/number/disputed"] = "disputed", click["x"] + 1


def _disputed(settings: Any, compared: Comparison, alpha: float) -> figures.Figure:
    """One column for each example, with its picture on top, one row for each detector, the p-value in each cell."""
    dataset, places = dataset_of(settings), compared.disputed
    p = np.array([each.p[places] for each in compared.rivals])
    truth = [_("odd") if dataset.test_is_anomaly[place] else _("normal") for place in places]
    return rasters.cells(
        p <= alpha,
        [[percent(100 * value)[:-2] for value in row] for row in p],
        _numbered(compared),
        [f"{example.called(settings, int(place))}\n{name}" for place, name in zip(places, truth)],
        as_bytes(dataset.test_x[places]) if dataset.pictures else (),
    )


def _numbered(compared: Comparison) -> list[str]:
    return [f"{i + 1} · {_(each.method.SHORT)}" for i, each in enumerate(compared.rivals)]


def _agreement(current: Shown, compared: Comparison) -> None:
    share, many = 100 * compared.correlations, len(compared.rivals)
    figure = rasters.matrix(
        share,
        36 * many + 40,
        signed=True,
        limit=100,
        words=[[verdict.minus(f"{rho:.0f}") if np.isfinite(rho) else "" for rho in row] for row in share],
        rows=_numbered(compared),
        columns=[str(i + 1) for i in range(many)],
        largest=44,
    )
    alt = _("Rank correlations between the scores that the detectors give to anomalies")
    chart.show(figure, key="beside/agreement", alt=alt)
    lecture.caption("anomaly", "rank correlations", many=int(current.last(pictures.IS_ANOMALY).sum()))
    verdict.draw("anomaly", verdict.named(compared.agreement, titles(compared.rivals)))
