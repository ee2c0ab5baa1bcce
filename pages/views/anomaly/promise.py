"""Without anomalies: a threshold that promises how many false alarms there will be, and what such a promise is worth."""

import streamlit as st

from core.anomaly.analysis import promise
from core.anomaly.analysis.promise import ALPHAS, Ways
from core.anomaly.analysis.scores import KINDS, PROMISE, Scores, final
from pages.parts import chart, figures, lecture, table, verdict
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.anomaly.threshold import spoken


@view(N_("Without anomalies"), needs=KINDS)
def draw(current: Shown) -> None:
    """A slider of the promised rate; what two ways to choose the threshold keep of it, and the p-values that one rests on."""
    found = final(current)
    left, right = st.columns([1, 1.6], gap="large", vertical_alignment="center")
    with left:
        alpha = st.slider(
            _("Promise: of all normals at most this share raises the alarm"),
            int(ALPHAS[0]),
            int(ALPHAS[-1]),
            round(100 * PROMISE),
            format="%d %%",
            key="promise/alpha",
        )
    with right:
        lecture.write("anomaly", "two ways to promise")
    ways = promise.both(found, alpha / 100)
    _table(ways, alpha)
    verdict.draw("anomaly", promise.verdicts(found, alpha / 100))
    left, right = st.columns(2, gap="large")
    with left:
        _kept(found, ways, alpha)
    with right:
        _p_values(found, alpha / 100)
    st.markdown(_("**What the promise is**"))
    st.markdown("\n".join(f"* {_said(each)}" for each in promise.fine_print(current, found, alpha / 100)))


def _said(reached: verdict.Verdict) -> str:
    """A point of the fine print; thresholds in as many digits as tell them apart."""
    names = {}
    if "threshold" in reached.numbers:
        names = dict(zip(("before", "after"), spoken([reached.numbers["clean"], reached.numbers["threshold"]])))
    return verdict.words("anomaly", reached, **names)


def _table(ways: Ways, alpha: int) -> None:
    both, interval = (ways.calibration, ways.learned), _("{:.1f} to {:.1f}")
    rows = [
        (_("Alarm from"), *spoken([each.threshold for each in both])),
        (_("Promised: false alarms (%)"), f"≤ {alpha}", f"≤ {alpha}"),
        (_("Kept: false alarms (%)"), *(f"{100 * each.alarms:.1f}" for each in both)),
        (_("95 % interval of what is kept (%)"), *(interval.format(100 * each.low, 100 * each.high) for each in both)),
        (_("Anomalies found (%)"), *(f"{100 * each.found:.1f}" for each in both)),
    ]
    heads = _("Threshold from"), _("Held-out normals (conformal)"), _("Learned normals (“contamination”)")
    table.draw(heads, rows)
    lecture.caption("anomaly", "kept promises")


def _kept(found: Scores, ways: Ways, alpha: int) -> None:
    """Promised against kept rates, the promise itself as the diagonal."""
    st.markdown(_("**What is promised, and what is kept**"))
    rates = promise.rates(found)
    lines = [
        Line(_("as promised"), "control", [0, 50], [0, 50]),
        Line(_("from held-out normals"), "after", ALPHAS, rates.calibration),
        Line(_("from learned normals"), "neutral", ALPHAS, rates.learned),
        Line(_("nine of ten draws lie between"), "after", ALPHAS, rates.low, faint=True),
        Line("", "after", ALPHAS, rates.high, faint=True),
    ]
    figure = figures.curves(lines, _("promised false alarm rate (%)"), _("kept: fresh normals that raise it (%)"), 330)
    for each, role, at in ((ways.calibration, "after", alpha - 0.25), (ways.learned, "neutral", alpha + 0.25)):
        kept, low, high = 100 * each.alarms, 100 * each.low, 100 * each.high
        bar = figures.curve(Line("", role, [at, at], [low, high]), silent=True)
        text = _("{:.1f} % ({:.1f} to {:.1f} %)").format(kept, low, high)
        figures.with_points(figure, [bar, figures.dots("", role, [at], [kept], [text])])
    figures.within(figure, x=(0, 51))
    alt = _("Kept against promised false alarm rate, of both ways to choose the threshold")
    chart.show(figure, key="promise/kept", alt=alt)


def _p_values(found: Scores, alpha: float) -> None:
    """How the p-values of fresh normals and of anomalies are distributed."""
    st.markdown(_("**The p-value: how many held-out normals are at least as odd**"))
    values = promise.p_values(found)
    groups = {_("fresh normals"): ("before", values.normal), _("anomalies"): ("danger", values.anomalous)}
    marks = {_("alarm: p ≤ {:.2f}").format(alpha): alpha}
    titles = _("p-value"), _("share of each (%)")
    figure = figures.histogram(groups, *titles, values.edges, 330, marks, share=True)
    figures.add(figure, figures.curve(Line(_("flat"), "control", [0, 1], [values.flat, values.flat])))
    figures.room_for_marks(figures.within(figure, x=(0, float(values.edges[-1]))))
    chart.show(figure, key="promise/p", alt=_("Histogram of the conformal p-values of fresh normals and of anomalies"))
    tip = lecture.note("anomaly", "flat", many=len(found.calibration) + 1)
    st.caption(verdict.words("anomaly", promise.at_alpha(found, alpha)), help=tip)
