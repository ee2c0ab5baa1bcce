"""The labs by name. A lab is a package `core/<lab>/` with settings.py, models.py, train.py and formulas.py."""

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from core.events import Event
from core.settings import Settings

LABS = ("transfer", "lifelong", "anomaly", "gan", "seq2seq", "compression", "attack", "explain")


def module(lab: str, name: str) -> ModuleType:
    """The lab's file `name`. Raises ValueError with a sentence when there is no such lab."""
    if lab not in LABS:
        raise ValueError(f"“{lab}” is not a lab; known are {', '.join(LABS)}.")
    return import_module(f"core.{lab}.{name}")


def settings_class(lab: str) -> type[Settings]:
    """The lab's settings, called after the lab: compression → CompressionSettings."""
    return getattr(module(lab, "settings"), lab.title().replace("_", "") + "Settings")


def trainer(lab: str) -> Callable[[Settings], Iterator[Event]]:
    """The lab's generator `train(settings)`."""
    return module(lab, "train").train


def prepare(lab: str) -> None:
    """Loads what the lab's first run would otherwise wait for: its code, and the data that its train.py prepares, if it does."""
    if ready := getattr(module(lab, "train"), "prepare", None):
        ready()


@cache
def code_version() -> str:
    """Eight hexadecimal digits that change when any file of core/ changes."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:8]
