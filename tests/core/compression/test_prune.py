"""Masks with exact sparsity, sparse formats counted and undone."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression import prune
from core.compression.models import weighted
from core.nets import DigitNet


def net(seed=0):
    torch.manual_seed(seed)
    return DigitNet((3, 4), (11,))


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([0, 12.5, 50, 80, 90, 95, 99, 99.5]), st.sampled_from(["global", "layer"]))
def test_exactly_the_smallest_weights_go(share, scope):
    model = net()
    masks = prune.magnitude_masks(model, share, scope)
    weights = [layer.weight.detach().abs() for layer in weighted(model)]
    groups = [(torch.cat([w.flatten() for w in weights]), torch.cat([m.flatten() for m in masks]))]
    if scope == "layer":
        groups = [(w.flatten(), m.flatten()) for w, m in zip(weights, masks, strict=True)]
    for magnitude, mask in groups:
        assert int((~mask).sum()) == int(len(mask) * share / 100 + 1e-9)
        if (~mask).any() and mask.any():
            assert magnitude[~mask].max() <= magnitude[mask].min()


def test_pruning_copies_and_reports_its_share():
    model = net()
    before = [layer.weight.clone() for layer in weighted(model)]
    small = prune.pruned(model, 75)
    total = sum(w.numel() for w in before)
    assert prune.zero_share(small) == 100 * int(0.75 * total) / total
    for layer, old in zip(weighted(model), before, strict=True):
        assert torch.equal(layer.weight, old)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.0, 0.0, 1.5, -2.0]), max_size=200), st.integers(1, 8))
def test_relative_indices_are_undone_exactly(values, bits):
    flat = np.array(values, dtype=np.float32)
    codes, kept = prune.gaps(flat, bits)
    assert len(codes) == len(kept)
    assert all(0 <= c < 2**bits for c in codes)
    assert np.array_equal(prune.from_gaps(codes, kept, len(flat)), flat)


def test_a_long_gap_takes_fillers():
    flat = np.zeros(20, dtype=np.float32)
    flat[[2, 19]] = 7  # distances 3 and 17; three bits reach 8: two fillers, then 1
    codes, values = prune.gaps(flat, 3)
    assert codes.tolist() == [2, 7, 7, 0]
    assert values.tolist() == [7, 0, 0, 7]


def test_bytes_counted_by_hand():
    model = DigitNet((), (2,))
    for layer in weighted(model):
        layer.weight.data.zero_()
    model.layers[1].weights.weight.data[0, 5] = 1  # (2, 784): one weight
    model.head.weight.data[9, 1] = 1  # (10, 2): place 19, one weight
    other = 4 * (2 * 2 + 10)
    assert prune.other_bytes(model) == other
    assert prune.csr_bytes(model) == other + (6 + 4 * 3) + (6 + 4 * 11)
    assert prune.relative_index_bytes(model, 5) == other + 5 + 5  # 37 bits each
    assert prune.relative_index_bytes(model, 3) == other + 5 + 14  # 19 zeros before it: two fillers, 3 · 35 bits


def test_the_curve_reports_every_share(small_teacher):
    rows = prune.sparsity_curve(small_teacher, (0, 99.9))
    assert rows[0]["accuracy"] > rows[1]["accuracy"] + 20
    assert rows[0]["bytes"] > 5 * rows[1]["bytes"]
