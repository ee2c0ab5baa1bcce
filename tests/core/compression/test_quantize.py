"""Grids and codebooks: how many levels, how large the error, and is k-means really the best it can be."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression import quantize
from core.compression.models import weighted
from core.compression.rounding import centroid_gradient
from core.nets import DigitNet

W = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("granularity", ["tensor", "channel"])
def test_levels_and_errors_of_the_grid(bits, granularity):
    rounded, scale = quantize.uniform(W, bits, granularity)
    groups = rounded.flatten(1) if granularity == "channel" else rounded.reshape(1, -1)
    assert all(len(group.unique()) <= 2**bits for group in groups)
    assert scale.numel() == (6 if granularity == "channel" else 1)
    if bits > 1:
        assert ((rounded - W).abs() <= scale / 2 * (1 + 1e-5)).all()
        assert torch.equal(quantize.uniform(-W, bits, granularity)[0], -rounded)
    else:
        assert torch.allclose(rounded.abs(), scale.expand_as(W))


def test_each_channel_is_rounded_on_its_own():
    stretched = W * torch.tensor([1.0, 10, 100, 1, 1, 1]).view(-1, 1, 1, 1)
    for i in range(6):
        alone, scale = quantize.uniform(stretched[i : i + 1], 4, "tensor")
        together, scales = quantize.uniform(stretched, 4, "channel")
        assert torch.equal(alone[0], together[i]) and scale == scales[i]


@pytest.mark.parametrize("bits", [2, 8])
def test_a_layer_of_zeros_stays_zero(bits):
    assert torch.equal(quantize.uniform(torch.zeros(3, 4), bits)[0], torch.zeros(3, 4))


numbers = st.lists(st.integers(-50, 50).map(lambda v: v / 8), min_size=2, max_size=7)


def best_partition(values, k):
    """The smallest possible k-means objective, over all ways to cut the sorted numbers into k groups."""
    values = sorted(values)

    def spread(group):
        mean = sum(group) / len(group)
        return sum((v - mean) ** 2 for v in group)

    cuts = itertools.combinations(range(1, len(values)), min(k, len(values)) - 1)
    return min(sum(spread(values[a:b]) for a, b in itertools.pairwise((0, *cut, len(values)))) for cut in cuts)


@settings(max_examples=80, deadline=None)
@given(numbers, st.integers(1, 4))
def test_kmeans_ends_where_lloyd_s_algorithm_must(values, k):
    """Its objective is no better than the best, each centroid is the mean of its own, each number goes to the nearest."""
    w = torch.tensor(values)
    shared = quantize.kmeans(w, k)
    distances = (w[:, None] - shared.codebook).abs()
    assert torch.allclose(distances.gather(1, shared.assignments[:, None])[:, 0], distances.min(1).values, atol=1e-5)
    for c in shared.assignments.unique():
        assert shared.codebook[c].item() == pytest.approx(w[shared.assignments == c].mean().item(), abs=1e-4)
    objective = quantize.kmeans_objective(w, shared.codebook).item()
    assert objective >= best_partition(values, k) - 1e-4
    assert objective == pytest.approx(((shared.weights() - w) ** 2).sum().item(), abs=1e-4)


def test_kmeans_finds_the_best_where_groups_are_clear():
    values = [-3.0, -2.9, -3.1, 0.0, 0.1, 4.0, 4.2]
    shared = quantize.kmeans(torch.tensor(values), 3)
    assert quantize.kmeans_objective(torch.tensor(values), shared.codebook).item() == pytest.approx(
        best_partition(values, 3), abs=1e-5
    )


def test_more_iterations_never_raise_the_objective():
    objectives = [quantize.kmeans_objective(W, quantize.kmeans(W, 5, n).codebook).item() for n in range(0, 30, 3)]
    assert all(b <= a + 1e-4 for a, b in itertools.pairwise(objectives))
    assert objectives[-1] < objectives[0]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.0, 0.5, -0.25, 1.0, 2.5]), min_size=1, max_size=30), st.integers(2, 8))
def test_survivors_share_and_zeros_stay_zero(values, k):
    w = torch.tensor(values)
    shared = quantize.share_survivors(w, k)
    assert len(shared.codebook) <= k and (shared.codebook == 0).any()
    assert (shared.weights()[w == 0] == 0).all()
    assert torch.equal(shared.codebook, shared.codebook.sort().values)


def test_a_centroid_s_gradient_is_the_sum_of_its_weights_gradients():
    """Against autograd through the look-up, and finite differences of a small loss."""
    shared = quantize.share_survivors(torch.tensor([[0.0, 1.0, 1.1], [-2.0, 0.0, 1.2]]), 3)
    codebook = shared.codebook.clone().requires_grad_()
    target = torch.arange(6.0).view(2, 3)
    loss = ((codebook[shared.assignments] - target) ** 2).sum()
    loss.backward()
    ours = centroid_gradient(2 * (shared.weights() - target), shared)
    alive = shared.codebook != 0
    assert torch.allclose(ours[alive], codebook.grad[alive])
    assert (ours[~alive] == 0).all() and codebook.grad[~alive].abs().sum() > 0


def test_bytes_counted_by_hand():
    net = DigitNet((), (3,))  # weights (3, 784) and (10, 3); BatchNorm 2 · 3, bias 10
    other = 4 * 16
    assert quantize.scale_bytes(net, 3, "uniform", "tensor") == other + (882 + 4) + (12 + 4)
    assert quantize.scale_bytes(net, 3, "uniform", "channel") == other + (882 + 12) + (12 + 40)
    assert quantize.scale_bytes(net, 3, "shared", "tensor") == other + (882 + 32) + (12 + 32)


@given(st.integers(1, 8), st.sampled_from([("uniform", "tensor"), ("uniform", "channel"), ("shared", "tensor")]))
@settings(max_examples=15, deadline=None)
def test_a_rounded_network_is_a_copy_with_few_values(bits, scheme):
    torch.manual_seed(0)
    net = DigitNet((2,), ())
    before = net.head.weight.clone()
    rounded, about = quantize.quantized(net, bits, *scheme)
    assert torch.equal(net.head.weight, before)
    if scheme[1] == "tensor":
        assert all(len(layer.weight.unique()) <= 2**bits for layer in weighted(rounded))
    squares = [((a.weight - b.weight) ** 2).sum().item() for a, b in zip(weighted(rounded), weighted(net), strict=True)]
    norm = sum((layer.weight**2).sum().item() for layer in weighted(net))
    assert about["error"] == pytest.approx(100 * (sum(squares) / norm) ** 0.5, rel=1e-4)


def test_the_curve_has_every_scheme_and_eight_bits_are_nearly_free(small_teacher):
    rows = quantize.bits_curve(small_teacher, (1, 8))
    assert [(r["scheme"], r["bits"]) for r in rows] == [(s, b) for s in quantize.SCHEMES for b in (1, 8)]
    full = max(r["accuracy"] for r in rows)
    assert all(r["accuracy"] > full - 1 for r in rows if r["bits"] == 8)
