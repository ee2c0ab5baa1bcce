"""Small real runs of the transfer learning lab, for tests of what is made of a run."""

from functools import cache
from itertools import count

import pytest
import torch

from core import labs, runs
from core.record import Record
from core.runs import Run
from core.settings import build, flatten
from core.transfer import monitor
from core.transfer.settings import TransferSettings

SMALL = {"steps": 50, "batch": 16, "seed": 4711}
RUNS = {
    "source": {"target": "inverted", "method": "source"},
    "dann": {"target": "inverted", "method": "dann"},
    "target": {"target": "inverted", "method": "target"},
    "finetune": {"target": "inverted", "method": "finetune", "granted": 1},
    "rare": {"target": "coloured", "method": "mmd", "rare": 10},
    "rotated": {"target": "rotated", "method": "adabn"},
    "shares": {"target": "shares", "method": "bbse"},
    "held": {"target": "inverted", "method": "pada", "held": 5},
    "tent": {"target": "inverted", "method": "tent", "tent_batch": 20, "tent_steps": 20},
    "moons": {"target": "moons", "method": "dann"},
}
NUMBERS = count()


@cache
def events(name):
    """Settings and all events of a real training, which looks less often and at fewer pictures: that is what takes its time."""
    torch.set_num_threads(1)
    settings = build(TransferSettings, SMALL | RUNS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "LOOKS", 8)
        patch.setattr(monitor, "EACH", monitor.SHOWN)
        return settings, tuple(labs.of("transfer").train(settings))


def made(name, keep=None, state="finished", **other) -> Run:
    """The run, under a name of its own: what is measured of a run is remembered by its name. keep: how many of its events;
    other: settings it shall have instead."""
    settings, log = events(name)
    return runs.make(
        f"transfer-tiny-{name}-{next(NUMBERS)}", "transfer", flatten(settings) | other, list(log[:keep]), 1.0, state
    )


def record(name, keep=None, state="finished", **other) -> Record:
    """What is known of such a run, without a store."""
    run = made(name, keep, state, **other)
    return Record(run.about.id, build(TransferSettings, run.about.settings), list(run.events), run)


def saved(name, keep=None, state="finished", **other) -> Record:
    """The same, in this test's store."""
    found = record(name, keep, state, **other)
    runs.save(found.run)
    return found
