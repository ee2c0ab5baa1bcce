"""The threshold: positions of the slider, decisions at one of them, and the curves over all."""

import numpy as np
import pytest

from core.anomaly import decide, trivial
from core.anomaly.analysis import threshold
from core.anomaly.analysis.scores import final
from core.anomaly.decide import Confusion
from tests.core.anomaly.analysis.conftest import EXTREMES, LONELY, SAME, SEPARATE, brute, cases, made, record


@pytest.mark.parametrize("found", EXTREMES.values(), ids=EXTREMES)
def test_the_slider_goes_from_always_to_never(found):
    places = threshold.positions(found.test, found.is_anomaly)
    raised = [(found.test >= at).sum() for at in places]
    assert raised[0] == len(found.test) and raised[-1] == 0
    assert raised == sorted(raised, reverse=True) and len(set(places)) == len(places)


def test_a_rare_sort_has_as_many_positions_as_a_common_one():
    rng = np.random.default_rng(0)
    normal, strange = rng.normal(size=5000), 10 + rng.normal(size=60)
    places = threshold.positions(np.concatenate([normal, strange]), np.arange(5060) >= 5000)
    assert 40 <= ((places > 6) & np.isfinite(places)).sum() <= threshold.PLACES


@pytest.mark.parametrize("name", ["digit", "moons"])
def test_the_first_position_is_the_threshold_of_the_live_picture(name):
    found = final(record(name))
    at, places = decide.conformal_threshold(found.calibration, 0.1), threshold.positions(found.test, found.is_anomaly)
    first = threshold.first_position(found, places)
    assert places[first - 1] < at <= places[first]
    assert threshold.found_at_promise(found) == pytest.approx(100 * (found.anomalous >= at).mean())


@pytest.mark.parametrize("name", ["digit", "moons"])
def test_decisions_are_those_of_counting(name):
    found = final(record(name))
    for at in np.quantile(found.test, [0, 0.1, 0.5, 0.9, 1]):
        for share in (found.prevalence, 0.01, 0.9):
            made_ = threshold.decisions(found, at, share)
            hits, missed, false, passed = brute(found, at, share)
            table = made_.shares
            assert (table.found, table.missed, table.alarms, table.passed) == pytest.approx(
                (hits, missed, false, passed)
            )
            assert table.f1 == pytest.approx(2 * hits / (2 * hits + missed + false))
            assert table.accuracy == pytest.approx(hits + passed)
            __, *counts = threshold.of_a_thousand(table, 0.1).numbers.values()
            assert counts == pytest.approx([1000 * x for x in (hits, missed, false, passed)])
            raised = found.test >= at
            assert made_.counts == tuple(
                ((raised & part).sum(), (~raised & part).sum()) for part in (found.is_anomaly, ~found.is_anomaly)
            )


@pytest.mark.parametrize(
    "share, case, numbers",
    [
        (0, "threshold-false-none", {}),
        (1, "threshold-false-all", {}),
        (0.9, "threshold-false", {"n": 9, "whole": 10}),
        (0.5, "threshold-false", {"n": 5, "whole": 10}),
        (0.014, "threshold-false", {"n": 14, "whole": 1000}),
        (0.011, "threshold-false-one", {"n": 1, "whole": 100}),
        (0.1, "threshold-false-one", {"n": 1, "whole": 10}),
        (0.9953, "threshold-false", {"n": 995, "whole": 1000}),
        (1e-7, "threshold-false-few", {}),
        (1 - 1e-7, "threshold-false-most", {}),
    ],
)
def test_how_many_alarms_are_false_is_said_in_whole_ones(share, case, numbers):
    found = threshold.false_alarms(Confusion(1 - share, 0, share, 0), 0.3)
    assert found.case == case and found.numbers == {"prevalence": 30} | numbers


def test_the_share_of_anomalies_is_held_against_the_test_parts_own_or_a_rarer_one():
    found = made([0], [0], range(10), range(5, 15))  # half are anomalies
    for share, other, same in (
        (0.5, 0.01, "threshold-same"),
        (0.02, 0.5, "threshold-same-tested"),
        (0.9, 0.5, "threshold-same-tested"),
    ):
        here, there, last = threshold.decisions(found, 5, share).verdicts[:3]
        assert (here.numbers["prevalence"], there.numbers["prevalence"]) == pytest.approx((100 * share, 100 * other))
        assert last.case == same and last.numbers.get("tested", 50) == 50
    rare = made([0], [0], range(100), [200])
    assert threshold.decisions(rare, 5, 1 / 101).verdicts[1].numbers["prevalence"] == 50, "it is rare already"


