"""Is it working? What can be known without the target's labels, and how far it may be believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import streamlit as st

from core.events import Started
from core.transfer.settings import METRICS
from pages.parts import chart, figures, shown
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.transfer import data

NEAR = 60.0  # %: up to here a classifier of two equally large domains is hardly better than guessing
FAR = 70.0  # %: from here on it finds them well
FIRST = 0.2  # share of a run in which no step is chosen
JUDGEMENTS = {"entropy": -1, "information": 1, "snd": 1}  # −1: the lowest is preferred
CHANCE = 4.0  # points of accuracy: looks of a few hundred pictures differ by so much without a reason
LIKE, LOOSE = 0.7, 0.3  # rank correlations from which on two things go together, or loosely so


@dataclass(frozen=True)
class Choice:
    """A step that was chosen, the target accuracy there in %, and what the best step would have had more, in points."""

    step: int
    target: float
    lost: float


def working(current: Shown) -> None:
    """Two looks for the domain in the features, then three label-free ways to choose the step."""
    steps, columns = current.table
    if not any(value is not None for value in columns.get("probe", [])):
        st.info(_("This run was stopped before it measured anything."))
        return
    st.caption(f":material/visibility_off: {_('In practice all of this can be known, except the target accuracy.')}")
    st.subheader(_("Can the domain still be seen in the features?"), anchor=False)
    _domain(current, steps, columns)
    st.subheader(_("Which step to keep, without labels?"), anchor=False)
    _choosing(current)


def _domain(current: Shown, steps: list[int], columns: Mapping[str, list]) -> None:
    """The method's own domain classifier beside a fresh probe, and what the two say together."""
    lines = [Line(_("fresh linear probe"), "danger", steps, columns["probe"])]
    own = columns.get("domain", [])
    if any(value is not None for value in own):
        lines.insert(0, Line(_("the method's own domain classifier"), "neutral", steps, own))
    end = max(steps[-1], 1)
    lines.append(Line(_("chance (50 %)"), "control", [0, end], [50, 50]))
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        chart.show(
            figures.live(
                lines,
                _("training step"),
                _("right domain (%)"),
                300,
                end=end,
                switches=current.facts.get("marks", ()),
                whole=True,
            ),
            key="working/domain",
            alt=_("How often the domain is found in the features: own domain classifier and fresh probe"),
        )
    with right:
        probe = current.summary.get("probe", _last(columns["probe"]))
        st.markdown(about_domain(_last(own), probe))
        earlier = data.before(current)
        if earlier and (said := beside_source(data.summary_of(earlier[0]), current.summary)):
            st.markdown(said)
        st.caption(
            _("Each point is a new probe, trained on one half of the features and tested on the other half."),
            help=_(
                "The curve uses a sample of the test pictures; the number in the text uses all of them, at the end."
            ),
        )


def about_domain(own: float | None, probe: float) -> str:
    """What the two classifiers of the domain say together. own: None for a method without one. Both in %."""
    from core.transfer.judge import a_distance

    away = _("proxy A-distance {:.2f} of 2").format(a_distance(probe))
    if own is None:
        said = (
            _("This method has no domain classifier of its own. A fresh linear probe: **{:.0f} %**.").format(probe)
            + " "
        )
        own = probe  # nothing that could be fooled
    else:
        said = (
            _("Its own domain classifier: **{:.0f} %**. A fresh linear probe: **{:.0f} %**.").format(own, probe) + " "
        )
    if own <= NEAR and probe >= FAR:
        return said + _(
            "The domain classifier is fooled or has stopped learning, but the features still tell the domains apart ({})."
        ).format(away)
    if probe >= FAR:
        return said + _("The domain can still be found: the clouds are not one ({}).").format(away)
    if own >= FAR:
        return said + _(
            "The domain classifier still finds what the linear probe hardly finds ({}): it is not linear."
        ).format(away)
    if probe > NEAR:
        return said + _("Little is left by which the domain could be found ({}).").format(away) + " " + _overlap()
    return said + _("A linear probe hardly finds the domain any more ({}).").format(away) + " " + _overlap()


def _overlap() -> str:
    return _("But a class of the target may still lie on another class of the source.")


