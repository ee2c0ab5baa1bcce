"""Distances between two clouds of features that need no adversary: kernel means (MMD) and covariances (Deep CORAL)."""

import torch
from torch import Tensor

from core.transfer.method import Aligned, Batch

TINY = 1e-12  # where all points are one, any width will do


def mmd(s: Tensor, t: Tensor, kernels: int = 5) -> Tensor:
    """Squared maximum mean discrepancy of s (N, D) and t (M, D), unbiased (Gretton et al. 2012, lemma 6, equation 3).

    The kernel is the mean of Gaussians whose widths σ² are 2^i times the mean squared distance of all pairs, i around 0;
    the widths are no part of the gradient: it moves the points and not the ruler.
    """
    n, m = len(s), len(t)
    both = torch.cat([s, t])
    length = both.square().sum(1)
    square = (length.unsqueeze(1) + length - 2 * both @ both.T).clamp(
        min=0
    )  # ‖a − b‖², in a tenth of the plain way's time
    width = (square.detach().sum() / ((n + m) * (n + m - 1))).clamp(min=TINY)
    k = sum(torch.exp(-square / (width * 2.0**i)) for i in range(-(kernels // 2), kernels // 2 + 1)) / kernels
    within_s = (k[:n, :n].sum() - n) / (n * (n - 1))  # without the diagonal, which is 1
    within_t = (k[n:, n:].sum() - m) / (m * (m - 1))
    return within_s + within_t - 2 * k[:n, n:].mean()


def coral(s: Tensor, t: Tensor) -> Tensor:
    """‖C_S − C_T‖² / 4d² with the covariances of s (N, d) and t (M, d) (Sun, Saenko 2016, equations 1 to 3)."""
    return (torch.cov(s.T) - torch.cov(t.T)).square().sum() / (4 * s.shape[1] ** 2)


class MMD(Aligned):
    """The source's loss, and λ times the distance of the two clouds, of the extractor's features and of the last layer's.

    Several layers, as in Long et al. 2015: on the last one's alone it hardly helps (measured).
    """

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        loss, h_s, h_t, f_s, f_t = self.both(batch)
        return {
            "loss": loss,
            "distance": self.settings.method.lam * (self.distance(h_s, h_t) + self.distance(f_s, f_t)),
        }

    def distance(self, s: Tensor, t: Tensor) -> Tensor:
        return mmd(s, t, self.settings.method.kernels)


class CORAL(MMD):
    """The same with the distance of the covariances."""

    def distance(self, s: Tensor, t: Tensor) -> Tensor:
        return coral(s, t)
