"""What five seeds at once cost against one: wall seconds of both, on as many cores as there are."""

import time
from itertools import islice

from core import labs
from core.anomaly.settings import AnomalySettings, AutoEncoder
from core.gan.settings import GanSettings, Plane
from core.lifelong.settings import LifelongSettings
from core.settings import Settings
from core.transfer.settings import SHIPPED
from tests.bench.browser import Row, against, median

EVENTS = 60  # of a run of the GAN lab: its first looks, which come close together
GOAL = 1.6
RUNS = {
    "GAN on the plane, 128 neurons a layer, stacked": ("gan", GanSettings(data=Plane(hidden=128), r1=0.1)),
    "GAN on the plane, 32 neurons a layer, stacked": ("gan", GanSettings(data=Plane(hidden=32), r1=0.1)),
    "autoencoder, in step": ("anomaly", AnomalySettings(method=AutoEncoder())),
    "EWC on permuted digits, in step": ("lifelong", LifelongSettings(epochs=3)),
    "DaNN on two moons, in step on one core": ("transfer", SHIPPED["transfer-two-moons"]),
}


def taken(lab: str, settings: Settings) -> float:
    """Wall seconds of the run, of the GAN lab's of its beginning."""
    started = time.perf_counter()
    for _ in islice(labs.of(lab).train(settings), EVENTS if lab == "gan" else None):
        pass
    return time.perf_counter() - started


def measure(rounds: int) -> list[Row]:
    rows = []
    for what, (lab, one) in RUNS.items():
        five = one.model_copy(update={"seeds": 5})
        next(labs.of(lab).train(five))  # what a first run loads
        pairs = [(taken(lab, five), taken(lab, one)) for _ in range(rounds)]
        rows.append(against(f"five seeds at once, against one: {what}", *(median(each) for each in zip(*pairs)), GOAL))
    return rows


if __name__ == "__main__":
    for row in measure(1):
        print(row)
