"""What a detector is: it learns normal examples, and gives everything new a score. Higher is more anomalous, always."""

from typing import Any

import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor


class Detector:
    """fit: learns from normals x (N, ...) and from nothing else: whatever it must choose, it chooses by them, so that held-out
    normals stay as good as fresh ones. score: (N,), higher is more anomalous. gradients: whether the score has gradients.

    expects: what the detector would have expected in the place of each example, of the same shape; None where it has no
    such idea.
    """

    gradients = True

    def __init__(self, method: Any, seed: int):
        self.method, self.seed = method, seed

    def fit(self, x: Tensor) -> None:
        raise NotImplementedError

    def score(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def learned_scores(self, x: Tensor) -> Tensor:
        """Scores (N,) of the very examples x that were learned, in their order. Where an example would help itself, such as by
        being its own nearest neighbour, it is left out of what it is compared with, as PyOD's `decision_scores_` of k-NN do."""
        return scores(self, x)

    def expects(self, x: Tensor) -> Tensor | None:
        return None

    def error(self, x: Tensor) -> Tensor | None:
        """Squared difference of each value to what was expected, in the shape of x; None where nothing was."""
        expected = self.expects(x)
        return None if expected is None else (x - expected).square()


class Rebuilds(Detector):
    """Scores by the squared error of what it expects, blurred by the knob `smooth` where examples are pictures."""

    def rebuild(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def expects(self, x: Tensor) -> Tensor:
        return self.rebuild(x)

    def error(self, x: Tensor) -> Tensor:
        return blurred(x - self.rebuild(x), self.method.smooth).square()

    def score(self, x: Tensor) -> Tensor:
        return self.error(x).flatten(1).sum(1)


def blurred(error: Tensor, pixels: float) -> Tensor:
    """Differences of pictures (N, 1, H, W) under a Gaussian of so many pixels; of anything else as they are.

    Two strokes side by side, one too few and one too many, nearly cancel; a missing stroke does not.
    """
    if pixels == 0 or error.ndim != 4:
        return error
    if not error.requires_grad:
        return torch.from_numpy(gaussian_filter(error.numpy(), (0, 0, pixels, pixels), mode="constant"))
    reach = int(4 * pixels + 0.5)
    weights = torch.exp(-torch.arange(-reach, reach + 1, dtype=error.dtype).square() / (2 * pixels**2))
    weights = weights / weights.sum()
    rows = torch.nn.functional.conv2d(error, weights.view(1, 1, -1, 1), padding=(reach, 0))
    return torch.nn.functional.conv2d(rows, weights.view(1, 1, 1, -1), padding=(0, reach))


@torch.inference_mode()
def scores(detector: Detector, x: Tensor, batch: int = 250) -> Tensor:
    """The scores (N,) of all of x, so many at a time that their activations stay in the cache."""
    return torch.cat([detector.score(part) for part in x.split(batch)])


def square_distances(a: Tensor, b: Tensor) -> Tensor:
    """‖a_i − b_j‖² of a (N, D) and b (M, D): (N, M)."""
    return (a.square().sum(1, keepdim=True) + b.square().sum(1) - 2 * a @ b.T).clamp(min=0)


def distances_to_others(x: Tensor, most: int | None = None) -> Tensor:
    """‖x_i − x_j‖² of x (N, D), ∞ from each to itself: (N, N), or of the first `most` rows alone."""
    return square_distances(x[:most], x).fill_diagonal_(float("inf"))
