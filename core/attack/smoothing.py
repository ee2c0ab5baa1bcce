"""Randomised smoothing: a promise instead of a test. The answer that a network gives most often under Gaussian noise cannot be
changed by anything shorter than a radius that is computed (Cohen, Rosenfeld, Kolter 2019)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.attack import pictures as kinds
from core.attack.models import ask, first_digits
from core.attack.notes import note
from core.attack.settings import Smoothing
from core.attack.training import BATCH, due, network
from core.data import digits
from core.events import Event, Finished, Metrics, Started
from core.loop import batches, broken, diverged, fresh, hits, one_cycle, seeded, steps_of
from core.nets import DigitNet, count, predict, to_model
from core.subject.models import as_bytes
from core.verdict import verdict

FIRST = 100  # n₀: draws that choose the answer; others then count how often it comes
ALPHA = 0.001  # α: how often the promise may be wrong
NEAR, FAR = 0.5, 1.0  # radii at which certified accuracy is reported, in L2: one pixel from black to white is 1
REPORTS, EACH = 8, 10  # points of the curves while it trains; digits certified between two reports
SHOWN = 8  # noisy digits
ABSTAINED, WRONG = -2.0, -1.0  # instead of a radius


@dataclass(frozen=True)
class Certificate:
    """What the smoothed network says to a picture: its answer (None: it abstains), p_A, the lower bound of how often noise
    leaves that answer, and the radius in L2 within which the answer is certain."""

    answer: int | None
    bound: float
    radius: float


def lower_bound(hits: int, draws: int, alpha: float) -> float:
    """The lower end of the one-sided confidence interval of Clopper and Pearson (1934): it is above the true share with
    probability α at most. hits: of so many draws."""
    from scipy.special import betaincinv  # slow to load

    return float(betaincinv(hits, draws - hits + 1, alpha)) if hits else 0.0


def radius(sigma: float, bound: float) -> float:
    """R = σ Φ⁻¹(p_A) (Cohen et al. 2019, theorem 1, with p_B = 1 − p_A); 0 where p_A is no more than a half."""
    from scipy.special import ndtri

    return sigma * float(ndtri(bound)) if bound > 0.5 else 0.0


def counted(net: nn.Module, x: Tensor, sigma: float, draws: int, generator: torch.Generator) -> Tensor:
    """How often each answer comes for the picture x (C, H, W) under so many draws of noise: (classes,)."""
    noisy = x + sigma * torch.randn(draws, *x.shape, generator=generator)  # not clamped: the noise must stay Gaussian
    logits = ask(net, noisy)
    return torch.bincount(logits.argmax(1), minlength=logits.shape[1])


def certify(
    net: nn.Module, x: Tensor, sigma: float, draws: int, generator: torch.Generator, first: int = FIRST
) -> Certificate:
    """CERTIFY (Cohen et al. 2019, section 3.2.2) for one picture x (C, H, W): some draws choose the answer, others count it."""
    answer = int(counted(net, x, sigma, first, generator).argmax())
    times = int(counted(net, x, sigma, draws, generator)[answer])
    bound = lower_bound(times, draws, ALPHA)
    return Certificate(answer if bound > 0.5 else None, bound, radius(sigma, bound))


def reach(found: Certificate, truth: int) -> float:
    """The radius of a right certificate; WRONG or ABSTAINED instead where there is none."""
    if found.answer is None:
        return ABSTAINED
    return found.radius if found.answer == truth else WRONG


def train_smooth(method: Smoothing, seed: int) -> Iterator[Event]:
    """Ordinary training on digits with Gaussian noise of the same σ (Cohen et al. 2019, section 3.3), or without; then the
    certificates of test digits. Metrics in percent.

    noisy: test digits right under one draw of noise. smooth: digits certified and right, at any radius; near, far: at
    radius 0.5 and 1. abstained: digits without a promise.
    """
    data, generator = digits.load(), seeded(seed)
    net = fresh(network, seed, method.width)
    trained = steps_of(len(data.train_x), BATCH, method.epochs)
    victims = first_digits(net, method.certified)
    total = trained + len(victims.x)
    most = radius(method.sigma, lower_bound(method.draws, method.draws, ALPHA))
    facts = {"axis": "steps", "parameters": count(net), "count": len(victims.x), "trained": trained, "most": most}
    yield Started(total, facts)
    noise = method.sigma * torch.randn(SHOWN, *victims.x.shape[1:], generator=seeded(seed))
    yield kinds.NOISY.at(0, as_bytes(victims.x[:: len(victims.x) // SHOWN][:SHOWN] + noise))
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, trained)
    for step, index, _ in batches(len(data.train_x), BATCH, method.epochs, generator):
        x = data.train_x[index]
        if method.noisy:
            x = x + method.sigma * torch.randn(x.shape, generator=generator)
        loss = F.cross_entropy(net.train()(x), data.train_y[index])
        if broken(loss):
            yield from diverged(step)
            return
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if due(step, trained, REPORTS):
            yield Metrics(step, {"noisy": noisy(net, method.sigma, seed)})
    yield from certificates(net.eval(), method, trained, seed)


def noisy(net: DigitNet, sigma: float, seed: int) -> float:
    """Test digits right under one draw of noise, in %."""
    victims = first_digits(net, 200)
    return hits(predict(net, victims.x + sigma * torch.randn(victims.x.shape, generator=seeded(seed))), victims.y)


def certificates(net: DigitNet, method: Smoothing, first: int, seed: int) -> Iterator[Event]:
    """The digits certified one after the other, in a mixed order, and the end of the run. first: steps made so far."""
    victims, generator = first_digits(net, method.certified), seeded(seed + 1)
    order = torch.randperm(len(victims.x), generator=generator).tolist()
    radii: list[float] = []
    for i in order:
        found = certify(victims.net, victims.x[i], method.sigma, method.draws, generator)
        radii.append(reach(found, int(victims.y[i])))
        if len(radii) % EACH == 0:
            step = first + len(radii)
            yield kinds.RADII.at(step, np.array(radii, np.float32))
            yield Metrics(step, shares(radii))
    data, end = digits.load(), shares(radii)
    clean = hits(predict(net, data.test_x), data.test_y)
    typical = float(np.median(radii)) if np.median(radii) > 0 else 0.0
    words = verdict("promised", count=len(radii), near=end["near"], smooth=end["smooth"], median=typical, clean=clean)
    yield Finished(
        first + len(radii),
        {"accuracy": clean, "clean": clean, "median": typical} | end | {"note": note([words])},
        {"model": to_model(net)},
    )


def shares(radii: list[float]) -> dict[str, float]:
    """Certified accuracy at radius 0, 0.5 and 1, and how many abstain, in %."""
    found = np.array(radii)
    return {
        "smooth": 100 * float((found >= 0).mean()),
        "near": 100 * float((found >= NEAR).mean()),
        "far": 100 * float((found >= FAR).mean()),
        "abstained": 100 * float((found == ABSTAINED).mean()),
    }
