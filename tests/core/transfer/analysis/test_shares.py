"""The shares that the stage shows: those of the run's last evaluation."""

import numpy as np
import pytest

from core.transfer import pictures
from core.transfer.analysis.confusion import about_mistakes
from core.transfer.analysis.digits import in_cloud, ten_of_each
from core.transfer.analysis.shares import shares
from core.transfer.settings import Inverted
from tests.core.transfer.tiny import record


@pytest.mark.parametrize("name", ["shares", "held"])
def test_they_are_percent_of_the_target_s_training_pictures(name):
    current = record(name)
    found = shares(current)
    counts = np.array(current.facts["target_classes"])
    np.testing.assert_allclose(found.true, 100 * counts / counts.sum(), rtol=1e-5)
    assert found.answered.sum() == pytest.approx(100, abs=1e-3) and found.answered.min() >= 0
    assert found.estimated is None or found.estimated.sum() == pytest.approx(100, abs=1e-3)
    off = 0.5 * np.abs(found.answered - found.true).sum()
    assert name == "held" or current.summary["off_answered"] == pytest.approx(off, abs=1e-3)
    assert len(pictures.SHARES.all(current.events)) == len(current.table[0]), "one at each evaluation"


def test_a_run_about_something_else_has_none():
    assert shares(record("dann")) is None


def test_of_half_the_classes_the_strip_and_the_cloud_hold_half():
    source, target = ten_of_each(Inverted(), 5)
    assert len(source.images) == 10 and len(target.images) == 5
    current = record("held")
    who, seen = current.last(pictures.WHO), in_cloud(current)
    assert set(who[1, who[0] == 1]) == set(range(5)) and set(who[1, who[0] == 0]) == set(range(10))
    assert len(seen) == who.shape[1]


def test_a_class_without_pictures_swallows_nothing():
    counts = np.diag([10, 10, 0])
    counts[0, 2] = 30
    assert "swallows-others" not in [each.case for each in about_mistakes(counts)]
