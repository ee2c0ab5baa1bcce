"""What randomised smoothing promises: certified accuracy against the radius, and one digit under a noise of one's choice."""

from dataclasses import dataclass

import numpy as np

from core.attack.pictures import RADII
from core.attack.settings import Subject
from core.record import Record
from core.verdict import Verdict, verdict

SIGMAS = (0.12, 0.25, 0.5, 1.0)
DIGITS, DRAWS, FIRST = 50, 500, 50  # of the comparison; and the draws that choose the answer
ASKED = 1000  # draws for one digit
POINTS = 61  # of a curve


@dataclass(frozen=True)
class Promise:
    """noisy: uint8 (28, 28), one draw. counts: answer → how many of `ASKED` draws, in %, the most frequent first. bound: p_A, in %.
    radius: L2, 0 without a promise. answer: None when it abstains. most: the largest radius that so many draws can give."""

    noisy: np.ndarray
    counts: list[tuple[str, float]]
    bound: float
    radius: float
    answer: str | None
    most: float


def curve(radii: np.ndarray, end: float) -> tuple[list[float], list[float]]:
    """Certified accuracy in % (n digits, negative where there is no right certificate) at every radius from 0 to `end`."""
    grid = np.linspace(0, end, POINTS)
    return grid.tolist(), [100 * float((radii >= at).mean()) for at in grid]


def so_far(record: Record) -> np.ndarray | None:
    """The radii (n,) that the run has certified so far; None before the first."""
    return record.last(RADII)


def most(sigma: float, draws: int) -> float:
    """The radius when all draws agree: no more can be promised with so many."""
    from core.attack.smoothing import (  # torch, which a page that waits for no answer does not need
        ALPHA,
        lower_bound,
        radius,
    )

    return radius(sigma, lower_bound(draws, draws, ALPHA))


def asked(record: Record, subject: Subject, sigma: float) -> Promise:
    """One digit under noise. subject: a digit or a drawing, and its network. Raises RunError or BadPicture."""
    import torch

    from core.attack import models, smoothing
    from core.loop import seeded
    from core.subject.models import as_bytes

    victims, generator = models.victims(subject), seeded(record.settings.seed)
    x = victims.x[0]
    noisy = smoothing.counted(victims.net, x, sigma, ASKED, generator)
    found = smoothing.certify(victims.net, x, sigma, ASKED, generator)
    shown = (x + sigma * torch.randn(x.shape, generator=generator)).clamp(0, 1)
    order = noisy.argsort(descending=True).tolist()
    counts = [(victims.names[i], 100 * int(noisy[i]) / ASKED) for i in order]
    answer = None if found.answer is None else victims.names[found.answer]
    return Promise(as_bytes(shown), counts, 100 * found.bound, found.radius, answer, most(sigma, ASKED))


def several(record: Record, network: str) -> dict[float, np.ndarray]:
    """The certified radii (n,) of test digits for each of SIGMAS, all by the same network. Raises RunError."""
    from core.attack import models, smoothing
    from core.loop import seeded
    from core.subject.models import digit_net

    victims, found = models.first_digits(digit_net(network), DIGITS), {}
    for sigma in SIGMAS:
        generator = seeded(record.settings.seed)
        pairs = zip(victims.x, victims.y.tolist())
        found[sigma] = np.array(
            [smoothing.reach(smoothing.certify(victims.net, x, sigma, DRAWS, generator, FIRST), y) for x, y in pairs]
        )
    return found


def says(found: Promise) -> Verdict:
    """What is promised of the digit, or that nothing is."""
    if found.answer is None:
        name, share = found.counts[0]
        return verdict("no-promise", name=name, share=share, bound=found.bound)
    return verdict("promise", name=found.answer, bound=found.bound, radius=found.radius, most=found.most)
