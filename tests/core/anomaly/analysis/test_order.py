"""Test examples in the order of their scores, and what either end of the order teaches."""

from dataclasses import replace

import numpy as np

from core.anomaly.analysis import order
from tests.core.anomaly.analysis.conftest import cases, made

GROUPS = ("normal", "odd", "alarms", "missed")


def test_the_four_ends_of_the_order():
    score, is_anomaly = np.array([3.0, 1, 4, 1, 5, 9]), np.array([False, False, False, True, True, True])
    found = {group: order.ordered(group, score, is_anomaly).tolist() for group in GROUPS}
    assert found == {"normal": [1, 0, 2], "alarms": [2, 0, 1], "odd": [5, 4, 3], "missed": [3, 4, 5]}


def test_what_is_said_of_each_end():
    found = made([0] * 3, range(9), [0, 1, 2, 3, 10], [0.5, 20, 30])
    kinds = ["1"] * 5 + ["7", "8", "8"]
    said = {group: order.lesson(group, found, kinds) for group in GROUPS}
    assert said["normal"][0].numbers == {"n": 1, "anomalies": 3}
    assert round(said["odd"][0].numbers["share"]) == 67
    assert said["alarms"][0].numbers == {"n": 1, "normals": 5}
    missed, by_kind = said["missed"]
    assert (missed.numbers["n"], missed.numbers["anomalies"], round(missed.numbers["chance"], 1)) == (1, 3, 2.7)
    assert by_kind.numbers == {"worst": "7", "missed": 100, "best": "8", "least": 0}
    alike = replace(found, test=found.test.clip(max=10))
    assert cases(order.lesson("odd", alike, kinds)) == ["order-odd-none"]
    assert order.missed_kinds(found, 5, np.array(["1"] * 8)) is None, "of one kind nothing can be told apart"
