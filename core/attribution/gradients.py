"""Explanations by gradients along or near the picture: saliency, SmoothGrad, integrated gradients and their kin."""

from collections.abc import Iterator
from dataclasses import dataclass

import captum.attr
import torch
from torch import Tensor

from core.attribution import inputs, settings
from core.attribution.part import Part, as_map, batch_size, colours_summed, gap_percent, logit_of, shares, with_gradient
from core.attribution.passes import Draws
from core.data import digits, photos
from core.loop import seeded
from core.subject.models import Subject

STEPS = 5  # of integrated gradients in each piece of the way
BASELINES_OF_PHOTOS, BASELINES_OF_DIGITS = 8, 20  # of GradientSHAP


def saliency(subject: Subject, target: int, method: settings.Saliency, seed: int) -> Iterator[Part]:
    """max over colours of |∂ logit / ∂ pixel| (Simonyan et al. 2013)."""
    values = captum.attr.Saliency(subject.net).attribute(with_gradient(subject.x), target=target)
    yield Part(
        2, as_map(values.amax(1)), note="The gradient at this very picture: it says nothing about larger changes."
    )


def smoothgrad(subject: Subject, target: int, method: settings.SmoothGrad, seed: int) -> Iterator[Part]:
    """Mean of the gradients at n noisy copies of the picture (Smilkov et al. 2017), of their squares, or variance."""
    tunnel, draws = captum.attr.NoiseTunnel(captum.attr.Saliency(subject.net)), Draws(seed)
    sums = squares = torch.zeros(subject.x.shape, dtype=torch.float64)
    for done, part in shares(method.samples, batch_size(subject, method.samples)):
        copies = subject.x.expand(part, -1, -1, -1).clone()  # one sample of each: so their gradients stay apart
        with draws:
            gradients = tunnel.attribute(copies, nt_samples=1, stdevs=method.noise / 100, target=target, abs=False)
        sums, squares = sums + gradients.double().sum(0), squares + gradients.double().square().sum(0)
        mean, square = sums / done, squares / done
        combined = {"smoothgrad": mean, "smoothgrad_sq": square, "vargrad": square - mean.square()}[method.combine]
        note = f"Smooth because {method.samples} maps are averaged: {subject.network} itself is no smoother."
        yield Part(2 * done, colours_summed(combined), note=note if done == method.samples else "")


def input_x_gradient(subject: Subject, target: int, method: settings.InputXGradient, seed: int) -> Iterator[Part]:
    """x · ∂ logit / ∂ x (Shrikumar et al. 2016)."""
    values = captum.attr.InputXGradient(subject.net).attribute(with_gradient(subject.x), target=target)
    yield Part(2, colours_summed(values), note=f"A black pixel gets zero, whatever {subject.network} makes of it.")


def integrated_gradients(
    subject: Subject, target: int, method: settings.IntegratedGradients, seed: int
) -> Iterator[Part]:
    """(x − x′) · ∫ ∂ logit / ∂ x along the line from the baseline x′ to x (Sundararajan et al. 2017, equation 1).

    The line is cut into four pieces; while their errors together exceed 5 % (digits: 1 %) of the logit's rise, the worst
    piece is halved. ReLUs bend the way in few places, and with 50 steps over all of it the sum misses by up to 31 % on our photos.
    """
    way = Way(subject, target, inputs.baseline(subject.x, method.baseline))
    pieces = way.pieces([(0, 0.25), (0.25, 0.5)])
    yield Part(way.passes)
    pieces += way.pieces([(0.5, 0.75), (0.75, 1)])
    wanted = (0.05 if subject.photo else 0.01) * abs(way.rise())
    while True:
        total = torch.stack([piece.map for piece in pieces]).sum(0)
        gap = gap_percent(total.sum().item(), way.rise())
        ended = sum(piece.error for piece in pieces) <= wanted or way.steps + 2 * STEPS > method.steps
        note = (
            f"The map adds up to {total.sum().item():.2f}; from the baseline to the picture {subject.logit} rises by "
            f"{way.rise():.2f} (gap {gap:.1f} %, {way.steps} steps)."
        )
        yield Part(way.passes, colours_summed(total), {"gap": gap, "steps": float(way.steps)}, note if ended else "")
        if ended:
            return
        worst = max(pieces, key=lambda piece: piece.error)
        middle = (worst.start + worst.end) / 2
        pieces.remove(worst)
        pieces += way.pieces([(worst.start, middle), (middle, worst.end)])


