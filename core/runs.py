"""A finished run, and the store of runs: one safetensors file each, listed by reading headers only.

The header (JSON) holds everything but arrays: settings, seed, code version, machine, timings and the event log, in
which each array is replaced by the name of a tensor in the same file. Nothing is ever unpickled.
"""

import json
import logging
import os
import platform
import re
import struct
import tempfile
import time
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, TypeAdapter
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from core import env, events, keeping, labs
from core.events import Event, Finished, Metrics, Model, Picture, Started, Warned
from core.settings import SPREAD, BadSettings, Settings, build, renamed

log = logging.getLogger(__name__)
SHIPPED = Path(__file__).resolve().parents[1] / "assets" / "runs"
LARGEST_HEADER = 32 * 2**20
SHIPPED_STAYS = "A shipped run stays as it is."
LONGEST_TITLE = 60  # letters
TENSOR = "@tensor"  # in the event log, in place of an array: {"@tensor": its name in the file}


class RunError(Exception):
    """A run cannot be read or saved; the message is one sentence for people."""


class Unfit(RunError):
    """A run that can be read cannot be shown on the page of the lab that was asked for."""


@dataclass(frozen=True)
class About:
    """What the header says about a run without reading its arrays."""

    id: str
    lab: str
    settings: dict[str, Any]  # flat, as `core.settings.flatten` gives it
    state: str  # finished, or stopped by a person
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    created: Annotated[float, Field(ge=0, le=2**33)]  # Unix time
    code: str
    machine: dict[str, Any]
    summary: dict[str, Any] = field(default_factory=dict)
    models: list[str] = field(
        default_factory=list
    )  # the digit classifiers among what it trained: what stands on the shelf
    maker: str = ""  # who made it, as `maker_of` names the visitor; empty when no visitor did
    private: bool = False  # it holds a picture of the maker's own: only the maker finds it, others by its link alone
    title: Annotated[str, Field(max_length=LONGEST_TITLE)] = ""  # what its maker calls it
    shipped: bool = False


CHECKED_ABOUT = TypeAdapter(About)


@dataclass(frozen=True, eq=False)  # what is found out about a run is remembered by the run itself
class Run:
    """A run with its whole event log."""

    about: About
    events: tuple[Event, ...]

    @property
    def settings(self) -> Settings:
        """The settings as the lab's own class; raises BadSettings when a newer Lectern no longer accepts them."""
        return build(labs.of(self.about.lab).settings, self.about.settings)

    @property
    def finished(self) -> Finished | None:
        return next((e for e in reversed(self.events) if isinstance(e, Finished)), None)

    @property
    def models(self) -> dict[str, Model]:
        """What the run trained, the most important one first; empty when it was stopped."""
        return self.finished.models if self.finished else {}

    def net(self, name: str | None = None) -> Any:
        """A trained digit classifier of this run, ready to classify. Raises RunError when there is none."""
        from core.nets import from_model  # imports torch, which a page that only lists and draws runs does not need

        shelf = {each: model for each, model in self.models.items() if model.reads_digits}
        if not shelf or (name or next(iter(shelf))) not in shelf:
            raise RunError(f"Run “{self.about.id}” holds no model{f' “{name}”' if name else ''} that reads digits.")
        return from_model(shelf[name or next(iter(shelf))])

    def history(self) -> tuple[list[int], dict[str, list[float | None]]]:
        """Steps, and for every metric its value at each of them (None where it was not measured)."""
        return table(self.events)

    def pictures(self, name: str) -> list[Picture]:
        return pictures(self.events, name)


def pictures(log: tuple[Event, ...] | list[Event], name: str) -> list[Picture]:
    """The Pictures of that name in an event log, oldest first."""
    return [e for e in log if isinstance(e, Picture) and e.name == name]


def table(log: tuple[Event, ...] | list[Event]) -> tuple[list[int], dict[str, list[float | None]]]:
    """The Metrics of an event log as columns: steps, and one list of values for each name."""
    rows = [e for e in log if isinstance(e, Metrics)]
    names = dict.fromkeys(name for row in rows for name in row.values)
    return [row.step for row in rows], {name: [row.values.get(name) for row in rows] for name in names}


def make(
    run_id: str,
    lab: str,
    settings: dict[str, Any],
    log: list[Event],
    seconds: float,
    state: str,
    made_on: dict[str, Any] | None = None,
    **owned: Any,
) -> Run:
    """A run from its event log, with what is known about the code and the machine that made it (this one by default).

    owned: maker and private, see About.
    """
    finished = next((e for e in reversed(log) if isinstance(e, Finished)), None)
    about = About(
        run_id,
        lab,
        settings,
        state,
        round(seconds, 2),
        round(time.time(), 1),
        labs.code_version(),
        made_on or machine(),
        dict(finished.summary) if finished else {},
        [name for name, model in finished.models.items() if model.reads_digits] if finished else [],
        **owned,
    )
    return Run(about, tuple(log))


def with_summary(run: Run, more: dict[str, Any]) -> Run:
    """The same run with more in its summary."""
    return replace(run, about=replace(run.about, summary=run.about.summary | more))


