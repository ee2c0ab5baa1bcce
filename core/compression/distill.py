"""Knowledge distillation: soft targets, the loss, why T² belongs in it, and the digit the student never saw.

Source: Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015 (arXiv 1503.02531).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def softmax_with_temperature(V: Tensor, T: float) -> Tensor:
    """S_i = exp(V_i/T) / Σ_j exp(V_j/T) (equation 1). V: logits (..., 10). T: temperature > 0. Returns (..., 10)."""
    scaled = V / T
    exponentials = torch.exp(scaled - scaled.max(-1, keepdim=True).values)  # the shift cancels, and avoids overflow
    return exponentials / exponentials.sum(-1, keepdim=True)


def entropy(S: Tensor) -> Tensor:
    """H = −Σ_i S_i log₂ S_i in bits. S: probabilities (..., 10). Returns (...): 0 when certain, 3.32 for ten equals."""
    return -(S * S.clamp_min(1e-30).log2()).sum(-1)


def soft_loss(student: Tensor, teacher: Tensor, T: float) -> Tensor:
    """T² · KL(teacher ‖ student) at temperature T, a mean over digits. student, teacher: logits (N, 10).

    T² keeps the gradient's size when T changes (section 2.1). `batchmean` is the mathematical mean: PyTorch's default
    `mean` also divides by the ten classes.
    """
    return T**2 * F.kl_div(F.log_softmax(student / T, 1), F.softmax(teacher / T, 1), reduction="batchmean")


def distillation_loss(student: Tensor, teacher: Tensor, y: Tensor, T: float, alpha: float, beta: float) -> Tensor:
    """L = α·L_soft + β·L_hard, with L_hard the cross entropy with the labels y (N,) at temperature 1."""
    return alpha * soft_loss(student, teacher, T) + beta * F.cross_entropy(student, y)


def gradient_norm(student: Tensor, teacher: Tensor, T: float, squared: bool = True, by_classes: bool = False) -> float:
    """Norm of ∂L_soft/∂V over student logits V (N, 10), with or without the factor T².

    by_classes: the trap, PyTorch's default reduction "mean", which divides by N · 10 where the mathematical mean has N.
    """
    V = student.detach().clone().requires_grad_()
    terms = F.kl_div(F.log_softmax(V / T, 1), F.softmax(teacher.detach() / T, 1), reduction="none")
    loss = terms.mean() if by_classes else terms.sum() / len(V)
    (gradient,) = torch.autograd.grad(loss * (T**2 if squared else 1), V)
    return gradient.norm().item()


def logit_matching_gradient(student: Tensor, teacher: Tensor) -> Tensor:
    """What T² · ∂KL/∂V tends to for T → ∞ (section 2.1): the difference of the centred logits over 10·N. (N, 10)."""
    difference = (student - student.mean(1, keepdim=True)) - (teacher - teacher.mean(1, keepdim=True))
    return difference / difference.shape[1] / len(difference)


def kl_traps(student: Tensor, teacher: Tensor, T: float) -> dict[str, float]:
    """The same soft loss, right and in the three ways it is often written wrongly."""
    log_S, S = F.log_softmax(student / T, 1), F.softmax(teacher / T, 1)
    return {
        "T² · batchmean (right)": soft_loss(student, teacher, T).item(),
        "default reduction “mean”: ten times too small": T**2 * F.kl_div(log_S, S, reduction="none").mean().item(),
        "without T²": F.kl_div(log_S, S, reduction="batchmean").item(),
        "softmax for log-softmax: negative": T**2 * F.kl_div(log_S.exp(), S, reduction="batchmean").item(),
    }


def prior_correction(student: Tensor, omit: int) -> float:
    """Bias to add to the logit of a class that was left out, from training data alone.

    student: its logits (N, 10) on the images it was trained with, none of them of class `omit`. There the class had
    next to no share, at the test it has one in ten: by Bayes' rule its log-odds are too low by the difference of the
    two log prior odds.
    """
    share = F.softmax(student, 1)[:, omit].mean().item()
    return math.log(0.1 / 0.9) - math.log(share / (1 - share))
