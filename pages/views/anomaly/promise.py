"""Without anomalies: a threshold that promises how many false alarms there will be, and what such a promise is worth."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from scipy.stats import binomtest

from core.anomaly import decide
from pages.parts import chart, figures
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data
from pages.views.anomaly.data import PROMISE, Scores
from pages.views.anomaly.threshold import spoken

ALPHAS = np.arange(1, 51)  # %: false alarm rates that can be promised
BARS = 10  # of the histogram of p-values at most
SURE = 0.95


@dataclass(frozen=True)
class Kept:
    """A threshold, of how many fresh normals it raises the alarm, within which rates that is likely (95 %, Wilson), and which share
    of the anomalies it finds; all but the threshold in [0, 1]."""

    threshold: float
    alarms: float
    low: float
    high: float
    found: float


@st.fragment
def promise(current: Shown) -> None:
    """A slider of the promised rate; what two ways to choose the threshold keep of it, and the p-values that one rests on."""
    found = data.final(current)
    if found is None:
        st.info(_("This run has no scores of its whole test part: let a run end."))
        return
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
        st.markdown(
            _(
                "Nobody has examples of what has never happened. But how high normals score can be counted, and that is enough to "
                "choose a threshold: above **held-out** normals, which the detector has not learned, or above **learned** ones."
            )
        )
    ways = both(found, alpha / 100)
    _table(ways, alpha)
    st.markdown(about(found, ways, alpha / 100))
    left, right = st.columns(2, gap="large")
    with left:
        _kept(found, ways, alpha)
    with right:
        _p_values(found, alpha / 100)
    _fine_print(current, found, ways["held"], alpha / 100)


def both(found: Scores, alpha: float) -> dict[str, Kept]:
    """What the two ways to choose a threshold keep of the promised rate, in (0, 1)."""
    return {
        "held": kept(found, decide.conformal_threshold(found.held, alpha)),
        "fit": kept(found, decide.quantile_threshold(found.fit, alpha)),
    }


def kept(found: Scores, threshold: float) -> Kept:
    """How this threshold fares with the test part's normals, which no detector and no threshold was chosen by."""
    raised = found.normal >= threshold
    likely = binomtest(int(raised.sum()), len(raised)).proportion_ci(SURE, "wilson")
    share = float((found.strange >= threshold).mean()) if len(found.strange) else 0.0
    return Kept(threshold, float(raised.mean()), max(0.0, float(likely.low)), min(1.0, float(likely.high)), share)


def _table(ways: dict[str, Kept], alpha: int) -> None:
    titles = {"held": _("Held-out normals (conformal)"), "fit": _("Learned normals (“contamination”)")}
    rows = {
        _("Alarm from"): spoken([each.threshold for each in ways.values()]),
        _("Promised: false alarms (%)"): [f"≤ {alpha}"] * len(ways),
        _("Kept: false alarms (%)"): [f"{100 * each.alarms:.1f}" for each in ways.values()],
        _("95 % interval of what is kept (%)"): [_interval(each) for each in ways.values()],
        _("Anomalies found (%)"): [f"{100 * each.found:.1f}" for each in ways.values()],
    }
    cells = dict(zip(ways, zip(*rows.values())))
    st.table({_("Threshold from"): list(rows)} | {titles[name]: list(column) for name, column in cells.items()})
    tip = _(
        "The interval is Wilson's. A learned normal is compared with all others and not with itself. The last row needs labels: a "
        "random score would find as large a share of the anomalies as of the normals."
    )
    st.caption(_("Kept: counted on normals that neither detector nor threshold has seen."), help=tip)


def _interval(each: Kept) -> str:
    return _("{:.1f} to {:.1f}").format(100 * each.low, 100 * each.high)


