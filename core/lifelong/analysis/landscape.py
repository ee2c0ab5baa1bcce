"""The loss landscape between two tasks: a slice through weight space, the bowl of the penalty, and the path taken."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.interpolate import RectBivariateSpline
from torch import Tensor

from core.lifelong import models, pictures
from core.lifelong.settings import L2, LifelongSettings
from core.lifelong.tasks import Task, active, stream
from core.record import Record
from core.settings import bounds_of

DIGITS = 500  # test digits of each task that are asked at each point
FINER = 10  # points of the search for the minimum between two of the grid
MARGIN = 0.6  # of the distance between θ*_A and θ*_B, around both and the path
STRENGTHS = 57  # values of λ between its bounds


@dataclass(frozen=True)
class Landscape:
    """A slice through weight space; coordinates are distances, with θ*_A at (0, 0) and θ*_B on the first axis.

    u, v: (size,), the grid. loss_a, loss_b: (size, size), test losses of the two tasks in nats at θ*_A + u·d₁ + v·d₂,
    rows along v. path: (K, 2). a, b: the two solutions. quadratic: (2, 2), Q of the penalty, which is λ/2 (u, v) Q (u, v)ᵀ
    with the first task's Ω; None for a method that ties no weight to its old value. lam: the run's λ.
    """

    u: np.ndarray
    v: np.ndarray
    loss_a: np.ndarray
    loss_b: np.ndarray
    path: np.ndarray
    a: tuple[float, float] | np.ndarray
    b: tuple[float, float] | np.ndarray
    quadratic: np.ndarray | None
    lam: float

    def plain(self) -> dict[str, Any]:
        """All of it as plain lists and numbers, as a shipped run carries it."""
        return {name: each.tolist() if isinstance(each, np.ndarray) else each for name, each in vars(self).items()}


def landscape(record: Record) -> Landscape | None:
    """What a shipped run carries, or else measured now; None when the run holds no plane."""
    if carried := record.summary.get("landscape"):
        return Landscape(**{name: np.array(each) if isinstance(each, list) else each for name, each in carried.items()})
    return measure(record)


@torch.inference_mode()
def measure(record: Record, size: int = 25) -> Landscape | None:
    """The landscape of a run that ended, on a grid of size × size; None when it holds no plane. Takes a second or two."""
    settings, plane, path = record.settings, record.last(pictures.PLANE), record.last(pictures.PATH)
    if plane is None or path is None or "after_1" not in record.run.models:
        return None
    origin, directions = models.flat(record.run.net("after_1")), torch.from_numpy(plane)
    u, v = grid_of(path, size)
    tasks = stream(settings)[:2]
    loss_a, loss_b = (
        np.array(
            [
                [_loss(origin + a * directions[0] + b * directions[1], settings, tasks, task) for a in u.tolist()]
                for b in v.tolist()
            ]
        )
        for task in tasks
    )
    held = record.last(pictures.IMPORTANCE)
    omega = torch.ones(1) if isinstance(settings.method, L2) else None if held is None else torch.from_numpy(held)
    form = None if omega is None else quadratic_form(omega, directions).numpy()
    lam = getattr(settings.method, "lam", 0.0)
    return Landscape(u, v, loss_a, loss_b, path, (0.0, 0.0), tuple(map(float, path[-1])), form, lam)


def _loss(theta: Tensor, settings: LifelongSettings, tasks: list[Task], task: Task) -> float:
    """Mean cross entropy of some of the task's test digits, as if the second task were the newest."""
    outputs = active(settings, tasks, task, 1)
    pick = torch.linspace(0, len(task.test_y) - 1, min(DIGITS, len(task.test_y))).long()
    logits = models.logits(theta, models.widths_of(settings), task.test_x[pick])
    return F.cross_entropy(logits[:, outputs], task.test_y[pick] - outputs.start).item()


def quadratic_form(omega: Tensor, plane: Tensor) -> Tensor:
    """Q = D diag(Ω) Dᵀ (2, 2): what Σ_i Ω_i (θ_i − θ*_i)² is in the plane's coordinates. plane: D (2, P). omega: (P,) or (1,)."""
    return (plane * omega) @ plane.T


def grid_of(path: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Square cells that hold the path (K, 2), θ*_A and some room around them: (size,) along each axis."""
    points = np.vstack([path, [[0, 0]]])
    room = MARGIN * max(np.linalg.norm(path[-1]), 1e-6)
    low, high = points.min(0) - room, points.max(0) + room
    middle, reach = (low + high) / 2, (high - low).max() / 2
    return tuple(np.linspace(m - reach, m + reach, size) for m in middle)


# ---- what λ changes ----


@dataclass(frozen=True)
class Lowest:
    """Where task 2's loss plus the bowl is lowest: its place (u, v), and both tasks' losses there in nats."""

    place: tuple[float, float]
    loss_a: float
    loss_b: float


def strengths(settings: LifelongSettings) -> list[float]:
    """0, and a fine logarithmic grid over what the method's own λ may be, the run's value among them."""
    low, high = bounds_of(type(settings.method).model_fields["lam"])
    return sorted({0.0, float(settings.method.lam), *map(float, np.geomspace(low, high, STRENGTHS))})


def bowl(q: np.ndarray, lam: float, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """λ/2 (u, v) Q (u, v)ᵀ: the height of the penalty at the places (u, v) of the plane."""
    return lam / 2 * (q[0, 0] * u**2 + 2 * q[0, 1] * u * v + q[1, 1] * v**2)


def bowl_of(found: Landscape, lam: float) -> np.ndarray | None:
    """The bowl on the landscape's grid, (size, size), rows along v; None for a method without one."""
    return None if found.quadratic is None else bowl(found.quadratic, lam, *np.meshgrid(found.u, found.v))


def minimum(found: Landscape, lam: float) -> Lowest:
    """The minimum of L_B + λ/2 (u, v) Q (u, v)ᵀ in the slice: what a slider of λ moves, at once. Between the points of the
    grid losses are a cubic spline."""
    u, v = (np.linspace(axis[0], axis[-1], FINER * (len(axis) - 1) + 1) for axis in (found.u, found.v))
    a, b = (RectBivariateSpline(found.v, found.u, loss) for loss in (found.loss_a, found.loss_b))
    total = b(v, u)
    if found.quadratic is not None:
        total += bowl(found.quadratic, lam, *np.meshgrid(u, v))
    row, column = np.unravel_index(total.argmin(), total.shape)
    place = float(u[column]), float(v[row])
    return Lowest(place, *(float(surface.ev(place[1], place[0])) for surface in (a, b)))
