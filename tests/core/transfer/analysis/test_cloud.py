"""The cloud: points by hand, and a real run while it goes on and at its end."""

import numpy as np
import pytest

from core.transfer import pictures
from core.transfer.analysis.cloud import (
    Cloud,
    about_axes,
    about_classes,
    about_distance,
    about_tsne,
    at_home,
    cloud,
    distances,
    few,
    measured_at,
    small,
    spans,
    tsne,
)
from core.verdict import verdict
from tests.core.transfer.tiny import record

F = np.array([[0, 0], [2, 0], [0, 10], [2, 10], [5, 1], [5, 9], [5, 8], [5, 2]], float)
WHO = np.array([[0, 0, 0, 0, 1, 1, 1, 1], [3, 3, 7, 7, 3, 7, 3, 7]])


def found(*seen, features=None, who=WHO):
    return Cloud(who, np.array(seen), list(range(len(seen))), features is not None, features)


def test_distances_and_the_nearest_class_by_hand():
    between, within = distances(F, WHO[0])
    assert between == pytest.approx(4.0) and within == pytest.approx((4 * np.hypot(1, 5) + 2 * 4 + 2 * 3) / 8)
    assert at_home(F, WHO) == 50.0
    assert at_home(F, np.array([WHO[0], [3, 3, 7, 7, 3, 7, 7, 7]])) == 75.0


@pytest.mark.parametrize("away, case", [(0.0, "clouds-share-middle"), (0.5, "clouds-overlap"), (3.0, "clouds-apart")])
def test_how_far_the_clouds_lie_apart_is_judged_by_their_width(away, case):
    xy = np.array([[-1, 0], [1, 0], [-1, 0], [1, 0]] * 2, float)
    xy[4:, 0] += away
    assert about_distance(found(xy), 0) == [verdict("cloud-centres", between=away, within=1), verdict(case)]


def test_all_directions_are_told_at_the_last_evaluation_only():
    wide = np.concatenate([F, np.zeros((8, 3))], 1)
    every = found(F, F, features=wide)
    plane = verdict("at-home", share=50, guessing=50)
    assert about_classes(every, 0) == [plane]
    assert about_classes(every, 1) == [plane, verdict("at-home-in-all", directions=5, share=50)]
    assert about_tsne(every) == [verdict("at-home-in-features", directions=5, share=50, guessing=50)]
    assert about_classes(found(F), 0) == [plane] and about_axes(every) != about_axes(found(F))


def test_of_features_beyond_all_bounds_nothing_is_said():
    broken = F.copy()
    broken[0] = np.inf
    every = found(broken, features=broken)
    assert about_distance(every, 0) == [verdict("cloud-diverged")] and about_classes(every, 0) == [] == about_tsne(
        every
    )
    (x, y) = spans(np.array([[0, 0], [1, 2], [np.inf, 1], [np.nan, 3]])[None])
    assert -1 < x[0] < 0 and 1 < x[1] < 2 and y[1] < 3
    assert spans(np.full((1, 3, 2), np.nan)) == ([-1.0, 1.0], [-1.0, 1.0])


@pytest.mark.parametrize("name", ["dann", "moons"])
def test_of_each_domain_the_first_points_hold_every_class_alike(name):
    who = record(name).last(pictures.WHO)
    kept = who[:, few(who)]
    for domain in (0, 1):
        counts = np.bincount(kept[1, kept[0] == domain])
        assert counts.tolist() == [100 // len(counts)] * len(counts)


def test_a_run_that_ended_is_seen_from_the_axes_of_its_end():
    current = record("moons")
    ended = cloud(current)
    assert (
        ended.ended and np.array_equal(ended.seen, current.last(pictures.WAY)) and len(ended.steps) == len(ended.seen)
    )
    assert ended.steps == [e.step for e in current.pictures(pictures.CLOUD)]
    keep, (x, y) = small(ended)
    last = ended.seen[-1, keep]
    assert (x[0] < last[:, 0].min()) and (y[1] > last[:, 1].max())
    flat = tsne(current)
    assert flat.shape == (400, 2) and np.isfinite(flat).all()
    measured = measured_at(current, ended.steps[1])
    assert measured["target"] == current.table[1]["target"][1] and measured_at(current, 10**6) == {}


def test_a_run_that_goes_on_is_seen_from_the_axes_of_its_beginning_which_only_grow():
    live = cloud(record("moons", 12, "stopped"))
    assert not live.ended and live.features is None and len(live.seen) > 1
    keep, ((low, high), _) = small(live)
    every = live.seen[:, keep, 0]
    assert low < every.min() and high > every.max()
    assert cloud(record("moons", 1, "stopped")) is None, "before the first evaluation"
