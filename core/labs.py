"""The one record of each lab: app, home, runs, command line and tests read it. A lab is a package core/<lab>/."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType

from core.events import Event
from core.pictures import Kind
from core.settings import Formula, Metric, Scene, Settings


@dataclass(frozen=True)
class Lab:
    """What is known of a lab before any of it is loaded; the rest is loaded when it is asked for.

    id: its package, its runs' first word, its text. page: its file in pages/, and its address. name: in the navigation.
    line: what one does there, for Home. poll: seconds between two redraws of a live run.
    """

    id: str
    page: str
    name: str
    line: str
    poll: float = 0.4

    def module(self, name: str) -> ModuleType:
        """The lab's file `name`."""
        return import_module(f"core.{self.id}.{name}")

    @property
    def path(self) -> str:
        """The page's file."""
        return f"pages/{self.page}.py"

    @cached_property
    def settings(self) -> type[Settings]:
        """The lab's settings, called after the lab: compression → CompressionSettings."""
        return getattr(self.module("settings"), self.id.title() + "Settings")

    @property
    def scenes(self) -> Sequence[Scene]:
        """The named presets; a page opens with the first."""
        return self.module("settings").SCENES

    @property
    def shipped(self) -> Mapping[str, Settings]:
        """The settings of each shipped run, by its id."""
        return self.module("settings").SHIPPED

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """The numbers that a run reports, by their names in events."""
        return self.module("settings").METRICS

    @cached_property
    def pictures(self) -> Mapping[str, Kind]:
        """The pictures that a run carries, by their names in events."""
        return {kind.name: kind for kind in vars(self.module("pictures")).values() if isinstance(kind, Kind)}

    @property
    def theory(self) -> Sequence[Formula]:
        """The lab's formulas, each with the function that computes it."""
        return self.module("formulas").THEORY

    @property
    def train(self) -> Callable[..., Iterator[Event]]:
        """The lab's generator `train(settings)`."""
        return self.module("train").train

    def prepare(self) -> None:
        """Loads what the lab's first run would otherwise wait for: its code, and the data that its train.py prepares, if it does."""
        if ready := getattr(self.module("train"), "prepare", None):
            ready()


LABS: Mapping[str, Lab] = {
    lab.id: lab
    for lab in (
        Lab("transfer", "transfer_learning", "Transfer", "Learn in one domain, work in another one"),
        Lab("lifelong", "lifelong_learning", "Life-long", "Learn one task after another without forgetting"),
        Lab("anomaly", "anomaly_detection", "Anomaly", "Learn what is normal, and find what is not"),
        Lab("gan", "gan", "GAN", "One network makes fakes, another one tells them apart", poll=0.28),
        Lab("seq2seq", "seq2seq", "Seq2seq", "Letters go in, and sounds come out", poll=0.28),
        Lab("compression", "network_compression", "Compression", "Make a network small, and keep what it knows"),
        Lab("attack", "adversarial_attack", "Attack", "Change a photo so little that only a network notices"),
        Lab("explain", "explainable_ai", "Explain", "Ask a network why it gives its answer"),
    )
}


def of(lab: str) -> Lab:
    """The record of a lab. Raises ValueError with a sentence when there is no such lab."""
    if lab not in LABS:
        raise ValueError(f"“{lab}” is not a lab; known are {', '.join(LABS)}.")
    return LABS[lab]


@cache
def code_version() -> str:
    """Eight hexadecimal digits that change when any file of core/ changes."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:8]
