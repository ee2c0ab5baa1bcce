"""The plane: ranks, the border of the alarm, and what is said of places far from all that was learned."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.anomaly import decide, pictures
from core.anomaly.analysis import landscape
from core.anomaly.analysis.landscape import Landscape
from core.anomaly.analysis.scores import final
from tests.core.anomaly.analysis.conftest import cases, record, stopped

AWAY = np.array([[0.1, 0.1], [2.0, 2.0]])


def test_ranks_and_levels_are_those_of_the_scores():
    field = np.array([[0.0, 1, 1], [5, 1e30, 7], [2, 2, 3]])
    ranks = landscape.ranked(field)
    assert (ranks.min(), ranks.max()) == (pytest.approx(0.5 / 9), pytest.approx(8.5 / 9)) and ranks[0, 1] == ranks[0, 2]
    for threshold in (0.5, 1, 2.5, 7, 1e31):
        level = landscape.level(field, threshold)
        assert ((ranks > level) == (field >= threshold)).all(), "the line lies where the alarm begins"


def test_distances_are_to_the_nearest_normal_point():
    normals = np.array([[-2.0, -2.0], [2.0, 0.0]])
    away = landscape.distances(normals, 61)
    assert away[0, 0] == 0 and away[30, 60] == 0 and away[0, 60] == pytest.approx(2), (
        "rows from below, columns from left"
    )
    grid = torch.linspace(-2, 2, 61).tolist()
    assert away[12, 40] == pytest.approx(min(np.hypot(grid[40] - x, grid[12] - y) for x, y in normals), abs=1e-5)


def test_every_evaluation_has_its_landscape_and_the_last_one_the_held_out_normals():
    current = record("moons")
    every = landscape.over_time(current)
    assert [look.held_out for look in every] == [False] * (len(every) - 1) + [True]
    assert [look.step for look in every] == [e.step for e in current.pictures(pictures.FIELD)]
    normal = ~current.last(pictures.IS_ANOMALY).astype(bool)[current.last(pictures.EVALUATED)]
    first = current.pictures(pictures.EVALUATION)[0].array[normal]
    np.testing.assert_array_equal(every[0].normals, first.astype(np.float64))
    np.testing.assert_array_equal(every[-1].normals, final(current).calibration)
    assert [look.held_out for look in landscape.over_time(stopped(current, 8))] == [False]
    assert landscape.over_time(record("tumours")) == [] and landscape.over_time(stopped(current, 1)) == []


@pytest.mark.parametrize("promise", [10, 50])
def test_the_border_keeps_its_promise(promise):
    current = record("moons")
    look, found = landscape.over_time(current)[-1], final(current)
    threshold = decide.conformal_threshold(found.calibration, promise / 100)
    assert landscape.border(look.normals, promise) == threshold
    drawn = landscape.drawn(look, promise)
    assert ((drawn.ranks > drawn.border) == (look.field >= threshold)).all()
    assert ((drawn.ranks > drawn.half) == (look.field >= landscape.border(look.normals, 50))).all()
    alarm, test, *rest = landscape.verdicts(current, look.step, promise)
    assert alarm.numbers["share"] == pytest.approx(100 * (current.last(pictures.FIELD) >= threshold).mean())
    assert test.numbers == {
        "alarms": pytest.approx(100 * (found.normal >= threshold).mean()),
        "promise": promise,
        "found": pytest.approx(100 * (found.anomalous >= threshold).mean()),
    }
    assert len(rest) == 3 and rest[1].case.startswith("landscape-softmax")
    assert "landscape-test" not in cases(landscape.verdicts(current, 0, promise)), "of the end there is nothing yet"
    assert landscape.lines(look, promise).case == "landscape-lines"


def test_too_few_normals_raise_no_alarm():
    current = record("moons")
    few = [replace(e, array=e.array[:5]) if getattr(e, "name", "") == "held" else e for e in current.events]
    said = landscape.verdicts(replace(current, events=few), landscape.over_time(current)[-1].step, 10)
    assert cases(said) == ["landscape-no-alarm"]


def test_what_is_said_of_places_far_away():
    assert landscape.alarm(np.array([1.0, 2, 3, 4]), 3).numbers["share"] == 50
    for field, case, share in (
        ([[9.0, 9], [0, 0]], "landscape-far-blind", 100),
        ([[0.0, 0], [0, 9]], "landscape-far-some", 50),
        ([[0.0, 0], [9, 9]], "landscape-far", 0),
    ):
        found = landscape.far_away(np.array(field), AWAY, 5)
        assert found.case == case and found.numbers["share"] == share
    assert landscape.far_away(np.zeros((1, 1)), np.zeros((1, 1)), 5) is None


def test_a_classifier_may_be_surest_where_it_has_never_been():
    look = Landscape(1, np.array([[0.3, 0.3], [0.01, 0.01]]), np.array([0.1, 0.1]), True)
    found = landscape.sureness(look, AWAY, "softmax")
    assert found.case == "landscape-softmax-surest" and found.numbers == pytest.approx({"far": 99, "near": 90})
    assert landscape.sureness(look, AWAY, "energy").case == "landscape-doubt-surest"
    less, same = replace(look, field=1 - look.field), replace(look, normals=np.array([0.01]))
    assert landscape.sureness(less, AWAY, "entropy").case == "landscape-doubt"
    assert landscape.sureness(less, AWAY, "softmax").case == "landscape-softmax"
    assert landscape.sureness(same, AWAY, "softmax").case == "landscape-softmax-same"
    assert landscape.sureness(same, AWAY, "entropy").case == "landscape-doubt-same"
    assert landscape.sureness(look, np.zeros((2, 2)), "softmax") is None


def test_the_least_odd_place():
    field = np.array([[0.3, 0.3], [0.01, 0.01]])
    far = landscape.least(field + np.array([[0, 0], [0, 1]]), AWAY)
    assert far.case == "landscape-least-far" and far.numbers == pytest.approx({"x": -2, "y": 2, "away": 2})
    near = landscape.least(np.array([[0.0, 1], [2, 3]]), AWAY)
    assert near.case == "landscape-least" and near.numbers["away"] == 0.1
    many = landscape.least(field, AWAY)
    assert many.case == "landscape-least-many-far" and many.numbers == {"share": 50, "away": 2}
    assert landscape.least(1 - field, AWAY).case == "landscape-least-many"


def test_the_points_are_those_of_the_test_part():
    current = record("plane")
    found, is_anomaly = landscape.points(current), current.last(pictures.IS_ANOMALY).astype(bool)
    np.testing.assert_array_equal(found.normal, current.last(pictures.POINTS)[~is_anomaly])
    np.testing.assert_array_equal(found.anomalous, current.last(pictures.POINTS)[is_anomaly])
