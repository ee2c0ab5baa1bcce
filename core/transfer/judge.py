"""What can be known without the target's labels: a fresh probe, three judgements of the answers, and how frequent the classes are."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.loop import seeded

RIDGE = 0.1  # of the mean squared length of the features, added to the diagonal


def probe(s: Tensor, t: Tensor) -> float:
    """Share in percent of held-out features that a fresh linear classifier puts into the right domain.

    s, t: (N, D) of source and target. Ridge regression on ∓1, learned from one half, tried on the other, and the other way
    round. About 50: it cannot tell them apart. Row i of both may be the same digit in both domains: the halves are drawn
    alike, or the probe would know the digit and take it for the domain.
    """
    x, y = torch.cat([s, t]).double(), torch.cat([-torch.ones(len(s)), torch.ones(len(t))]).double()
    x = x - x.mean(0)
    half = torch.cat([_half(len(s)), _half(len(t))])
    right = sum(_right(x[known], y[known], x[~known], y[~known]) for known in (half, ~half))
    return 100 * right / len(x)


def _right(x: Tensor, y: Tensor, new_x: Tensor, new_y: Tensor) -> float:
    """How many of the rows `new_x` a ridge regression puts right that has learned from x (N, D) and y (N,)."""
    ridge = RIDGE * x.square().sum(1).mean().clamp(min=1e-12) * torch.eye(x.shape[1], dtype=x.dtype)
    guess = new_x @ torch.linalg.solve(x.T @ x + ridge, x.T @ y)
    return ((guess * new_y).sign() + 1).sum().item() / 2  # where it cannot say, half is right


def _half(n: int) -> Tensor:
    """Every second of n rows, in an order drawn once for ever: (n,) of truth values."""
    return torch.randperm(n, generator=seeded(0)) % 2 == 0


def a_distance(percent: float) -> float:
    """Proxy A-distance 2 (1 − 2ε) of a domain classifier that is right in `percent` of the cases: 0 where it guesses, 2 where
    it never errs (Ben-David et al. 2007; Ganin et al. 2016, equation 3)."""
    error = 1 - percent / 100
    return max(0.0, 2 * (1 - 2 * error))


def entropy(p: Tensor) -> float:
    """Mean entropy in nats of the answers p (N, classes): low where the network is sure, rightly or wrongly."""
    return torch.special.entr(p).sum(1).mean().item()


def information(p: Tensor) -> float:
    """Mutual information of picture and answer in nats: the entropy of the mean answer less the mean entropy (Bridle et al. 1991).

    High where each answer is sure and all classes are used, which a network that answers 8 to everything fails.
    """
    return torch.special.entr(p.mean(0)).sum().item() - entropy(p)


def snd(p: Tensor, temperature: float = 0.05) -> float:
    """Soft neighbourhood density (Saito et al. 2021, equations 2 and 3) of the answers p (N, classes): high where each has many near ones.

    The entropy of softmax(cosine similarity to every other answer / τ), averaged, in nats.
    """
    unit = F.normalize(p, dim=1)
    near = unit @ unit.T / temperature
    near.fill_diagonal_(float("-inf"))
    return torch.special.entr(near.softmax(1)).sum(1).mean().item()


def label_shares(counts: np.ndarray, answered: np.ndarray) -> np.ndarray | None:
    """Share of each class in an unlabelled target, estimated from a network's answers (BBSE; Lipton, Wang, Smola 2018, section 4).

    counts: (classes, classes) of that network on labelled source pictures, rows true. answered: (classes,) share of each
    class among its answers to the target. Returns (classes,) shares that sum to 1; None where the confusion matrix cannot
    be inverted. Where each class looks as it does in the source (the assumption), the answers' shares are the true shares
    sent through the source's mistakes, so solving for the true ones undoes the mistakes. Negative solutions become 0.
    """
    rates = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    if np.linalg.matrix_rank(rates) < len(rates):
        return None
    shares = np.linalg.solve(rates.T, answered).clip(0)
    return shares / shares.sum()