@lru_cache
def machine() -> dict[str, Any]:
    """This machine, as far as a reader of the figures needs it. Trainings use one thread each, everywhere."""
    info = Path("/proc/cpuinfo").read_text() if os.path.exists("/proc/cpuinfo") else ""
    names = re.findall(r"model name\s*:\s*(.+)", info) or [platform.processor()]
    return {
        "processor": names[0],
        "cores": os.cpu_count(),
        "threads": 1,
        "torch": version("torch"),
        "python": platform.python_version(),
    }


# ---- the file ----


def to_bytes(run: Run) -> bytes:
    """The run as the bytes of one safetensors file."""
    tensors: dict[str, np.ndarray] = {}
    log = [_without_arrays(events.pack(e), f"{i}", tensors) for i, e in enumerate(run.events)]
    return save_tensors(tensors, {"lectern": json.dumps({"about": asdict(run.about), "events": log})})


def from_bytes(data: bytes, *, shipped: bool = False) -> Run:
    """The inverse of `to_bytes`. Raises RunError when the bytes are torn, foreign or from another version."""
    try:
        size = struct.unpack("<Q", data[:8])[0]
        header = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["lectern"])
        tensors = load_tensors(data)
        log = tuple(events.unpack(_with_arrays(e, tensors)) for e in header["events"])
        return Run(_about(header["about"], shipped), log)
    except Exception as error:  # whatever a torn or hostile file provokes, the answer is the same sentence
        raise RunError(f"This is not a run that Lectern can read ({type(error).__name__}).") from error


def _about(header: dict[str, Any], shipped: bool) -> About:
    """Checked, with the settings under today's names."""
    about = CHECKED_ABOUT.validate_python(header | {"shipped": shipped})
    known = labs.LABS.get(about.lab)
    return replace(about, settings=renamed(known.settings, about.settings)) if known else about


def read_about(file: Path, *, shipped: bool = False) -> About:
    """The header of a stored run. Raises RunError when the file is torn or foreign."""
    try:
        if not file.is_file():
            raise ValueError("it is not a file")
        with file.open("rb") as stream:
            size = struct.unpack("<Q", stream.read(8))[0]
            if size > min(LARGEST_HEADER, file.stat().st_size):
                raise ValueError("the header is longer than the file")
            parsed = json.loads(stream.read(size))
            header = json.loads(parsed["__metadata__"]["lectern"])
        ends = [t["data_offsets"][1] for name, t in parsed.items() if name != "__metadata__"]
        if 8 + size + max(ends, default=0) != file.stat().st_size:
            raise ValueError("the file is cut short")
        about = _about(header["about"], shipped)
        if about.id != file.stem:
            raise ValueError(f"it was renamed, inside it is called {about.id[:80]}")
        return about
    except Exception as error:  # whatever a torn or hostile file provokes
        why = (str(error) or type(error).__name__).splitlines()[0]
        raise RunError(f"“{file.name}” is not a run that Lectern can read ({why}).") from error


def _without_arrays(value: Any, path: str, tensors: dict[str, np.ndarray]) -> Any:
    match value:
        case {"dtype": dtype, "shape": shape, "bytes": bytes(data)}:
            tensors[path] = np.frombuffer(data, dtype=np.dtype(dtype)).reshape(shape)
            return {TENSOR: path}
        case dict():
            return {key: _without_arrays(item, f"{path}/{key}", tensors) for key, item in value.items()}
        case list():
            return [_without_arrays(item, f"{path}/{i}", tensors) for i, item in enumerate(value)]
        case _:
            return value


def _with_arrays(value: Any, tensors: dict[str, np.ndarray]) -> Any:
    match value:
        case dict() if TENSOR in value:
            array = tensors[value[TENSOR]]
            return {"dtype": array.dtype.str, "shape": list(array.shape), "bytes": array.tobytes()}
        case dict():
            return {key: _with_arrays(item, tensors) for key, item in value.items()}
        case list():
            return [_with_arrays(item, tensors) for item in value]
        case _:
            return value


# ---- the store ----


def save(run: Run, folder: Path | None = None) -> Path:
    """Writes the run so that a reader sees all of it or nothing. Raises RunError with the reason (disk full …)."""
    folder = folder or env.runs_folder()
    file = folder / f"{checked(run.about.id)}.safetensors"
    data, part = to_bytes(run), None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as stream:
            part = Path(stream.name)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(0o644)
        part.replace(file)
    except OSError as error:
        if part:
            part.unlink(missing_ok=True)
        raise RunError(f"The run could not be saved in {folder}: {error.strerror or error}.") from error
    if folder != SHIPPED:
        keeping.tidy(folder)
    return file


