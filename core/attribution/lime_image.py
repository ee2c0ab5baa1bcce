"""LIME on pictures (Ribeiro et al. 2016): switch superpixels off at random, ask, and imitate the answers with a linear model.

The regression (kernel, ridge, R²) is the lime package's own; the samples are drawn as it draws them, so that both agree.
Ours is how the pictures are painted and asked in batches, and that the imitation can be watched while it grows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from lime.lime_base import LimeBase
from sklearn.metrics import pairwise_distances
from torch import Tensor

from core.attribution import inputs

SAME = 1e-4  # answers (probabilities) that differ by less are the same: their variance, below R², is only rounding


@dataclass(frozen=True)
class Imitation:
    """The linear model after `asked` pictures. weights: (segments,). fit: R² of the newest fit, in %; None where the answers
    do not vary. spread: mean standard deviation of a weight over the repeats, in % of the mean |weight|; None before the
    second repeat's end. counted: what the kernel leaves of the newest fit's samples, see `kernel`. varied: how far the
    answers lie apart, in [0, 1]."""

    asked: int
    weights: np.ndarray
    fit: float | None
    spread: float | None
    counted: float
    varied: float


def filled(x: Tensor, segments: np.ndarray, fill: str) -> Tensor:
    """The picture x (C, H, W) with every superpixel off: painted with a baseline, or each with its own mean colour."""
    if fill != "mean":
        return inputs.baseline(x, fill)
    flat, count = segments.ravel(), np.bincount(segments.ravel())
    means = [np.bincount(flat, channel.ravel()) / count for channel in x.double().numpy()]
    return torch.from_numpy(np.stack(means)[:, segments]).to(x.dtype)


def painted(x: Tensor, other: Tensor, segments: np.ndarray, on: np.ndarray) -> Tensor:
    """Pictures (n, C, H, W) that show x where a superpixel is on and `other` where it is off. on: (n, segments)."""
    shown = torch.from_numpy(on.astype(bool))[:, torch.from_numpy(segments)]
    return torch.where(shown.unsqueeze(1), x, other)


def superpixels_off(x: Tensor, segments: np.ndarray, off: set[int], fill: str) -> Tensor:
    """The picture x (C, H, W) with the superpixels `off` painted over; the others stay as they are."""
    on = np.array([[number not in off for number in range(segments.max() + 1)]])
    return painted(x, filled(x, segments, fill), segments, on)[0]


def samples(count: int, segments: int, seed: int) -> np.ndarray:
    """Which superpixels are on (count, segments), 0 or 1: the first row all, the others at random.

    The same as lime 0.2.0.1's LimeImageExplainer(random_state=seed) draws, which first draws a seed for its segmentation.
    """
    rng = np.random.RandomState(seed)
    rng.randint(0, 1000)
    on = rng.randint(0, 2, (count, segments))
    on[0] = 1
    return on


def fitted(
    onoff: np.ndarray, probabilities: np.ndarray, width: float, apart: np.ndarray | None = None
) -> tuple[np.ndarray, float, float]:
    """Weights (segments,), intercept and R² of the linear model that imitates `probabilities` (n,) of samples (n, segments).

    A sample counts by its `kernel` weight π (Ribeiro et al. 2016; kernel and ridge with α = 1 as in lime 0.2.0.1). R² is
    weighted by π. apart: the samples' distances (n,) where they are known already.
    """
    base = LimeBase(partial(_weights, width=width), random_state=0)
    distances = _distances(onoff) if apart is None else apart
    intercept, pairs, fit, _ = base.explain_instance_with_data(
        onoff, probabilities[:, None], distances, 0, onoff.shape[1], feature_selection="none"
    )
    weights = np.zeros(onoff.shape[1])
    for number, weight in pairs:
        weights[number] = weight
    return weights, float(intercept), float(fit)


def kernel(onoff: np.ndarray, width: float) -> np.ndarray:
    """How much each sample counts, (n,) in [0, 1]: π = √exp(−d² / σ²), where d is its cosine distance to the first row and
    σ the kernel's width.

    The sum says how many full samples they are worth. The ridge weighs as much as one: where the sum is small, it alone
    decides, and presses all weights to zero.
    """
    return _weights(_distances(onoff), width)


def varies_not(answers: np.ndarray) -> bool:
    """Whether probabilities are all the same, so that there is nothing to imitate and R² means nothing."""
    return float(np.ptp(answers)) <= SAME


def _weights(apart: np.ndarray, width: float) -> np.ndarray:
    return np.sqrt(np.exp(-(apart**2) / width**2))


def _distances(onoff: np.ndarray) -> np.ndarray:
    return pairwise_distances(onoff, onoff[:1], metric="cosine").ravel()


def imitate(
    ask: Callable[[Tensor], np.ndarray], x: Tensor, segments: np.ndarray, method, batch: int, seed: int = 0
) -> Iterator[Imitation]:
    """The imitation of `ask` (pictures → probabilities) near x, fitted anew after every batch of samples.

    method: a core.attribution.settings.Lime. Of several repeats, each with samples of its own, the mean weights of those
    that have ended are shown.
    """
    other, ended = filled(x, segments, method.fill), []
    for repeat in range(method.repeats):
        on = samples(method.samples, segments.max() + 1, _seed(seed, repeat))
        answers, apart = np.empty(0), _distances(on)
        for part in range(0, method.samples, batch):
            answers = np.append(answers, ask(painted(x, other, segments, on[part : part + batch])))
            weights, _, fit = fitted(on[: len(answers)], answers, method.width, apart[: len(answers)])
            if len(answers) == method.samples:
                ended.append(weights)
            varied = float(np.ptp(answers))
            yield Imitation(
                repeat * method.samples + len(answers),
                np.mean(ended or [weights], 0),
                None if varies_not(answers) else 100 * fit,
                _spread(ended),
                float(_weights(apart[: len(answers)], method.width).sum()),
                varied,
            )


def _seed(seed: int, repeat: int) -> int:
    """The first repeat has the seed itself, so that it agrees with the lime package."""
    return seed if repeat == 0 else int(np.random.SeedSequence((seed, repeat)).generate_state(1)[0])


def _spread(weights: list[np.ndarray]) -> float | None:
    if len(weights) < 2:
        return None
    size = float(np.abs(weights).mean())
    return 100 * float(np.std(weights, 0, ddof=1).mean()) / size if size else 0.0
