"""The default live runs on both cores against the same runs on one: wall seconds, the same events."""

import time

from core import labs, together
from core.settings import Settings
from tests.bench.browser import Row, against, median

RUNS = {  # lab → scene, whose run takes long enough to be waited for
    "compression": "soft-targets",
    "gan": "dcgan-on-digits",
    "transfer": "dann",
    "anomaly": "find-the-damage",
    "attack": "training-on-the-enemy",
}


def taken(lab: str, settings: Settings, alone: bool) -> float:
    """Wall seconds of a run in this process, on one core or on two."""
    helper = together._helper
    together._helper = (lambda: None) if alone else helper
    try:
        started = time.perf_counter()
        for _ in labs.of(lab).train(settings):
            pass
        return time.perf_counter() - started
    finally:
        together._helper = helper


def measure(rounds: int) -> list[Row]:
    rows = []
    for lab, slug in RUNS.items():
        settings = next(scene.settings for scene in labs.of(lab).scenes if scene.slug == slug)
        next(labs.of(lab).train(settings))  # what a first run loads
        pairs = [(taken(lab, settings, False), taken(lab, settings, True)) for _ in range(rounds)]
        ours, alone = (median(each) for each in zip(*pairs))
        rows.append(against(f"{lab}: the run of “{slug}” on both cores, against one core", ours, alone, 0.6))
    return rows


if __name__ == "__main__":
    for row in measure(1):
        print(row)
