"""What can be promised without anomalies, and what is kept of it."""

from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from core.anomaly import datasets, decide
from core.anomaly.analysis import promise
from core.anomaly.analysis.scores import final
from tests.core.anomaly.analysis.conftest import ONE_HELD, cases, made, record


def kept(alarms: int, normals: int) -> promise.Kept:
    """What a threshold keeps that so many of so many fresh normals pass."""
    return promise.kept(made([0], [0], [1] * alarms + [0] * (normals - alarms), [2]), 0.5)


@pytest.mark.parametrize("name, alpha", [("digit", 10), ("digit", 33), ("tumours", 5), ("hidden", 20)])
def test_what_is_kept_of_a_promise_is_what_counting_gives(name, alpha):
    found = final(record(name))
    p = np.array([(1 + (found.calibration >= score).sum()) / (len(found.calibration) + 1) for score in found.test])
    raised = {"calibration": p <= alpha / 100, "learned": found.test >= np.quantile(found.learned, 1 - alpha / 100)}
    ways, rates = promise.both(found, alpha / 100), promise.rates(found)
    for name, alarm in raised.items():
        each, share = getattr(ways, name), alarm[~found.is_anomaly].mean()
        assert each.alarms == pytest.approx(share) and each.found == pytest.approx(alarm[found.is_anomaly].mean())
        assert getattr(rates, name)[alpha - 1] == pytest.approx(100 * share)
        m, z = (~found.is_anomaly).sum(), NormalDist().inv_cdf(0.975)  # Wilson 1927
        middle = (share + z * z / (2 * m)) / (1 + z * z / m)
        half = z * sqrt(share * (1 - share) / m + z * z / (4 * m * m)) / (1 + z * z / m)
        assert (each.low, each.high) == pytest.approx((middle - half, middle + half))
    said = promise.at_alpha(found, alpha / 100)
    shares = [100 * raised["calibration"][part].mean() for part in (~found.is_anomaly, found.is_anomaly)]
    assert [said.numbers["normal"], said.numbers["anomalous"]] == pytest.approx(shares)
    (low, high), n = decide.luck(len(found.calibration), alpha / 100), len(found.calibration)
    assert (rates.low[alpha - 1], rates.high[alpha - 1]) == pytest.approx((100 * low, 100 * high))
    assert promise.luck(n, alpha / 100).numbers["low"] == pytest.approx(100 * low)


def test_too_few_held_out_normals_can_promise_nothing():
    said = promise.verdicts(ONE_HELD, 0.1)
    assert said[0].case == "promise-impossible" and said[0].numbers == {"n": 1, "whole": 2, "least": 50}
    assert promise.both(ONE_HELD, 0.1).calibration.threshold == np.inf
    assert promise.luck(1, 0.1).case == "promise-too-few"
    assert promise.verdicts(ONE_HELD, 0.5)[0].case != "promise-impossible"
    assert np.isnan(promise.rates(ONE_HELD).low[9]) and promise.luck(1, 0.5).case == "promise-luck"


def test_whether_a_promise_was_kept_is_said_as_far_as_counting_can_tell():
    def said(k, m, alpha, n):
        return promise.of_calibration(kept(k, m), alpha, n, m).case, promise.of_learned(kept(k, m), alpha, m).case

    assert said(40, 100, 0.1, 1000) == ("promise-calibration-broken", "promise-learned-broken")
    assert said(20, 100, 0.1, 20) == ("promise-calibration-unlucky", "promise-learned-broken")
    assert said(12, 100, 0.1, 100) == ("promise-calibration-chance", "promise-learned-chance")
    assert said(9, 100, 0.1, 100) == ("promise-calibration-kept", "promise-learned-kept")
    assert said(2, 100, 0.2, 100) == ("promise-calibration-careful", "promise-learned-careful")


def test_learned_normals_score_lower_where_their_promise_is_broken():
    memorised = made([*range(100)], [*range(50, 150)], [*range(50, 150)], [500])
    said = promise.verdicts(memorised, 0.1)
    assert cases(said) == ["promise-calibration-kept", "promise-learned-broken", "promise-learned-lower"]
    assert said[-1].numbers == {"learned": 49.5, "calibration": 99.5}
    fair = made([*range(100)], [*range(100)], [*range(100)], [500])
    assert cases(promise.verdicts(fair, 0.1)) == ["promise-calibration-kept", "promise-learned-kept"]


def test_hidden_anomalies_are_taken_out_to_see_what_they_did():
    current = record("hidden")
    found, hidden = final(current), datasets.dataset_of(current.settings).calibration_hidden.numpy()
    clean = decide.conformal_threshold(found.calibration[~hidden], 0.1)
    said = promise.fine_print(current, found, 0.1)
    assert cases(said) == ["promise-average", "promise-luck", "promise-hidden"]
    threshold = decide.conformal_threshold(found.calibration, 0.1)
    assert said[-1].numbers == {
        "n": hidden.sum(),
        "clean": clean,
        "threshold": threshold,
        "found": pytest.approx(100 * (found.anomalous >= threshold).mean()),
        "found_clean": pytest.approx(100 * (found.anomalous >= clean).mean()),
    }
    assert said[-1].numbers["found"] < said[-1].numbers["found_clean"]
    assert len(promise.fine_print(record("digit"), final(record("digit")), 0.1)) == 2
    fewer = made([0], [0, 1], [0], [1])  # the record of a Lectern with other held-out examples
    assert promise.hidden(current, fewer, 0.1).case == "promise-none-hidden"


def test_p_values_of_a_run_are_those_of_its_scores():
    found = final(record("digit"))
    values = promise.p_values(found)
    assert values.normal == pytest.approx(decide.p_values(found.normal, found.calibration))
    assert values.anomalous == pytest.approx(decide.p_values(found.anomalous, found.calibration))
    assert values.flat * (len(values.edges) - 1) == pytest.approx(100)


@pytest.mark.parametrize("n", [1, 2, 5, 10, 13, 14, 22, 30, 50, 80, 100, 250])
def test_bars_of_p_values_hold_equally_many_of_them(n):
    edges = promise.p_edges(n)
    count, __ = np.histogram(np.arange(1, n + 2) / (n + 1), edges)
    assert count.sum() == n + 1 and len(count) <= max(10, min(n + 1, 30))
    assert np.ptp(count) <= 1 and (np.ptp(count) == 0 or n >= 30)
