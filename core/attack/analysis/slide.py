"""What an attack of any size does to one picture, at once."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from torch import Tensor

from core.attack import models, report
from core.attack.analysis.quick import method_of
from core.attack.ball import saved
from core.attack.craft import ball_of, craft, last
from core.attack.gradient import gradient
from core.attack.settings import FGSM, Goal, Subject
from core.record import Record
from core.subject.models import as_bytes


@dataclass(frozen=True)
class Slid:
    """clean, attacked: uint8 (H, W[, 3]). facts, end: what a run of this attack would say at its start and at its end."""

    clean: np.ndarray
    attacked: np.ndarray
    facts: dict[str, Any]
    end: dict[str, Any]


def slid(record: Record, subject: Subject, goal: Goal, attack: str, norm: str, level: float) -> Slid:
    """One attack on one picture. attack: a name of `quick.ATTACKS`. level: ε in levels of 255.

    FGSM's gradient is taken once for all ε, so each costs one look at the picture. Raises RunError or BadPicture.
    """
    victims, method = models.victims(subject), method_of(attack, norm, level)
    aim, ball = models.aim_for(victims, goal), ball_of(method)
    if isinstance(method, FGSM):
        attacked = ball.project(victims.x, victims.x + ball.steepest(_gradient(subject, goal)))
    else:
        attacked = last(craft(victims.net, victims.x, aim, method, 0))
    kept = saved(victims.x, attacked, ball)
    end = report.summary(victims, goal, aim, attacked, kept, ball, 0)
    return Slid(as_bytes(victims.x[0]), as_bytes(kept[0]), report.facts(victims, aim), end)


@lru_cache(maxsize=16)
def _gradient(subject: Subject, goal: Goal) -> Tensor:
    """The gradient at the clean picture, (1, C, H, W), which is the same for every ε."""
    victims = models.victims(subject)
    return gradient(victims.net, victims.x, models.aim_for(victims, goal))[0]
