"""Numbers behind the views of the anomaly detection page, computed once and shared by all visitors."""

from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.anomaly.analysis import scores
from core.anomaly.analysis.scores import PROMISE as PROMISE
from core.anomaly.analysis.scores import clipped as clipped
from core.runs import About
from core.settings import build, union_members
from pages.parts import shown
from pages.parts.shown import Shown
from pages.parts.words import _

TAIL = 0.98
WORLD = ("data", "normal", "damage", "size", "shape", "contamination", "seed")


class Scores(scores.Scores):
    """With the names that the views which have not moved yet use."""

    fit = property(lambda self: self.learned)
    held = property(lambda self: self.calibration)
    odd = property(lambda self: self.is_anomaly)
    strange = property(lambda self: self.anomalous)


def final(current: Shown) -> Scores | None:
    found = scores.final(current)
    return found and Scores(found.learned, found.calibration, found.test, found.is_anomaly)


def method_name(about: About) -> str:
    """How a run's detector is called on the page, with the knobs in which it is not as the method has them."""
    from core.anomaly.settings import AnomalySettings

    field, chosen = AnomalySettings.model_fields["method"], about.settings
    name, fields = (
        _(field.json_schema_extra["names"][chosen["method"]]),
        union_members(field)[chosen["method"]].model_fields,
    )
    return ", ".join(
        [name, *(_said(inner, each, chosen) for inner, each in fields.items() if _unusual(inner, each, chosen))]
    )


def _unusual(name: str, field: Any, chosen: dict[str, Any]) -> bool:
    return name != "name" and name in chosen and chosen[name] != field.default


def _said(name: str, field: Any, chosen: dict[str, Any]) -> str:
    """A knob and its value: “d = 512”, “convolutions alone”."""
    extra, value = field.json_schema_extra, chosen[name]
    if named := (extra.get("names") or {}).get(value):
        return _(named)
    number = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{extra['symbol'] or _(field.title)} = {number}" + (f" {_(extra['unit'])}" if extra["unit"] else "")


def same_world(about: About) -> list[About]:
    """Every stored run that ended on the same data with the same seed, this one included; of equal settings only one."""
    wanted = [about.settings.get(name) for name in WORLD]
    found: dict[str, About] = {}
    for each in sorted(runs.listing("anomaly")[0], key=lambda each: each.id != about.id):
        if "auroc" in each.summary and [each.settings.get(name) for name in WORLD] == wanted:
            found.setdefault(repr(sorted(each.settings.items())), each)
    return list(found.values())


def at_once(settings: Any) -> list[Any]:
    """Settings of every detector that needs no training on the same data, each with its own defaults."""
    from core.anomaly.detectors import AT_ONCE

    return [settings.model_copy(update={"method": method()}) for method in AT_ONCE]


@st.cache_resource(max_entries=32, show_spinner=False)
def detector(run_id: str) -> Any:
    """The `core.anomaly.detector.Detector` of a stored run that ended. Shared: never change it. Raises RunError."""
    from core.anomaly import detectors

    return detectors.of(runs.load(run_id))


def detector_of(current: Shown) -> Any | None:
    """The detector of the run shown; None when it has none yet, or keeps none."""
    from core.anomaly import detectors

    if current.run is None or current.settings is None or final(current) is None:
        return None
    if shown.stored(current.id):
        return detector(current.id)
    return detectors.of(current.run)


def world(settings: Any) -> Any:
    """The data of a run, a `core.anomaly.worlds.World`. Shared: never write into it."""
    from core.anomaly import worlds

    return worlds.world(settings)


def by_the_mean(settings: Any) -> float:
    """AUROC in % of the trivial rival: the distance to the mean of what is learned."""
    from core.anomaly import trivial

    return trivial.auroc(settings)


def mean_scores(settings: Any) -> np.ndarray:
    """Its scores of the test part (N,)."""
    from core.anomaly import trivial

    return trivial.mean_distance(world(settings))


def from_flat(flat: dict[str, Any]) -> Any:
    """Settings of this lab from a flat dictionary."""
    from core.anomaly.settings import AnomalySettings

    return build(AnomalySettings, flat)


def number(value: float) -> str:
    """Three digits that count, and no powers of ten up to a million."""
    said = f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
    return said.replace("-", "−")
