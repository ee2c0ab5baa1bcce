"""The blur of the error: what merely lies one pixel off counts twice without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from core.anomaly import decide, detectors, trivial
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import Detector, Rebuilds, blurred
from core.anomaly.settings import AnomalySettings
from core.record import Record
from core.verdict import Verdict, verdict

BLURS = tuple(0.25 * i for i in range(13))  # pixels, the knob's own positions
MARKED = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # % of the pixels of held-out normals that may be marked as damage
WORTH = 0.5  # points of AUROC: below that two blurs are called alike


@dataclass(frozen=True)
class Marks:
    """Pixels whose error is at least the threshold: how many of them are damaged, how many are not, and how many damaged ones
    have a smaller error."""

    threshold: float
    right: int
    wrong: int
    missed: int


@dataclass(frozen=True, eq=False)
class Blurred:
    """What follows from blurring the error by so many pixels.

    scores: (N,) of the test part, calibration: (H,) of held-out normals; auroc: of the former, in %. top: the error that gets the
    brightest colour. Of damaged digits, where: AUROC in % of all pixels of damaged pictures; marked: for each of MARKED.
    """

    scores: np.ndarray
    calibration: np.ndarray
    auroc: float
    top: float
    where: float | None
    marked: Mapping[float, Marks]


@dataclass(frozen=True, eq=False)
class Blurs:
    """at: what follows from each blur; of a detector whose score no blur changes only from none. mean: AUROC in % of the
    distance to the mean."""

    at: Mapping[float, Blurred]
    mean: float

    @property
    def adjustable(self) -> bool:
        return len(self.at) > 1

    @property
    def auroc(self) -> list[float]:
        """In %, at each blur."""
        return [each.auroc for each in self.at.values()]

    @property
    def where(self) -> list[float] | None:
        """AUROC in % of the pixels, at each blur; None where no damage is known."""
        found = [each.where for each in self.at.values() if each.where is not None]
        return found or None


@lru_cache(maxsize=4)
@torch.inference_mode()
def residuals(detector: Detector, settings: AnomalySettings) -> tuple[Tensor, Tensor] | None:
    """x − what was expected, of held-out normals and of the test part, in the shape of x; None of a detector that expects nothing.
    Shared: never change it."""
    dataset = dataset_of(settings)
    parts = [[(x, detector.expects(x)) for x in each.split(250)] for each in (dataset.calibration_x, dataset.test_x)]
    if parts[1][0][1] is None:
        return None
    calibration, test = (torch.cat([x - expected for x, expected in part]) for part in parts)
    return calibration, test


def blurs(current: Record) -> Blurs:
    """Of a run whose detector expects something in the place of a picture. Raises as `detectors.of_record` does."""
    detector = detectors.of_record(current)
    found = {pixels: at_blur(current, pixels) for pixels in (BLURS if isinstance(detector, Rebuilds) else BLURS[:1])}
    return Blurs(found, trivial.auroc(current.settings))


def at_blur(current: Record, pixels: float) -> Blurred:
    """What follows from a blur of so many pixels."""
    dataset, gaps = dataset_of(current.settings), residuals(detectors.of_record(current), current.settings)
    calibration, test = (squares(each, pixels) for each in gaps)
    is_anomaly, (calibration_rest, rest) = dataset.test_is_anomaly.numpy(), beyond_error(current)
    scores = test.sum(1) + rest
    common = test[:: max(1, len(test) // 200)]  # every so many pictures say as well where the scale must end
    where, marked = None, {}
    if dataset.masks is not None:
        truth, anomalous = dataset.masks[dataset.test_is_anomaly].flatten(1).numpy(), test[is_anomaly]
        where = 100 * decide.auroc(anomalous, truth)
        thresholds = np.quantile(calibration, 1 - np.array(MARKED) / 100)
        marked = {share: marks(anomalous, truth, float(least)) for share, least in zip(MARKED, thresholds)}
    return Blurred(
        scores,
        calibration.sum(1) + calibration_rest,
        100 * decide.auroc(scores, is_anomaly),
        float(np.quantile(common, 0.998)) or 1.0,
        where,
        marked,
    )


def squares(gaps: Tensor, pixels: float) -> np.ndarray:
    """Squared differences (N, D) of differences (N, ...) under a blur of so many pixels."""
    return blurred(gaps, pixels).square().flatten(1).numpy()


def marks(error: np.ndarray, truth: np.ndarray, threshold: float) -> Marks:
    """Of errors and of what is damaged, of one shape. threshold: from which error on a pixel is marked."""
    marked = error >= threshold
    counts = (int(part.sum()) for part in (marked & truth, marked & ~truth, ~marked & truth))
    return Marks(threshold, *counts)


def beyond_error(current: Record) -> tuple[np.ndarray, np.ndarray]:
    """What a score holds besides the error, of held-out normals (H,) and of the test part (N,): of a variational autoencoder
    judged by the whole bound how far the code's cloud lies from the middle, of k-means and neighbours that a distance is no
    square, of all others nothing."""
    found, method = final(current), current.settings.method
    if hasattr(method, "smooth") and getattr(method, "judge", "error") == "error":
        return np.zeros(len(found.calibration)), np.zeros(len(found.test))
    gaps = residuals(detectors.of_record(current), current.settings)
    errors = [squares(each, getattr(method, "smooth", 0)).sum(1) for each in gaps]
    return found.calibration - errors[0], found.test - errors[1]


def about_blur(auroc: Sequence[float], where: Sequence[float] | None, blur: float) -> list[Verdict]:
    """Whether a blur helps to tell which picture is an anomaly, and what it costs where the place counts.

    auroc, where: in % at each of BLURS. blur: one of them.
    """
    best, here, none = int(np.argmax(auroc)), auroc[BLURS.index(blur)], auroc[0]
    said = [verdict("blur-here", blur=blur, auroc=here, none=none) if blur else verdict("blur-none", auroc=none)]
    if auroc[best] - none < WORTH:
        said.append(verdict("blur-never-better"))
    elif auroc[best] - here >= WORTH:
        said.append(verdict("blur-best", best=BLURS[best], auroc=auroc[best]))
    else:
        said.append(verdict("blur-good"))
    if where is not None and where[best] - where[0] < -WORTH:
        said.append(verdict("blur-place", there=where[best], none=where[0]))
    return said


def about_picture(at: Blurred, blur: float, place: int) -> Verdict:
    """What a blur makes of one test picture."""
    p = float(decide.p_values(at.scores[place : place + 1], at.calibration)[0])
    return verdict("blur-picture", blur=blur, score=float(at.scores[place]), p=p)
