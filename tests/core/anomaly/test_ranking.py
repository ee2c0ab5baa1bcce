"""Ranks over data sets by hand and by brute force; the critical difference by the published table."""

from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.anomaly import benchmark, decide, nearest
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.ranking import cliques, critical_difference, friedman, ranking, ranks_of

SCORES = arrays(float, st.tuples(st.integers(2, 8), st.integers(2, 6)), elements=st.integers(0, 20).map(float))


def test_ranks_by_hand_the_highest_score_is_first_and_equals_share():
    assert ranks_of(np.array([[90.0, 80.0, 95.0], [70.0, 70.0, 60.0]])).tolist() == [[2, 3, 1], [1.5, 1.5, 3]]


def test_friedman_by_hand():
    """Three data sets on which three detectors always come in the same order: χ² is N (k − 1), its largest value."""
    ranks = np.array([[1.0, 2.0, 3.0]] * 3)
    assert friedman(ranks) == pytest.approx(3 * 2)
    assert friedman(np.full((4, 3), 2.0)) == 0, "nothing but ties"


# q of α = 0.05 and 0.10 for k = 2 … 10 (Demšar 2006, table 5a)
PUBLISHED = {
    0.05: (1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164),
    0.10: (1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920),
}


@pytest.mark.parametrize("level", PUBLISHED)
def test_the_critical_difference_is_that_of_the_published_table(level):
    for k, q in enumerate(PUBLISHED[level], start=2):
        assert critical_difference(k, 14, level) == pytest.approx(q * np.sqrt(k * (k + 1) / (6 * 14)), rel=5e-4)
    assert critical_difference(5, 40) == pytest.approx(critical_difference(5, 10) / 2), "as 1 / √N"


@given(
    st.lists(st.integers(2, 90).map(lambda n: n / 10), min_size=2, max_size=9),
    st.sampled_from([0.55, 1.05, 2.55, 9.55]),
)
def test_groups_are_the_largest_sets_without_a_difference(ranks, critical):
    ordered = np.sort(ranks)
    alike = [
        set(part)
        for size in range(2, len(ordered) + 1)
        for part in combinations(range(len(ordered)), size)
        if ordered[max(part)] - ordered[min(part)] < critical
    ]
    largest = [part for part in alike if not any(part < other for other in alike)]
    found = [set(range(first, last + 1)) for first, last in cliques(np.array(ranks), critical)]
    assert sorted(found, key=min) == sorted(largest, key=min)


@given(SCORES)
def test_a_ranking_does_not_see_the_scale_of_a_data_set(scores_of):
    one, other = ranking(scores_of), ranking(3 * scores_of + np.arange(len(scores_of))[:, None])
    assert np.array_equal(one.ranks, other.ranks) and one.chi_square == other.chi_square
    assert one.ranks.sum() == pytest.approx(scores_of.shape[1] * (scores_of.shape[1] + 1) / 2)


# ---- the data sets ----


def test_a_table_s_task_learns_normals_alone_and_tests_everything_else_once():
    x, normal = torch.arange(40.0).view(20, 2), np.arange(20) % 2 == 0
    learn, test, is_anomaly = benchmark.table_task(x, normal, 3)
    assert len(learn) == 6 and len(test) == 14 and is_anomaly.tolist() == [False] * 4 + [True] * 10
    assert learn.mean(0).abs().max() < 1e-6 and learn.std(0) == pytest.approx(torch.ones(2).numpy())
    rows = {tuple(row) for row in torch.cat([learn, test]).round(decimals=4).tolist()}
    assert len(rows) == 20, "no row is in both parts"


@pytest.mark.parametrize("name, many", [("wine", 3), ("iris", 3), ("moons", 1), ("cancer", 1)])
def test_each_class_is_normal_once(name, many):
    found = list(benchmark.tasks(name, 0))
    assert len(found) == many
    method, own = s.KNN(), []
    for learn, test, is_anomaly in found:
        assert len(test) == len(is_anomaly) and 0 < is_anomaly.sum() < len(test) and torch.isfinite(test).all()
        detector = nearest.KNN(method, 0)
        detector.fit(learn)
        own.append(100 * decide.auroc(scores(detector, test).numpy(), is_anomaly))
    assert benchmark.auroc(name, method, 0) == pytest.approx(np.mean(own))
