"""Detectors to hold against the run shown: stored runs on the same data with the same seed, and all that is learned at once."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from time import perf_counter
from typing import Any

import numpy as np
from torch import Tensor

from core import runs
from core.anomaly import decide, detectors
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import Detector, scores
from core.anomaly.settings import PCA, AnomalySettings, Detection
from core.record import Record, comparable
from core.runs import About, RunError
from core.settings import BadSettings, build, flatten, union_members

DATASET = ("data", "normal", "damage", "size", "shape", "contamination", "seed")  # settings that make the dataset
METHODS: Mapping[str, type[Detection]] = union_members(AnomalySettings.model_fields["method"])
MOST = 13  # detectors to begin with: one of each method


@dataclass(frozen=True, eq=False)
class Rival:
    """A detector with its scores of held-out normals (H,) and of the test part (N,), float64.

    id: of its run, or its settings as text. seconds: to learn, nan of what has learned elsewhere. load: gives the
    detector; raises RunError, BadSettings or KeyError when it is gone.
    """

    id: str
    about: About
    calibration: np.ndarray
    test: np.ndarray
    seconds: float
    load: Callable[[], Detector | None] = field(repr=False)

    @property
    def method(self) -> type[Detection]:
        return METHODS[self.about.settings["method"]]

    @cached_property
    def p(self) -> np.ndarray:
        """Conformal p-values (N,) of the test part."""
        return decide.p_values(self.test, self.calibration)

    def p_value(self, x: Tensor, place: int | None = None) -> float | None:
        """Of one example x (...); place: in the test part, where it is one of it. None when the detector is gone."""
        if place is not None:
            return float(self.p[place])
        try:
            score = scores(self.load(), x.unsqueeze(0)).numpy().astype(np.float64)
        except (RunError, BadSettings, KeyError):
            return None
        return float(decide.p_values(np.nan_to_num(score), self.calibration)[0])


def candidates(current: Record) -> dict[str, About]:
    """Every detector that can be held against the run shown, by its id; the run itself first, then stored ones, then all that
    needs no training, with its defaults, unless such a run is stored. Read from the store each time."""
    found = {about.id: about for about in same_dataset(current.run.about)}
    kept = [about.settings for about in found.values()]
    for method in detectors.AT_ONCE:
        flat = flatten(current.settings.model_copy(update={"method": method()}))
        if flat not in kept:
            found[as_text(flat)] = runs.make("anomaly-fit", "anomaly", flat, [], 0.0, "finished").about
    return found


def same_dataset(about: About) -> list[About]:
    """Every stored run that ended on the same data with the same seed, this one first; of equal settings only one."""
    found = {repr(sorted(about.settings.items())): about}
    for each in comparable(about, lambda flat: tuple(flat.get(name) for name in DATASET), "auroc"):
        found.setdefault(repr(sorted(each.settings.items())), each)
    return list(found.values())


def changed(about: About) -> dict[str, Any]:
    """The method's settings that are not as the method has them, name → value."""
    fields, chosen = METHODS[about.settings["method"]].model_fields, about.settings
    own = {name: chosen[name] for name in fields if name != "name" and name in chosen}
    return {name: value for name, value in own.items() if value != fields[name].default}


def one_of_each(found: Mapping[str, About], own: str, most: int = MOST) -> list[str]:
    """The run shown, `own`, and of every other method the detector with the fewest changed settings."""
    first = {found[own].settings["method"]: own}
    for each in sorted(found, key=lambda name: len(changed(found[name]))):
        first.setdefault(found[each].settings["method"], each)
    return [each for each in found if each in first.values()][:most]


def one_other(found: Mapping[str, About], own: str) -> list[str]:
    """One detector to begin with beside the run shown, that expects something as well: PCA, beside PCA the nearest neighbours."""
    wanted = "knn" if METHODS[found[own].settings["method"]] is PCA else "pca"
    return [
        each for each in one_of_each(found, own, len(found)) if found[each].settings["method"] == wanted and each != own
    ][:1]


def rivals(current: Record, chosen: Iterable[str]) -> list[Rival]:
    """Those of the chosen ids that are still there, in the order given."""
    found = []
    for each in chosen:
        try:
            found.append(_rival(current, each))
        except (RunError, BadSettings):  # deleted since, or of another version
            continue
    return found


def _rival(current: Record, each: str) -> Rival:
    if each.startswith("{"):
        flat = json.loads(each)
        about = runs.make("anomaly-fit", "anomaly", flat, [], 0.0, "finished").about
    elif each == current.id:
        about, found = current.run.about, final(current)
        calibration, test, load = found.calibration, found.test, partial(detectors.of_record, current)
    else:
        about, calibration, test = _stored(each)
        load = partial(detectors.stored, each)
    seconds = math.nan if about.settings.get("network") else about.seconds
    if "steps" not in about.settings:  # needs no training: a run of it is mostly the start of its process
        fitted = learned(as_text(about.settings))
        seconds, load = fitted.seconds, lambda: fitted.detector
        if each.startswith("{"):
            calibration, test = fitted.calibration, fitted.test
    return Rival(each, about, calibration, test, seconds, load)


@lru_cache(maxsize=64)
def _stored(run_id: str) -> tuple[About, np.ndarray, np.ndarray]:
    """A stored run's header, and its scores of held-out normals and of the test part. Raises RunError."""
    run = runs.load(run_id)
    found = final(Record(run_id, None, list(run.events), run))
    if found is None:
        raise RunError(f"Run “{run_id}” has no scores.")
    return run.about, found.calibration, found.test


@dataclass(frozen=True, eq=False)
class Learned:
    """A detector that was learned just now, its scores of held-out normals (H,) and of the test part (N,), and how many seconds
    learning took."""

    detector: Detector
    calibration: np.ndarray
    test: np.ndarray
    seconds: float


@lru_cache(maxsize=64)
def learned(flat: str) -> Learned:
    """The detector of these flat settings, as text. Shared: never change it. Raises BadSettings."""
    settings = build(AnomalySettings, json.loads(flat))
    dataset = dataset_of(settings)
    start = perf_counter()
    detector = detectors.fitted(settings)
    seconds = perf_counter() - start
    parts = (dataset.calibration_x, dataset.test_x)
    calibration, test = (np.nan_to_num(scores(detector, x).numpy().astype(np.float64)) for x in parts)
    return Learned(detector, calibration, test, seconds)


def as_text(flat: Mapping[str, Any]) -> str:
    """Flat settings as the id of a detector that is learned at once."""
    return json.dumps(flat, sort_keys=True)
