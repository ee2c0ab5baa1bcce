"""Low rank: Eckart and Young's optimum against numpy and against what descends to it, costs by hand, factors undone."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression import factor, models
from core.compression.analysis import rank as analysis
from core.compression.analysis import spectra
from core.compression.settings import CompressionSettings, LowRank
from core.compression.train import train
from core.loop import seeded
from core.nets import DigitNet, count, from_model, predict
from core.record import Record

SMALL = CompressionSettings(method=LowRank(energy=50, tune_epochs=1))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(1, 6), st.integers(1, 7), st.integers(1, 6))
def test_the_error_is_that_of_the_singular_values_that_are_gone(seed, m, n, rank):
    """Eckart and Young 1936: ‖W − W_r‖² = Σ_{i>r} σ_i², with numpy's singular values."""
    W = torch.randn(m, n, generator=seeded(seed), dtype=torch.double)
    sigma = np.linalg.svd(W.numpy(), compute_uv=False)
    near = factor.truncated(W, rank)
    assert ((W - near) ** 2).sum().item() == pytest.approx((sigma[rank:] ** 2).sum(), abs=1e-9)
    assert np.linalg.matrix_rank(near.numpy(), tol=1e-9) <= rank
    A, B = factor.factors(W, rank)
    assert A.shape == (m, min(rank, m, n)) and B.shape == (min(rank, m, n), n)


@pytest.mark.parametrize("rank", [1, 2])
def test_nothing_of_that_rank_is_nearer(rank):
    """Against alternating least squares from many random starts, the best of which finds the same."""
    W, best = torch.randn(5, 4, generator=seeded(7), dtype=torch.double), float("inf")
    for start in range(20):
        B = torch.randn(rank, 4, generator=seeded(start), dtype=torch.double)
        for _ in range(300):
            A = torch.linalg.lstsq(B.T, W.T).solution.T
            B = torch.linalg.lstsq(A, W).solution
        best = min(best, ((W - A @ B) ** 2).sum().item())
    ours = ((W - factor.truncated(W, rank)) ** 2).sum().item()
    assert ours == pytest.approx(best, rel=1e-6) and ours <= best + 1e-9


@given(st.lists(st.floats(0.01, 9), min_size=1, max_size=7), st.integers(0, 100))
def test_the_rank_is_the_smallest_that_keeps_the_energy(values, energy):
    sigma = torch.tensor(sorted(values, reverse=True), dtype=torch.double)
    kept = [100 * float((sigma[:r] ** 2).sum() / (sigma**2).sum()) for r in range(len(sigma) + 1)]
    rank = factor.rank_of(sigma, energy)
    assert 1 <= rank <= len(sigma) and kept[rank] >= energy - 1e-6
    assert rank == 1 or kept[rank - 1] < energy


def teacher():
    torch.manual_seed(0)
    return DigitNet((4, 6), (12,)).eval()


def test_costs_by_hand():
    net = teacher()
    parameters, macs = factor.costs(net, [None, 3, 5, None])
    second, dense = 3 * (6 + 36), 5 * (12 + 294)
    assert parameters == (36 + 8) + (second + 12) + (dense + 24) + 130
    assert macs == 36 * 784 + second * 196 + dense + 120
    assert factor.costs(net, [None] * 4) == (count(net), models.macs(net))
    assert factor.ranks(net, 100) == [None] * 4, "two factors of full rank are never smaller"


def test_factors_are_the_parameters_and_multiply_out_to_the_same_network():
    net, x = teacher(), torch.rand(5, 1, 28, 28, generator=seeded(0))
    kept = factor.ranks(net, 50)
    assert None not in kept[1:]
    thin = factor.factored(net, kept)
    assert count(thin) == factor.costs(net, kept)[0]
    assert torch.allclose(predict(thin, x), predict(factor.approximated(net, kept), x), atol=1e-4)
    again = factor.multiplied(thin)
    assert again.arch == net.arch and torch.allclose(predict(again, x), predict(thin, x), atol=1e-5)
    conv = models.weighted(thin)[1]
    A, B = (conv.parametrizations.weight.original0, conv.parametrizations.weight.original1)
    two = torch.nn.functional.conv2d(torch.rand(2, 4, 9, 9), B.view(-1, 4, 3, 3), padding=1)
    assert A.shape[1] == len(B) == two.shape[1], "a convolution with r filters, then one of 1 × 1"


def test_a_convolution_of_low_rank_is_two_convolutions():
    net = teacher()
    W = models.weighted(net)[1].weight.detach()
    A, B = factor.factors(W.flatten(1), 2)
    x = torch.rand(2, 4, 9, 9, generator=seeded(1))
    F = torch.nn.functional
    two = F.conv2d(F.conv2d(x, B.view(2, 4, 3, 3), padding=1), A[:, :, None, None])
    assert torch.allclose(two, F.conv2d(x, factor.truncated(W.flatten(1), 2).view_as(W), padding=1), atol=1e-5)


def test_a_run_keeps_its_ranks_and_the_teacher(small_teacher):
    before = copy.deepcopy(small_teacher.state_dict())
    events = list(train(SMALL, small_teacher))
    assert all(torch.equal(before[name], value) for name, value in small_teacher.state_dict().items())
    summary, net = events[-1].summary, from_model(events[-1].models["model"])
    kept = factor.ranks(small_teacher, 50)
    assert summary["ranks"] == [rank or 0 for rank in kept]
    assert (summary["parameters"], summary["macs"]) == factor.costs(small_teacher, kept)
    for sigma, rank in zip(factor.singular_values(net), kept):
        assert rank is None or float(sigma[rank:].sum()) < 1e-3 * float(sigma[0]), "fine-tuning keeps the rank"
    record = Record("compression-x", SMALL, events, None)
    for layer, rank, sigma in zip(spectra.spectra(record), kept, factor.singular_values(small_teacher)):
        assert layer.rank == rank and np.allclose(layer.before, (sigma / sigma.max()).numpy(), atol=1e-5)
        assert len(layer.now) == (rank or len(layer.before))
    rows = factor.rank_curve(small_teacher, (20, 60, 100))
    cuts = [analysis.cut(rows, energy) for energy in (20, 60, 100)]
    assert [c.parameters for c in cuts] == sorted(c.parameters for c in cuts) and cuts[-1].parameters == 100
    assert cuts[-1].gained == 0 and cuts[-1].macs == 100
