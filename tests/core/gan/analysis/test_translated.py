"""Which digit becomes which: counted by hand, and said."""

import numpy as np
import pytest
import torch

from core.gan import sets
from core.gan.analysis import translated
from core.gan.analysis.translated import Translated
from tests.core.gan.tiny import cases, record

SUMMARY = {"kept": 90.0, "kept_back": 80.0, "left_kept": 35.0, "distance": 8.0, "left_distance": 100.0, "floor": 9.0}


def test_the_table_counts_what_is_read_in_each_class():
    upright, __ = sets.both("inverted")
    found = translated.table(upright.test_x, upright.test_y)
    assert found.shape == (10, 10) and found.sum(1) == pytest.approx([100] * 10) and np.diag(found).min() > 85
    one = translated.table(upright.test_x[:1].expand(20, -1, -1, -1), torch.arange(20) % 10)
    assert (one[:, upright.test_y[0]] == 100).all()


def test_what_is_said_of_it():
    plain, one = np.eye(10) * 100, np.zeros((10, 10))
    one[:, 3], one[:, 4] = 60, 40
    assert cases(Translated(plain, plain, SUMMARY).verdicts) == ["translated-kept", "translated-aim"]
    said = Translated(one, plain, SUMMARY).verdicts
    assert cases(said)[-1] == "translated-one" and said[-1].numbers == {"digit": 3, "share": 60.0}


def test_of_a_run():
    found = translated.translated(record("sets"))
    assert found.there.shape == found.back.shape == (10, 10) and found.summary["kept"] >= 0
    upright, __ = sets.both("both")
    share = torch.bincount(upright.test_y, minlength=10) / len(upright.test_y)
    assert float((np.diag(found.there) * share.numpy()).sum()) == pytest.approx(found.summary["kept"], abs=0.1)
    assert translated.translated(record("plane")) is None
