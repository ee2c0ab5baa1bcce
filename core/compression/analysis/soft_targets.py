"""Soft targets: what networks answer at a temperature, and why T² belongs in the loss."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core import runs
from core.compression.distill import entropy, gradient_norm, softmax_with_temperature
from core.data import digits
from core.nets import predict
from core.record import Record
from core.verdict import Verdict, verdict

TEMPERATURES = tuple(range(1, 21))


def logits(record: Record, model: str) -> np.ndarray:
    """What a network of a run answers to the test digits: (1000, 10) float32."""
    return predict(record.run.net(model), digits.load().test_x).numpy()


@dataclass(frozen=True)
class SoftTargets:
    """Answers to one digit. probabilities: network → (10,). entropies: network → bits, 0 to 3.32."""

    probabilities: Mapping[str, list[float]]
    entropies: Mapping[str, float]
    verdicts: tuple[Verdict, ...]


def soften(answers: Mapping[str, np.ndarray], T: float) -> SoftTargets:
    """answers: network → its logits (10,) for one digit, the network to learn from first. T: temperature > 0."""
    soft = {name: softmax_with_temperature(torch.from_numpy(V), T) for name, V in answers.items()}
    bits = {name: entropy(S).item() for name, S in soft.items()}
    first = next(iter(soft.values())).tolist()
    b, c, d = sorted(range(10), key=lambda digit: -first[digit])[1:4]
    if len(bits) == 1:
        said = verdict("soft-entropy", bits=next(iter(bits.values())))
    else:
        said = verdict("soft-entropies", **dict(zip(("bits", "other_bits"), bits.values())))
    alike = verdict("soft-alike", b=b, c=c, d=d, p_b=100 * first[b], p_c=100 * first[c], p_d=100 * first[d])
    return SoftTargets({name: S.tolist() for name, S in soft.items()}, bits, (said, alike))


@dataclass(frozen=True)
class GradientNorms:
    """Norm of the soft loss's gradient at each temperature: with the factor T² (squared), without it (plain), and with T² but
    PyTorch's default reduction, which also divides by the ten classes (by_classes)."""

    temperatures: tuple[int, ...]
    squared: list[float]
    plain: list[float]
    by_classes: list[float]


def gradient_norms(student: Record, model: str, teacher: str, teacher_model: str) -> GradientNorms:
    """On the test digits, for the network `model` of a run that learns from the network of the run `teacher`."""
    V_teacher = predict(runs.load(teacher).net(teacher_model), digits.load().test_x)
    return norms(torch.from_numpy(logits(student, model)), V_teacher)


def norms(V: Tensor, V_teacher: Tensor) -> GradientNorms:
    """Of logits (N, 10) of a student and of its teacher."""
    return GradientNorms(
        TEMPERATURES,
        [gradient_norm(V, V_teacher, T) for T in TEMPERATURES],
        [gradient_norm(V, V_teacher, T, squared=False) for T in TEMPERATURES],
        [gradient_norm(V, V_teacher, T, by_classes=True) for T in TEMPERATURES],
    )
