"""Distillation: the soft targets of one digit, and why T² belongs in the loss."""

import streamlit as st

from core.compression import analysis
from core.compression.analysis.stage import changes
from pages.parts import chart, digit, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.compression.choice import networks


@view(N_("Soft targets"), opens=changes("soft_targets"))
def draw(current: Shown) -> None:
    """Choose a digit, move T, and see the soft targets breathe."""
    left, right = st.columns([1, 1.8], gap="large")
    with left:
        chosen = digit.pick("soft", digit.mnist(), 3, 5)
    with right:
        _soften(current, chosen.index)
    _why_t_squared(current)


@st.fragment
def _soften(current: Shown, index: int) -> None:
    """T, and the answers of teacher and student to one digit: a fragment of its own, so that moving T redraws no more."""
    T = st.slider(_("Temperature T"), 1.0, 20.0, 4.0, 0.5, format="%g", key="soft/T")
    asked = list(networks(current).items())[:2]
    answers = {name: ask(analysis.soft_targets.logits, *network)[index] for name, network in asked}
    found = analysis.soft_targets.soften(answers, T)
    groups = {name: (role, found.probabilities[name]) for name, role in zip(answers, ("before", "after"))}
    figure = figures.bars(groups, range(10), _("class"), _("probability at temperature T"), 300, ".2f", top=1.12)
    chart.show(figure, key="soft/bars", alt=_("Probability of each class at this temperature"))
    first, second = [*answers, ""][:2]
    said = verdict.words("compression", found.verdicts, first=first, second=second)
    st.markdown(said, help=_("An entropy of 0 bits is certain; 3.32 bits are as good as guessing."))


def _why_t_squared(current: Shown) -> None:
    """The gradient argument for T², on this run's student and teacher."""
    if len(asked := list(networks(current).values())[:2]) < 2:
        return
    (teacher, teacher_model), (student, model) = asked
    norms = ask(analysis.soft_targets.gradient_norms, student, model, teacher.id, teacher_model)
    lecture.write("compression", "t squared")
    lines = [
        Line(_("with T²"), "after", norms.temperatures, norms.squared),
        Line(_("without T²"), "danger", norms.temperatures, norms.plain),
        Line(_("wrong reduction"), "control", norms.temperatures, norms.by_classes),
    ]
    figure = figures.curves(lines, _("temperature T"), _("gradient norm of the soft loss"), 280, log_y=True)
    alt = _("Gradient norm against temperature, with and without the factor T squared")
    chart.show(figure, key="soft/t2", alt=alt)