@dataclass(frozen=True, eq=False)
class Piece:
    """Integrated gradients from `start` to `end` on the way. map: (C, H, W). error: |its sum − the logit's rise|."""

    start: float
    end: float
    map: Tensor
    error: float


class Way:
    """The straight line from a baseline x′ (t = 0) to the picture x (t = 1), and what was measured on it."""

    def __init__(self, subject: Subject, target: int, baseline: Tensor):
        self.subject, self.target, self.baseline = subject, target, baseline
        self.logits: dict[float, float] = {}
        self.steps = 0

    @property
    def passes(self) -> int:
        return 2 * self.steps + len(self.logits)

    def rise(self) -> float:
        """F(x) − F(x′)."""
        return self.logits[1] - self.logits[0]

    def pieces(self, ends: list[tuple[float, float]]) -> list[Piece]:
        """One piece for each pair of places; their maps add up, for the way is straight."""
        new = sorted({t for pair in ends for t in pair} - self.logits.keys())
        self.logits |= zip(new, logit_of(self.subject, self.target)(self._at(new)).tolist())
        return [self._piece(start, end) for start, end in ends]

    def _piece(self, start: float, end: float) -> Piece:
        values = captum.attr.IntegratedGradients(self.subject.net).attribute(
            self._at([end]).requires_grad_(),
            self._at([start]),
            target=self.target,
            n_steps=STEPS,
            method="gausslegendre",
        )
        self.steps += STEPS
        found = values.detach()[0].double()
        return Piece(start, end, found, abs(found.sum().item() - (self.logits[end] - self.logits[start])))

    def _at(self, places: list[float]) -> Tensor:
        return torch.stack([torch.lerp(self.baseline, self.subject.x, t) for t in places])


def gradient_shap(subject: Subject, target: int, method: settings.GradientShap, seed: int) -> Iterator[Part]:
    """(x − x′) · ∂ logit / ∂ x at random places between noisy x and random baselines x′, averaged (Lundberg, Lee 2017;
    as expected gradients: Erion et al. 2021)."""
    baselines, draws = _others(subject, seed), Draws(seed)
    logits = logit_of(subject, target)(torch.cat([subject.x.unsqueeze(0), baselines]))
    rise, asked = (logits[0] - logits[1:].mean()).item(), len(logits)
    explainer, total = captum.attr.GradientShap(subject.net), torch.zeros(subject.x.shape, dtype=torch.float64)
    for done, part in shares(method.samples, batch_size(subject, method.samples)):
        with draws:
            mean = explainer.attribute(
                with_gradient(subject.x), baselines, n_samples=part, stdevs=method.noise / 100, target=target
            )
        total = total + part * mean.detach()[0].double()
        gap = gap_percent(total.sum().item() / done, rise)
        note = (
            f"The map adds up to {total.sum().item() / done:.2f}; {subject.logit} is {rise:.2f} above its mean over "
            f"{len(baselines)} other pictures (gap {gap:.0f} %: chance, and less of it with more samples)."
        )
        yield Part(asked + 2 * done, colours_summed(total / done), {"gap": gap}, note if done == method.samples else "")


def _others(subject: Subject, seed: int) -> Tensor:
    """Pictures to compare with: (N, C, H, W); for a photo other photos, for a digit random training digits."""
    if subject.photo:
        each = [photo for photo in map(photos.load, photos.FILES) if not torch.equal(photo, subject.x)]
        return torch.stack(each[:BASELINES_OF_PHOTOS])
    x = digits.load().train_x
    x = x[torch.randperm(len(x), generator=seeded(seed))[:BASELINES_OF_DIGITS]]
    return x.expand(-1, len(subject.x), -1, -1)  # grey, also beside a digit in colour
