"""Is it working? What can be known without the target's labels, and how far it may be believed."""

import streamlit as st

from core.transfer.analysis.probe import about_domain, about_source, measured
from core.transfer.analysis.step_choice import JUDGEMENTS, Choice, Columns, about_rank, choices, evaluations
from core.transfer.settings import METRICS
from pages.parts import chart, figures, lecture, shown, verdict
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate


@view(N_("Is it working?"), scene="transfer-is-it-working")
def draw(current: Shown) -> None:
    """Two looks for the domain in the features, then three label-free ways to choose the step."""
    if not measured(current):
        st.info(_("This run was stopped before it measured anything."))
        return
    st.caption(f":material/visibility_off: {_('In practice all of this can be known, except the target accuracy.')}")
    st.subheader(_("Can the domain still be seen in the features?"), anchor=False)
    _domain(current)
    st.subheader(_("Which step to keep, without labels?"), anchor=False)
    _choosing(current)


def _domain(current: Shown) -> None:
    """The method's own domain classifier beside a fresh probe, and what the two say together."""
    steps, columns = current.table
    lines = [Line(_("fresh linear probe"), "danger", steps, columns["probe"])]
    own = columns.get("domain", [])
    if any(value is not None for value in own):
        lines.insert(0, Line(_("the method's own domain classifier"), "neutral", steps, own))
    end = max(steps[-1], 1)
    lines.append(Line(_("chance (50 %)"), "control", [0, end], [50, 50]))
    marks, titles = current.facts.get("marks", ()), (_("training step"), _("right domain (%)"))
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        figure = figures.live(lines, *titles, 300, end=end, switches=marks, whole=True)
        alt = _("How often the domain is found in the features: own domain classifier and fresh probe")
        chart.show(figure, key="working/domain", alt=alt)
    with right:
        verdict.draw("transfer", about_domain(current))
        verdict.draw("transfer", about_source(current))
        lecture.caption("transfer", "probe")


@st.fragment
def _choosing(current: Shown) -> None:
    """The table of choices, and one judgement against the step beside the target accuracy."""
    found = evaluations(current)
    if not found:
        st.info(_("This run was stopped within its first fifth; there is no step to choose from yet."))
        return
    chosen, names = choices(found), {name: translate(METRICS[name].label) for name in JUDGEMENTS}
    _table(chosen, names, len(found["step"]))
    name = st.segmented_control(
        _("Judgement"), list(names), default="information", required=True, format_func=names.get, key="working/by"
    )
    if rival := shown.rival(METRICS[name], current.settings):
        who, value = rival
        st.caption(_("{}: {:.2f} nats.").format(who.capitalize(), value))
    _together(found, name, names[name], chosen)
    verdict.draw("transfer", about_rank(found, name))


def _table(chosen: dict[str, Choice], names: dict[str, str], count: int) -> None:
    """What each judgement would keep. names: of the judgements. count: of the evaluations."""
    prefers = {name: _("the highest") if sign > 0 else _("the lowest") for name, sign in JUDGEMENTS.items()}
    titles = names | {"last": _("The last step"), "oracle": _("Oracle: the best by the target's labels")}
    st.table(
        {
            _("Judgement"): [titles[name] for name in chosen],
            _("Prefers"): [prefers.get(name, "–") for name in chosen],
            _("Training step"): [str(choice.step) for choice in chosen.values()],
            _("Target accuracy there (%)"): [f"{choice.target:.1f}" for choice in chosen.values()],
            _("Lost against the oracle (points)"): [f"{choice.lost:.1f}" for choice in chosen.values()],
        }
    )
    lecture.caption("transfer", "looks that count", count=count)


def _together(found: Columns, name: str, title: str, chosen: dict[str, Choice]) -> None:
    """The judgement and the target accuracy, each against the step, with the step that is chosen."""
    steps, marks, best = found["step"], {_("chosen"): chosen[name].step}, chosen["oracle"]
    judged = figures.curves(
        [Line(title, "neutral", steps, found[name])], _("training step"), _("nats"), 260, marks=marks
    )
    curve = Line(_("target accuracy (not known)"), "after", steps, found["target"])
    reached = figures.curves([curve], _("training step"), "%", 260, marks=marks)
    figures.add(reached, figures.dots(_("oracle"), "danger", [best.step], [best.target], [f"{best.target:.1f} %"]))
    margin = 0.02 * max(1, steps[-1] - steps[0])
    left, right = st.columns(2, gap="large")
    for place, figure, key, alt in (
        (left, judged, "working/judgement", _("The judgement against the training step")),
        (right, reached, "working/target", _("The target accuracy against the training step")),
    ):
        figures.within(figure, x=(steps[0] - margin, steps[-1] + margin))
        with place:
            chart.show(figures.restyled(figure, showlegend=True), key=key, alt=alt)
