"""How long every detector takes that is learned at once, on the default digits. Those that PyOD has too stand beside PyOD's in
peers/anomaly.py."""

import time
from statistics import median

from core.anomaly import datasets, detectors
from core.anomaly.detector import scores
from core.anomaly.settings import AnomalySettings


def at_once(rounds: int) -> dict[str, list[float]]:
    """Seconds that each detector without a network needs to learn and to score everything that a run scores, by its name."""
    taken: dict[str, list[float]] = {}
    for _ in range(rounds + 1):  # the first turn warms up
        for method in detectors.AT_ONCE:
            settings = AnomalySettings(method=method())
            dataset, begun = datasets.dataset_of(settings), time.perf_counter()
            detector = detectors.fitted(settings)
            for x in (dataset.train_x, dataset.calibration_x, dataset.test_x):
                scores(detector, x)
            taken.setdefault(settings.method.name, []).append(time.perf_counter() - begun)
    return {name: times[1:] for name, times in taken.items()}


if __name__ == "__main__":
    for name, times in at_once(3).items():
        print(f"{name:8} {median(times):.3f} s")
