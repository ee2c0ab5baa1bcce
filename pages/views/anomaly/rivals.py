"""The detectors that are held against one another: stored runs on the same data, and whatever is learned at once."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from time import perf_counter
from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.anomaly import decide
from core.runs import About, RunError
from core.settings import flatten
from pages.parts import shown
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data

FAMILIES = {  # as Ruff et al. 2021, figure 1, group them, with what looks at a density of its own
    "confidence": "classifier",
    "pca": "reconstruction",
    "autoencoder": "reconstruction",
    "denoising": "reconstruction",
    "vae": "reconstruction",
    "kmeans": "distance",
    "knn": "distance",
    "forest": "distance",
    "lof": "density",
    "mixture": "density",
    "kde": "density",
    "ocsvm": "boundary",
    "svdd": "boundary",
}
LECTURE = ("confidence", "autoencoder", "kmeans", "pca")  # the four that the lecture teaches


@dataclass(frozen=True, eq=False)
class Rival:
    """A detector with its scores of held-out normals (H,) and of the test part (N,), float64.

    id: of its run, or its settings as text. seconds: to learn. detector: gives the detector itself, or None when it is gone.
    """

    id: str
    method: str
    name: str
    held: np.ndarray
    test: np.ndarray
    seconds: float
    detector: Callable[[], Any]

    @property
    def family(self) -> str:
        return FAMILIES[self.method]

    @cached_property
    def p(self) -> np.ndarray:
        """Conformal p-values (N,) of the test part."""
        return decide.p_values(self.test, self.held)


def names(current: Shown) -> dict[str, str]:
    """Every detector that can be held against the run shown, id → name; the run itself first, then one of each method."""
    found = {current.id: data.method_name(current.run.about)}
    found |= {about.id: data.method_name(about) for about in _stored_runs(current)}
    kept = [about.settings for about in _stored_runs(current)] + [current.run.about.settings]
    for settings in data.at_once(current.settings):
        flat = flatten(settings)
        if flat not in kept:
            found[_text(flat)] = data.method_name(_as_about(flat))
    return found


def methods(current: Shown, found: Iterable[str]) -> dict[str, str]:
    """The method of each of them, by its name in the settings."""
    known = {about.id: about.settings["method"] for about in _stored_runs(current)} | {
        current.id: current.settings.method.name
    }
    return {each: known.get(each) or json.loads(each)["method"] for each in found}


def one_of_each(found: dict[str, str], current: Shown, most: int) -> list[str]:
    """The run shown, and of every other method the detector with the shortest name: the one with the fewest changed knobs."""
    kinds = methods(current, found)
    first: dict[str, str] = {kinds[current.id]: current.id}
    for each in sorted(found, key=lambda i: len(found[i])):
        first.setdefault(kinds[each], each)
    return [each for each in found if each in first.values()][:most]


def rivals(current: Shown, chosen: list[str]) -> list[Rival]:
    """Those of the chosen that are still there, in the order given."""
    found = []
    for each in chosen:
        try:
            found.append(_rival(current, each))
        except RunError:  # deleted since
            continue
    return found


def _rival(current: Shown, each: str) -> Rival:
    if each == current.id:
        about, scores = current.run.about, data.final(current)
        held, test, detector = scores.held, scores.test, partial(data.detector_of, current)
    elif each.startswith("{"):
        about, fitted = _as_about(json.loads(each)), _fitted(each)
        held, test, detector = fitted.held, fitted.test, partial(_learned, each)
    else:
        about, held, test = _stored(each)
        detector = partial(data.detector, each)
    seconds = about.seconds
    if "steps" not in about.settings:  # needs no training: a run of it is mostly the start of its process
        flat = _text(about.settings)
        seconds, detector = _fitted(flat).seconds, partial(_learned, flat)
    return Rival(each, about.settings["method"], data.method_name(about), held, test, seconds, detector)


def _stored_runs(current: Shown) -> list[About]:
    return [about for about in data.same_world(current.run.about) if about.id != current.id]


def _text(flat: dict[str, Any]) -> str:
    return json.dumps(flat, sort_keys=True)


def _as_about(flat: dict[str, Any]) -> About:
    return runs.make("anomaly-fit", "anomaly", flat, [], 0.0, "finished").about


@st.cache_resource(max_entries=64, show_spinner=False)
def _stored(run_id: str) -> tuple[About, np.ndarray, np.ndarray]:
    """A stored run's header, and its scores of held-out normals and of the test part. Raises RunError."""
    run = runs.load(run_id)
    scores = data.final(shown.of(run))
    if scores is None:
        raise RunError(_("Run “{}” has no scores.").format(run_id))
    return run.about, scores.held, scores.test


@dataclass(frozen=True, eq=False)
class Fitted:
    """A detector that was learned just now, its scores, and how long learning took."""

    detector: Any
    held: np.ndarray
    test: np.ndarray
    seconds: float


@st.cache_resource(max_entries=64, show_spinner=False)
def _fitted(flat: str) -> Fitted:
    """The detector of these settings, as text. Shared: never change it."""
    from core.anomaly import detectors
    from core.anomaly.detector import scores

    settings = data.from_flat(json.loads(flat))
    there = data.world(settings)
    start = perf_counter()
    detector = detectors.fitted(settings)
    seconds = perf_counter() - start
    held, test = (np.nan_to_num(scores(detector, x).numpy().astype(np.float64)) for x in (there.held_x, there.test_x))
    return Fitted(detector, held, test, seconds)


def _learned(flat: str) -> Any:
    return _fitted(flat).detector


def titles(those: Sequence[Rival]) -> list[str]:
    """What each is called in a sentence: its method alone, and its knobs where another one shares that."""
    plain = [each.name.split(",")[0] for each in those]
    return [each.name if plain.count(title) > 1 else title for each, title in zip(those, plain)]


# ---- how well they tell, and whether the difference is more than chance ----


def percent(p: float) -> str:
    """A p-value for people: “1.2 %”, “34 %”."""
    return f"{100 * p:.1f} %" if p < 0.0995 else f"{100 * p:.0f} %"