def beside_source(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """How far probe and target accuracy came from the source-only run's, and what that teaches; empty where one is missing."""
    if not all(name in each for name in ("probe", "target") for each in (before, after)):
        return ""
    said = _("Against source only: probe {:.0f} → {:.0f} %, target accuracy {:.1f} → {:.1f} %.").format(
        before["probe"], after["probe"], before["target"], after["target"]
    )
    nearer, better = before["probe"] - after["probe"], after["target"] - before["target"]
    if better >= 5 and nearer < 10 and after["probe"] >= FAR:
        return f"{said} " + _(
            "The answers became right although the domains stayed apart: a probe that finds the domain proves no failure."
        )
    if nearer >= 10 and better < 1:
        return f"{said} " + _("The clouds came nearer and the answers no better: alignment alone proves no success.")
    return said


def counted(steps: Sequence[int], columns: Mapping[str, Sequence[Any]], total: int) -> dict[str, np.ndarray]:
    """The looks after the first fifth of a run at which everything was measured: step, target, and the judgements, as columns."""
    names = ("target", *JUDGEMENTS)
    rows = zip(steps, *(columns.get(name, [None] * len(steps)) for name in names))
    kept = [row for row in rows if row[0] > FIRST * total and all(v is not None and isfinite(v) for v in row)]
    return {name: np.array(values) for name, values in zip(("step", *names), zip(*kept))}


def choices(looks: Mapping[str, np.ndarray]) -> dict[str, Choice]:
    """The step that each judgement would keep, the last one, and the best by the target's labels ("oracle")."""
    places = {name: int((sign * looks[name]).argmax()) for name, sign in JUDGEMENTS.items()}
    places |= {"last": len(looks["step"]) - 1, "oracle": int(looks["target"].argmax())}
    best = looks["target"].max()
    return {
        name: Choice(int(looks["step"][at]), float(looks["target"][at]), float(best - looks["target"][at]))
        for name, at in places.items()
    }


@st.fragment
def _choosing(current: Shown) -> None:
    """The table of choices, and one judgement against the step beside the target accuracy."""
    steps, columns = current.table
    total = next((e.total_steps for e in current.events if isinstance(e, Started)), steps[-1])
    looks = counted(steps, columns, total)
    if not looks:
        st.info(_("This run was stopped within its first fifth; there is no step to choose from yet."))
        return
    found = choices(looks)
    names = {name: _(METRICS[name].label) for name in JUDGEMENTS}
    prefers = {name: _("the highest") if sign > 0 else _("the lowest") for name, sign in JUDGEMENTS.items()}
    titles = names | {"last": _("The last step"), "oracle": _("Oracle: the best by the target's labels")}
    st.table(
        {
            _("Judgement"): [titles[name] for name in found],
            _("Prefers"): [prefers.get(name, "–") for name in found],
            _("Step"): [str(choice.step) for choice in found.values()],
            _("Target accuracy there (%)"): [f"{choice.target:.1f}" for choice in found.values()],
            _("Lost against the oracle (points)"): [f"{choice.lost:.1f}" for choice in found.values()],
        }
    )
    st.caption(
        _("Only the {} looks after the first fifth of the run count: an untrained network can look sure.").format(
            len(looks["step"])
        ),
        help=_("The accuracies use a few hundred test pictures, so a difference of a point or two may be chance."),
    )
    name = st.segmented_control(
        _("Judgement"), list(JUDGEMENTS), default="information", required=True, format_func=names.get, key="working/by"
    )
    if rival := shown.rival(METRICS[name], current.settings):
        who, value = rival
        st.caption(_("{}: {:.2f} nats.").format(who.capitalize(), value))
    _together(looks, name, names[name], found)
    rho = data.spearman(JUDGEMENTS[name] * looks[name], looks["target"])
    st.markdown(about_rank(rho, len(looks["step"]), float(np.ptp(looks["target"]))))


def _together(looks: Mapping[str, np.ndarray], name: str, title: str, found: Mapping[str, Choice]) -> None:
    """The judgement and the target accuracy, each against the step, with the step that is chosen."""
    chosen, best = found[name].step, found["oracle"]
    curve = Line(title, "neutral", looks["step"], looks[name])
    judged = figures.curves([curve], _("training step"), _("nats"), 260, marks={_("chosen"): chosen})
    curve = Line(_("target accuracy (not known)"), "after", looks["step"], looks["target"])
    reached = figures.curves([curve], _("training step"), "%", 260, marks={_("chosen"): chosen})
    figures.add(reached, figures.dots(_("oracle"), "danger", [best.step], [best.target], [f"{best.target:.1f} %"]))
    margin = 0.02 * max(1, looks["step"][-1] - looks["step"][0])
    left, right = st.columns(2, gap="large")
    for place, figure, key, alt in (
        (left, judged, "working/judgement", _("The judgement against the training step")),
        (right, reached, "working/target", _("The target accuracy against the training step")),
    ):
        figures.within(figure, x=(looks["step"][0] - margin, looks["step"][-1] + margin))
        figure["layout"]["showlegend"] = True
        with place:
            chart.show(figure, key=key, alt=alt)


def about_rank(rho: float | None, looks: int, spread: float) -> str:
    """What the rank correlation of preference and target accuracy says; None: there is none. spread: of the accuracy, points."""
    if rho is None:
        return _("Too few looks, or none that differ: no rank correlation.")
    number = f"{rho:+.2f}".replace("-", "−")
    said = (
        _("Rank correlation of this judgement with target accuracy, over {} looks: **{}**.").format(looks, number) + " "
    )
    if spread < CHANCE:
        return said + _("But the accuracy hardly changes ({:.1f} points), so its order is mostly chance.").format(
            spread
        )
    if rho >= LIKE:
        return said + _("What it prefers is better on the target as well.")
    if rho >= LOOSE:
        return said + _("It leans the right way, but only a little.")
    if rho > -LOOSE:
        return said + _("It knows nothing about the target accuracy here.")
    return said + _("It prefers the worse networks, so it misleads.")


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)
