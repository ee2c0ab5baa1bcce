"""How good fakes are, since losses do not say it: every score beside what noise reaches and what other real data reach."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import spearmanr

from core.gan import quality as measures
from core.gan import rivals
from core.gan.analysis import players
from core.gan.settings import METRICS
from core.record import Record
from core.verdict import Verdict, verdict

TITLES = {  # of all scores, as a table lists them
    "good": "Good points: within 3 σ of a spot",
    "strict": "Spots with a quarter of their fair share of good points",
    "lenient": "Spots with at least one good point",
    "asked": "Read as the digit that was asked for",
    "kinds": "Classes covered",
    "precision": "Precision: fakes among real ones",
    "recall": "Recall: real ones among fakes",
    "coverage": "Coverage: real ones with a fake near",
    "confidence": "Classifier's confidence",
    "smallest_class": "Share of the rarest class",
    "classes": "Classes in effect",
    "frechet": "Fréchet classifier distance",
}
OF_POINTS = {"frechet": "Fréchet distance of the points"}  # titles that are other ones on the plane
FEW = 1000  # test digits below which the Fréchet distance is clearly larger than with all of them
WON = 1.0  # percentage points, or part of a distance: a score that noise reaches up to that tells nothing
SHORT = 10  # percentage points that fakes may fall short of real data
RELATED = 0.3  # a rank correlation beyond it is one
LOOKS = 3  # fewer say nothing of how loss and quality go together


@dataclass(frozen=True)
class Table:
    """Every score that a run has: of its fakes, of the better kind of noise, of other real data; None where there is none.

    won: the scores in which noise is as good as the fakes. verdicts: what all scores say together.
    """

    rows: dict[str, tuple[float, float | None, float | None]]
    won: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


def table(record: Record) -> Table | None:
    """None while a run goes on, and of a run that kept no networks. Measures noise and real data where no table has them."""
    there, got = players.of(record), dict(record.summary)
    if there is None or not got:
        return None
    real, noise = dict(rivals.of(record.settings.data)["real"]), dict(rivals.noise(record.settings.data))
    if there.conditional:
        real["asked"] = measures.as_asked(measures.answers(there.real), there.real_y)
        noise["asked"] = METRICS["asked"].chance.of(record.settings)
    rows = {name: (got[name], noise.get(name), real.get(name)) for name in TITLES if name in got}
    return Table(rows, tuple(won(got, noise)), tuple(together(got, real, there.digits)))


def won(got: Mapping[str, float], noise: Mapping[str, float]) -> list[str]:
    """The scores in which noise is as good as these fakes, so that they prove nothing here."""
    smaller = rivals.SMALLER_IS_BETTER
    known = [name for name in TITLES if name in got and name in noise]
    return [n for n in known if (got[n] >= noise[n] if n in smaller else got[n] <= noise[n] + WON)]


def together(got: Mapping[str, float], real: Mapping[str, float], digits: bool = True) -> list[Verdict]:
    """Good but few, or many but bad: what the scores say together, in percent. digits: the Fréchet distance means something."""
    precision, coverage = got["precision"], got["coverage"]
    said = [verdict("quality-frechet", times=got["frechet"] / max(real["frechet"], 1e-9))] if digits else []
    said.append(
        verdict(
            "quality-both",
            precision=precision,
            coverage=coverage,
            real_precision=real["precision"],
            real_coverage=real["coverage"],
        )
    )
    bad, narrow = real["precision"] - precision, real["coverage"] - coverage
    if narrow > bad + SHORT:
        return [*said, verdict("quality-narrow")]
    if bad > narrow + SHORT:
        return [*said, verdict("quality-bad")]
    return [*said, verdict("quality-close" if max(bad, narrow) < SHORT else "quality-short")]


def noise_wins(scores: tuple[str, ...]) -> Verdict:
    """scores: those in which noise is as good; the page says their names as “scores”."""
    return verdict("noise-wins" if scores else "noise-loses")


def how_measured(record: Record) -> list[Verdict]:
    """What was held against what."""
    there = players.of(record)
    return measured_against(there.digits, len(there.real))


def measured_against(digits: bool, real: int) -> list[Verdict]:
    """The same of so many real examples that were not taught."""
    if not digits:
        return [verdict("measured-points")]
    return [verdict("measured-digits", tests=real), *([verdict("measured-few")] if real < FEW else [])]


@dataclass(frozen=True)
class Kinds:
    """Shares in percent of each kind among fakes and among real examples. names: numbers of digits, or of spots from 1 on."""

    fake: list[float]
    real: list[float]
    names: list[int]
    digits: bool

    @property
    def verdict(self) -> Verdict:
        """Which kind is rarest and which most frequent, and how much would have to change its kind."""
        least, most = int(np.argmin(self.fake)), int(np.argmax(self.fake))
        return verdict(
            "kinds-digits" if self.digits else "kinds-spots",
            rare=self.names[least],
            rare_share=self.fake[least],
            frequent=self.names[most],
            frequent_share=self.fake[most],
            moved=0.5 * float(np.abs(np.subtract(self.fake, self.real)).sum()),
        )


def kinds(record: Record) -> Kinds | None:
    """Of digits as the classifier reads them, of points by the nearest spot; None for shapes without spots."""
    there = players.of(record)
    if there is None or not there.digits and there.world.modes is None:
        return None
    if there.digits:
        classes = there.world.classes
        shares = [measures.shares(measures.answers(x).argmax(1), 10)[classes] for x in (there.fake, there.real)]
        names = classes.tolist()
    else:
        modes = there.world.modes
        shares = [measures.shares(torch.cdist(x, modes).argmin(1), len(modes)) for x in (there.fake, there.real)]
        names = list(range(1, len(modes) + 1))
    fake, real = ((100 * share).tolist() for share in shares)
    return Kinds(fake, real, names, there.digits)


def score_beside_losses(record: Record) -> str | None:
    """The score to hold against the losses: the first that was measured at enough evaluations; None when there are too few."""
    if len(record.series("d_loss")[0]) < LOOKS:
        return None
    return next((n for n in ("good", "asked", "coverage", "confidence") if len(record.series(n)[0]) >= LOOKS), None)


def losses(record: Record, score: str) -> list[Verdict]:
    """How the loss of G and a score went together over the last two thirds of a run."""
    return loss_and_score(*record.series("g_loss"), *record.series(score))


def loss_and_score(steps: list[int], g_loss: list[float], at: list[int], good: list[float]) -> list[Verdict]:
    """The same of both curves: where each went, and Spearman's rank correlation. Nothing of fewer than three evaluations."""
    known = dict(zip(at, good))
    kept = [(g, known[s]) for s, g in zip(steps, g_loss) if s in known and s >= steps[-1] / 3]
    if len(kept) < LOOKS:
        return []
    loss, score = (np.array(column) for column in zip(*kept))
    said = [verdict("losses-course", loss=loss[0], later=loss[-1], good=score[0], better=score[-1])]
    if np.ptp(loss) == 0 or np.ptp(score) == 0:
        return said
    rho = float(spearmanr(loss, score).statistic)
    said.append(verdict("losses-correlation", rho=rho))
    if rho > RELATED:
        return [*said, verdict("losses-higher")]
    return [*said, verdict("losses-lower" if rho < -RELATED else "losses-apart")]
