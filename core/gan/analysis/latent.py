"""Walks among codes: what G makes of everything between two of them, of one code for every class, and of sums of codes."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial import cKDTree, geometric_slerp
from torch import Tensor

from core.gan import quality
from core.gan.analysis import players, scores
from core.gan.monitor import as_bytes
from core.record import Record
from core.verdict import Verdict, verdict

CODES = 24  # to choose among
PLACES = 41  # of a walk
SURE = 99  # %: a classifier that is never less sure is not unsure anywhere
JUMP = 3  # times the average change from place to place
FAR = 95  # percentile of the distances between real points: beyond it a place is empty
EMPTY = 20  # % of a path
ALIKE = 0.8  # of the classes: in so many a code must have more ink than another for it to be the code's doing


def walk(a: Tensor, b: Tensor, many: int) -> Tensor:
    """Codes (many, places) from a to b (places,), turned by equal angles, with lengths in between (Shoemake 1985, slerp).

    Straight where they point the same way or oppositely, and there is no one plane to turn in.
    """
    share = np.linspace(0, 1, many)
    ends = np.stack([a.numpy(), b.numpy()]).astype(np.float64)
    lengths = np.maximum(np.linalg.norm(ends, axis=1), 1e-12)
    start, end = ends / lengths[:, None]
    if not ends.any(axis=1).all() or 1 - abs(start @ end) < 5e-7:
        way = np.outer(1 - share, ends[0]) + np.outer(share, ends[1])
    else:
        way = geometric_slerp(start, end, share) * np.interp(share, [0, 1], lengths)[:, None]
    return torch.from_numpy(way).float()


# ---- digits ----


@dataclass(frozen=True, eq=False)
class Walk:
    """made: a picture at every place, 8-bit (PLACES, 28, 28). read: what the classifier reads there (PLACES, 10)."""

    made: np.ndarray
    read: np.ndarray

    def here(self, place: int) -> Verdict:
        """What the classifier reads at one place."""
        return verdict("walk-here", digit=int(self.read[place].argmax()), sure=100 * float(self.read[place].max()))

    @property
    def verdicts(self) -> list[Verdict]:
        """What the classifier reads along the way, where it is least sure, and whether the picture jumps."""
        digits = self.read.argmax(1)
        names = " → ".join(str(digits[k]) for k in [0, *(np.flatnonzero(np.diff(digits)) + 1)])
        least = int(self.read.max(1).argmin())
        where, sure = 100 * least / (len(digits) - 1), 100 * float(self.read[least].max())
        said = verdict("walk-unsure" if sure < SURE else "walk-sure", digits=names, where=where, sure=sure)
        steps = np.abs(np.diff(self.made.astype(np.float32), axis=0)).mean((1, 2))
        if not steps.any():
            return [said, verdict("walk-still")]
        jump = float(steps.max() / steps.mean())
        return [said, verdict("walk-flows" if jump < JUMP else "walk-jumps", steps=len(steps), jump=jump)]


def wall(record: Record, digit: int | None) -> np.ndarray:
    """What G makes of the first codes, all asked for one digit where it is told any: 8-bit (CODES, 28, 28)."""
    there = players.of(record)
    return as_bytes(there.made(there.z[:CODES], _asked(digit, CODES)))


def _asked(digit: int | None, many: int) -> Tensor | None:
    return None if digit is None else torch.full((many,), digit)


def between(record: Record, a: int, b: int, digit: int | None) -> Walk:
    """The walk from code a to code b, asked for a digit where G is told any."""
    there = players.of(record)
    made = there.made(walk(there.z[a], there.z[b], PLACES), _asked(digit, PLACES))
    return Walk(as_bytes(made), quality.answers(made).numpy())


@dataclass(frozen=True, eq=False)
class Made:
    """Pictures, 8-bit (N, 28, 28), and what is to be said of them."""

    pictures: np.ndarray
    verdicts: tuple[Verdict, ...]


def every_class(record: Record, a: int, b: int) -> Made:
    """Two codes, each as every class, and what of a picture comes from the code."""
    there = players.of(record)
    classes = there.world.classes
    made = there.made(there.z[[a, b]].repeat_interleave(len(classes), 0), classes.repeat(2))
    right = quality.as_asked(quality.answers(made), classes.repeat(2))
    ink = ((made + 1) / 2).mean((1, 2, 3)).view(2, -1)
    heavier, many = int((ink[0] > ink[1]).sum()), len(classes)
    alike = max(heavier, many - heavier) > ALIKE * many
    ink_says = verdict("classes-code" if alike else "classes-both", heavier=heavier, classes=many)
    return Made(as_bytes(made), (verdict("classes-asked", right=right), ink_says))


def sums(record: Record, a: int, b: int, c: int) -> Made:
    """Codes a, b, c and a − b + c, brought back to the length √(latent size) that codes have."""
    there = players.of(record)
    z = there.z[[a, b, c]]
    total = z[0] - z[1] + z[2]
    total = total / total.norm().clamp(min=1e-9) * there.latent**0.5
    made = there.made(torch.stack([*z, total]))
    read = quality.answers(made)
    first, second, third, last = (int(digit) for digit in read.argmax(1))
    said = verdict("sums-read", a=first, b=second, c=third, total=last, sure=100 * float(read[3].max()))
    return Made(as_bytes(made), (said,))


# ---- the plane ----


@dataclass(frozen=True, eq=False)
class Path:
    """places: points (PLACES, 2) of a walk. says: D's opinion there (PLACES,). verdicts: how long it is, and where it leads."""

    places: np.ndarray
    says: np.ndarray
    verdicts: tuple[Verdict, ...]


def path(record: Record, a: int, b: int) -> Path:
    """Where the walk from code a to code b leads over the plane."""
    there = players.of(record)
    way = there.made(walk(there.z[a], there.z[b], PLACES))
    with torch.no_grad():
        says = scores.opinion(there.settings, there.scores(way).numpy())
    return Path(way.numpy(), says, tuple(about_path(way.numpy(), there.real.numpy())))


def about_path(way: np.ndarray, real: np.ndarray) -> list[Verdict]:
    """How long a path (P, 2) is, and how much of it leads through places far from every real point (N, 2)."""
    tree = cKDTree(real)
    usual = float(np.percentile(tree.query(real, 2)[0][:, 1], FAR))
    empty = 100 * float((tree.query(way)[0] > usual).mean())
    length = float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())
    straight = float(np.linalg.norm(way[-1] - way[0]))
    said = verdict("path-length", length=length, straight=straight, empty=empty, usual=usual, far=FAR)
    return [said, verdict("path-empty" if empty > EMPTY else "path-real")]


def far_apart(record: Record) -> tuple[int, int]:
    """The first code, and the one whose fake lies farthest from its own: there is a way between them."""
    points = players.of(record).fake[:CODES].numpy()
    return 0, int(np.linalg.norm(points - points[0], axis=1).argmax())