def about(found: Scores, ways: dict[str, Kept], alpha: float) -> str:
    """Which of the two promises was kept, and why the other was not."""
    n, fresh, held, fit = len(found.held), len(found.normal), ways["held"], ways["fit"]
    if np.isinf(held.threshold):
        said = _(
            "With {} held-out normals no rate below 1 / {} = {:.1f} % can be promised: so no score raises the alarm."
        ).format(n, n + 1, 100 / (n + 1))
    else:
        fair = decide.surprise(n, fresh, round(held.alarms * fresh), alpha) > (1 - SURE) / 2
        said = _("**Held-out normals**: {}").format(verdict(held, alpha, fresh, fair))
    said += " " + _("**Learned normals**: {}").format(verdict(fit, alpha, fresh, False))
    learned, other = float(np.median(found.fit)), float(np.median(found.held))
    if learned < other and fit.low > alpha:
        low, high = spoken([learned, other])
        said += " " + _("What was learned scores lower: its median is {}, that of held-out normals {}.").format(
            low, high
        )
    return said


def verdict(each: Kept, alpha: float, fresh: int, fair: bool) -> str:
    """Whether a promise was kept, as far as so many fresh normals can tell. fair: whether more alarms than promised may be the luck
    of the draw of held-out normals."""
    shares = 100 * each.alarms, 100 * alpha
    if each.low > alpha and fair:
        return _(
            "{:.1f} % instead of {:.0f} %, an unlucky draw: such draws happen, and the promise is on average."
        ).format(*shares)
    if each.low > alpha:
        return _("{:.1f} % instead of {:.0f} %, more than chance explains: the promise is **broken**.").format(*shares)
    if each.alarms > alpha:
        return _(
            "{:.1f} % instead of {:.0f} %, which of {} fresh normals may be chance: **not broken**, as far as one sees."
        ).format(*shares, fresh)
    if each.high < alpha:
        return _("{:.1f} %, fewer than the promised {:.0f} %: **kept**, and more careful than need be.").format(*shares)
    return _("{:.1f} % of the promised {:.0f} %: **kept**.").format(*shares)


def _kept(found: Scores, ways: dict[str, Kept], alpha: int) -> None:
    """Promised against kept rates, the promise itself as the diagonal."""
    st.markdown(f"**{_('What is promised, and what is kept')}**")
    curves = rates(found)
    lines = [
        Line(_("as promised"), "control", [0, 50], [0, 50]),
        Line(_("from held-out normals"), "after", ALPHAS, curves["held"]),
        Line(_("from learned normals"), "neutral", ALPHAS, curves["fit"]),
        *_fan(len(found.held)),
    ]
    figure = figures.curves(lines, _("promised false alarm rate (%)"), _("kept: fresh normals that raise it (%)"), 330)
    for name, role in (("held", "after"), ("fit", "neutral")):  # both intervals at the chosen rate, side by side
        at, each = alpha + (-0.25 if name == "held" else 0.25), ways[name]
        bar = figures.curve(Line("", role, [at, at], [100 * each.low, 100 * each.high]), silent=True)
        text = _("{:.1f} % ({} %)").format(100 * each.alarms, _interval(each))
        figures.add(figure, bar, figures.dots("", role, [at], [100 * each.alarms], [text]))
    top = max(
        50.0,
        np.nan_to_num(lines[-1].y).max(),
        *(max(curve) for curve in curves.values()),
        *(100 * each.high for each in ways.values()),
    )
    figures.within(figure, (0, 51), (-0.02 * top, 1.04 * top))
    chart.show(
        figure,
        key="promise/kept",
        alt=_("Kept against promised false alarm rate, of both ways to choose the threshold"),
    )


def _fan(n: int) -> list[Line]:
    """Between which rates nine of ten draws of n held-out normals lie, at each promised rate."""
    low, high = 100 * decide.luck(n, ALPHAS / 100)
    return [
        Line(_("nine of ten draws lie between"), "after", ALPHAS, low, faint=True),
        Line("", "after", ALPHAS, high, faint=True),
    ]


def rates(found: Scores) -> dict[str, list[float]]:
    """Share of fresh normals in % that raise the alarm at each promised rate, of both ways to choose the threshold."""
    ways = {"held": [], "fit": []}
    for alpha in ALPHAS / 100:
        ways["held"].append(100 * float((found.normal >= decide.conformal_threshold(found.held, alpha)).mean()))
        ways["fit"].append(100 * float((found.normal >= decide.quantile_threshold(found.fit, alpha)).mean()))
    return ways


