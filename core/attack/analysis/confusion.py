"""Which class turns into which under an attack."""

import numpy as np

from core.attack.analysis.quick import method_of
from core.attack.settings import Digits
from core.record import Record
from core.verdict import Verdict, verdict

COUNT = 200  # test digits
COMMONEST = 3  # wrong answers that are named


def counted(record: Record, network: str, attack: str, level: float) -> np.ndarray:
    """Counts (10, 10), right class by answer, of 200 test digits under an attack. network: a run, or run/model. attack: a
    name of `quick.ATTACKS`. level: ε in levels of 255. Raises RunError."""
    from core.attack import models  # torch, which who only draws a matrix does not need
    from core.attack.ball import saved
    from core.attack.craft import ball_of, craft, last
    from core.attack.report import confusion

    victims, method = models.victims(Digits(count=COUNT, network=network)), method_of(attack, "inf", level)
    attacked = last(craft(victims.net, victims.x, models.Aim(victims.y), method, 0))
    return confusion(victims, models.answers(victims.net, saved(victims.x, attacked, ball_of(method))))


def right(counts: np.ndarray) -> float:
    """The share in % that is on the diagonal; counts: (10, 10)."""
    return float(100 * np.trace(counts) / counts.sum())


def still_right(counts: np.ndarray) -> Verdict:
    """How many digits an attack left; counts: (10, 10)."""
    return verdict("still-right", share=right(counts))


def controls(clean: np.ndarray, noise: np.ndarray) -> Verdict:
    """What is right without an attack, and under noise of the same size; counts: (10, 10)."""
    return verdict("still-right-controls", clean=right(clean), noise=right(noise))


def commonest(counts: np.ndarray) -> list[Verdict]:
    """The most frequent wrong answers, at most three; counts: (10, 10), right class by answer."""
    pairs = [(int(counts[i, j]), i, j) for i in range(10) for j in range(10) if i != j]
    found = [{"digit": i, "answer": j, "times": n} for n, i, j in sorted(pairs, reverse=True)[:COMMONEST] if n]
    return [verdict("becomes-most-often" if place == 0 else "becomes-next", **each) for place, each in enumerate(found)]
