"""Memories that keep to their budget, and projected gradients that keep their promises."""

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.lifelong.rehearsal import Memory, agem_projection, balanced, gem_projection, solve_dual
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.loop import seeded

tasks_and_size = st.tuples(st.integers(0, 9999), st.integers(1, 6), st.integers(2, 12))


def gradients(seed, tasks, size):
    generator = seeded(seed)
    return torch.randn(size, generator=generator), torch.randn(tasks, size, generator=generator)


@given(tasks_and_size)
def test_agem_never_points_against_the_reference(drawn):
    g, old = gradients(*drawn)
    turned = agem_projection(g, old[0])
    assert turned @ old[0] >= -1e-4 * (1 + g.norm() * old[0].norm())
    if g @ old[0] >= 0:
        assert turned is g
    else:
        assert abs(turned @ old[0]) < 1e-4 and torch.allclose(
            g - turned, ((g - turned) @ old[0]) / (old[0] @ old[0]) * old[0], atol=1e-4
        )


def test_agem_survives_a_reference_of_zero():
    g = torch.tensor([1.0, -1.0])
    assert torch.equal(agem_projection(g, torch.zeros(2)), g)
    tiny = torch.tensor([-1e-30, 0.0])
    assert torch.isfinite(agem_projection(g, tiny)).all()


@given(tasks_and_size, st.sampled_from([0.0, 0.5]))
def test_gem_violates_no_constraint_and_leaves_a_good_gradient_alone(drawn, margin):
    g, old = gradients(*drawn)
    turned = gem_projection(g, old, margin)
    assert (old @ turned >= -1e-3 * (1 + old.norm() * g.norm())).all()
    if (old @ g >= 0).all():
        assert turned is g


@given(tasks_and_size, st.sampled_from([0.0, 0.5]))
def test_gem_s_dual_satisfies_the_conditions_of_optimality(drawn, margin):
    g, old = (each.double().numpy() for each in gradients(*drawn))
    q, p = old @ old.T, old @ g
    v = solve_dual(q, p, margin)
    gradient, scale = q @ v + p, 1 + np.abs(p).max() + np.trace(q) * (1 + margin)
    assert (v >= margin - 1e-9).all() and (gradient >= -1e-5 * scale).all()
    assert np.abs((v - margin) * gradient).max() <= 1e-4 * scale * (1 + np.abs(v).max())


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("margin", [0.0, 0.5])
def test_gem_s_dual_against_brute_force_for_two_tasks(seed, margin):
    """Over a fine grid no pair of dual variables is better than the solution."""
    g, old = (each.double().numpy() for each in gradients(seed, 2, 4))
    q, p = old @ old.T, old @ g

    def objective(v):
        return 0.5 * np.einsum("...i,ij,...j", v, q, v) + v @ p

    v = solve_dual(q, p, margin)
    axis = margin + np.linspace(0, max(5, 2 * v.max()), 400)
    grid = np.stack(np.meshgrid(axis, axis), -1)
    assert objective(v) <= objective(grid).min() + 1e-6
    near = axis[1] - axis[0]
    assert objective(v) >= objective(grid).min() - 2 * near * (
        np.abs(q).sum() * (np.abs(v).max() + near) + np.abs(p).sum()
    )


def test_gem_with_one_task_and_no_margin_is_agem():
    g, old = gradients(3, 1, 8)
    g = g if g @ old[0] < 0 else -g
    assert torch.allclose(gem_projection(g, old, 0.0), agem_projection(g, old[0]), atol=1e-5)


@given(st.integers(0, 99), st.integers(10, 300))
def test_a_memory_keeps_to_its_budget_and_treats_classes_alike(seed, budget):
    tasks, generator, memory = stream_of(), seeded(seed), Memory(budget)
    for done, task in enumerate(tasks, 1):
        memory.add(task, generator)
        sizes = [len(y) for _, y in memory.parts]
        assert sum(sizes) <= budget and sizes == [budget // done] * done
    for _, y in memory.parts:
        counts = torch.bincount(y, minlength=10)
        assert counts.max() - counts.min() <= 1
    x, y, numbers = memory.draw_any(9, generator)
    assert len(x) == len(y) == len(numbers) == min(9, sum(sizes)) and set(numbers.tolist()) <= {0, 1, 2}


@cache
def stream_of():
    return stream(LifelongSettings(tasks=3))


def test_every_beginning_of_a_balanced_order_is_balanced():
    y = torch.tensor([0] * 10 + [1] * 3)
    order = balanced(y, seeded(0))
    assert sorted(order.tolist()) == list(range(13)) and y[order[:6]].sum() == 3
