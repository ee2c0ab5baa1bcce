"""LIME by hand: pictures with superpixels off, what the network says to them, and linear models fitted to such tries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from torch import Tensor

from core.attribution import inputs, lime_image
from core.explain.analysis.asked import Asked, pixels
from core.statistics import rank_correlation
from core.verdict import Verdict, verdict

LEAST, MOST = 5, 500  # tries: before a fit is offered, and kept
LIME_TRIES = 50
WIDTH = 0.25  # of the kernel: lime's own
BATCH = 10  # photos at a time: more of them are no faster, and take memory
SEEN = 0.05  # points: what can be read off a number with one decimal
Tries = dict[tuple[int, ...], float]  # the superpixels that were off → the answer's probability


@dataclass(frozen=True, eq=False)
class Cut:
    """The picture cut into superpixels. segments: (H, W) numbers from 0. fill: what one that is off is painted with."""

    asked: Asked
    segments: np.ndarray
    fill: str

    @property
    def many(self) -> int:
        return int(self.segments.max()) + 1

    @cached_property
    def painted(self) -> Tensor:
        """The picture with every superpixel off, (C, H, W)."""
        return lime_image.filled(self.asked.subject.x, self.segments, self.fill)

    @property
    def fill_picture(self) -> np.ndarray:
        """The same as 8-bit (H, W, 3)."""
        return pixels(self.painted)

    def on(self, offs: Iterable[Sequence[int]]) -> np.ndarray:
        """Which superpixels are on in each try, (tries, superpixels) of 0 and 1."""
        return np.array([np.isin(np.arange(self.many), list(off), invert=True) for off in offs], np.int64)

    def answers(self, on: np.ndarray) -> np.ndarray:
        """What the network says to such pictures: probabilities (tries, classes)."""
        x, net = self.asked.subject.x, self.asked.subject.net
        parts = (
            lime_image.painted(x, self.painted, self.segments, on[i : i + BATCH]) for i in range(0, len(on), BATCH)
        )
        return np.concatenate([net(part).softmax(1).numpy() for part in parts])

    def answer(self, off: Sequence[int]) -> np.ndarray:
        """The same to one picture with the superpixels `off`: (classes,)."""
        return self.answers(self.on([off]))[0]

    def random_tries(self, seed: int) -> Tries:
        """Fifty pictures with each superpixel off with one chance in two, as LIME draws them, after the whole one."""
        on = lime_image.samples(LIME_TRIES + 1, self.many, seed)
        said = self.answers(on)[:, self.asked.target]
        return {tuple(np.flatnonzero(row == 0).tolist()): float(p) for row, p in zip(on, said)}


@lru_cache(maxsize=50)
def cut(asked: Asked, count: int, fill: str) -> Cut:
    """The picture in about `count` superpixels."""
    return Cut(asked, inputs.segments(asked.subject.x, count), fill)


def remember(tries: Tries, more: Mapping[tuple[int, ...], float]) -> None:
    """Adds tries, forgetting the oldest after the whole picture when there are too many."""
    tries |= more
    while len(tries) > MOST:
        del tries[next(each for each in tries if each)]


@dataclass(frozen=True)
class Change:
    """The answer that is explained. name: of its class. now: its probability in %. change: since the whole picture, in
    points; 0 where it can hardly be seen. first: the classes that the network now says first; first_before, first_now:
    their probabilities in %."""

    name: str
    now: float
    change: float
    first: list[str]
    first_before: list[float]
    first_now: list[float]


def change(asked: Asked, answers: np.ndarray) -> Change:
    """answers: what the network says to a changed picture, (classes,)."""
    now, before = 100 * answers, 100 * asked.subject.probabilities.numpy()
    moved, first = float(now[asked.target] - before[asked.target]), np.argsort(-answers)[:3]
    return Change(
        asked.subject.names[asked.target],
        float(now[asked.target]),
        moved if abs(moved) >= SEEN else 0.0,
        [asked.subject.names[i] for i in first],
        before[first].tolist(),
        now[first].tolist(),
    )


@dataclass(frozen=True)
class Fit:
    """A linear model of some tries. tried: how many, the whole picture not counted. weights: (superpixels,). map: (H, W).
    off: the share of the superpixels that was off on average, in %. verdicts: what makes the fit worth little."""

    tried: int
    weights: np.ndarray
    map: np.ndarray
    r2: float
    off: float
    verdicts: list[Verdict]


def fit(cut: Cut, tries: Tries) -> Fit:
    """LIME's own regression of the tries and of the whole picture."""
    rest = {off: p for off, p in tries.items() if off}
    whole = float(cut.asked.subject.probabilities[cut.asked.target])
    probabilities = np.array([whole, *rest.values()])
    weights, __, r2 = lime_image.fitted(cut.on([(), *rest]), probabilities, WIDTH)
    found = [verdict("lime-constant")] if lime_image.varies_not(probabilities) else [verdict("linear-fit", r2=r2)]
    found += [verdict("lime-few-tries")] if len(rest) < cut.many else []
    off = 100 * float(np.mean([len(each) / cut.many for each in rest]))
    return Fit(len(rest), weights, weights[cut.segments], r2, off, found)


def compared(mine: Fit, lime: Fit) -> list[Verdict]:
    """How far two explanations of the same answer agree."""
    same = int(mine.weights.argmax()) == int(lime.weights.argmax())
    return [
        verdict("lime-agreement", rho=rank_correlation(mine.weights, lime.weights)),
        verdict("lime-same-first" if same else "lime-other-first"),
        verdict("lime-neighbourhood", mine=mine.off, lime=lime.off),
    ]
