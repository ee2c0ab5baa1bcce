"""Why D says “fake” at one place of the plane: what x and y each add to its score, and where the score rises."""

from dataclasses import dataclass

import numpy as np
import torch
from captum.attr import IntegratedGradients

from core.gan.analysis import players, scores
from core.gan.analysis.players import Players
from core.record import Record
from core.verdict import Verdict, verdict

POINTS = 24  # fakes to choose among
STEPS = 200  # of integrated gradients
SURE = 0.02  # D this near 0 or 1


@dataclass(frozen=True)
class Reason:
    """Of one place: D's raw score there and in the middle of the plane, what x and y add (together the difference of the two),
    the gradient of the score there, and what that says."""

    score: float
    middle: float
    x: float
    y: float
    gradient: tuple[float, float]
    verdicts: tuple[Verdict, ...]

    @property
    def for_fake(self) -> list[float]:
        """How much x and y lower the score."""
        return [max(0.0, -part) for part in (self.x, self.y)]

    @property
    def for_real(self) -> list[float]:
        """How much x and y raise it."""
        return [max(0.0, part) for part in (self.x, self.y)]


def reason(record: Record, number: int) -> Reason:
    """Of the fake of this number, from 0."""
    there = players.of(record)
    return at(there, there.fake[number].numpy())


def at(there: Players, point: np.ndarray) -> Reason:
    """Integrated gradients of D's raw score from (0, 0) to a point (2,), by midpoints (Sundararajan et al. 2017, equation 1)."""
    place, middle = torch.from_numpy(np.asarray(point, np.float32))[None], torch.zeros(1, 2)
    explain = IntegratedGradients(there.scores)
    x, y = explain.attribute(place, middle, n_steps=STEPS, method="riemann_middle")[0].tolist()
    here = place.clone().requires_grad_(True)
    across, up = torch.autograd.grad(there.scores(here).sum(), here)[0][0].tolist()
    with torch.no_grad():
        score, nothing = there.scores(torch.cat([place, middle])).tolist()
    return Reason(
        score, nothing, x, y, (across, up), tuple(about(there, point, (score, nothing), (x, y), (across, up)))
    )


def about(there: Players, point, raw, parts, gradient) -> list[Verdict]:
    """D's answer at the point, which number weighs more, and whether there is a gradient to follow."""
    here, middle = (float(each) for each in scores.opinion(there.settings, np.array(raw)))
    said = [verdict("place-says", x=float(point[0]), y=float(point[1]), here=here, middle=middle)]
    if total := abs(parts[0]) + abs(parts[1]):
        name, part = max(zip("xy", parts), key=lambda pair: abs(pair[1]))
        said.append(verdict("place-share", share=100 * abs(part) / total, coordinate=name))
    said.append(verdict("place-gradient", steep=float(np.hypot(*gradient))))
    if there.settings.method.score == "logit" and here < SURE:
        said.append(verdict("place-refused"))
    elif there.settings.method.score == "logit" and here > 1 - SURE:
        said.append(verdict("place-believed"))
    return said
