"""The trivial rivals, written out once more; and what a random order reaches."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from core.anomaly import datasets, decide, detectors, measured, trivial
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.settings import AnomalySettings, share_of_anomalies

DATA = [
    s.OneClass(),
    s.OneClass(normal="0468"),
    s.Damaged(damage="cut", size=5),
    s.Damaged(normal="17"),
    s.Faces(),
    s.Tumours(),
    s.Oddities(),
    s.Plane(),
    s.Plane(shape="ring"),
    s.Plane(shape="spots"),
    s.Plane(shape="spiral"),
]
each_data = pytest.mark.parametrize("data", DATA, ids=str)


@each_data
def test_the_distance_to_the_mean_is_k_means_with_one_centre(data):
    settings = AnomalySettings(data=data, seed=3, method=s.KMeans(centres=1))
    dataset = datasets.dataset_of(settings)
    one_centre = scores(detectors.learned(settings), dataset.test_x).numpy()
    assert np.sqrt(trivial.mean_distance(dataset)) == pytest.approx(one_centre, rel=1e-3)
    assert trivial.auroc(settings) == pytest.approx(100 * roc_auc_score(dataset.test_is_anomaly, one_centre), abs=0.01)
    assert (trivial.where(settings) is None) == (data.name != "damaged")


@each_data
def test_a_random_order_has_the_precision_of_the_tested_share(data):
    is_anomaly = datasets.pool(data).test_is_anomaly.numpy()
    share, rng = share_of_anomalies(AnomalySettings(data=data)), np.random.default_rng(0)
    assert share == pytest.approx(100 * is_anomaly.mean(), abs=1e-4)
    drawn = [
        [
            f(is_anomaly, rng.random(len(is_anomaly)))
            for f in (average_precision_score, lambda y, p: decide.missed_at(p, y))
        ]
        for _ in range(40)
    ]
    assert 100 * np.mean(drawn, 0) == pytest.approx([share, 95], abs=4.5)


def test_one_map_for_all_pictures_counts_pixels():
    settings = AnomalySettings(data=s.Damaged(normal="3"))
    dataset = datasets.dataset_of(settings)
    masks = dataset.masks[dataset.test_is_anomaly].numpy()
    same = np.broadcast_to(dataset.train_x.mean(0)[0].numpy(), masks.shape)
    assert trivial.where(settings) == pytest.approx(100 * roc_auc_score(masks.ravel(), same.ravel()))
    assert trivial.place_by_place(same.reshape(len(masks), -1), masks.reshape(len(masks), -1)) == 0.5, (
        "the place tells nothing"
    )


def test_place_by_place_by_loops():
    rng = np.random.default_rng(0)
    masks = rng.random((30, 6)) < [0.1, 0.5, 0.9, 0, 1, 0.3]
    error = masks + rng.normal(size=masks.shape) + np.arange(6)  # how high it is at a place does not matter
    by_hand = [(roc_auc_score(masks[:, p], error[:, p]), masks[:, p].sum()) for p in (0, 1, 2, 5)]
    assert trivial.place_by_place(error, masks) == pytest.approx(
        sum(a * n for a, n in by_hand) / sum(n for _, n in by_hand)
    )


def test_tables_of_seeds_are_what_counting_gives(monkeypatch):
    monkeypatch.setattr(measured, "SEEDS", range(1))
    a, b = measured.costs()
    dataset, _, found = measured.scene("two-costs", 0)
    is_anomaly = dataset.test_is_anomaly.numpy()
    for row, miss, alarm in ((a, 1, 100), (b, 100, 1)):
        every = [
            (
                miss * (found[is_anomaly] < t).sum() + alarm * (found[~is_anomaly] >= t).sum(),
                (found[is_anomaly] >= t).sum(),
            )
            for t in [*found, np.inf]
        ]
        assert row["cost"] == pytest.approx(100 * min(cost for cost, _ in every) / len(is_anomaly))
        assert row["found"] in [n for cost, n in every if cost == min(c for c, _ in every)]
        assert row["crossed"] > row["cost"] < row["elsewhere"] and row["times"] == pytest.approx(
            row["crossed"] / row["cost"]
        )
    dataset, _, found = measured.scene("what-is-normal", 0)
    y = dataset.test_y.numpy()
    for row in measured.digits():
        own = (y == 2) | (y == row["digit"])
        assert row["auroc"] == pytest.approx(100 * roc_auc_score(y[own] != 2, found[own]))
