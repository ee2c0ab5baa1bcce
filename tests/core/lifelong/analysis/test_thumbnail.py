"""The digits above the columns of the small picture."""

import numpy as np

from core.data import digits
from core.lifelong.analysis import thumbnail
from core.lifelong.settings import LifelongSettings
from core.record import Record


def test_every_task_sees_the_first_test_digit_in_its_own_way():
    found = thumbnail.digits(Record("lifelong-x", LifelongSettings(stream="permuted", tasks=3), [], None))
    plain = (255 * digits.load().test_x[0, 0]).round().byte().numpy()
    assert len(found) == 3 and len({each.tobytes() for each in found}) == 3
    for each in found:
        assert each.dtype == np.uint8 and np.array_equal(np.sort(each.ravel()), np.sort(plain.ravel()))