def _p_values(found: Scores, alpha: float) -> None:
    """How the p-values of fresh normals and of anomalies are distributed."""
    st.markdown(f"**{_('The p-value: how many held-out normals are at least as odd')}**")
    n = len(found.held)
    normal, odd = (decide.p_values(part, found.held) for part in (found.normal, found.strange))
    edges = p_edges(n)
    groups = {_("fresh normals"): ("before", normal), _("anomalies"): ("danger", odd)}
    figure = figures.histogram(
        groups,
        _("p-value"),
        _("share of each (%)"),
        edges,
        330,
        {_("alarm: p ≤ {:.2f}").format(alpha): alpha},
        share=True,
    )
    flat = 100 / (len(edges) - 1)
    figures.add(figure, figures.curve(Line(_("flat"), "control", [0, 1], [flat, flat])))
    figures.within(figure, x=(0, float(edges[-1])))
    figures.room_for_marks(figure)
    chart.show(figure, key="promise/p", alt=_("Histogram of the conformal p-values of fresh normals and of anomalies"))
    said = _("p ≤ {:.2f}: {:.1f} % of fresh normals, {:.1f} % of anomalies.")
    tip = _("Of fresh normals every value from 1/{} to 1 should be as likely as any other.").format(n + 1)
    st.caption(said.format(alpha, 100 * float((normal <= alpha).mean()), 100 * float((odd <= alpha).mean())), help=tip)


def p_edges(n: int) -> np.ndarray:
    """Where the bars of p-values from n held-out normals begin and end: each holds equally many of the n + 1 values where that goes
    with five to ten bars, one of them where there are few, and nearly equally many otherwise."""
    even = next((bars for bars in range(BARS, 4, -1) if (n + 1) % bars == 0), None)
    bars = even or (n + 1 if n < 3 * BARS else BARS)
    return np.linspace(0, 1, bars + 1) + 0.5 / (n + 1)  # between the values, that none lies on an edge


def _fine_print(current: Shown, found: Scores, held: Kept, alpha: float) -> None:
    """What the promise says, what it does not say, and what breaks it."""
    n = len(found.held)
    st.markdown(f"**{_('What the promise is')}**")
    points = [
        _(
            "It holds on average over all draws of {} held-out normals and of what comes, whatever the detector, as long as both come "
            "from the same place. It is no promise about a single class, a single day, or about anomalies."
        ).format(n),
        about_luck(n, alpha),
    ]
    if current.settings.contamination > 0:
        points.append(about_hidden(current, found, held, alpha))
    st.markdown("\n".join(f"* {point}" for point in points))


def about_luck(n: int, alpha: float) -> str:
    """How far the rate of these very held-out normals may be from the promised one."""
    if not decide.allowed(n, alpha):
        return _(
            "Nothing below {:.1f} % can be promised with {} of them: the smallest p-value there is is 1 / {}."
        ).format(100 / (n + 1), n, n + 1)
    return _(
        "These {} held-out normals are one draw. Nine of ten draws have a rate between {:.1f} and {:.1f} % in the long run "
        "(Beta distribution); {:,} would narrow that to {:.1f} to {:.1f} %."
    ).format(n, *(100 * decide.luck(n, alpha)), 10 * n, *(100 * decide.luck(10 * n, alpha)))


def about_hidden(current: Shown, found: Scores, held: Kept, alpha: float) -> str:
    """What anomalies among the held-out examples did to the threshold, measured by taking them out."""
    hidden = data.world(current.settings).held_hidden.numpy()
    if len(hidden) != len(found.held) or not hidden.any():
        return _("{} % of what is taken for normal are anomalies; none of them is among the held-out ones.").format(
            current.settings.contamination
        )
    clean = kept(found, decide.conformal_threshold(found.held[~hidden], alpha))
    then, now = spoken([clean.threshold, held.threshold])
    return _(
        "Of the held-out examples {} are anomalies that nobody knows of. They move the threshold from {} to {}: "
        "found are {:.1f} % of the anomalies instead of {:.1f} %."
    ).format(int(hidden.sum()), then, now, 100 * held.found, 100 * clean.found)
