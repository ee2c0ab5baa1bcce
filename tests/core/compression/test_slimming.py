"""Which channels go, the penalty's gradient, and BatchNorm measured anew."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression import slimming
from core.data import digits
from core.nets import DigitNet, accuracy, count


def net_with(scales):
    """A network whose γ are given: two convolutions and a dense layer."""
    net = DigitNet(tuple(len(s) for s in scales[:-1]), (len(scales[-1]),))
    for unit, scale in zip(net.units(), scales, strict=True):
        unit.norm.weight.data = torch.tensor(scale)
    return net


SCALES = [[0.1, -0.9, 0.3], [0.02, 0.01], [5.0, -4.0, 0.5, 3.0]]


def test_the_absolute_threshold_is_global_and_blind_to_the_sign():
    keep = slimming.gamma_keep(net_with(SCALES), 45, relative=False)  # floor(9 · 0.45) = 4 smallest: .01 .02 .1 .3
    assert [k.tolist() for k in keep] == [[False, True, False], [True, False], [True, True, True, True]]


def test_the_relative_threshold_compares_within_the_layer():
    keep = slimming.gamma_keep(net_with(SCALES), 45)  # shares: .11 1 .33 | 1 .5 | 1 .8 .1 .6
    assert [k.tolist() for k in keep] == [[False, True, False], [True, False], [True, True, False, True]]


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 95), st.booleans(), st.integers(0, 999))
def test_the_share_is_exact_but_for_the_floor(ratio, relative, seed):
    g = torch.Generator().manual_seed(seed)
    net = net_with([torch.randn(n, generator=g).tolist() for n in (5, 6, 9)])
    keep = slimming.gamma_keep(net, ratio, relative)
    assert all(k.any() for k in keep)
    removed = sum(int((~k).sum()) for k in keep)
    wanted = int(20 * ratio / 100)
    assert wanted - 2 <= removed <= wanted


def test_a_common_factor_of_a_layer_does_not_matter_when_relative():
    """Where BatchNorm follows, such a factor changes no output, so it should not decide who goes."""
    scaled = [[v * 0.001 for v in SCALES[0]], *SCALES[1:]]
    for a, b in zip(*(slimming.gamma_keep(net_with(s), 60) for s in (SCALES, scaled)), strict=True):
        assert torch.equal(a, b)


def test_the_subgradient_is_that_of_the_penalty():
    net = net_with(SCALES)
    slimming.sparsity_penalty(net, 0.3).backward()
    penalty = [unit.norm.weight.grad.clone() for unit in net.units()]
    for unit in net.units():
        unit.norm.weight.grad = torch.ones_like(unit.norm.weight)
    slimming.add_subgradient(net, 0.3)
    for unit, expected in zip(net.units(), penalty, strict=True):
        assert torch.allclose(unit.norm.weight.grad, 1 + expected)
    assert slimming.sparsity_penalty(net, 2).item() == pytest.approx(2 * sum(abs(v) for s in SCALES for v in s))


def test_recalibration_measures_what_flows_now(small_teacher):
    data = digits.load()
    lost = copy.deepcopy(small_teacher)
    for unit in lost.units():
        unit.norm.running_mean += 5
    broken = accuracy(lost, data.test_x, data.test_y)
    weights = lost.head.weight.clone()
    slimming.recalibrate(lost)
    assert broken < 50 < accuracy(lost, data.test_x, data.test_y)
    for a, b in zip(lost.units(), small_teacher.units(), strict=True):
        assert torch.allclose(a.norm.running_var, b.norm.running_var, rtol=0.5)
    assert torch.equal(weights, lost.head.weight)
    assert not lost.training and lost.units()[0].norm.momentum == 0.1


def test_the_curve_starts_at_the_network_itself_and_shrinks(small_teacher):
    data = digits.load()
    curve = slimming.ratio_curve(small_teacher, (0, 30, 60, 90))
    assert curve[0]["accuracy"] == accuracy(small_teacher, data.test_x, data.test_y)
    assert curve[0]["parameters"] == count(small_teacher)
    sizes = [point["parameters"] for point in curve]
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) == 4
