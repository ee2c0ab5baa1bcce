"""Why D says “fake” at one place of the plane: what x and y each add to its score, and where the score rises."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import data, pick, plane
from pages.views.gan.latent import lettered

POINTS = 24  # fakes to choose among
STEPS = 200  # of integrated gradients
SURE = 0.02  # D this near 0 or 1: its probability is flat there


@dataclass(frozen=True)
class Reason:
    """Of one place: D's raw score there and in the middle of the plane, what x and y add (they add up to the difference), and the
    gradient of the score."""

    score: float
    middle: float
    x: float
    y: float
    gradient: tuple[float, float]


@st.fragment
def draw(current: Shown, there: data.Ended) -> None:
    """One of the fakes, chosen by a click."""
    points = there.fake[:POINTS].numpy()
    left, right = st.columns([1.3, 1], gap="large")
    with left:
        (chosen,) = pick.chosen("why/plane", POINTS, "?", (0,), _("Fake"))
        found = reason(there, points[chosen])
        first = [chosen, *(n for n in range(POINTS) if n != chosen)]
        ground, gradient = current.last("field"), np.array([found.gradient])
        drawn = plane.figure(current.last("real"), points[first], ground, gradient, push=_("D's score rises"))
        figure = lettered(plane.clickable(drawn, points, _("Fake {}")), [chosen], "?")
        alt = _("The plane with fakes; a click asks D about one of them")
        chart.show(figure, key="why/plane", alt=alt, pick=True)
        st.caption(_("The arrow shows where D's score rises fastest.") + " " + pick.hint("?"))
    with right:
        figure = figures.bars(
            {
                _("speaks for fake"): ("after", [max(0.0, -found.x), max(0.0, -found.y)]),
                _("speaks for real"): ("before", [max(0.0, found.x), max(0.0, found.y)]),
            },
            ["x", "y"],
            _("number of the point"),
            _("part of the score"),
            240,
            ".2f",
        )
        chart.show(figure, key="why/parts", alt=_("How much x and y of the chosen fake speak for real or for fake"))
        st.markdown(said(current.settings, points[chosen], found))
        tip = _(
            "From the middle of the plane to the point, in {} steps. Both parts add up to the difference of D's scores."
        )
        st.caption(_("By integrated gradients."), help=tip.format(STEPS))


def reason(there: data.Ended, point: np.ndarray) -> Reason:
    """Integrated gradients of D's raw score from (0, 0) to a point (2,), by midpoints (Sundararajan et al. 2017, equation 1)."""
    import torch

    target = torch.from_numpy(np.asarray(point, np.float32))
    shares = (torch.arange(STEPS) + 0.5) / STEPS
    gradients = _gradients(there, shares[:, None] * target)
    parts = gradients.mean(0) * target
    with torch.no_grad():
        score, middle = there.scores(torch.stack([target, torch.zeros(2)])).tolist()
    here = _gradients(there, target[None])[0].tolist()
    return Reason(score, middle, float(parts[0]), float(parts[1]), (here[0], here[1]))


def _gradients(there: data.Ended, x: Any) -> Any:
    """∇ of D's raw score at points (N, 2)."""
    import torch

    x = x.clone().requires_grad_(True)
    return torch.autograd.grad(there.scores(x).sum(), x)[0]


def said(settings: Any, point: np.ndarray, found: Reason) -> str:
    """D's answer at the point, which number weighs more, and whether there is a gradient to follow."""
    here, middle = data.opinion(settings, np.array([found.score, found.middle]))
    first = _("At ({:.2f}, {:.2f}) D says **{}**, in the middle of the plane **{}**.").format(
        *point, data.number(here), data.number(middle)
    )
    total = abs(found.x) + abs(found.y)
    name, share = ("x", abs(found.x)) if abs(found.x) >= abs(found.y) else ("y", abs(found.y))
    if total > 0:
        first += " " + _("**{:.0f} %** of what moves the score between them comes from {}.").format(
            100 * share / total, name
        )
    steep = float(np.hypot(*found.gradient))
    last = _("Here the score rises by **{} per unit** of the plane along the arrow.").format(data.number(steep))
    if not data.critic(settings) and settings.method.name != "ls" and min(here, 1 - here) < SURE:
        last += " " + _(
            "D is so sure that its probability hardly moves: the saturating loss would give G nothing to follow here."
        )
    return data.minus(f"{first} {last}")
