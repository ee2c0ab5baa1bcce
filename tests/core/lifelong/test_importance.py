"""Importance against oracles: one gradient at a time, torch.func, limits in closed form, and a loss whose drop is known."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from core.lifelong import importance, models
from core.loop import seeded

WIDTHS = (784, 5, 4, 6)
SLICES = [slice(0, 6), slice(2, 4), slice(0, 3), slice(3, 6)]


def some(seed=0, n=7):
    generator = seeded(seed)
    parameters = sum((a + 1) * b for a, b in zip(WIDTHS, WIDTHS[1:]))
    theta = 0.2 * torch.randn(parameters, generator=generator)
    return theta, torch.rand(n, 1, 28, 28, generator=generator), generator


def gradients(theta, x, function):
    """∂ function(logits of one image) / ∂θ for every image, one after the other: (N, P)."""
    rows = []
    for image in x:
        leaf = theta.clone().requires_grad_()
        rows.append(torch.autograd.grad(function(models.logits(leaf, WIDTHS, image[None])[0]), leaf)[0])
    return torch.stack(rows)


@pytest.mark.parametrize("outputs", SLICES, ids=str)
def test_exact_fisher_is_the_sum_over_classes_of_every_sample_s_square(outputs):
    theta, x, _ = some()
    p = models.logits(theta, WIDTHS, x)[:, outputs].softmax(1)
    by_hand = sum(
        (p[:, c : c + 1] * gradients(theta, x, lambda z, c=c: z[outputs].log_softmax(0)[c]) ** 2).mean(0)
        for c in range(p.shape[1])
    )
    assert torch.allclose(importance.fisher(theta, WIDTHS, x, outputs), by_hand, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("outputs", SLICES, ids=str)
def test_fisher_of_given_labels(outputs):
    theta, x, generator = some(1)
    y = torch.randint(outputs.start, outputs.stop, (len(x),), generator=generator)
    rows = [
        gradients(theta, x[i : i + 1], lambda z, i=i: z[outputs].log_softmax(0)[y[i] - outputs.start])[0] ** 2
        for i in range(len(x))
    ]
    assert torch.allclose(
        importance.fisher_of_labels(theta, WIDTHS, x, y, outputs), torch.stack(rows).mean(0), rtol=1e-4, atol=1e-9
    )


def test_sampled_labels_give_the_exact_fisher_on_average():
    theta, x, generator = some(2)
    outputs, many = slice(1, 4), x.repeat(3000, 1, 1, 1)
    y = importance.sampled_labels(theta, WIDTHS, many, outputs, generator)
    assert y.min() >= 1 and y.max() <= 3
    sampled = importance.fisher_of_labels(theta, WIDTHS, many, y, outputs)
    assert sampled.sum().item() == pytest.approx(importance.fisher(theta, WIDTHS, x, outputs).sum().item(), rel=0.03)


def test_the_batch_estimate_is_the_square_of_a_mean_and_far_too_small():
    theta, x, generator = some(3, 300)
    outputs = slice(0, 6)
    y = importance.sampled_labels(theta, WIDTHS, x, outputs, generator)
    squares = []
    for part, labels in ((x[:128], y[:128]), (x[128:256], y[128:256]), (x[256:], y[256:])):
        leaf = theta.clone().requires_grad_()
        loss = F.cross_entropy(models.logits(leaf, WIDTHS, part), labels)
        squares.append(torch.autograd.grad(loss, leaf)[0] ** 2)
    batch = importance.fisher_of_batches(theta, WIDTHS, x, y, outputs)
    assert torch.allclose(batch, torch.stack(squares).mean(0), rtol=1e-3, atol=1e-10)
    assert batch.sum() < importance.fisher_of_labels(theta, WIDTHS, x, y, outputs).sum() / 10


@pytest.mark.parametrize("outputs", SLICES, ids=str)
def test_mas_takes_absolute_values_sample_by_sample_of_the_squared_norm(outputs):
    theta, x, _ = some(4)
    rows = gradients(theta, x, lambda z: (z[outputs] ** 2).sum())
    assert torch.allclose(importance.mas(theta, WIDTHS, x, outputs), rows.abs().mean(0), rtol=1e-4, atol=1e-7)
    assert not torch.allclose(rows.abs().mean(0), rows.mean(0).abs(), rtol=0.1)


def test_scp_squares_each_projection_and_tends_to_the_mean_over_the_sphere():
    """E[ξξᵀ] = I/d on the unit sphere, so the limit is the mean over outputs of the squared gradient of the mean."""
    theta, x, generator = some(5)
    outputs = slice(0, 3)
    rows = torch.stack([gradients(theta, x, lambda z, c=c: z[outputs][c]).mean(0) for c in range(3)])
    directions = importance.sphere(4000, 3, generator)
    assert torch.allclose(directions.norm(dim=1), torch.ones(4000))
    two = importance.scp(theta, WIDTHS, x, outputs, directions[:2])
    assert torch.allclose(two, ((directions[:2] @ rows) ** 2).mean(0), rtol=1e-4, atol=1e-9)
    many = ((directions @ rows) ** 2).mean(0)
    assert many.sum().item() == pytest.approx((rows**2).mean(0).sum().item(), rel=0.05)


@given(st.integers(0, 99))
def test_outputs_that_do_not_compete_have_no_importance(seed):
    theta, x, generator = some(seed)
    outputs = slice(2, 4)
    y = torch.full((len(x),), 3)
    head = models.layers(torch.arange(len(theta)), WIDTHS)[-1]
    others = torch.cat([part[[0, 1, 4, 5]].flatten() for part in head])
    for omega in (
        importance.fisher(theta, WIDTHS, x, outputs),
        importance.mas(theta, WIDTHS, x, outputs),
        importance.fisher_of_labels(theta, WIDTHS, x, y, outputs),
        importance.scp(theta, WIDTHS, x, outputs, importance.sphere(3, 2, generator)),
    ):
        assert (omega[others] == 0).all() and (omega >= 0).all() and omega.sum() > 0


def test_si_s_path_integral_is_the_drop_of_a_quadratic_loss_when_steps_are_small():
    """L = ½ Σ h θ²: −Σ g·Δθ of each weight tends to its own part of the drop as the steps get smaller."""
    h, start = torch.tensor([0.5, 2.0, 4.0], dtype=torch.float64), torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    errors = []
    for rate, steps in ((0.1, 20), (0.01, 200), (0.001, 2000)):
        theta, gained = start.clone(), torch.zeros(3, dtype=torch.float64)
        for _ in range(steps):
            gradient = h * theta
            before, theta = theta, theta - rate * gradient
            gained -= gradient * (theta - before)
        errors.append((gained - h / 2 * (start**2 - theta**2)).abs().max().item())
    assert errors[2] < errors[1] < errors[0] and errors[2] < 0.01
    omega = importance.path_integral(gained, theta - start, 0.0)
    assert torch.allclose(omega, gained / (theta - start) ** 2)


def test_path_pieces_by_hand():
    gained, way = torch.tensor([0.3, -0.2]), torch.tensor([0.5, 2.0])
    assert torch.allclose(importance.path_integral(gained, way, 0.1), torch.tensor([0.3 / 0.35, 0]))
    score = importance.path_score(gained, torch.tensor([4.0, 1.0]), way, 0.5)
    assert torch.allclose(score, torch.tensor([0.3 / (0.5 * 4 * 0.25 + 0.5), -0.2 / (0.5 * 4 + 0.5)]))
    assert torch.equal(importance.to_unit(torch.tensor([2.0, 4.0, 3.0])), torch.tensor([0, 1, 0.5]))
    assert torch.equal(importance.to_unit(torch.ones(3)), torch.zeros(3))
