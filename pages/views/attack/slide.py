"""Slide ε: the picture, the change magnified and the answers, at once."""

from typing import Any

import streamlit as st

from pages.parts import chart
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import data
from pages.views.attack.stage import before_after

STEPS = 10
ATTACKS = ("fgsm", "ifgsm", "noise")


@st.fragment
def slide(current: Shown) -> None:
    """One slider: how large the change may be. FGSM's gradient is taken once, so every ε costs one look at the picture."""
    subject = data.one_of(current)
    victims = data.victims_of(subject)
    if victims is None:
        return
    top, start = (16.0, 2.0) if victims.photo else (96.0, 32.0)
    left, middle, right = st.columns([2, 1.2, 1], gap="large")
    with left:
        level = st.slider(_("Size of change ε (of 255)"), 0.0, top, start, 0.5, key=f"attack/slide/{victims.photo}")
    with middle:
        attack = st.segmented_control(
            _("Attack"),
            ATTACKS,
            default=ATTACKS[0],
            required=True,
            format_func={"fgsm": "FGSM", "ifgsm": f"I-FGSM, {STEPS}", "noise": _("Noise")}.get,
            key="attack/slide/attack",
        )
    with right:
        norm = st.segmented_control(
            _("Norm"),
            ["inf", "2"],
            default="inf",
            required=True,
            format_func={"inf": "L∞", "2": "L2"}.get,
            key="attack/slide/norm",
        )
    if victims.photo and attack == "ifgsm":
        st.caption(_("{} gradients of the photo network: about a second and a half.").format(STEPS))
    found = _attacked(subject.model_dump_json(), data.goal_of(current).model_dump_json(), attack, norm, level, victims)
    figure = before_after(*found)
    chart.show(
        figure, key="attack/slide/picture", alt=_("The picture before and after the attack, and what the network says")
    )
    st.caption(f":material/balance: {found[-1]['note']}")


@st.cache_data(max_entries=200, show_spinner=False)
def _attacked(subject: str, goal: str, attack: str, norm: str, level: float, _victims: Any) -> tuple[Any, ...]:
    """(clean, attacked, facts, end) as `before_after` draws them. subject, goal: as JSON, with which the victims were made."""
    from core.attack import models, report
    from core.attack.ball import Ball, saved
    from core.attack.gradient import ifgsm
    from core.attack.settings import LEVELS
    from core.loop import seeded
    from core.subject.models import as_bytes

    aim = models.aim_for(_victims, _goal(goal))
    ball = Ball(norm, level / LEVELS)
    if attack == "noise":
        attacked = ball.noise(_victims.x, seeded(0))
    elif attack == "fgsm":
        attacked = ball.project(_victims.x, _victims.x + ball.steepest(_gradient(subject, goal, _victims)))
    else:
        *__, attacked = ifgsm(_victims.net, _victims.x, aim, ball, STEPS, 0.2)
    kept = saved(_victims.x, attacked, ball)
    end = report.summary(_victims, aim, attacked, kept, ball, 0)
    end["note"] += report.hints(_victims, _goal(goal), ball, end)
    return as_bytes(_victims.x[0]), as_bytes(kept[0]), report.facts(_victims, aim), end


@st.cache_data(max_entries=50, show_spinner=False)
def _gradient(subject: str, goal: str, _victims: Any) -> Any:
    """The gradient at the clean picture, which is the same for every ε."""
    from core.attack import gradient, models

    return gradient.gradient(_victims.net, _victims.x, models.aim_for(_victims, _goal(goal)))[0]


def _goal(text: str) -> Any:
    from pydantic import TypeAdapter

    from core.attack.settings import Goal

    return TypeAdapter(Goal).validate_json(text)