def test_where_nothing_raises_the_alarm_nothing_else_is_said_of_alarms():
    found = threshold.decisions(SEPARATE, np.inf, 0.3)
    assert found.shares.silent and cases(found.verdicts) == ["threshold-silent"]
    assert not threshold.decisions(SEPARATE, 16, 0.3).shares.silent


def test_accuracy_misleads_where_always_the_same_is_right_more_often():
    found = made([0], [0], range(10), range(5, 15))
    tables = [decide.confusion(found.test, found.is_anomaly, at, share) for at, share in ((5, 0.1), (12, 0.9))]
    (rare,), (common,) = (threshold.misled(table, share) for table, share in zip(tables, (0.1, 0.9)))
    assert (rare.case, common.case) == ("threshold-all-normal", "threshold-all-anomalies")
    assert rare.numbers == pytest.approx({"always": 90, "here": 10 + 45})
    assert common.numbers == pytest.approx({"always": 90, "here": 27 + 10})
    assert not threshold.misled(decide.confusion(found.test, found.is_anomaly, 5, 0.5), 0.5)


def test_the_interval_is_said_where_it_can_be_told():
    for found in (SEPARATE, SAME, LONELY):
        assert threshold.auroc(found.test, found.is_anomaly).case == "threshold-auroc-alone"
    found = final(record("digit"))
    said, (low, high) = threshold.auroc(found.test, found.is_anomaly), decide.interval(found.test, found.is_anomaly)
    assert said.case == "threshold-auroc" and said.numbers["low"] == 100 * low and said.numbers["high"] == 100 * high
    pairs = found.anomalous[:, None] - found.normal[None]
    assert said.numbers["auroc"] == pytest.approx(100 * ((pairs > 0) + (pairs == 0) / 2).mean())
    precise = threshold.average_precision(found.test, found.is_anomaly, 0.01).numbers
    assert precise["precision"] == 100 * decide.average_precision(found.test, found.is_anomaly, 0.01)
    assert precise["prevalence"] == 1


def test_a_detector_no_better_than_the_mean_is_told_so():
    for name, case in (("moons", "threshold-mean-no-better"), ("digit", "threshold-mean")):
        current = record(name)
        found = threshold.against_the_mean(final(current), current.settings)
        assert found.case == case and found.numbers == {"rival": trivial.auroc(current.settings)}


def test_a_curve_keeps_its_corners_and_loses_nothing():
    rng = np.random.default_rng(1)
    is_anomaly = rng.random(400) < 0.4
    alarms, hits, __ = decide.roc(rng.integers(0, 90, 400) + 30.0 * is_anomaly, is_anomaly)
    keep = threshold.corners(alarms, hits)
    assert len(keep) < len(alarms) and {0, len(alarms) - 1} <= set(keep)
    along = np.cumsum(np.append(0, np.hypot(np.diff(alarms), np.diff(hits))))
    assert np.interp(along, along[keep], hits[keep]) == pytest.approx(hits)
    assert np.interp(along, along[keep], alarms[keep]) == pytest.approx(alarms)


@pytest.mark.parametrize("share", [None, 0.01])
def test_both_curves_go_through_every_threshold(share):
    found = final(record("digit"))
    given, share = share, share or found.prevalence
    roc = threshold.roc(found.test, found.is_anomaly)
    precise = threshold.precision_and_recall(found.test, found.is_anomaly, given)
    assert roc.guessing == (0, 100) and precise.guessing == pytest.approx((100 * share, 100 * share))
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 100, 100)
    for at in np.quantile(found.test, [0.2, 0.6, 0.95]):
        hits, missed, false, passed = brute(found, at, share)
        recall, alarms = 100 * hits / share, 100 * false / (1 - share)
        lowest, highest = (fold(roc.y[roc.x == roc.x[abs(roc.x - alarms).argmin()]]) for fold in (min, max))
        assert np.interp(alarms, roc.x, roc.y) == pytest.approx(recall, abs=0.02) or lowest <= recall <= highest
        assert precise.x.min() <= recall <= precise.x.max()
    assert precise.y[-1] == pytest.approx(100 * share, abs=0.006), "where everything raises the alarm"
