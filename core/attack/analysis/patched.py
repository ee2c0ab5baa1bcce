"""A patch that is moved over a picture: what the network says, at once and without any training."""

from dataclasses import dataclass

import numpy as np

from core.attack.pictures import PATCH
from core.attack.settings import Subject
from core.record import Record
from core.verdict import Verdict, verdict

CELLS = 28  # rows and columns of a picture that can be pointed at


@dataclass(frozen=True)
class Laid:
    """picture: 8-bit, with the patch. answers: [[name, percent], …], the surest first. clean, noise: the first answer without
    the patch, and with a patch of random colours at the same place, as [name, percent]. wanted: the answer that the patch is for."""

    picture: np.ndarray
    answers: list[list]
    clean: list
    noise: list
    wanted: str


def of(record: Record) -> np.ndarray | None:
    """The patch of the run, 8-bit; None before the first."""
    return record.last(PATCH)


def place_of(cell: int, size: float) -> int:
    """Where a patch lies whose middle is wanted in this of CELLS rows or columns: in % of the room that there is, by steps of 5.

    size: of the patch, in % of the picture's side."""
    middle, half = 100 * (cell + 0.5) / CELLS, size / 2
    share = 100 * (middle - half) / (100 - size)
    return 5 * round(min(max(share, 0.0), 100.0) / 5)


def laid(record: Record, subject: Subject, down: float, across: float) -> Laid:
    """The patch of the run on a picture. down, across: its place in % of the room that there is. Raises RunError or BadPicture."""
    import torch

    from core.attack import models, patch
    from core.attack.report import best
    from core.loop import seeded
    from core.subject.models import as_bytes, from_bytes

    found, made = models.victims(subject), from_bytes(of(record))
    x, room = found.x[:1], found.x.shape[-1] - made.shape[-1]
    place = [torch.tensor([round(room * share / 100)]) for share in (down, across)]
    with_patch, random = (patch.laid(x, each, *place) for each in (made, patch.noise(made, seeded(0))))
    said = [best(found, models.ask(found.net, each)) for each in (with_patch, x, random)]
    return Laid(as_bytes(with_patch[0]), said[0], said[1][0], said[2][0], str(record.facts.get("wanted", "")))


def says(found: Laid) -> list[Verdict]:
    """Whether the patch turns the answer here, and what a random one does."""
    (name, sure), (clean, _), (noise, noise_sure) = found.answers[0], found.clean, found.noise
    case = verdict("patch-turns" if name != clean else "patch-leaves", name=name, sure=sure, clean=clean)
    return [case, verdict("patch-random", name=noise, sure=noise_sure)]
