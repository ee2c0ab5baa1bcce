"""Whether the duel came to its equilibrium, where D says ½ of everything, and what that is worth."""

from dataclasses import dataclass

import numpy as np

from core.gan import rivals
from core.gan.analysis import film, scores
from core.gan.settings import METRICS
from core.record import Record
from core.verdict import Verdict, verdict

NEAR = 0.05  # of one half may both means be, and so much may they swing
FAIR = 5.0  # percentage points that D's accuracy may be from 50 %
LAST = 8  # evaluations at the end that must agree


@dataclass(frozen=True)
class Rest:
    """The last evaluations: from which step to which, how many; D's mean opinion of real ones and of fakes, how much they still swing
    (the larger standard deviation of the two), and D's accuracy in percent."""

    steps: tuple[int, int]
    looks: int
    real: float
    fake: float
    swing: float
    accuracy: float

    @property
    def near(self) -> bool:
        return abs(self.real - 0.5) <= NEAR and abs(self.fake - 0.5) <= NEAR

    @property
    def reached(self) -> bool:
        """Whether D can only guess, says so, and goes on saying it."""
        return self.near and self.swing <= NEAR and abs(self.accuracy - 50) <= FAIR

    @property
    def closed(self) -> bool:
        """Whether a critic's gap between both means is no larger than their swing."""
        return abs(self.real - self.fake) <= self.swing


def at_rest(record: Record) -> Rest:
    """How D stood at the last evaluations of a run."""
    found = scores.by_step(record)
    steps = list(found)[-min(LAST, max(1, len(found) // 2)) :]
    pairs = np.stack([found[step] for step in steps])
    means = pairs.mean(2)
    right = float(np.mean([scores.accuracy(record.settings, *pair) for pair in pairs]))
    real, fake = (float(mean) for mean in means.mean(0))
    return Rest((steps[0], steps[-1]), len(steps), real, fake, float(means.std(0).max()), right)


def reached(record: Record) -> list[Verdict]:
    """Whether the equilibrium is reached, and what the fakes are worth there."""
    rest, critic = at_rest(record), record.settings.critic
    return [*(gap(rest) if critic else half(rest)), *worth(record, rest.closed if critic else rest.reached)]


def half(rest: Rest) -> list[Verdict]:
    """Whether D says ½ and goes on saying it; if not, what it does instead."""
    first, last = rest.steps
    numbers = {"looks": rest.looks, "first": first, "last": last, "right": rest.accuracy}
    return [verdict("half-looks", real=rest.real, fake=rest.fake, **numbers), _half(rest)]


def _half(rest: Rest) -> Verdict:
    if rest.reached:
        return verdict("half-reached", near=NEAR, swing=rest.swing)
    if rest.real - rest.fake > 2 * NEAR:
        return verdict("half-apart", real=rest.real, fake=rest.fake)
    if rest.fake - rest.real > 2 * NEAR:
        return verdict("half-behind")
    if rest.swing > NEAR:
        return verdict("half-swing", swing=rest.swing)
    if rest.accuracy < 50 - FAIR:
        return verdict("half-lags")
    if rest.accuracy > 50 + FAIR:
        return verdict("half-unsure" if rest.near else "half-close")
    return verdict("half-leans")


def gap(rest: Rest) -> list[Verdict]:
    """Of a critic, which has no ½: whether its gap is closed."""
    size = verdict("gap-size", looks=rest.looks, gap=rest.real - rest.fake, swing=rest.swing)
    return [size, verdict("gap-closed" if rest.closed else "gap-open")]


def gaps(record: Record) -> tuple[list[int], list[float]]:
    """Steps, and by how much a critic's mean score of real examples was above that of fakes."""
    steps, real = record.series("c_real")
    return steps, [a - b for a, b in zip(real, record.series("c_fake")[1])]


def worth(record: Record, at_equilibrium: bool) -> list[Verdict]:
    """How good the fakes are at the end, beside noise: a weak D guesses as well. Nothing where no score was measured."""
    last = record.table[0][-1]
    noise = rivals.noise(record.settings.data) | {"asked": METRICS["asked"].chance.of(record.settings)}

    end = {name: film.at(record, name, last) for name in noise}
    found = [
        verdict("worth-good", share=end.get("good"), noise=noise.get("good")),
        verdict("worth-strict", share=end.get("strict"), noise=noise.get("strict")),
        verdict("worth-precision", share=end.get("precision"), noise=noise.get("precision")),
        verdict("worth-coverage", share=end.get("coverage"), noise=noise.get("coverage")),
        verdict("worth-asked", share=end.get("asked"), noise=noise.get("asked")),
        verdict("worth-kinds", share=end.get("kinds"), noise=noise.get("kinds")),
    ]
    scored = [each for each in found if each.numbers["share"] is not None]
    return [verdict("worth-guess" if at_equilibrium else "worth-other"), *scored] if scored else []
