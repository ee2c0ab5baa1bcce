"""Small real duels of every kind, for tests of what is made of a run."""

from functools import cache
from itertools import count

import pytest
import torch

from core import labs, runs
from core.gan import monitor
from core.gan.settings import GanSettings
from core.record import Record
from core.settings import build, flatten

DIGITS = {"data": "digits", "channels": 8, "steps": 40, "batch": 16}
RUNS = {
    "digits": DIGITS,
    "free": DIGITS | {"conditional": False, "digits": "17", "pack": 2, "method": "wgan"},
    "plane": {"steps": 40, "hidden": 16},
    "packed": {"steps": 40, "hidden": 16, "shape": "moons", "pack": 4, "method": "ls", "latent": 1},
    "critic": {"steps": 40, "hidden": 16, "shape": "grid", "method": "gp"},
    "drawn": {"data": "drawn", "steps": 40, "hidden": 16, "method": "hinge"},
    "clouds": {"data": "clouds", "steps": 40, "hidden": 16, "distance": 0.5, "players": "d"},
    "sets": {"data": "sets", "steps": 20, "channels": 8, "batch": 16, "method": "ls"},
    "slow": {"steps": 20, "hidden": 16, "motion": "phases"},
    "turned": {"steps": 20, "hidden": 16, "latent": 4, "turns": "10:latent=2"},
}
NUMBERS = count()


@cache
def events(name):
    """Settings and all events of a real training, which looks less often."""
    torch.set_num_threads(1)
    settings = build(GanSettings, {"seed": 4711} | RUNS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "LOOKS", dict.fromkeys(monitor.LOOKS, 4))
        return settings, tuple(labs.of("gan").train(settings))


def made(name, keep=None, state="finished"):
    """The run with its first events, under a name of its own: what is measured of a run is remembered by its name."""
    settings, log = events(name)
    return runs.make(f"gan-tiny-{name}-{next(NUMBERS)}", "gan", flatten(settings), list(log[:keep]), 1.0, state)


@cache
def record(name):
    """The record of the whole run."""
    run = made(name)
    return Record(run.about.id, events(name)[0], list(run.events), run)


def cases(verdicts):
    """The cases of some verdicts, in their order."""
    return [each.case for each in verdicts]
