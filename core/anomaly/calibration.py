"""Calibration: whether a classifier that is 90 % sure is right in 90 of 100 cases, and one temperature that mends it.

After Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks" (2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # the page that draws a stored diagram does not wait for torch
    from torch import Tensor

BINS = 15  # as many as Guo et al. take in table 1
COLDEST, HOTTEST = 0.1, 100.0  # between these the temperature is looked for: the bounds of the knob T
HALVINGS = 60  # of that range in logarithms: far below what a float can tell apart


@dataclass(frozen=True)
class Reliability:
    """What a classifier says and what comes true, bin by bin of its confidence; all (BINS,), not a number where a bin is empty.

    sure: mean largest probability. right: share of right answers, both in [0, 1]. share: of all examples.
    """

    sure: np.ndarray
    right: np.ndarray
    share: np.ndarray


def reliability(sure: np.ndarray, right: np.ndarray, bins: int = BINS) -> Reliability:
    """Confidences (N,) in [0, 1] and which answers were right (N,), in bins ((m − 1) / M, m / M] (Guo et al. 2017, section 2)."""
    place = np.clip(np.ceil(bins * np.asarray(sure, float)).astype(int), 1, bins) - 1
    many = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        means = [np.bincount(place, weights=np.asarray(each, float), minlength=bins) / many for each in (sure, right)]
    return Reliability(*means, many / many.sum())


def calibration_error(found: Reliability) -> float:
    """Σ |B| / N · |share right in B − mean confidence in B|, the expected calibration error in [0, 1] (Guo et al. 2017, equation 3)."""
    return float(np.nansum(found.share * np.abs(found.right - found.sure)))


def answers(logits: Tensor, y: Tensor, temperature: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """(largest probability, whether that class is the true one), both (N,), of logits (N, classes) and classes y (N,).

    Of logits that are no numbers any more: a network whose weights ran away is sure of nothing.
    """
    sure, said = (logits.double() / temperature).softmax(1).max(1)
    return sure.nan_to_num(0.0).numpy(), (said == y).numpy()


def surprise(logits: Tensor, y: Tensor, temperature: float) -> float:
    """Mean negative log likelihood in nats of classes y (N,) by softmax(logits / T)."""
    return -(logits.double() / temperature).log_softmax(1).gather(1, y.unsqueeze(1)).mean().item()


def fitted_temperature(logits: Tensor, y: Tensor) -> float:
    """The temperature under which held-out classes y (N,) are most likely, by logits (N, classes) (Guo et al. 2017, section 4.2).

    The loss is convex in 1 / T, so its slope, E[Σ_c p_c z_c − z_y], changes sign once: the range is halved until the place
    is found. At an end of the range where it never changes sign, as when every answer is right.
    """
    z = logits.double()
    own = z.gather(1, y.unsqueeze(1)).squeeze(1)
    low, high = -np.log(HOTTEST), -np.log(COLDEST)  # of log 1 / T
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        slope = (((np.exp(middle) * z).softmax(1) * z).sum(1) - own).mean()
        low, high = (low, middle) if slope > 0 else (middle, high)
    return float(np.clip(np.exp(-(low + high) / 2), COLDEST, HOTTEST))
