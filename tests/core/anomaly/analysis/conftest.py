"""What the tests of the analyses share: records of small real runs, and scores made by hand."""

from dataclasses import replace
from functools import cache
from itertools import count

import numpy as np
import pytest

from core import labs, runs
from core.anomaly import monitor
from core.anomaly.analysis.scores import Scores
from core.anomaly.settings import AnomalySettings
from core.record import Record
from core.settings import build, flatten

RUNS = {
    "digit": {"data": "digits", "normal": "3", "components": 5},
    "hidden": {"data": "digits", "normal": "3", "components": 5, "contamination": 20},
    "tumours": {"data": "tumours", "components": 5},
    "moons": {"data": "plane", "method": "confidence", "steps": 40, "batch": 16},
    "plane": {"data": "plane"},
    "pca": {},
    "dense": {"method": "autoencoder", "bottleneck": 8, "hidden": 16, "steps": 20},
    "local": {"method": "autoencoder", "net": "local", "bottleneck": 60, "steps": 20},
    "vae": {"method": "vae", "judge": "elbo", "smooth": 1.0, "hidden": 16, "steps": 20},
    "knn": {"method": "knn"},
    "lof": {"method": "lof"},
    "damaged": {"data": "damaged", "normal": "27"},
    "cut": {"data": "damaged", "normal": "27", "damage": "cut", "method": "kmeans", "centres": 2},
    "faces": {"data": "faces", "method": "kmeans"},
    "svdd": {"data": "faces", "method": "svdd", "steps": 20},
    "mixture": {"data": "tumours", "method": "mixture"},
    "forest": {"data": "tumours", "method": "forest", "trees": 10},
    "classes": {"data": "digits", "normal": "01", "method": "confidence", "steps": 20, "batch": 16},
    "turns": {"data": "digits", "normal": "3", "method": "confidence", "steps": 20, "batch": 16},
}
NAMES = count()


@cache
def record(name: str) -> Record:
    """The record of a small real run that ended, which evaluates less often than others."""
    settings = build(AnomalySettings, {"seed": 4711} | RUNS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "EVALUATIONS", 3)
        log = list(labs.of("anomaly").train(settings))
    run = runs.make(f"anomaly-record-{name}", "anomaly", flatten(settings), log, 1.0, "finished")
    return Record(run.about.id, settings, log, run)


def saved(name: str, **other) -> Record:
    """The same in the store, under a name of its own. other: settings that it shall have instead."""
    run = replace(record(name).run, about=replace(record(name).run.about, id=f"anomaly-saved-{name}-{next(NAMES)}"))
    run = replace(run, about=replace(run.about, settings=run.about.settings | other))
    runs.save(run)
    return Record(run.about.id, record(name).settings, list(run.events), run)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty store; shipped runs stay visible."""
    monkeypatch.setenv("LECTERN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def stopped(current: Record, keep: int) -> Record:
    """The same after so many events."""
    return replace(current, events=current.events[:keep])


def made(learned, calibration, normal, anomalous) -> Scores:
    """Scores by hand."""
    test = np.array([*normal, *anomalous], float)
    return Scores(np.array(learned, float), np.array(calibration, float), test, np.arange(len(test)) >= len(normal))


def brute(found: Scores, at: float, share: float) -> tuple[float, float, float, float]:
    """Shares of all that come, by counting: found, missed, false alarms, passed."""
    raised, normals, anomalies = found.test >= at, (~found.is_anomaly).sum(), found.is_anomaly.sum()
    hits, false = (raised & found.is_anomaly).sum() / anomalies, (raised & ~found.is_anomaly).sum() / normals
    return share * hits, share * (1 - hits), (1 - share) * false, (1 - share) * (1 - false)


SEPARATE = made([1, 2], [2, 3], [1, 2, 3, 4, 5], [11, 12, 13, 14, 15, 16])
SAME = made([7] * 20, [7] * 9, [7] * 30, [7] * 20)
BLIND = made(range(20), range(5, 25), range(100, 130), range(5))  # anomalies score lower than any normal
ONE_HELD = made(range(20), [11], range(8, 28), range(18, 38))
WILD = made([-3e38] * 20, [-1, 0, 3e38], [-3e38, -1e-30, 0, 1e-30, 5], [1e-20, 7, 3.4e38, 3.4e38])
LONELY = made([1, 2], [2, 3], [2], [9])  # one of each
EXTREMES = {"separate": SEPARATE, "same": SAME, "blind": BLIND, "one held": ONE_HELD, "wild": WILD, "lonely": LONELY}


def cases(verdicts) -> list[str]:
    return [each.case for each in verdicts]
