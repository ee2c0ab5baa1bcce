"""Whether a network looks at the digit's stroke or at the background, where the stroke is known."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.data import digits
from core.record import Record
from core.transfer.analysis.comparison import Network, run_of
from core.transfer.domains import domains
from core.transfer.settings import Inverted, Target
from core.verdict import Verdict, verdict

INK = 0.5  # how bright a pixel of the stroke is at least
ASKED = 200  # test pictures of which the maps are measured
SURE = 2.0  # standard errors from which on a difference is more than chance
MORE, LESS = 1.2, 0.8  # times the stroke's share of the pixels: above, a map prefers the stroke; below, the background


@dataclass(frozen=True)
class Strokes:
    """shares: (ASKED,), percent of each picture's map that lies on the digit's stroke. pixels: percent of all pixels that the
    strokes cover."""

    shares: np.ndarray
    pixels: float

    @property
    def mean(self) -> float:
        return float(self.shares.mean())


def strokes(record: Record, network: Network) -> Strokes | None:
    """Of ASKED test pictures of the target; None where the stroke is not known. Raises RunError when the network is gone.

    It is known where the target is made of MNIST's own digits, each where it was: the digit of the same number in MNIST's
    test part is the stroke.
    """
    target, plain = record.settings.target, digits.load()
    if not target.KEEPS_STROKES:
        return None
    each = torch.stack(
        [torch.nonzero(plain.test_y == c).flatten()[: ASKED // 10] for c in range(record.settings.held)]
    ).flatten()
    ink = (plain.test_x[each] > INK).squeeze(1)
    values = maps(run_of(record, network).net(network[1]), domains(target).target.test_x[each], target)
    whole = values.sum((1, 2)).clamp(min=1e-12)
    return Strokes((100 * (values * ink).sum((1, 2)) / whole).numpy().copy(), 100 * float(ink.float().mean()))


def maps(net: nn.Module, x: Tensor, target: Target) -> Tensor:
    """|input × gradient| of each picture's first answer, colours summed: x (N, C, H, W) to (N, H, W).

    Of inverted digits the gradient alone: their strokes are black, where the product is zero whatever the network does.
    """
    x = x.clone().requires_grad_(True)
    net.requires_grad_(False)(x).max(1).values.sum().backward()
    values = x.grad if isinstance(target, Inverted) else x.detach() * x.grad
    return values.sum(1).abs()


def about(first: Strokes, second: Strokes | None = None) -> list[Verdict]:
    """What the maps of one network say, or of two, before and after the adaptation."""
    return about_change(first, second) if second else [about_one(first)]


def about_change(before: Strokes, after: Strokes) -> list[Verdict]:
    """Whether the adapted network looks more at the stroke, on the same pictures."""
    change = after.shares - before.shares
    mean, error = float(change.mean()), float(change.std(ddof=1) / np.sqrt(len(change)))
    said = [verdict("stroke-change", change=mean, error=error)]
    if abs(mean) <= SURE * error:
        return [*said, verdict("stroke-chance", most=SURE)]
    return [*said, verdict("stroke-more" if mean > 0 else "stroke-less")]


def about_one(found: Strokes) -> Verdict:
    """One network alone: how the share of its map on the stroke compares with the stroke's share of the pixels."""
    times = found.mean / found.pixels
    if times > MORE:
        return verdict("stroke-preferred", times=times)
    return verdict("stroke-like-its-size" if times >= LESS else "stroke-avoided", times=times)


def about_maps(target: Target) -> Verdict:
    """What the maps are."""
    return verdict("maps-of-gradients" if isinstance(target, Inverted) else "maps-of-products")
