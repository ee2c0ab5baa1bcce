"""What is said of the orders: the case, the names, and the average by the task that comes last."""

import numpy as np

from core.lifelong import pictures
from core.lifelong.analysis.ordering import ordering, said, signs
from core.lifelong.settings import LifelongSettings
from core.record import Record


def record(ends):
    """Two tasks, two orders, three seeds; ends: the average of each order."""
    noise = np.array([-1.0, 0.0, 1.0])[None, :, None]
    accuracy = np.array(ends)[:, None, None] + noise + np.array([-5.0, 5.0])[None, None]
    events = [pictures.ORDERS.at(0, np.array([[0, 1], [1, 0]])), pictures.ORDERED.at(9, accuracy)]
    return Record("lifelong-x", LifelongSettings(tasks=2), events, None)


def test_orders_that_differ_more_than_seeds_matter():
    found = ordering(record([60.0, 80.0]))
    assert found.names == ["1 → 2", "2 → 1"] and found.by_last() == {2: 60.0, 1: 80.0}
    np.testing.assert_allclose(found.table, [[55, 65, 60], [75, 85, 80]])
    assert [point.results for point in found.points()] == [{0: 59, 1: 60, 2: 61}, {0: 79, 1: 80, 2: 81}]
    told = said(found)
    assert told.case == "order-matters" and (told.numbers["best"], told.numbers["worst"]) == ("2 → 1", "1 → 2")
    assert told.numbers["spread"] == 20 and told.numbers["noise"] == 1


def test_orders_that_differ_as_seeds_do_show_nothing():
    assert said(ordering(record([60.0, 60.5]))).case == "order-does-not-show"
    assert ordering(Record("lifelong-x", LifelongSettings(), [], None)) is None


def test_turned_tasks_have_their_angles():
    assert signs(LifelongSettings(stream="rotated", tasks=3, turn=90)) == ["0°", "45°", "90°"]
    assert signs(LifelongSettings(tasks=3)) == ["", "", ""]
