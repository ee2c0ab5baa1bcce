"""Damaged digits: how well the error of each pixel says where the damage is, and which kind of damage is found best."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot

from scipy.stats import norm

from core.anomaly import decide, detectors, trivial
from core.anomaly.analysis.blur import Blurred, Marks, beyond_error, marks, residuals, squares
from core.anomaly.datasets import damage_of, dataset_of
from core.record import Record
from core.verdict import Verdict, verdict


@dataclass(frozen=True)
class Located:
    """How well the error finds damaged pixels, in %: AUROC, and of the marked pixels precision, recall, and intersection over
    union; None of what marks no pixel."""

    auroc: float
    precision: float | None = None
    recall: float | None = None
    overlap: float | None = None


@dataclass(frozen=True)
class Damage:
    """threshold: from which error on a pixel is marked. picture: of one picture, None where it is not damaged. every: of all
    damaged pictures. mean: of the mean normal picture, one map for all. about: what follows for the picture."""

    threshold: float
    picture: Located | None
    every: Located
    mean: Located
    about: tuple[Verdict, ...]


def damage(current: Record, at: Blurred, place: int, pixels: float, share: float) -> Damage:
    """Of the test picture at a place, at a blur. share: of MARKED, how many % of the pixels of held-out normals may be marked."""
    dataset, found = dataset_of(current.settings), at.marked[share]
    gaps = residuals(detectors.of_record(current), current.settings)[1]
    error, truth = squares(gaps[place : place + 1], pixels)[0], dataset.masks[place].flatten().numpy()
    own = marks(error, truth, found.threshold)
    picture = located(decide.auroc(error, truth), own) if truth.any() else None
    about = () if truth.any() else (verdict("damage-none", n=own.wrong),)
    every, mean = located(at.where / 100, found), Located(trivial.where(current.settings))
    return Damage(found.threshold, picture, every, mean, about)


def located(auroc: float, found: Marks) -> Located:
    """auroc: in [0, 1]. Precision is 100 % where nothing is marked."""
    marked, damaged = found.right + found.wrong, found.right + found.missed
    precision = 100 * found.right / marked if marked else 100.0
    overlap = 100 * found.right / max(1, marked + found.missed)
    return Located(100 * auroc, precision, 100 * found.right / max(1, damaged), overlap)


@dataclass(frozen=True)
class KindFound:
    """AUROC in %: of the pixels of pictures with this kind of damage, and of these pictures against all normals; and the standard
    errors of both."""

    pixel: float
    picture: float
    pixel_error: float
    picture_error: float


def by_kind(current: Record, pixels: float) -> dict[str, KindFound]:
    """Of each kind of damage, at a blur of so many pixels."""
    dataset = dataset_of(current.settings)
    error = squares(residuals(detectors.of_record(current), current.settings)[1], pixels)
    scores = error.sum(1) + beyond_error(current)[1]
    kinds, is_anomaly = damage_of(dataset, current.settings), dataset.test_is_anomaly.numpy()
    truth, found = dataset.masks.flatten(1).numpy(), {}
    for kind in dict.fromkeys(kinds[is_anomaly].tolist()):
        own, among = kinds == kind, (kinds == kind) | ~is_anomaly
        if truth[own].any():
            pixel, picture = decide.auroc(error[own], truth[own]), decide.placements(scores[among], is_anomaly[among])
            errors = decide.error_of_pixels(error[own], truth[own]), decide.error_of(picture)
            found[kind] = KindFound(*(100 * each for each in (pixel, float(picture[0].mean()), *errors)))
    return found


def about_kinds(found: Mapping[str, KindFound]) -> list[Verdict]:
    """Which kind stands out more than which, picture by picture and pixel by pixel, as far as that is more than chance; nothing
    where there is only one kind."""
    if len(found) < 2:
        return []
    picture, picture_apart = _ends({kind: (each.picture, each.picture_error) for kind, each in found.items()})
    pixel, pixel_apart = _ends({kind: (each.pixel, each.pixel_error) for kind, each in found.items()})
    return [
        verdict("damage-pictures" if picture_apart else "damage-pictures-alike", **picture),
        verdict("damage-pixels" if pixel_apart else "damage-pixels-alike", **pixel),
        verdict("damage-guessing"),
    ]


def _ends(values: Mapping[str, tuple[float, float]]) -> tuple[dict[str, str | float], bool]:
    """The highest and the lowest of values with their standard errors, and whether more than chance parts them: at 5 %, divided by
    how many pairs there are, either way round (Bonferroni)."""
    best, worst = max(values, key=values.get), min(values, key=values.get)
    (most, error), (least, other) = values[best], values[worst]
    apart = most - least > norm.isf(0.05 / (len(values) * (len(values) - 1))) * hypot(error, other)
    return {"best": best, "most": most, "worst": worst, "least": least}, bool(apart)
