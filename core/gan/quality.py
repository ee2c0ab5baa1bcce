"""How good fakes are, since losses do not say it: modes, classes, neighbourhoods, and a Fréchet distance."""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn

from core import runs
from core.nets import predict

NEAR = 3  # standard deviations around a mode within which a point is good (Lin et al. 2018, section 4.1)
FAIR = 0.4  # of its fair share: a class with less is not covered
NEIGHBOURS = 5  # k of precision, recall and coverage (Naeem et al. 2020, section 4)
JUDGE = "compression-teacher"  # the shipped digit classifier that judges fakes


@dataclass(frozen=True)
class Modes:
    """Shares in percent: of modes with at least one good point; of modes with a quarter of their fair share of good points;
    of points that are good; and how many modes there are in effect, exp of the entropy of the nearest mode."""

    covered: float
    strict: float
    good: float
    effective: float


def modes_met(points: Tensor, modes: Tensor, spread: float) -> Modes:
    """Points (N, 2) judged against the middles of M spots (M, 2) of standard deviation `spread` (Lin et al. 2018, section 4.1).

    One good point covers a mode, which is lenient; `strict` wants N / 4M of them.
    """
    distance, nearest = torch.cdist(points, modes).min(1)
    good = distance < NEAR * spread
    met = torch.bincount(nearest[good], minlength=len(modes))
    return Modes(
        100 * (met > 0).float().mean().item(),
        100 * (met >= len(points) / (4 * len(modes))).float().mean().item(),
        100 * good.float().mean().item(),
        effective_number(shares(nearest, len(modes))),
    )


def shares(kind: Tensor, kinds: int) -> Tensor:
    """How much of everything is of each kind: (kinds,), of numbers of kinds (N,)."""
    return torch.bincount(kind, minlength=kinds).float() / max(1, len(kind))


def effective_number(share: Tensor) -> float:
    """exp of the entropy of shares (K,) that add up to 1: K when all are equal, 1 when there is only one."""
    return torch.special.entr(share).sum().exp().item()


def of_classes(said: Tensor, classes: Tensor) -> dict[str, float]:
    """What a judge's probabilities (N, 10) say of the chosen classes (K,).

    kinds: the share of classes that hold FAIR of their fair share; confidence, smallest_class: all three in percent; classes: how
    many there are in effect.
    """
    share = shares(said.argmax(1), said.shape[1])[classes]
    return {
        "kinds": 100 * (share >= FAIR / len(share)).float().mean().item(),
        "confidence": 100 * said.max(1).values.mean().item(),
        "smallest_class": 100 * share.min().item(),
        "classes": effective_number(share / share.sum().clamp(min=1e-9)),
    }


def as_asked(said: Tensor, y: Tensor) -> float:
    """How many pictures, in percent, a judge whose probabilities are `said` (N, 10) reads as the digit that was asked for, y (N,)."""
    return 100 * (said.argmax(1) == y).float().mean().item()


def against(real: Tensor, fake: Tensor) -> dict[str, float]:
    """Everything that compares two clouds of points or features (N, d), (M, d): precision, recall, coverage, Fréchet distance."""
    return neighbourhoods(real, fake) | {"frechet": frechet(real, fake)}


def neighbourhoods(real: Tensor, fake: Tensor, k: int = NEIGHBOURS) -> dict[str, float]:
    """Precision, recall (Kynkäänniemi et al. 2019, equation 2) and coverage (Naeem et al. 2020, equation 5) in percent.

    real, fake: (N, d), (M, d). Precision: fakes that lie within reach of a real one, where the reach is the distance to its k-th
    neighbour among its own. Recall: real ones within reach of a fake. Coverage: real ones that have a fake within their own reach.
    A distance equal to the reach counts, so that identical points meet.
    """
    reach_real, reach_fake = reach(real, k), reach(fake, k)
    between = torch.cdist(real, fake, compute_mode="donot_use_mm_for_euclid_dist")
    return {
        "precision": 100 * (between <= reach_real[:, None]).any(0).float().mean().item(),
        "recall": 100 * (between <= reach_fake[None, :]).any(1).float().mean().item(),
        "coverage": 100 * (between.min(1).values <= reach_real).float().mean().item(),
    }


def reach(x: Tensor, k: int) -> Tensor:
    """The distance of each of x (N, d) to its k-th nearest neighbour among the others: (N,)."""
    within = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
    return within.kthvalue(min(k + 1, len(x)), dim=1).values


def frechet(a: Tensor, b: Tensor) -> float:
    """‖μₐ − μ_b‖² + tr(Σₐ + Σ_b − 2(ΣₐΣ_b)^½) of two clouds (N, d), (M, d) (Fréchet 1957; Dowson, Landau 1982).

    The fewer examples, the larger it comes out, of real data against real data, too: in the judge's 256 features about 2 for
    1,000 of either kind, 4.5 for 500, 9 for 256, 21 for 100. So distances are compared only between equal N and M.
    """
    a, b = a.double(), b.double()
    return frechet_of(a.mean(0), torch.cov(a.T), b.mean(0), torch.cov(b.T))


def frechet_of(mean_a: Tensor, cov_a: Tensor, mean_b: Tensor, cov_b: Tensor) -> float:
    """The same of two Gaussians: means (d,), covariances (d, d). (ΣₐΣ_b)^½ has the trace of (Σₐ^½ Σ_b Σₐ^½)^½, which is symmetric."""
    root = symmetric_root(cov_a)
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    return ((mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross).item()


def symmetric_root(matrix: Tensor) -> Tensor:
    """The square root of a symmetric matrix (d, d) without negative eigenvalues."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


@cache
def judge() -> nn.Module:
    """The digit classifier that all fakes are shown."""
    return runs.load(JUDGE).net()


def answers(pictures: Tensor) -> Tensor:
    """The judge's probabilities (N, 10) for pictures (N, 1, 28, 28) in [−1, 1]."""
    return predict(judge(), (pictures + 1) / 2).softmax(1)


@torch.inference_mode()
def features(pictures: Tensor) -> Tensor:
    """What the judge's last layer reads of pictures (N, 1, 28, 28) in [−1, 1]: (N, 256)."""
    return torch.cat([judge().features((part + 1) / 2) for part in pictures.split(200)])


def nearest(x: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """The place of the nearest of `known` (M, ...) to each of x (N, ...), by the sum of squares, and its distance: (N,), (N,)."""
    distance, place = torch.cdist(x.flatten(1), known.flatten(1)).min(1)
    return place, distance
