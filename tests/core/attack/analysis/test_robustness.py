"""Robust accuracy: the curves of shipped runs, and which run stands in for which."""

from dataclasses import replace

import numpy as np
import pytest

from core.attack.analysis import robustness, stored
from core.attack.analysis.robustness import curves, falls, full, measured, network_of, others, strongest
from core.events import Metrics
from core.record import Record
from core.subject.settings import SHIPPED_NETWORK

CURVE = stored.record_of("attack-curve")


def test_the_curves_are_those_of_the_run_from_weak_to_strong():
    found = curves(CURVE)
    steps, columns = CURVE.table
    assert found.steps == steps and found.right == {name: columns[name] for name in found.right}
    assert (
        list(found.right) == ["noise", "fgsm", "mifgsm", "pgd", "worst"] and found.highest == 96 and found.guess == 10
    )
    assert found.numbers.shape == (5, len(steps)) and (found.numbers[-1] <= found.numbers.min(0)).all()
    assert curves(stored.record_of("attack-curve-photos")).guess == 0.1


def test_what_was_not_measured_yet_is_no_number():
    first = Metrics(0, {"noise": 99.0})
    found = curves(Record("attack-x", CURVE.settings, [first, Metrics(3, {"worst": 90.0})], None))
    assert np.array_equal(found.numbers, [[99, np.nan], [np.nan, 90]], equal_nan=True)


def test_the_run_itself_or_the_newest_of_its_network():
    assert measured(CURVE) is CURVE
    robust = measured(stored.record_of("attack-robust"))
    assert robust.id == "attack-curve-robust" and network_of(robust) == "attack-robust/model"
    assert measured(stored.record_of("attack-overfitted")) is None, "nobody measured it"
    panda = measured(stored.record_of("attack-a-panda-that-is-not"))
    assert panda.id == "attack-curve-photos"
    begun = Record("attack-x", CURVE.settings, CURVE.events[:1], None)
    assert measured(begun).id != "attack-x", "it has no point yet"


def test_only_runs_in_the_same_norm_and_on_the_same_pictures_stand_over_it():
    assert {about.id for about in others(CURVE)} == {"attack-curve-trained", "attack-curve-robust"}
    for name in ("attack-curve-length", "attack-curve-photos"):
        assert others(stored.record_of(name)) == [], name
    steps, worst = robustness.worst_of("attack-curve-robust")
    assert len(steps) == len(worst) and robustness.worst_of("attack-gone") is None


def test_a_run_alone_means_its_first_network():
    assert full(SHIPPED_NETWORK).startswith(SHIPPED_NETWORK) and "/" in full(SHIPPED_NETWORK)
    assert full("attack-robust") == full("attack-robust/model") == "attack-robust/model"
    assert full("attack-gone") == "attack-gone" and full("") == ""


def test_where_half_of_the_answers_are_lost():
    levels = curves(CURVE).steps
    assert CURVE.summary["half"] == pytest.approx(24.3, abs=0.1) and falls(CURVE, levels) == 24
    half = replace(CURVE.run, about=replace(CURVE.run.about, summary={"half": None}))
    assert falls(Record(CURVE.id, CURVE.settings, CURVE.events, half), levels) == 96
    assert strongest(CURVE, 96) == "pgd" and strongest(CURVE, 0) is None
