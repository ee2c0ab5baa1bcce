"""What the page measures on a finished run: its loss landscape, what a shipped run carries, and the lab's formulas."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.interpolate import RectBivariateSpline
from torch import Tensor

from core.events import Picture
from core.lifelong import expand, importance, lwf, models, penalties, rehearsal, scores
from core.lifelong.settings import L2
from core.lifelong.tasks import active, stream
from core.runs import Run
from core.settings import Formula

DIGITS = 500  # test digits of each task in the landscape
FINER = 10  # points of the search for the minimum between two of the grid
MARGIN = 0.6  # of the distance between θ*_A and θ*_B, around both and the path


@torch.inference_mode()
def landscape(run: Run, size: int = 25) -> dict[str, Any] | None:
    """A slice through weight space around the first two tasks' solutions; None when the run holds no plane.

    Coordinates are distances in weight space, with θ*_A at (0, 0) and θ*_B on the first axis. Returns
    u, v (size,): the grid; loss_a, loss_b (size, size): test losses of the two tasks at θ*_A + u·d₁ + v·d₂, rows along
    v; path (K, 2); a, b: the two solutions; quadratic (2, 2): Q of the penalty, which is λ/2 (u, v) Q (u, v)ᵀ with the
    first task's Ω, or None for a method that ties no weight to its old value; lam: the run's λ. Takes a second or two.
    """
    settings, plane, path = run.settings, last(run, "plane"), last(run, "path")
    if plane is None or path is None or "after_1" not in run.models:
        return None
    origin = models.flat(run.net("after_1"))
    d, path = torch.from_numpy(np.array(plane.array)), np.array(path.array)
    (u, v), losses = grid_of(path, size), []
    tasks, widths = stream(settings)[:2], models.widths_of(settings)
    for task in tasks:
        outputs = active(settings, tasks, task, 1)
        pick = torch.linspace(0, len(task.test_y) - 1, min(DIGITS, len(task.test_y))).long()
        x, y = task.test_x[pick], task.test_y[pick] - outputs.start
        losses.append(
            [
                [
                    F.cross_entropy(models.logits(origin + a * d[0] + b * d[1], widths, x)[:, outputs], y).item()
                    for a in u.tolist()
                ]
                for b in v.tolist()
            ]
        )
    held = last(run, "importance_1")
    omega = torch.ones(1) if isinstance(settings.method, L2) else held and torch.from_numpy(np.array(held.array))
    form = None if omega is None else quadratic_form(omega, d).numpy()
    return {
        "u": u,
        "v": v,
        "loss_a": np.array(losses[0]),
        "loss_b": np.array(losses[1]),
        "path": path,
        "a": (0.0, 0.0),
        "b": tuple(map(float, path[-1])),
        "quadratic": form,
        "lam": getattr(settings.method, "lam", 0.0),
    }


def quadratic_form(omega: Tensor, plane: Tensor) -> Tensor:
    """Q = D diag(Ω) Dᵀ (2, 2): what Σ_i Ω_i (θ_i − θ*_i)² is in the plane's coordinates. plane: D (2, P). omega: (P,) or (1,)."""
    return (plane * omega) @ plane.T


