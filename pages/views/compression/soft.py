"""Distillation: the soft targets of one digit, and why T² belongs in the loss."""

import streamlit as st

from pages.parts import chart, digit, figures, shown
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.compression import data


@st.fragment
def soft_targets(current: Shown) -> None:
    """Choose a digit, move T, and see the soft targets breathe."""
    left, right = st.columns([1, 1.8], gap="large")
    with left:
        chosen = digit.pick("soft", digit.mnist(), 3, 5)
    with right:
        breathe(current, chosen.index)
    why_t_squared(current)


@st.fragment
def breathe(current: Shown, index: int) -> None:
    """T, and the answers of teacher and student to one digit: a fragment of its own, so that moving T redraws no more."""
    T = st.slider(_("Temperature $T$"), 1.0, 20.0, 4.0, 0.5, format="%g", key="soft/T")
    groups, entropies = {}, []
    for name, (run_id, model) in list(shown.networks(current).items())[:2]:
        probabilities, bits_of = data.soft_target(run_id, model, index, T)
        groups[name] = ("after" if groups else "before", probabilities)
        entropies.append(f"{name} {bits_of:.2f} {_('bits')}")
    chart.show(
        figures.bars(groups, range(10), _("class"), _("probability at temperature T"), 300, ".2f", top=1.12),
        key="soft/bars",
        alt=_("Probability of each class at this temperature"),
    )
    teacher = next(iter(groups.values()))[1]
    wrong = sorted(range(10), key=lambda c: -teacher[c])[1:4]
    alike = ", ".join(f"**{c}** ({100 * teacher[c]:.2g} %)" for c in wrong)
    st.markdown(
        f"{_('Entropy')}: {' · '.join(entropies)}. {_('Most alike, says the teacher')}: {alike}.",
        help=_("An entropy of 0 bits is certain; 3.32 bits are as good as guessing."),
    )


def why_t_squared(current: Shown) -> None:
    """The gradient argument for T², on this run's student and teacher."""
    curve = data.gradient_norms(*list(shown.networks(current).values())[:2])
    if curve is None:
        return
    st.markdown(
        f"**{_('Why T² belongs in the loss.')}** " + _("Softer targets give smaller gradients, about 1/T²."),
        help=_(
            "Multiplied by T², the soft loss keeps its weight against the hard loss when you move T. PyTorch's default reduction also "
            "divides by the ten classes: a mistake that looks like a weak teacher."
        ),
    )
    roles = {"with T²": "after", "without T²": "danger", "wrong reduction": "control"}
    lines = [Line(_(name), role, curve["temperature"], curve[name]) for name, role in roles.items()]
    chart.show(
        figures.curves(lines, _("temperature T"), _("gradient norm of the soft loss"), 280, log_y=True),
        key="soft/t2",
        alt=_("Gradient norm against temperature, with and without the factor T squared"),
    )
