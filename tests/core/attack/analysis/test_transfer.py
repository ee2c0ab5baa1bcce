"""The transfer matrix in words: a small one by hand, and that of a shipped run."""

import numpy as np

from core.attack.analysis import stored, transfer
from core.attack.analysis.transfer import Matrix, carries, matrix
from core.attack.pictures import MATRIX
from core.record import Record

NAN = np.nan


def test_the_diagonal_and_the_last_row_are_no_pairs():
    right = np.array([[0.0, 60, 20], [90, 1, 95], [50, 70, 2], [0, 0, 0]])
    white, most, least = carries(Matrix(right, ["A", "B", "C"], [99.0] * 3, 20))
    assert white.case == "white-box"
    assert (most.case, most.numbers) == ("carries-most", {"made": "A", "tried": "C", "right": 20})
    assert (least.case, least.numbers) == ("carries-least", {"made": "B", "tried": "C", "right": 95})


def test_of_nothing_known_nothing_is_said():
    right = np.array([[3.0, NAN], [NAN, NAN], [NAN, NAN]])
    assert [each.case for each in carries(Matrix(right, ["A", "B"], [99.0] * 2, 20))] == ["white-box"]


def test_the_matrix_of_a_run():
    record = stored.record_of("attack-transfer")
    found = matrix(record)
    assert found.right.shape == (7, 6) and len(found.labels) == len(found.clean) == 6 and found.count == 200
    assert (
        np.diag(found.right).mean() == np.float32(record.summary["white"])
        or abs(np.diag(found.right).mean() - record.summary["white"]) < 1e-4
    )
    assert matrix(Record(record.id, record.settings, record.events[:1], None)) is None


def test_the_newest_stored_run_stands_in():
    other, own = stored.record_of("attack-curve"), stored.record_of("attack-transfer")
    assert stored.measured(other, MATRIX, transfer.RESULT).id == "attack-transfer"
    assert stored.measured(own, MATRIX, transfer.RESULT) is own
    assert stored.measured(other, MATRIX, "no such result") is None