def listing(lab: str | None = None, maker: str = "") -> tuple[list[About], list[str]]:
    """Every readable run, shipped ones first and then the newest first, and a sentence for each file that was skipped.

    maker: who looks; private runs of others are left out.
    """
    found, skipped = [], []
    for folder in (SHIPPED, env.runs_folder()):
        for file in sorted(folder.glob("*.safetensors")) if folder.is_dir() else ():
            try:
                about = _cached_about(file, _stamp(file), folder == SHIPPED)
            except FileNotFoundError:  # deleted since we looked
                continue
            except (RunError, OSError) as error:
                log.warning("skipped %s: %s", file, error)
                skipped.append(str(error))
                continue
            if about.lab == (lab or about.lab) and keeping.seen_by(about, maker):
                found.append(about)
    return sorted(found, key=lambda a: (not a.shipped, -a.created)), skipped


@lru_cache(maxsize=2 * keeping.MOST)
def _cached_about(file: Path, stamp: tuple[int, ...], shipped: bool) -> About:
    return read_about(file, shipped=shipped)


def _stamp(file: Path) -> tuple[int, ...]:
    """Differs between two files that had the same name; the time alone is too coarse for that."""
    status = file.stat()
    return status.st_mtime_ns, status.st_ino, status.st_size


def checked(run_id: str) -> str:
    """The id itself. Raises RunError when no run can have it."""
    if not re.fullmatch(r"[a-z0-9-]{1,80}", run_id):
        raise RunError(f"“{run_id[:80]}” cannot be the name of a run: it has only a–z, 0–9 and hyphens, 80 at most.")
    return run_id


def path_of(run_id: str) -> Path:
    """The file of a run. Raises RunError when the id is malformed or unknown."""
    checked(run_id)
    for folder in (SHIPPED, env.runs_folder()):
        if (file := folder / f"{run_id}.safetensors").is_file():
            return file
    raise RunError(f"There is no stored run called “{run_id}”.")


def load(run_id: str) -> Run:
    """A stored run by its id. Raises RunError with a sentence. The result is shared: never write into its arrays."""
    file = path_of(run_id)
    try:
        return _cached_run(file, _stamp(file))
    except OSError as error:
        raise RunError(f"Run “{run_id}” cannot be read: {error.strerror or error}.") from error


@lru_cache(maxsize=32)
def _cached_run(file: Path, stamp: tuple[int, ...]) -> Run:
    return from_bytes(file.read_bytes(), shipped=file.parent == SHIPPED)


@lru_cache(maxsize=32)
def of_lab(run: Run, lab: str) -> Run:
    """The run itself. Raises Unfit with a sentence when it cannot be shown as a run of that lab: it is another lab's, its
    settings are none of today's, or its record is not what a training writes."""
    if run.about.lab != lab:
        raise elsewhere(run.about.id, run.about.lab)
    try:
        build(labs.of(lab).settings, run.about.settings)
    except BadSettings as error:
        raise Unfit(
            f"Run “{run.about.id}” was made with settings that this lab does not have. {error.sentences[0]}"
        ) from error
    if fault := _fault(run, set(labs.of(lab).metrics)):
        raise Unfit(f"The record of run “{run.about.id}” is not one that this lab writes: {fault}.")
    return run


def elsewhere(run_id: str, lab: str) -> Unfit:
    """What is said of a run that belongs to a lab which was not asked for."""
    return Unfit(f"Run “{run_id}” belongs to another lab ({lab[:20]}).")


def _fault(run: Run, metrics: set[str]) -> str:
    """What is wrong with the order or the content of a run's events; empty when nothing is."""
    log = run.events
    if not log or not isinstance(log[0], Started) or not isinstance(log[0].facts, dict):
        return "it does not say how it began"
    if any(isinstance(e, Started) for e in log[1:]) or any(isinstance(e, Finished) for e in log[:-1]):
        return "it begins or ends more than once"
    if run.about.state == "finished" and not isinstance(log[-1], Finished):
        return "it does not say how it ended"
    steps = [log[0].total_steps] + [e.step for e in log[1:]]
    if not all(type(step) is int and step >= 0 for step in steps) or steps[1:] != sorted(steps[1:]):
        return "its steps are not in order"
    values = [pair for e in log if isinstance(e, Metrics) for pair in _items(e.values)]
    if strange := [
        name
        for name, value in values
        if name.removesuffix(SPREAD) not in metrics or not isinstance(value, (int, float, type(None)))
    ]:
        return f"“{str(strange[0])[:40]}” is not a number that it reports"
    if not all(isinstance(e.array, np.ndarray) and isinstance(e.name, str) for e in log if isinstance(e, Picture)):
        return "it has a picture that is none"
    if not all(isinstance(e.sentence, str) for e in log if isinstance(e, Warned)):
        return "it warns without a sentence"
    return ""


def _items(values: Any) -> list[tuple[Any, Any]]:
    return list(values.items()) if isinstance(values, dict) else [(str(values), "")]


def delete(run_id: str, maker: str = "") -> None:
    """Removes a run of the visitor's own. Raises RunError for a shipped or unknown one, and for another visitor's.

    maker: who deletes it.
    """
    file = path_of(run_id)
    if file.parent == SHIPPED:
        raise RunError(SHIPPED_STAYS)
    if not keeping.deleted_by(read_about(file), maker):
        raise RunError("This run is another visitor's, who alone can delete it.")
    file.unlink(missing_ok=True)
