"""Label shift: the shares of a real run, and what is said of a method that makes the clouds alike."""

import numpy as np
import pytest

from core import runs
from core.transfer.analysis.label_shift import Shares, about_pull, about_shift, label_shift
from core.verdict import verdict
from tests.core.transfer.tiny import record, saved


def test_the_shares_are_those_that_the_run_measured_itself():
    current = record("rare")
    found, end = label_shift(current), current.summary
    run = found.seen["run"]
    np.testing.assert_allclose(found.truth, [100 * n / 2200 for n in [400] * 5 + [40] * 5])
    assert run.answered.sum() == pytest.approx(100) == run.estimated.sum() and run.estimated.min() >= 0
    assert [end["rare_true"], end["rare_answered"], end["rare_estimated"]] == pytest.approx(
        [each[5:].sum() for each in (found.truth, run.answered, run.estimated)], abs=0.3
    )
    assert found.estimated is run.estimated, "where there is no source only"
    assert [each.case for each in sum(found.verdicts, [])] == [
        "rare-classes",
        "rare-by-run",
        "rare-estimated",
        "rare-may-move",
    ]
    assert found.verdicts[0][0].numbers == {"source": 50, "target": pytest.approx(100 / 11)}


def test_source_only_tells_more_where_it_is_known(own_runs):
    current, source = record("rare"), saved("rare", seed=1)
    found = label_shift(current, (source.id, "model"))
    assert list(found.seen) == ["source", "run"] and found.estimated is found.seen["source"].estimated
    runs.delete(source.id)
    assert list(label_shift(current, (source.id, "model")).seen) == ["run"]


def test_without_a_network_the_shares_alone_are_told_and_even_classes_are_not():
    stopped = record("rare", 12, "stopped")
    assert label_shift(stopped).seen == {} and len(label_shift(stopped).verdicts) == 1
    assert label_shift(record("dann")) is None


def test_a_method_that_aligns_nothing_is_not_blamed_for_the_shares():
    truth = np.array([90.0, 10.0])
    seen = {"source": Shares(truth, truth), "run": Shares(np.array([60.0, 40.0]), None)}
    assert about_shift(truth, seen, True, 1000) == [
        [verdict("rare-classes", source=50, target=10)],
        [verdict("rare-by-source", answered=10), verdict("rare-estimated", estimated=10)],
        [verdict("rare-by-run", answered=40)],
        [verdict("rare-moved", change=30)],
    ]
    assert len(about_shift(truth, seen, False, 1000)) == 3
    assert about_shift(truth, {}, True, 1000) == [[verdict("rare-classes", source=50, target=10)]]


def test_what_is_within_chance_is_called_chance():
    error = 100 * np.sqrt(2 * 0.1 * 0.9 / 1000)  # about 1.3 points
    assert about_pull(12, 10, 50, 1000) == verdict("rare-by-chance", change=2, error=pytest.approx(error, rel=0.1))
    assert about_pull(12, 10, 50, 100_000).case == "rare-moved", "of more pictures the same difference is none"
    assert about_pull(5, 10, 50, 1000) == verdict("rare-moved-away", change=-5)
    assert about_pull(60, 45, 50, 1000).case == "rare-moved-away", "beyond the source's share"
    assert about_pull(12, None, 50, 1000) == verdict("rare-may-move")
