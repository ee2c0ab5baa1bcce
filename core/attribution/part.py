"""What a method hands over, and what all methods ask a network for."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from core.subject.models import Subject

# Pictures at once. More photos outgrow the caches and take longer each; and for gradients 55 MB of activations are kept of each.
BATCH_OF_PHOTOS, BATCH_OF_DIGITS = 4, 200


class CannotExplain(ValueError):
    """The method does not fit this network; one sentence says why."""


@dataclass(frozen=True)
class Part:
    """An explanation as far as it has come.

    passes: pictures that went through the network so far; one that went back as well, for its gradients, counts twice.
    map: (H, W) float32, positive where a pixel speaks for the answer; None where a method shows nothing before its end.
    numbers: what is known of its trustworthiness, in %: “gap” between the sum of the map and the change of the answer,
    “fit” = R² of a linear imitation, “spread” over repeats; and the “steps” of integrated gradients. note: one sentence,
    how far to trust it; only the last part has one.
    """

    passes: int
    map: np.ndarray | None = None
    numbers: dict[str, float] = field(default_factory=dict)
    note: str = ""


def logit_of(subject: Subject, target: int) -> Callable[[Tensor], Tensor]:
    """Pictures (N, C, H, W) → logits of the answer (N,), without gradients."""

    @torch.no_grad()
    def ask(x: Tensor) -> Tensor:
        return subject.net(x)[:, target]

    return ask


def probability_of(subject: Subject, target: int) -> Callable[[Tensor], Tensor]:
    @torch.no_grad()
    def ask(x: Tensor) -> Tensor:
        return subject.net(x).softmax(1)[:, target]

    return ask


def batch_size(subject: Subject, count: int) -> int:
    """How many pictures at once: a tenth of them, so that progress shows, within what memory and caches bear."""
    return min(BATCH_OF_PHOTOS if subject.photo else BATCH_OF_DIGITS, max(5, math.ceil(count / 10)))


def shares(count: int, size: int) -> Iterator[tuple[int, int]]:
    """(done after it, how many) of each batch."""
    for start in range(0, count, size):
        part = min(size, count - start)
        yield start + part, part


def gap_percent(total: float, rise: float) -> float:
    """How far the sum of a map misses the change of the logit, in % of it; finite even where the logit does not change."""
    return 100 * abs(total - rise) / max(abs(rise), 1e-6)


def with_gradient(x: Tensor) -> Tensor:
    """A batch of one (1, C, H, W), of which autograd is to find the gradients."""
    return x.unsqueeze(0).clone().requires_grad_()


def as_mask(segments: np.ndarray) -> Tensor:
    """The superpixels' numbers (H, W) as Captum wants them: (1, 1, H, W), the same for all colours."""
    return torch.from_numpy(segments)[None, None]


def colours_summed(values: Tensor) -> np.ndarray:
    """The map (H, W) of attributions ((1,) C, H, W): the colours' sum."""
    return as_map(values.sum(-3, keepdim=True))


def as_map(values: Tensor) -> np.ndarray:
    """(…, H, W), with ones before H, as the map (H, W) of a Part."""
    return values.detach().reshape(values.shape[-2:]).float().numpy()
