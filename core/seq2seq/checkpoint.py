"""Where a long training stands: weights, optimizer, randomness and all that it has reported, in one file that can be resumed.

A safetensors file beside the visitor's runs, written as a whole or not at all; nothing in it is executed when it is read.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import nn

from core import env, labs, runs
from core.events import Event
from core.settings import Settings, flatten, key

KEEP = 4  # checkpoints in the folder; the oldest goes first
WEIGHT, MOMENT, RANDOM, EVENTS = "weight.", "moment.", "random", "events"


@dataclass(frozen=True)
class Learner:
    """What changes while a network learns."""

    net: nn.Module
    adam: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    random: torch.Generator


def file_of(settings: Settings) -> Path:
    """Where the checkpoint of a run with these settings, by this code, is kept."""
    return env.runs_folder() / "checkpoints" / f"{key('seq2seq', settings, labs.code_version())}.safetensors"


def save(settings: Settings, learner: Learner, step: int, log: list[Event], losses: list[float]) -> None:
    """Keeps where the run stands after `step` steps; losses: those since the last report. Where nothing can be written the run goes on."""
    run = runs.make("seq2seq-checkpoint", "seq2seq", flatten(settings), log, 0.0, "stopped")
    tensors = {WEIGHT + name: value for name, value in learner.net.state_dict().items()}
    for i, moments in learner.adam.state_dict()["state"].items():
        tensors |= {f"{MOMENT}{i}.{name}": value for name, value in moments.items()}
    tensors |= {
        RANDOM: learner.random.get_state(),
        EVENTS: torch.from_numpy(np.frombuffer(runs.to_bytes(run), np.uint8).copy()),
    }
    schedule = {
        name: value for name, value in learner.schedule.state_dict().items() if isinstance(value, (int, float, bool))
    }
    rates = [group["lr"] for group in learner.adam.param_groups]
    header = {
        name: json.dumps(value)
        for name, value in (("step", step), ("losses", losses), ("schedule", schedule), ("rates", rates))
    }
    file = file_of(settings)
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(save_tensors({name: value.contiguous() for name, value in tensors.items()}, header))
        part.replace(file)
        for old in sorted(file.parent.glob("*.safetensors"), key=lambda f: f.stat().st_mtime_ns)[:-KEEP]:
            old.unlink(missing_ok=True)


def resume(settings: Settings, learner: Learner) -> tuple[int, list[Event], list[float]]:
    """Puts the learner where its checkpoint stands: (steps done, events so far, losses since the last report); (0, [], []) when there
    is none that can be read."""
    fresh = {name: value.clone() for name, value in learner.net.state_dict().items()}
    try:
        data = file_of(settings).read_bytes()
        tensors, header = load_tensors(data), _header(data)
        log = list(runs.from_bytes(tensors[EVENTS].numpy().tobytes()).events)
        state = learner.adam.state_dict()
        state["state"] = _moments(tensors)
        for group, rate in zip(state["param_groups"], json.loads(header["rates"])):
            group["lr"] = rate
        learner.net.load_state_dict(
            {name.removeprefix(WEIGHT): value for name, value in tensors.items() if name.startswith(WEIGHT)}
        )
        learner.adam.load_state_dict(state)
        learner.schedule.load_state_dict(learner.schedule.state_dict() | json.loads(header["schedule"]))
        learner.random.set_state(tensors[RANDOM])
        return int(header["step"]), log, json.loads(header["losses"])
    except (
        OSError,
        SafetensorError,
        runs.RunError,
        KeyError,
        ValueError,
        RuntimeError,
    ):  # none, torn, or of another network
        learner.net.load_state_dict(fresh)
        return 0, [], []


def _header(data: bytes) -> dict[str, str]:
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]


def _moments(tensors: dict[str, torch.Tensor]) -> dict[int, dict[str, torch.Tensor]]:
    found: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith(MOMENT):
            number, moment = name.removeprefix(MOMENT).split(".")
            found.setdefault(int(number), {})[moment] = value
    return found
