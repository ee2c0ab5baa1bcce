"""What a method changes while it trains, from pictures made by hand."""

import numpy as np
import pytest

from core.compression import pictures
from core.compression.analysis import stage
from core.compression.settings import CompressionSettings
from core.record import Record
from tests.core.compression.analysis.conftest import record_of


def test_the_answers_stand_with_the_run_s_own_network_last():
    student, teacher = np.eye(10, dtype=np.float16), np.full((10, 10), 0.1, np.float16)
    first, last = stage.answers(record_of({"says": ["model", "teacher"]}, (pictures.SAYS, 0, [student, teacher])))
    assert (first.name, first.right, last.name, last.right) == ("teacher", 1, "model", 10), "of equals the first counts"
    assert np.allclose(first.p, 0.1, atol=1e-3) and np.array_equal(last.p, student)


def test_a_channel_that_was_cut_is_no_number():
    gamma, keep = np.linspace(1, 0.1, 40).astype(np.float32), np.r_[np.ones(4, np.uint8), np.zeros(36, np.uint8)]
    facts = {"widths": [8, 32], "layers": ["convolution 1", "dense 2"]}
    whole = stage.channels(record_of(facts, (pictures.GAMMA, 0, gamma)))
    cut = stage.channels(record_of(facts, (pictures.GAMMA, 0, gamma), (pictures.KEPT, 9, keep)))
    assert [(layer.name, len(layer.gammas), layer.left) for layer in whole.layers] == [
        ("convolution 1", 8, None),
        ("dense 2", 32, None),
    ]
    assert [layer.left for layer in cut.layers] == [4, 0]
    assert np.array_equal(cut.layers[0].gammas[:4], gamma[:4]) and np.isnan(cut.layers[0].gammas[4:]).all()
    assert np.isnan(cut.layers[1].gammas).all() and np.array_equal(whole.layers[1].gammas, gamma[8:])


def test_the_largest_gamma_is_that_of_the_beginning():
    facts = {"widths": [2]}
    found = stage.channels(record_of(facts, (pictures.GAMMA, 0, [-2.0, 1.0]), (pictures.GAMMA, 5, [3.0, 0.5])))
    assert found.top == 2 and found.layers[0].gammas.tolist() == [3, 0.5] and found.layers[0].name == ""
    assert stage.channels(record_of(facts, (pictures.GAMMA, 0, [0.0, 0.0]))).top == 1, "a colour needs a range"


def test_weights_before_and_now():
    exact = np.linspace(-1, 1, 12).reshape(3, 4)
    now = np.where(exact > 0, 0.5, 0.0)
    found = stage.weights(record_of({}, (pictures.WEIGHTS, 0, exact), (pictures.WEIGHTS, 5, now)))
    assert np.allclose(found.before, exact) and np.array_equal(found.now, now)
    assert (found.values, found.zeros) == (2, 50) and 0.9 < found.top <= 1


def test_what_is_spread_before_and_now():
    weights = (pictures.WEIGHTS, 0, [[1.0, 2.0]]), (pictures.WEIGHTS, 5, [[0.0, 2.0]])
    before, now = stage.spread(record_of({}, *weights))
    assert before.tolist() == [1, 2] and now.tolist() == [2], "a weight that was set to zero is gone"
    before, now = stage.spread(record_of({}, (pictures.GAMMA, 0, [1.0, 2.0]), (pictures.GAMMA, 5, [0.0, 2.0])))
    assert before.tolist() == [1, 2] and now.tolist() == [0, 2]
    says = (pictures.SAYS, 0, np.zeros((1, 10, 10)))
    assert stage.spread(record_of({}, says, *weights)) is None, "the answers alone are shown"
    assert stage.spread(record_of({})) is None


def test_what_the_method_changes():
    says = (pictures.SAYS, 0, np.zeros((1, 10, 10)))
    assert stage.changed(record_of({}, says, (pictures.WEIGHTS, 0, [[1.0]]))) is pictures.SAYS
    assert stage.changed(record_of({}, (pictures.GAMMA, 0, [1.0]))) is pictures.GAMMA
    assert stage.changed(record_of({}, (pictures.CONFUSION, 0, np.zeros((10, 10))))) is None


@pytest.mark.parametrize(
    ("before", "now", "times"), [(696_000, 22_000, 32), (300, 200, 2), (299, 200, None), (1, 2, None)]
)
def test_how_many_times_smaller(before, now, times):
    assert stage.smaller(before, now) == times


def test_a_run_changes_what_its_method_says():
    record = Record("", CompressionSettings(), [], None)
    own = CompressionSettings().method.analysis
    assert stage.changes(own)(record) and not stage.changes("redesign" if own != "redesign" else "bits")(record)
    assert not stage.changes(own)(Record("", None, [], None))