def bowl(q: np.ndarray, lam: float, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """λ/2 (u, v) Q (u, v)ᵀ: the height of the penalty at the places (u, v) of the plane."""
    return lam / 2 * (q[0, 0] * u**2 + 2 * q[0, 1] * u * v + q[1, 1] * v**2)


def minimum(found: dict[str, Any], lam: float) -> tuple[float, float]:
    """Where L_B + λ/2 (u, v) Q (u, v)ᵀ is lowest in a `landscape`: what a slider of λ moves, at once."""
    u, v = (np.linspace(axis[0], axis[-1], FINER * (len(axis) - 1) + 1) for axis in (found["u"], found["v"]))
    total = _surface(found, "loss_b")(v, u)
    u, v = np.meshgrid(u, v)
    if found["quadratic"] is not None:
        total += bowl(found["quadratic"], lam, u, v)
    row, column = np.unravel_index(total.argmin(), total.shape)
    return float(u[row, column]), float(v[row, column])


def loss_at(found: dict[str, Any], name: str, place: tuple[float, float]) -> float:
    """A `landscape`'s loss_a or loss_b at any place (u, v) of it, between the grid's points a cubic spline."""
    return float(_surface(found, name).ev(place[1], place[0]))


def _surface(found: dict[str, Any], name: str) -> RectBivariateSpline:
    return RectBivariateSpline(found["v"], found["u"], found[name])


def grid_of(path: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Square cells that hold the path, θ*_A and some room around them."""
    points = np.vstack([path, [[0, 0]]])
    room = MARGIN * max(np.linalg.norm(path[-1]), 1e-6)
    low, high = points.min(0) - room, points.max(0) + room
    middle, half = (low + high) / 2, (high - low).max() / 2
    return tuple(np.linspace(m - half, m + half, size) for m in middle)


def last(run: Run, name: str) -> Picture | None:
    """The newest picture of that name."""
    return next(iter(run.pictures(name)[::-1]), None)


def examine(run: Run) -> dict[str, Any]:
    """What a shipped run carries besides its training: the landscape, as plain lists."""
    found = landscape(run) or {}
    return {
        "landscape": {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in found.items()}
    }


THEORY = (
    Formula(
        "The loss of the lecture",
        r"L(\theta) = L_B(\theta) + \frac{\lambda}{2} \sum_i \Omega_i\, (\theta_i - \theta^*_{A,i})^2",
        penalties.penalized_loss,
    ),
    Formula(
        "EWC: exact diagonal Fisher",
        r"F_i = \frac{1}{N} \sum_n \sum_c p(c|x_n) "
        r"\left(\frac{\partial \log p(c|x_n)}{\partial \theta_i}\right)^2",
        importance.fisher,
    ),
    Formula("Online EWC: one running Fisher", r"\Omega \leftarrow \gamma\, \Omega + F", penalties.OnlineEWC.merged),
    Formula(
        "MAS: sensitivity of the answer",
        r"\Omega_i = \frac{1}{N} \sum_n "
        r"\left|\frac{\partial \lVert f(x_n) \rVert^2}{\partial \theta_i}\right|",
        importance.mas,
    ),
    Formula(
        "SI: path integral",
        r"\Omega_i = \frac{\max\left(0,\ -\sum_t g_i(t)\, \Delta\theta_i(t)\right)}"
        r"{(\Delta_i)^2 + \xi}",
        importance.path_integral,
    ),
    Formula(
        "RWalk: score of the path",
        r"s_i = \frac{\Delta L_i}{\frac{1}{2} F_i\, \Delta\theta_i^2 + \epsilon}",
        importance.path_score,
    ),
    Formula(
        "SCP: random projections",
        r"\Omega_i = \frac{1}{L} \sum_l \left(\frac{\partial\, \xi_l \cdot \bar f}"
        r"{\partial \theta_i}\right)^2",
        importance.scp,
    ),
    Formula(
        "A-GEM: the turned gradient",
        r"\tilde g = g - \frac{g^\top g_{\mathrm{ref}}}{g_{\mathrm{ref}}^\top "
        r"g_{\mathrm{ref}}}\, g_{\mathrm{ref}} \quad \text{if } g^\top g_{\mathrm{ref}} < 0",
        rehearsal.agem_projection,
    ),
    Formula(
        "GEM: the dual problem",
        r"\min_{v \ge \gamma} \tfrac{1}{2} v^\top G G^\top v + (G g)^\top v, \quad "
        r"\tilde g = G^\top v + g",
        rehearsal.solve_dual,
    ),
    Formula(
        "LwF: the old network's answers",
        r"\lambda\, T^2\, \mathrm{KL}\!\left(\mathrm{softmax}(z^{\text{old}}/T) \,\|\, "
        r"\mathrm{softmax}(z/T)\right)",
        lwf.soft_loss,
    ),
    Formula(
        "Progressive columns: growth",
        r"P_K = K\, P_{\text{own}} + \frac{K (K - 1)}{2}\, P_{\text{lateral}}",
        expand.parameters_of,
    ),
    Formula("Average accuracy", r"\mathrm{ACC} = \frac{1}{T} \sum_{j} A_{T,j}", scores.average_accuracy),
    Formula(
        "Forgetting (Chaudhry 2018)",
        r"F = \frac{1}{T-1} \sum_{j<T} \left(\max_{l<T} A_{l,j} - A_{T,j}\right)",
        scores.forgetting,
    ),
    Formula(
        "Backward transfer (Lopez-Paz 2017)",
        r"\mathrm{BWT} = \frac{1}{T-1} \sum_{j<T} (A_{T,j} - A_{j,j})",
        scores.backward_transfer,
    ),
    Formula(
        "Forward transfer (Lopez-Paz 2017)",
        r"\mathrm{FWT} = \frac{1}{T-1} \sum_{j>1} (A_{j-1,j} - b_j)",
        scores.forward_transfer,
    ),
)
