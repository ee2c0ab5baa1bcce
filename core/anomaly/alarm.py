"""A detector as a network of two classes, so that whatever explains a classifier can be asked why the alarm was raised."""

import numpy as np
import torch
from torch import Tensor, nn

from core.anomaly.decide import conformal_threshold
from core.anomaly.detector import Detector

NAMES = ("normal", "anomalous")  # the classes, in the order of the logits
ALARM = 1  # the number of the second
PROMISE = 0.1  # of fresh normals raise the alarm at the threshold where both classes are equally likely
SOFT = 2.0  # standard deviations that a softened alarm's score lies from the threshold at most


class Alarm(nn.Module):
    """Examples x (N, ...) → logits (N, 2) of “normal” and “anomalous”: −a and a, with a = (score − threshold) / (2 scale).

    So the probability of an anomaly is σ((score − threshold) / scale), a bounded reading of the score and no promise of
    its own: ½ at the threshold, .73 one `scale` above it. threshold, scale: in units of the score, scale > 0.
    origin: (...) is added to whatever is asked; of examples that are handed over as differences to it, such as to the mean
    normal example, zero means “as normal as can be”, which is what most explanations take for nothing to see.
    Where the detector has no gradients the logits have none either, and only methods that change the input can ask it.
    """

    def __init__(self, detector: Detector, threshold: float, scale: float, origin: Tensor | None = None):
        super().__init__()
        if isinstance(net := getattr(detector, "net", None), nn.Module):
            net.requires_grad_(False)  # asked for are gradients at the example, never at the weights
        self.detector, self.threshold, self.scale, self.origin = detector, threshold, scale, origin

    def score(self, x: Tensor) -> Tensor:
        """(N,), in the units of the detector; with gradients where it has them."""
        x = x if self.origin is None else x + self.origin
        if self.detector.gradients:
            return self.detector.score(x)
        with torch.no_grad():
            return self.detector.score(x.detach())

    def forward(self, x: Tensor) -> Tensor:
        above = (self.score(x) - self.threshold) / (2 * self.scale)
        return torch.stack([-above, above], 1)


def alarm(
    detector: Detector, calibration: np.ndarray, origin: Tensor | None = None, soft_at: float | None = None
) -> Alarm:
    """The alarm that a detector's scores of held-out normals (n,) suggest.

    threshold: the conformal one that 10 % of fresh normals pass, or the largest of these scores where they are too few for
    it. scale: their standard deviation, by which the scores of all detectors have one unit. soft_at: a score that shall
    not lie where the probability is flat: the scale grows until it lies at most SOFT scales from the threshold.
    """
    calibration = np.asarray(calibration, float)
    threshold = conformal_threshold(calibration, PROMISE)
    threshold = threshold if np.isfinite(threshold) else float(calibration.max())
    scale = float(calibration.std()) or 1.0  # of a detector that gives everything one score
    if soft_at is not None:
        scale = max(scale, abs(soft_at - threshold) / SOFT)
    return Alarm(detector, threshold, scale, origin)
