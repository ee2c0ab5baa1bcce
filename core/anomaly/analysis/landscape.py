"""The plane: the score of every place, the border of the alarm, and what the detector says far from all that it has learned."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from scipy.stats import rankdata

from core.anomaly import pictures
from core.anomaly.analysis.scores import final
from core.anomaly.decide import conformal_threshold
from core.anomaly.settings import REACH, Confidence
from core.record import Record
from core.verdict import Verdict, verdict

FAR = 0.8  # from every normal point: ten times the noise about the shape


@dataclass(frozen=True)
class Landscape:
    """The plane at one step: the score everywhere (G, G), rows from below; the scores of normals (n,) that say where a border lies,
    and whether they are the held-out ones: before the end of a run they are the test normals that an evaluation scores."""

    step: int
    field: np.ndarray
    normals: np.ndarray
    held_out: bool


@dataclass(frozen=True)
class Drawn:
    """A landscape by rank, because the scale of a score means nothing by itself: how much of the plane is less odd than each place
    (G, G), and at which ranks the border of the alarm lies and that of half of the normals. axis: places (G,) along each side."""

    axis: np.ndarray
    ranks: np.ndarray
    border: float
    half: float

    @property
    def odder(self) -> np.ndarray:
        """How much of the plane each place is odder than, in % with one digit: (G, G)."""
        return np.round(100 * self.ranks, 1)


@dataclass(frozen=True)
class Points:
    """Test points (N, 2), the normals and the anomalies."""

    normal: np.ndarray
    anomalous: np.ndarray


def over_time(current: Record) -> list[Landscape]:
    """Every evaluation of a run on the plane, oldest first; none where it is not on the plane."""
    fields, ended = current.pictures(pictures.FIELD), final(current)
    is_anomaly, asked = current.last(pictures.IS_ANOMALY), current.last(pictures.EVALUATED)
    if is_anomaly is None or asked is None:
        return []
    normal, found = ~is_anomaly.astype(bool)[asked], []
    scores = current.by_step(pictures.EVALUATION)
    for e in fields:
        if ended is not None and e.step == fields[-1].step:
            found.append(Landscape(e.step, _finite(e.array), ended.calibration, True))
        elif e.step in scores:
            found.append(Landscape(e.step, _finite(e.array), np.array(scores[e.step], np.float64)[normal], False))
    return found


def _finite(field: np.ndarray) -> np.ndarray:
    most = float(np.finfo(np.float32).max)
    return np.nan_to_num(np.array(field, np.float64), nan=most, posinf=most, neginf=-most)


def points(current: Record) -> Points:
    """The test points of a run on the plane."""
    x, is_anomaly = current.last(pictures.POINTS).astype(np.float64), current.last(pictures.IS_ANOMALY).astype(bool)
    return Points(x[~is_anomaly], x[is_anomaly])


def drawn(landscape: Landscape, promise: int) -> Drawn:
    """promise: of normals in % that may raise the alarm."""
    half, alarm = (level(landscape.field, border(landscape.normals, share)) for share in (50, promise))
    return Drawn(np.linspace(-REACH, REACH, len(landscape.field)), ranked(landscape.field), alarm, half)


def border(normals: np.ndarray, promise: float) -> float:
    """The conformal threshold that a promise in % needs, from the scores of normals (n,)."""
    return conformal_threshold(normals, promise / 100)


def ranked(field: np.ndarray) -> np.ndarray:
    """The share of the plane that is less odd than each place, ties counting half: (G, G) in (0, 1)."""
    return (rankdata(field).reshape(field.shape) - 0.5) / field.size


def level(field: np.ndarray, threshold: float) -> float:
    """The height of a threshold in `ranked`: between the places below it and those that reach it."""
    return float((field < threshold).mean())


def distances(normals: np.ndarray, side: int) -> np.ndarray:
    """How far each place of the grid lies from the nearest normal point (n, 2): (side, side)."""
    axis = np.linspace(-REACH, REACH, side)
    x, y = np.meshgrid(axis, axis)
    return cKDTree(normals).query(np.stack([x, y], -1))[0]


# ---- what it teaches ----


def verdicts(current: Record, step: int, promise: int) -> list[Verdict]:
    """Each a paragraph of its own: how much raises the alarm, what is found, and what is said far out and of the least odd place."""
    landscape = next(each for each in over_time(current) if each.step == step)
    threshold, ended = border(landscape.normals, promise), final(current)
    away = distances(points(current).normal, len(landscape.field))
    if np.isinf(threshold):
        return [verdict("landscape-no-alarm")]
    said: list[Verdict | None] = [alarm(landscape.field, threshold)]
    if landscape.held_out and ended is not None:
        found = (100 * float((part >= threshold).mean()) for part in (ended.normal, ended.anomalous))
        said.append(verdict("landscape-test", alarms=next(found), promise=promise, found=next(found)))
    said.append(far_away(landscape.field, away, threshold))
    if current.settings is not None and isinstance(current.settings.method, Confidence):
        said.append(sureness(landscape, away, current.settings.method.unsure))
    return [each for each in (*said, least(landscape.field, away)) if each is not None]


def alarm(field: np.ndarray, threshold: float) -> Verdict:
    """How much of the plane raises the alarm."""
    return verdict("landscape-alarm", threshold=threshold, share=100 * float((field >= threshold).mean()))


def far_away(field: np.ndarray, away: np.ndarray, threshold: float) -> Verdict | None:
    """What the detector says of places where no normal point is near; None where there are none."""
    far = away > FAR
    if not far.any():
        return None
    quiet = 100 * float((field[far] < threshold).mean())
    if quiet > 50:
        return verdict("landscape-far-blind", far=FAR, share=quiet)
    return verdict("landscape-far-some" if quiet > 5 else "landscape-far", far=FAR, share=quiet)


def sureness(landscape: Landscape, away: np.ndarray, unsure: str) -> Verdict | None:
    """A classifier far from all data against among them. unsure: by what it judges."""
    if not (away > FAR).any():
        return None
    far, near = float(np.median(landscape.field[away > FAR])), float(np.median(landscape.normals))
    if unsure == "softmax":
        sure = {"far": 100 * (1 - far), "near": 100 * (1 - near)}
        if far == near:
            return verdict("landscape-softmax-same", **sure)
        return verdict("landscape-softmax-surest" if far < near else "landscape-softmax", **sure)
    if far == near:
        return verdict("landscape-doubt-same", far=far, near=near)
    return verdict("landscape-doubt-surest" if far < near else "landscape-doubt", far=far, near=near)


def least(field: np.ndarray, away: np.ndarray) -> Verdict:
    """Where the least odd place lies, seen from the data."""
    lowest = field == field.min()
    many, farthest = int(lowest.sum()), float(away[lowest].max())
    if many > 1:
        share = 100 * many / field.size
        return verdict(
            "landscape-least-many-far" if farthest > FAR else "landscape-least-many", share=share, away=farthest
        )
    axis = np.linspace(-REACH, REACH, len(field))
    row, column = np.argwhere(lowest)[0]
    x, y = float(axis[column]), float(axis[row])
    return verdict("landscape-least-far" if farthest > FAR else "landscape-least", x=x, y=y, away=farthest)


def lines(landscape: Landscape, promise: int) -> Verdict:
    """What the line is."""
    return verdict("landscape-lines" if landscape.held_out else "landscape-lines-so-far", promise=promise)
