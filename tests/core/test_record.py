"""What is known of a run: its pictures are asked for by what a lab declares, never by a name."""

import numpy as np
import pytest

from core.events import Picture
from core.pictures import Kind
from core.record import Record

FAKE, OTHER = Kind("fake", "n", "what is made"), Kind("other", "n", "something else")


def test_pictures_are_asked_for_by_their_kind():
    log = [FAKE.at(0, [1]), OTHER.at(0, [9]), FAKE.at(5, [2]), FAKE.at(5, [3])]
    record = Record("lab-run", None, log, None)
    assert [(e.step, e.array.tolist()) for e in record.pictures(FAKE)] == [(0, [1]), (5, [2]), (5, [3])]
    assert record.last(FAKE).tolist() == [3]
    assert {step: array.tolist() for step, array in record.by_step(FAKE).items()} == {0: [1], 5: [3]}, (
        "the last of a step"
    )
    assert record.last(Kind("missing", "n", "nothing")) is None


@pytest.mark.parametrize("ask", [Record.pictures, Record.last, Record.by_step])
def test_a_name_is_no_kind(ask):
    with pytest.raises(AttributeError):
        ask(Record("lab-run", None, [Picture(0, "fake", np.zeros(1))], None), "fake")
