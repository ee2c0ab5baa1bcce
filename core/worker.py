"""What runs inside a training process: it iterates a lab's generator, publishes its events and obeys its viewers.

A worker loads this module before its first task (so that torch is there when a visitor presses Train) and never
imports streamlit. Only plain data crosses the border: lab name, flat settings, packed events.
"""

import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from distributed import get_worker

from core import cluster, labs, runs
from core.data import scanned, scenery
from core.events import Finished, Started, pack
from core.settings import Settings, build
from core.steering import Steering


@dataclass
class Control:
    """What the viewers of one running task want: that it goes on, waits, or gives a single report."""

    log: list[dict[str, Any]] = field(default_factory=list)
    wish: str = "run"
    steering: Steering | None = None  # of a lab that lets its knobs be turned meanwhile
    changed: threading.Event = field(default_factory=threading.Event)
    waits: bool = False  # between two reports, for an order or until the last one was looked at


CONTROLS: dict[str, Control] = {}
IDLE = 0.5  # seconds between two looks whether something trains


def dask_setup(_: Any) -> None:
    """Called by Dask in a new training process, before its first task."""
    os.nice(10)  # the page and its sliders go first where they share the cores
    threading.Thread(target=_get_ready, daemon=True, name="lectern-get-ready").start()


def _get_ready() -> None:
    """Loads, while nothing trains, what the first run of some labs would otherwise wait for. Not at once: a run that waits for
    this process goes first, and what is imported meanwhile would hold it up."""
    for load in (*(lab.prepare for lab in labs.LABS.values()), scenery.load, scanned.load):
        time.sleep(IDLE)
        while CONTROLS:
            time.sleep(IDLE)
        load()


def obey(key: str, wish: str) -> None:
    """Called from outside while the task trains: wish is run, pause or step. Unknown keys are ignored."""
    if control := CONTROLS.get(key):
        control.wish = wish
        control.changed.set()


def turn(key: str, values: dict[str, Any]) -> None:
    """Called from outside while the task trains: these knobs get other values at its next step. Unknown keys are ignored."""
    if (control := CONTROLS.get(key)) and control.steering:
        control.steering.turn(values)


def log_of(key: str) -> list[dict[str, Any]]:
    """Everything published so far by the task, for a viewer that comes late; empty where it does not run."""
    return list(CONTROLS[key].log) if key in CONTROLS else []


def train(key: str, lab: str, flat: dict[str, Any], wish: str = "run") -> dict[str, Any]:
    """The task: trains and returns packed events, seconds, state (finished, stopped or refused, with a message), machine."""
    CONTROLS[key] = Control(wish=wish)  # before anything is imported for it: what is only got ready gives way
    try:
        return _train(key, CONTROLS[key], lab, build(labs.of(lab).settings, flat))
    finally:
        del CONTROLS[key]


def _train(key: str, control: Control, lab: str, settings: Settings) -> dict[str, Any]:
    control.steering = Steering(settings) if settings.TURNABLE else None
    worker = get_worker()
    task = worker.get_current_task()
    started = time.perf_counter()
    generator = labs.of(lab).train(settings, control.steering) if control.steering else labs.of(lab).train(settings)
    step = None  # of the report that is being told; what begins a run is part of its first one
    try:
        for number, event in enumerate(generator):
            if control.steering is None and not isinstance(event, Started):
                if not (_may_go_on(worker, task, control) if event.step != step else _wanted(worker, task)):
                    break
                step = event.step
            packed = pack(event)
            light = (
                packed | {"models": {}} if isinstance(event, Finished) else packed
            )  # weights travel once, at the end
            control.log.append(light)
            told = {"key": key, "number": number, "event": light, "sent": time.time()}  # sent: make bench times the way
            worker.log_event(cluster.TOPIC, told)
            if isinstance(event, Finished):
                return _result(control.log[:-1] + [packed], started, "finished")
            if control.steering and not _may_go_on(worker, task, control):
                break
        return _result(control.log, started, "stopped")
    except (ValueError, runs.RunError) as refusal:  # a sentence for people, and no error that a log need hold
        return _result(control.log, started, "refused") | {"message": str(refusal)}
    finally:
        generator.close()


def _result(log: list[dict[str, Any]], started: float, state: str) -> dict[str, Any]:
    return {"log": log, "seconds": time.perf_counter() - started, "state": state, "machine": runs.machine()}


def _may_go_on(worker: Any, task: str, control: Control) -> bool:
    """Waits between two reports while the run is paused, or while the last one wants to be looked at. False when nobody in the
    cluster wants it any more, which is how a run is stopped.

    A report is seen as a whole. Where the steering says which event is its last, the wait comes after that one; elsewhere before
    the first event of another step, which is held back until Step or Go on.
    """
    if control.steering:
        if control.steering.open:
            return _wanted(worker, task)
        if control.wish == "step":
            control.wish = "pause"
    looked_at = time.monotonic() + (control.steering.rest if control.steering else 0.0)
    while (control.wish == "pause" or (control.wish == "run" and time.monotonic() < looked_at)) and _wanted(
        worker, task
    ):
        control.waits = True
        control.changed.wait(0.1)
        control.changed.clear()
    control.waits = False
    if control.wish == "step" and not control.steering:
        control.wish = "pause"  # after the report that begins now
    return _wanted(worker, task)


def _wanted(worker: Any, task: str) -> bool:
    state = worker.state.tasks.get(task)
    return state is not None and state.state == "executing"
