"""Detectors side by side: all of them on the same data, and against one another on the same picture."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import streamlit as st
from scipy.stats import rankdata

from core.anomaly import decide
from core.runs import RunError
from pages.parts import chart, figures, rasters, views
from pages.parts.figures import COLOURS
from pages.parts.overlay import inline
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data, example, panels
from pages.views.anomaly import rivals as held_against
from pages.views.anomaly.example import Example
from pages.views.anomaly.rivals import LECTURE, Rival

MOST = 13  # detectors to begin with: one of each method
DISPUTED = 6  # examples about which they disagree most
SURE = 2.0  # standard errors from which on a difference is more than chance


def beside(current: Shown) -> None:
    """A table of all detectors, then one example that all of them are asked about, then how far they agree."""
    if current.run is None or current.settings is None or data.final(current) is None:
        st.info(_("This run has no scores to hold against others: let a run end."))
        return
    _beside(current)


@st.fragment
def _beside(current: Shown) -> None:
    st.markdown(
        _(
            "All of these learned from the same normals. Predict who raises the alarm at an example, then choose it below the table."
        )
    )
    found = held_against.names(current)
    with st.popover(_("Which detectors"), icon=":material/checklist:"):
        chosen = st.pills(
            _("Stored runs on the same data with the same seed, and all that needs no training"),
            list(found),
            format_func=found.get,
            selection_mode="multi",
            key=views.kept("beside/which", list(found), held_against.one_of_each(found, current, MOST)),
        )
    odd = data.final(current).odd
    with st.spinner(_("Learning whatever needs no training …")):
        those = held_against.rivals(current, chosen)
    if len(those) < 2:
        st.info(_("Choose at least two detectors to hold against one another."))
        return
    those.sort(key=lambda each: -decide.auroc(each.test, odd))
    _table(current, those, odd)
    st.subheader(_("The same example"), anchor=False)
    _same_example(current, those)
    st.subheader(_("Do they find the same anomalies odd?"), anchor=False)
    _agreement(those, odd)


def short(method: str) -> str:
    """What a detector is called where there is little room."""
    return {
        "pca": "PCA",
        "kmeans": "k-means",
        "confidence": _("classifier"),
        "autoencoder": _("autoencoder"),
        "denoising": _("denoising"),
        "vae": _("variational"),
        "svdd": "SVDD",
        "knn": _("neighbours"),
        "lof": "LOF",
        "forest": _("forest"),
        "ocsvm": "SVM",
        "mixture": _("mixture"),
        "kde": _("density"),
    }[method]


# ---- the table ----


def together(those: Sequence[Rival]) -> np.ndarray:
    """All in one: the mean of their p-values (N,), each the rank among the held-out normals. Twice it is a p-value again."""
    return np.mean([each.p for each in those], 0)


def _table(current: Shown, those: list[Rival], odd: np.ndarray) -> None:
    """How well each tells the test part apart, the best first, and all of them together."""
    whole = -together(those)
    rows = [(_name(i, each, current), _family(each), each.test, each.seconds) for i, each in enumerate(those)]
    rows.append((_("All together: mean rank"), "–", whole, sum(each.seconds for each in those)))
    rows.append((_("Trivial rival: distance to the mean"), "–", data.mean_scores(current.settings), 0.0))
    st.table(
        {
            _("Detector"): [name for name, *__ in rows],
            _("Family"): [family for __, family, *__ in rows],
            _("AUROC (%)"): [_auroc(scores, odd) for *__, scores, __ in rows],
            _("False alarms at 95 % found (%)"): [
                f"{100 * decide.missed_at(scores, odd):.0f}" for *__, scores, __ in rows
            ],
            _("Seconds"): [f"{seconds:.0f}" if seconds >= 1 else "< 1" for *__, seconds in rows],
        }
    )
    st.markdown(about_best(those, odd) + " " + about_together(those, whole, odd))
    tip = _(
        "Another test part of the same size would move the number by about so much. 95 % false alarms are what a random order has "
        "where 95 % are found. A network's seconds are those of its training; all others were learned on this server just now."
    )
    st.caption(_("± is one standard error. A random order has 50 %. All of it needs labels."), help=tip)


def _name(place: int, each: Rival, current: Shown) -> str:
    name = f"{place + 1} · {each.name}"
    return f"**{name}** ({_('this run')})" if each.id == current.id else name


def _family(each: Rival) -> str:
    return _(each.family) + (f" ({_('lecture')})" if each.method in LECTURE else "")


def _auroc(scores: np.ndarray, odd: np.ndarray) -> str:
    return f"{100 * decide.auroc(scores, odd):.1f} ± {100 * decide.error_of(decide.placements(scores, odd)):.1f}"


def about_best(those: Sequence[Rival], odd: np.ndarray) -> str:
    """Which detector tells best, and from which others chance alone may part it."""
    best, *others = held_against.titles(those)
    first = decide.placements(those[0].test, odd)
    near = []
    for name, each in zip(others, those[1:]):
        second = decide.placements(each.test, odd)
        if first[0].mean() - second[0].mean() <= SURE * decide.error_of(first, second):
            near.append(name)
    said = _("**{}** tells normal from odd best here.").format(best)
    if not near:
        return f"{said} " + _("Its lead over every other is more than chance.")
    return f"{said} " + _("{} of the {} others could be as good: {}.").format(len(near), len(others), listed(near))


def about_together(those: Sequence[Rival], whole: np.ndarray, odd: np.ndarray) -> str:
    """Whether all together are better than the best of them. those: best first. whole: their common scores (N,)."""
    all_in_one, best = decide.placements(whole, odd), decide.placements(those[0].test, odd)
    lead, error = 100 * (all_in_one[0].mean() - best[0].mean()), 100 * decide.error_of(all_in_one, best)
    better = sum(decide.auroc(each.test, odd) < all_in_one[0].mean() for each in those)
    said = _("All together are better than {} of the {}; against the best alone that is {} points (± {:.1f}).").format(
        better, len(those), f"{lead:+.1f}".replace("-", "−"), error
    )
    if lead > SURE * error:
        return f"{said} " + _("Here a committee is worth more than its best member.")
    if lead < -SURE * error:
        return f"{said} " + _("A committee is a safe choice where nobody knows the best one, and no better than it.")
    return f"{said} " + _(
        "That is no more than chance: if you do not know which one is the best, take all of them together."
    )


def listed(names: Sequence[str]) -> str:
    """“A, B and C”; of many the first few."""
    names = list(names)
    if len(names) > 5:
        names = names[:4] + [_("{} more").format(len(names) - 4)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {_('and')} {names[-1]}"


# ---- one example ----


@st.fragment
def _same_example(current: Shown, those: list[Rival]) -> None:
    """What every detector says about one example, and about those that part them most."""
    settings = current.settings
    several = settings.data.name in ("digits", "damaged")  # classes: six ones in a row would teach less than six digits
    worst = most_disputed(those, data.world(settings).test_y.numpy() if several else None)
    left, right = st.columns([1, 1.9], gap="large")
    with left:
        alpha = st.slider(_("False alarms that are promised (%)"), 1, 50, 10, key="beside/alpha") / 100
        where = "beside"
        _click(where)
        if settings.data.name == "plane":
            chosen = example.point(where, tuple(data.world(settings).test_x[int(worst[0])].tolist()))
        else:
            chosen = example.choose(where, settings, {"disputed": (_("The most disputed"), worst)})
        if chosen is not None:
            example.show(chosen, data.world(settings).pictures)
    with right:
        if chosen is None:
            st.info(_("Here stands what every detector says, as soon as there is an example."))
        else:
            _verdicts(those, chosen, alpha)
    title = _("What they disagree about most, of each digit one") if several else _("What they disagree about most")
    st.markdown(f"**{title}**")
    alt = _("The p-values that the detectors give to what they disagree about most")
    chart.show(
        _disputed(settings, those, worst, alpha), key="beside/disputed", alt=alt, pick=settings.data.name != "plane"
    )
    st.caption(_("p-values in %. Magenta cells raise the alarm. Click a column to ask about that example."))


def most_disputed(those: Sequence[Rival], kinds: np.ndarray | None = None, many: int = DISPUTED) -> np.ndarray:
    """Places (≤ many,) in the test part whose p-values spread most over the detectors, the most disputed first.

    kinds: (N,), of each kind only the first is taken.
    """
    order = np.argsort(-np.std([each.p for each in those], 0), kind="stable")
    if kinds is not None:
        order = order[np.sort(np.unique(kinds[order], return_index=True)[1])]
    return order[:many]


def _verdicts(those: list[Rival], chosen: Example, alpha: float) -> None:
    """One bar for each detector: how surprising it finds the example."""
    known = [
        (name, p)
        for name, p in zip(held_against.titles(those), [p_of(each, chosen) for each in those])
        if p is not None
    ]
    if not known:
        st.info(_("The detectors are gone: their runs have been deleted."))
        return
    mean = min(1.0, 2 * float(np.mean([p for __, p in known])))
    st.markdown(about_votes([name for name, __ in known], [p <= alpha for __, p in known], chosen))
    figure = bars([*known, (_("All together: 2 × mean p"), mean)], alpha, len(those[0].held))
    chart.show(figure, key="beside/verdicts", alt=_("How surprising each detector finds the example"))
    least = 100 / (len(those[0].held) + 1)
    tip = _(
        "p is the share of {} held-out normals that are at least as odd, the example among them. The bar is −log p."
    )
    said = _("Alarm from p ≤ {:.0f} % on: so many fresh normals raise it at most, whatever the detector.")
    st.caption(said.format(100 * alpha), help=tip.format(len(those[0].held)))
    if least > 100 * alpha:
        st.info(
            _(
                "So few normals were held out that no example can raise the alarm at this promise: allow more false alarms."
            )
        )


def p_of(each: Rival, chosen: Example) -> float | None:
    """The conformal p-value that a detector gives an example; None when it is gone."""
    if chosen.index is not None:
        return float(each.p[chosen.index])
    try:
        score = _score(each.id, chosen.key, each.detector, chosen.x)
    except (RunError, KeyError):
        return None
    return float(decide.p_values(np.array([score]), each.held)[0])


@st.cache_data(max_entries=2000, show_spinner=False)
def _score(rival: str, key: str, _detector: Any, _x: Any) -> float:
    """What a detector gives an example that is not in the test part."""
    from core.anomaly.detector import scores

    return float(np.nan_to_num(scores(_detector(), _x.unsqueeze(0)).numpy().astype(np.float64))[0])


def about_votes(names: Sequence[str], raised: Sequence[bool], chosen: Example) -> str:
    """How many raise the alarm, who does not join them, and who is right where that is known."""
    loud, quiet = ([name for name, up in zip(names, raised) if up is wanted] for wanted in (True, False))
    if not loud:
        said = _("**None of the {}** detectors raises the alarm at {}.").format(len(names), chosen.words)
    elif not quiet:
        said = _("**All {}** detectors raise the alarm at {}.").format(len(names), chosen.words)
    else:
        said = _("**{} of {}** detectors raise the alarm at {}.").format(len(loud), len(names), chosen.words)
        few, who = (_("Nobody but {}."), loud) if len(loud) < len(quiet) else (_("Silent: {}."), quiet)
        said += " " + few.format(listed(who))
    if chosen.odd is None:
        return said
    right = len(loud) if chosen.odd else len(quiet)
    truth = _("It is an anomaly") if chosen.odd else _("It is normal")
    if right in (0, len(names)):
        return f"{said} {truth}: " + (_("all are right.") if right else _("all are wrong."))
    return f"{said} " + _("{}: {} of {} are right.").format(truth, right, len(names))


def bars(rows: Sequence[tuple[str, float]], alpha: float, held: int) -> figures.Figure:
    """One bar of −log p for each p-value, with a line where the alarm begins."""
    raised = [p <= alpha for __, p in rows]
    texts = [held_against.percent(p) + (f" · {_('alarm')}" if up else "") for (__, p), up in zip(rows, raised)]
    hues = [COLOURS["danger" if up else "before"] for up in raised]
    values = [max(0.0, -float(np.log10(p))) for __, p in rows]
    figure = panels.across([name for name, __ in rows], values, texts, _("p-value"), hues, 90 + 25 * len(rows))
    ticks = [p for p in (1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001) if p >= 1 / (held + 1)]
    figure["layout"]["xaxis"] |= {
        "range": [0, 1.3 * float(np.log10(held + 1))],
        "tickvals": [float(-np.log10(p)) for p in ticks],
        "ticktext": [f"{100 * p:g} %" for p in ticks],
    }
    line = {"color": figures.INK, "width": 1.5, "dash": "dot"}
    at = -float(np.log10(alpha))
    figure["layout"]["shapes"] = [{"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": line}]
    return figure


def _click(where: str) -> None:
    """A click on a column of what is disputed chooses that example."""
    state = st.session_state
    click = chart.picked(state.get("beside/disputed/plot"))
    if click and click != state.get("beside/click") and isinstance(click["x"], int) and 0 <= click["x"] < DISPUTED:
        state[f"{where}/way"], state[f"{where}/number/disputed"] = "disputed", click["x"] + 1
    state["beside/click"] = click


def _disputed(settings: Any, those: Sequence[Rival], places: np.ndarray, alpha: float) -> figures.Figure:
    """One column for each example, with its picture on top, one row for each detector, the p-value in each cell."""
    there = data.world(settings)
    p = np.array([each.p[places] for each in those])
    truth = [_("odd") if there.test_odd[place] else _("normal") for place in places]
    figure = rasters.matrix(
        np.where(p <= alpha, 1.0, 0.08),
        100 + 27 * len(those),
        limit=1.0,
        words=[[held_against.percent(value)[:-2] for value in row] for row in p],
        rows=[f"{i + 1} · {short(each.method)}" for i, each in enumerate(those)],
        columns=[f"{example.called(settings, int(place))}\n{name}" for place, name in zip(places, truth)],
    )
    cells, layout = figure["data"][0], figure["layout"]
    pale, full = "rgba(43,126,191,0.14)", COLOURS["danger"]
    cells |= {"colorscale": [[0, pale], [0.5, pale], [0.5, full], [1, full]], "xgap": 3, "ygap": 3}
    cells |= {"hoverinfo": "none", "hovertemplate": None}  # not “skip”: that would swallow clicks
    figure["data"][1]["textfont"]["color"] = ["#FFFFFF" if up else figures.INK for up in (p <= alpha).ravel()]
    layout["yaxis"].pop("scaleanchor")
    if there.pictures:
        tall = 0.09 * len(those) + 1.6  # rows that a picture takes
        layout["yaxis"]["range"] = [len(those) - 0.5, -0.5 - tall]
        layout["height"] = round(100 + 27 * (len(those) + tall))
        layout["images"] = [_on_top(panels.pixels(there.test_x[place]), j, tall) for j, place in enumerate(places)]
    return figure


def _on_top(picture: np.ndarray, column: int, tall: float) -> dict[str, Any]:
    """A picture above a column of a matrix."""
    place = {"x": column, "y": -0.5 - tall, "xanchor": "center", "yanchor": "top", "sizex": 0.9, "sizey": tall - 0.1}
    return {"source": inline(rasters.enlarge(picture, 3)), "xref": "x", "yref": "y", "sizing": "contain", **place}


# ---- agreement ----


def rank_correlations(those: Sequence[Rival], odd: np.ndarray) -> np.ndarray:
    """Spearman's ρ between the detectors' scores of the anomalies, (R, R); nan where a detector gives all the same score."""
    ranks = np.array([rankdata(each.test[odd]) for each in those])
    ranks -= ranks.mean(1, keepdims=True)
    size = np.sqrt((ranks**2).sum(1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (ranks @ ranks.T) / np.outer(size, size)


def _agreement(those: list[Rival], odd: np.ndarray) -> None:
    found = rank_correlations(those, odd)
    off = found.copy()
    np.fill_diagonal(off, np.nan)
    labels = [f"{i + 1} · {short(each.method)}" for i, each in enumerate(those)]
    figure = rasters.matrix(
        100 * off,
        36 * len(those) + 40,
        signed=True,
        limit=100,
        words=[[f"{share:.0f}".replace("-", "−") if np.isfinite(share) else "" for share in row] for row in 100 * off],
        rows=labels,
        columns=[str(i + 1) for i in range(len(those))],
        largest=44,
    )
    chart.show(
        figure,
        key="beside/agreement",
        alt=_("Rank correlations between the scores that the detectors give to anomalies"),
    )
    st.caption(_("100 ρ (Spearman) over the {} anomalies: 100 is the same order, 0 none in common.").format(odd.sum()))
    if said := about_agreement(those, off):
        st.markdown(said)


def about_agreement(those: Sequence[Rival], found: np.ndarray) -> str:
    """Who agrees most and least, and whether families hold together. found: (R, R), nan on the diagonal."""
    pairs = [(found[i, j], i, j) for i, j in combinations(range(len(those)), 2) if np.isfinite(found[i, j])]
    if not pairs:
        return ""
    (most, a, b), (least, c, d) = max(pairs), min(pairs)
    names = held_against.titles(those)
    said = _("Most alike: **{}** and **{}** (ρ = {}). ").format(names[a], names[b], _signed(most))
    if len(pairs) > 1:
        said += _("Least alike: **{}** and **{}** (ρ = {}). ").format(names[c], names[d], _signed(least))
    kin = [rho for rho, i, j in pairs if those[i].family == those[j].family]
    rest = [rho for rho, i, j in pairs if those[i].family != those[j].family]
    if kin and rest:
        said += _("Within a family ρ is {} on average, between families {}.").format(
            _signed(np.mean(kin)), _signed(np.mean(rest))
        )
    return said


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
