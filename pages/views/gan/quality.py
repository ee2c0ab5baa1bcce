"""How good fakes are, since losses do not say it: every score beside what noise reaches and what other real data reach."""

import re

import streamlit as st

from core.gan import pictures
from core.gan.analysis import quality
from core.gan.settings import METRICS
from pages.parts import chart, figures, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.gan import course


@view(N_("How good"), needs=(pictures.SCORES,), scene="gan-mode-collapse-and-its-cure")
def draw(current: Shown) -> None:
    """A table of all scores, shares of kinds, and the losses beside the quality."""
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        _table(current)
    with right:
        _shares(current)
    st.subheader(_("What the losses say of it"), anchor=False)
    _losses(current)


def _table(current: Shown) -> None:
    found = ask(quality.table, current, wait=_("Holding real data and noise against real data …"))
    if found is None:
        st.info(_("All measures are taken when a run ends. What was measured on the way is below."))
        return
    digits, spots = current.settings.data.name == "digits", current.facts.get("modes", 0)
    titles = quality.TITLES | ({} if digits else quality.OF_POINTS)
    titles, heads = {name: _(title) for name, title in titles.items()}, (_("Fakes"), _("Noise"), _("Other real data"))
    columns = {head: [cell(name, row[i], spots) for name, row in found.rows.items()] for i, head in enumerate(heads)}
    st.table({_("Measure"): [titles[name] for name in found.rows]} | columns)
    listed = ", ".join(f"“{re.split('[:：]', titles[name])[0]}”" for name in found.won)
    verdict.draw("gan", [*found.verdicts, quality.noise_wins(found.won)], scores=listed)
    tip = verdict.words("gan", ask(quality.how_measured, current))
    st.caption(_("How these numbers are measured"), help=tip)


def cell(name: str, value: float | None, spots: int) -> str:
    """A score as it stands in the table; of spots also how many that is."""
    if value is None:
        return "–"
    if name in ("classes", "frechet"):
        return f"{value:.3g}"
    if name in ("strict", "lenient"):
        return _("{:.1f} % ({:.0f} of {})").format(value, value * spots / 100, spots)
    return f"{value:.1f} %"


def _shares(current: Shown) -> None:
    """How much of all fakes is of each kind, beside real data."""
    found = ask(quality.kinds, current)
    if found is None:
        return
    groups = {_("real"): ("before", found.real), _("fakes"): ("after", found.fake)}
    title = _("digit, as the classifier reads it") if found.digits else _("nearest spot")
    figure = figures.bars(groups, [str(name) for name in found.names], title, _("share (%)"), 300)
    chart.show(figure, key="quality/shares", alt=_("Shares of the kinds among fakes and among real examples"))
    verdict.draw("gan", found.verdict)


def _losses(current: Shown) -> None:
    """Both losses on the left, what was measured at the same looks on the right, and how they go together."""
    score = quality.score_beside_losses(current)
    if score is None:
        st.caption(_("Both need at least three looks."))
        return
    left, right = st.columns(2, gap="large")
    with left:
        lines = [Line(translate(METRICS[n].label), METRICS[n].role, *current.series(n)) for n in ("d_loss", "g_loss")]
        figure = figures.curves(lines, _("step"), _("loss"), 260)
        chart.show(figure, key="quality/losses", alt=_("The losses of D and G over the run"))
    with right:
        course.draw(current, "quality/meanwhile", 260)
    verdict.draw("gan", ask(quality.losses, current, score), score=translate(METRICS[score].label))
