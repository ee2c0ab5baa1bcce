"""The judgements without labels: clouds whose answer is known, and sums done by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.loop import seeded
from core.transfer import judge

LN2 = math.log(2)


def cloud(n, seed, wide=5):
    return torch.randn(n, wide, generator=seeded(seed))


def answers(n, classes, seed, sharp=2.0):
    return (sharp * torch.randn(n, classes, generator=seeded(seed))).softmax(1)


# ---- the probe ----


@pytest.mark.parametrize("n, m", [(40, 40), (41, 40), (40, 90), (7, 6)])
def test_clouds_far_apart_are_told_apart(n, m):
    away = 20 * torch.ones(5)
    assert judge.probe(cloud(n, 0), cloud(m, 1) + away) == 100
    assert judge.probe(cloud(n, 0) + away, cloud(m, 1)) == 100


@pytest.mark.parametrize("wide", [2, 20])
def test_clouds_of_one_kind_are_not(wide):
    found = [judge.probe(cloud(200, 2 * i, wide), cloud(200, 2 * i + 1, wide)) for i in range(10)]
    assert 45 < sum(found) / len(found) < 55 and all(35 < each < 65 for each in found)


def test_what_it_says_is_about_rows_it_has_not_seen():
    """More directions than rows: anything can be learned by heart, and nothing is known of the other half."""
    found = [judge.probe(cloud(60, 2 * i, 600), cloud(60, 2 * i + 1, 600)) for i in range(10)]
    assert 40 < sum(found) / len(found) < 60


def test_half_as_far_is_in_between():
    near, far = (judge.probe(cloud(300, 0), cloud(300, 1) + away / math.sqrt(5)) for away in (1, 3))
    assert 60 < near < 80 < far < 99, "Bayes: 69 and 93 %"


def test_identical_clouds_give_no_hint():
    x = cloud(200, 3)
    assert judge.probe(x, x) <= 50 and judge.a_distance(judge.probe(x, x)) == 0
    flat = torch.zeros(30, 4)
    assert judge.probe(flat, flat) <= 50, "a network whose features died"


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_neither_scale_nor_place_counts(scale):
    s, t = cloud(100, 0), cloud(100, 1) + 0.5
    assert judge.probe(scale * s + 7, scale * t + 7) == pytest.approx(judge.probe(s, t), abs=1)


def test_the_proxy_a_distance_by_hand():
    assert [judge.a_distance(percent) for percent in (50, 75, 100)] == [0, 1, 2]
    assert judge.a_distance(62.5) == pytest.approx(0.5)
    assert judge.a_distance(40) == 0, "worse than guessing is no negative distance"


# ---- the answers ----


def test_entropy_by_hand():
    assert judge.entropy(torch.tensor([[1.0, 0.0], [0.5, 0.5]])) == pytest.approx(LN2 / 2)
    assert judge.entropy(torch.full((3, 10), 0.1)) == pytest.approx(math.log(10))
    assert judge.entropy(torch.eye(4)) == 0


def test_mutual_information_by_hand():
    p = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    assert judge.information(p) == pytest.approx(-0.75 * math.log(0.75) - 0.25 * math.log(0.25) - LN2 / 2)
    assert judge.information(torch.eye(10)) == pytest.approx(math.log(10)), "sure, and all classes"
    always = torch.eye(10)[[8] * 6]
    assert judge.information(always) == judge.entropy(always) == 0, "sure, and always the same class"
    assert judge.information(torch.full((3, 10), 0.1)) == pytest.approx(0, abs=1e-6)


def test_soft_neighbourhood_density_by_hand():
    """Two answers alike and one by itself, at τ = 1: softmax(1, 0) twice, and softmax(0, 0)."""
    p = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    a = math.e / (1 + math.e)
    pair = -a * math.log(a) - (1 - a) * math.log(1 - a)
    assert judge.snd(p, temperature=1) == pytest.approx((2 * pair + LN2) / 3)
    assert judge.snd(p) == pytest.approx(LN2 / 3, abs=1e-6), "at 0.05 the one that is alike is the only neighbour"


def test_density_counts_near_answers():
    """Groups of k equal answers, sure of different classes: each answer has k − 1 neighbours."""
    for k in (2, 5, 20):
        assert judge.snd(torch.eye(4).repeat(k, 1)) == pytest.approx(math.log(k - 1), abs=1e-4)


@given(st.integers(2, 30), st.integers(2, 10), st.integers(0, 99))
def test_bounds(n, classes, seed):
    p = answers(n, classes, seed)
    assert 0 <= judge.entropy(p) <= math.log(classes) + 1e-6
    assert -1e-6 <= judge.information(p) <= math.log(classes) - judge.entropy(p) + 1e-6
    assert -1e-6 <= judge.snd(p) <= math.log(n - 1) + 1e-6
    order = torch.randperm(n, generator=seeded(seed))
    for look in (judge.entropy, judge.information, judge.snd):
        assert look(p[order]) == pytest.approx(look(p), abs=1e-5) and type(look(p)) is float


# ---- how frequent the classes are ----


@given(st.integers(0, 999), st.integers(2, 10))
def test_shares_of_classes_are_found_behind_the_mistakes(seed, classes):
    """Answers made from known shares and known mistakes give the shares back: w = C⁻¹μ, q(y) = w(y) p(y) of the paper."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 30, (classes, classes)) + 40 * classes * np.eye(classes, dtype=int)
    truth = rng.dirichlet(np.ones(classes))
    answered = (counts / counts.sum(1, keepdims=True)).T @ truth
    found = judge.label_shares(counts, answered)
    np.testing.assert_allclose(found, truth, atol=1e-9)
    joint, prior = counts.T / counts.sum(), counts.sum(1) / counts.sum()
    np.testing.assert_allclose(found, np.linalg.solve(joint, answered) * prior, atol=1e-9)


def test_where_the_mistakes_cannot_be_undone_nothing_is_estimated():
    assert judge.label_shares(np.array([[9, 1], [9, 1]]), np.array([0.9, 0.1])) is None, (
        "both classes get the same answers"
    )
    assert judge.label_shares(np.array([[5, 0], [0, 0]]), np.array([1.0, 0.0])) is None, "a class without pictures"
    (
        np.testing.assert_allclose(judge.label_shares(np.array([[90, 10], [10, 90]]), np.array([0.95, 0.05])), [1, 0]),
        "never below zero",
    )
