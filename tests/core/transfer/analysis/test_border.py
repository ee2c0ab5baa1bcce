"""The border of the moons at each evaluation of a run."""

import numpy as np
import pytest

from core.transfer import pictures
from core.transfer.analysis.border import about_border, border, moons, steps
from core.transfer.pictures import REACH
from core.verdict import verdict
from tests.core.transfer.tiny import record


def test_the_border_is_what_the_run_measured_at_that_step():
    current = record("moons")
    known, every = steps(current), current.pictures(pictures.BORDER)
    assert known == [e.step for e in every] and moons(current)
    for step, picture in zip(known, every):
        np.testing.assert_allclose(border(current, step).sure, picture.array.astype(float))
    found = border(current)
    assert np.array_equal(found.sure, border(current, known[-1]).sure), "the newest"
    assert (found.axis[0], found.axis[-1], len(found.axis)) == (-REACH, REACH, len(found.sure))
    assert np.array_equal(found.points, current.last(pictures.POINTS)) and found.who.shape == (2, len(found.points))


def test_where_a_network_cannot_say_both_classes_are_equally_likely():
    current = record("moons")
    lost = pictures.BORDER.at(10**6, np.full((41, 41), np.nan, np.float16))
    current.events.append(lost)
    assert (border(current).sure == 0.5).all()


def test_without_a_border_there_is_none():
    for current in (record("moons", 1, "stopped"), record("dann")):
        assert border(current) is None and steps(current) == []
    assert border(record("moons"), 10**6) is None and not moons(record("dann"))


def test_both_accuracies_stand_beside_guessing():
    current = record("moons")
    columns = current.table[1]
    first, target = about_border(current, 0)
    assert target == verdict("moons", turn=35) and first == verdict(
        "border-untrained", source=columns["source"][0], target=columns["target"][0], guessing=50
    )
    last = about_border(current, 50)[0]
    assert last.case == "border" and last.numbers["step"] == 50
    assert last.numbers["target"] == pytest.approx(columns["target"][-1])
    assert about_border(current, 10**6) == [target], "nothing was measured there"
