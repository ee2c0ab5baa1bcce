"""Numbers behind the views of the anomaly detection page, computed once and shared by all visitors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.runs import About
from core.settings import build, union_members
from pages.parts import shown
from pages.parts.shown import Shown
from pages.parts.words import _

PROMISE = 0.1  # of normals may raise the alarm at the threshold that is drawn
TAIL = 0.98  # share of all scores that a histogram has room for: a few lie far out
WORLD = ("data", "normal", "damage", "size", "shape", "contamination", "seed")


@dataclass(frozen=True)
class Scores:
    """Of a run that ended, float64: of what was learned (F,), of held-out normals (H,), of the test part (N,), and which of the
    test part are anomalies, bool (N,)."""

    fit: np.ndarray
    held: np.ndarray
    test: np.ndarray
    odd: np.ndarray

    @property
    def normal(self) -> np.ndarray:
        return self.test[~self.odd]

    @property
    def strange(self) -> np.ndarray:
        return self.test[self.odd]


def final(current: Shown) -> Scores | None:
    """The scores of a run that ended; None of one that was stopped, still trains or diverged."""
    found = [current.last(name) for name in ("fit", "held", "test", "odd")]
    if any(part is None for part in found):
        return None
    fit, held, test = (part.astype(np.float64) for part in found[:3])
    return Scores(fit, held, test, found[3].astype(bool))


def clipped(scores: np.ndarray, share: float = TAIL) -> np.ndarray:
    """Scores (N,) with the farthest few moved to the edge of what is drawn."""
    finite = np.nan_to_num(scores, posinf=np.finfo(np.float32).max, neginf=np.finfo(np.float32).min)
    return np.minimum(finite, np.quantile(finite, share))


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
