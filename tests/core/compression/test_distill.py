"""Distillation's formulas against loops written by hand, limits, and scaling laws."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from core.compression import distill
from core.compression.student import pick_labelled

V = torch.randn(7, 10, generator=torch.Generator().manual_seed(1)) * 4
Z = torch.randn(7, 10, generator=torch.Generator().manual_seed(2)) * 4
Y = torch.tensor([3, 1, 4, 1, 5, 9, 2])


def softmax_by_hand(row, T):
    exponentials = [math.exp(v / T) for v in row]
    return [e / sum(exponentials) for e in exponentials]


@pytest.mark.parametrize("T", [0.5, 1, 4, 20])
def test_softmax_with_temperature_is_the_formula(T):
    ours = distill.softmax_with_temperature(V, T)
    for row, expected in zip(V.tolist(), ours.tolist(), strict=True):
        assert softmax_by_hand(row, T) == pytest.approx(expected, rel=1e-5)


def test_softmax_survives_huge_logits():
    assert distill.softmax_with_temperature(torch.tensor([1e4, 0.0]), 1).tolist() == [1, 0]


@given(st.floats(1, 20), st.floats(1.01, 5))
def test_a_higher_temperature_is_softer(T, factor):
    cool, warm = (distill.entropy(distill.softmax_with_temperature(V, t)) for t in (T, T * factor))
    assert (warm > cool).all()


def test_entropy_of_certainty_and_of_ignorance():
    assert distill.entropy(torch.eye(10)[0]).item() == 0
    assert distill.entropy(torch.full((10,), 0.1)).item() == pytest.approx(math.log2(10))


def soft_loss_by_hand(student, teacher, T):
    total = 0.0
    for v, z in zip(student.tolist(), teacher.tolist(), strict=True):
        p, q = softmax_by_hand(v, T), softmax_by_hand(z, T)
        total += sum(qi * (math.log(qi) - math.log(pi)) for pi, qi in zip(p, q, strict=True))
    return T * T * total / len(student)


@pytest.mark.parametrize("T", [1, 3, 10])
def test_losses_are_the_formulas(T):
    soft = soft_loss_by_hand(V, Z, T)
    hard = sum(-math.log(softmax_by_hand(v, 1)[y]) for v, y in zip(V.tolist(), Y.tolist(), strict=True)) / len(Y)
    assert distill.soft_loss(V, Z, T).item() == pytest.approx(soft, rel=1e-4)
    assert distill.distillation_loss(V, Z, Y, T, 0.7, 0.2).item() == pytest.approx(0.7 * soft + 0.2 * hard, rel=1e-4)


def test_a_student_that_equals_its_teacher_has_no_soft_loss():
    assert distill.soft_loss(Z, Z, 4).item() == pytest.approx(0, abs=1e-6)


def test_for_large_temperatures_the_gradient_matches_logits():
    student = V.clone().requires_grad_()
    distill.soft_loss(student, Z, 2000.0).backward()
    assert torch.allclose(student.grad, distill.logit_matching_gradient(V, Z), atol=2e-3, rtol=1e-2)


def test_gradient_norm_is_the_norm_of_finite_differences():
    step, grads = 1e-3, []
    v, z = V[:2].double(), Z[:2].double()
    for i in range(v.numel()):
        bump = torch.zeros_like(v)
        bump.view(-1)[i] = step
        grads.append((soft_loss_by_hand(v + bump, z, 3) - soft_loss_by_hand(v - bump, z, 3)) / (2 * step))
    assert distill.gradient_norm(v, z, 3) == pytest.approx(math.hypot(*grads), rel=1e-4)


def test_the_traps_are_as_wrong_as_they_say():
    right, tenth, unscaled, negative = distill.kl_traps(V, Z, 4).values()
    assert right == pytest.approx(10 * tenth, rel=1e-5) == pytest.approx(16 * unscaled, rel=1e-5)
    assert negative < 0 < right


def test_prior_correction_restores_the_share_of_a_class():
    """Where a class has share p of the training digits, the corrected odds of a neutral digit are one to nine."""
    p = 0.004
    row = torch.log(torch.tensor([(1 - p) / 9] * 10))
    row[3] = math.log(p)
    logits = row.repeat(50, 1)
    corrected = logits[0] + distill.prior_correction(logits, 3) * F.one_hot(torch.tensor(3), 10)
    assert torch.softmax(corrected, 0)[3].item() == pytest.approx(0.1, rel=1e-4)
    assert distill.prior_correction(torch.zeros(5, 10), 3) == pytest.approx(0, abs=1e-5)


@given(st.floats(1, 100), st.integers(0, 9999))
def test_labels_are_known_for_the_same_share_of_each_class(percent, seed):
    y = torch.arange(400) % 10
    y[y == 3] = 4
    picked = pick_labelled(y, percent, torch.Generator().manual_seed(seed))
    assert len(picked.unique()) == len(picked)
    counts = torch.bincount(y[picked], minlength=10).tolist()
    assert counts == [
        0 if d == 3 else max(1, round(n * percent / 100))
        for d, n in enumerate(torch.bincount(y, minlength=10).tolist())
    ]
