"""What a run asks about: its picture, its network, and which of the network's answers is explained."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

import numpy as np
from torch import Tensor

from core.data.pictures import BadPicture
from core.explain import shortcut
from core.explain.pictures import PAINTED, PAINTED_PLAIN
from core.explain.settings import Excite, Shortcut
from core.record import Record
from core.runs import RunError
from core.subject.models import DIGITS, Subject, digit_net, from_bytes, look_at
from core.subject.settings import SHIPPED_NETWORK


@dataclass(frozen=True)
class Asked:
    """key: names picture and network. What is computed of them is remembered under it, for all runs that ask about them.

    rank: 1 for the network's first answer, 2 for its second …
    """

    key: str
    rank: int
    subject: Subject = field(compare=False, repr=False)

    @property
    def target(self) -> int:
        """The class that is explained."""
        return self.subject.answer(self.rank)

    @property
    def picture(self) -> np.ndarray:
        """8-bit (H, W, 3)."""
        return pixels(self.subject.x)


def pixels(x: Tensor) -> np.ndarray:
    """A picture (C, H, W) in [0, 1], of one colour or three, as 8-bit (H, W, 3)."""
    return np.ascontiguousarray(np.rint(255 * x.expand(3, -1, -1).numpy()).astype(np.uint8).transpose(1, 2, 0))


def asked(record: Record) -> Asked | None:
    """What the run asks about; None when picture or network is missing, or not there yet: a network that learns a shortcut
    exists when its training has ended."""
    if record.settings is None:
        return None
    chosen, method = record.settings.subject, record.settings.method
    trained = isinstance(method, Shortcut)
    if trained and not (record.run and record.run.models):
        return None
    words = json.dumps([chosen.model_dump(), record.id if trained else ""])  # a photo of one's own is a long word
    try:
        subject = _marked(record) if trained else look_at(chosen)
    except (BadPicture, RunError):
        return None
    return _once(Asked(sha256(words.encode()).hexdigest()[:16], record.settings.answer, subject))


@lru_cache(maxsize=64)
def _once(asked: Asked) -> Asked:
    """The first of all that are equal: so what is remembered under it holds each picture once."""
    return asked


def _marked(record: Record) -> Subject:
    """The network that has learned the shortcut, and the digit with its mark."""
    picture = shortcut.mark(shortcut.picture_of(record.settings.subject, record.settings.method))
    return Subject(record.run.net().requires_grad_(False), picture, DIGITS)


@dataclass(frozen=True)
class Networks:
    """Who can be asked about the run's picture. key: names them. subjects: who it is (“asked”, “shortcut”, “teacher”) → the
    picture and that network."""

    key: str
    subjects: dict[str, Subject]

    @property
    def photo(self) -> bool:
        return any(subject.photo for subject in self.subjects.values())


def networks(record: Record) -> Networks | None:
    """Beside a network that learned a shortcut stands one that never saw a mark; of a run that paints, what it has painted
    is the picture. None when there is nothing to ask yet."""
    found = asked(record)
    if found is None:
        return None
    subject = found.subject
    match record.settings.method:
        case Shortcut():
            teacher = Subject(digit_net(SHIPPED_NETWORK), subject.x, DIGITS)
            return Networks(found.key, {"shortcut": subject, "teacher": teacher})
        case Excite():
            painted = record.last(PAINTED)
            painted = record.last(PAINTED_PLAIN) if painted is None else painted
            if painted is None:
                return None
            x = from_bytes(painted[..., 0] if painted.shape[2] == 1 else painted)
            return Networks(found.key + record.id, {"asked": Subject(subject.net, x, subject.names)})
    return Networks(found.key, {"asked": subject})
