"""γ of every channel, and the network without those whose γ is smallest."""

import numpy as np
import pytest

from core.compression.analysis import neurons
from tests.core.compression.analysis.conftest import shipped


def test_gammas_of_a_layer_are_shares_of_its_largest():
    record = shipped("teacher")
    exact, shares = (neurons.gammas(record, "model", relative) for relative in (False, True))
    scales = [unit.norm.weight.detach().abs().numpy() for unit in record.run.net().units()]
    assert np.array_equal(exact.values, np.concatenate(scales))
    assert np.array_equal(shares.values, np.concatenate([scale / scale.max() for scale in scales]))
    assert exact.layers == ["convolution 1", "convolution 2", "convolution 3", "dense 4"]


def test_a_share_of_the_values_lies_below_the_threshold():
    found = neurons.gammas(shipped("teacher"), "model", True)
    assert (found.values < found.threshold(40)).mean() == pytest.approx(0.4, abs=0.01)


def test_a_cut_is_held_against_the_whole_network():
    curve = [
        {"ratio": 0, "accuracy": 98.0, "parameters": 400, "widths": [8, 16]},
        {"ratio": 50, "accuracy": 88.5, "parameters": 100, "widths": [4, 8]},
    ]
    assert neurons.cut(curve, 50) == neurons.Cut(88.5, -9.5, 100, -75, [8, 16], [4, 8])
    assert neurons.cut(curve, 0) == neurons.Cut(98, 0, 400, 0, [8, 16], [8, 16])
