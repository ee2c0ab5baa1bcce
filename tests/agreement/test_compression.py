"""Our code against libraries that do the same: torch_pruning, dahuffman, scikit-learn, torch.nn.utils.prune."""

import warnings

import numpy as np
import pytest
import torch
from dahuffman import HuffmanCodec
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils import prune as torch_prune

from core.compression import huffman, lottery, models, prune, quantize, slimming
from core.nets import DigitNet


def random_scales(seed):
    torch.manual_seed(seed)
    net = DigitNet((6, 8), (20,)).eval()
    for unit in net.units():
        torch.nn.init.normal_(unit.norm.weight)
        torch.nn.init.normal_(unit.norm.bias)
    return net


@pytest.mark.parametrize("relative", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_slimming_keeps_the_channels_that_torch_pruning_keeps(seed, relative):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch_pruning
    ours, theirs = random_scales(seed), random_scales(seed)
    x = torch.rand(5, 1, 28, 28)
    importance = torch_pruning.importance.BNScaleImportance(normalizer="max" if relative else None)
    pruner = torch_pruning.pruner.BNScalePruner(
        theirs,
        x,
        importance,
        pruning_ratio=0.5,
        global_pruning=True,
        ignored_layers=[theirs.head],
        max_pruning_ratio=0.95,
    )
    pruner.step()
    small = models.slim(ours, slimming.gamma_keep(ours, 50, relative))
    for a, b in zip(small.units(), theirs.units(), strict=True):
        assert torch.equal(a.norm.weight, b.norm.weight)
        assert torch.equal(a.weights.weight, b.weights.weight)
    assert torch.equal(small.head.weight, theirs.head.weight)
    assert torch.allclose(small(x), theirs.eval()(x), atol=1e-5)


@pytest.mark.parametrize("share", [30, 90])
def test_masks_agree_with_pytorch_s_global_pruning(share):
    net = random_scales(0).to(memory_format=torch.contiguous_format)  # their code cannot flatten another layout
    masks = prune.magnitude_masks(net, share)
    layers = [(layer, "weight") for layer in models.weighted(net)]
    total = sum(mask.numel() for mask in masks)
    torch_prune.global_unstructured(layers, torch_prune.L1Unstructured, amount=int(total * share / 100))
    for (layer, _), mask in zip(layers, masks, strict=True):
        assert torch.equal(layer.weight_mask.bool(), mask)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=60))
def test_huffman_is_as_short_as_dahuffman(counts):
    """Their alphabet has an end mark that occurs once; given the same mark, the total lengths are equal."""
    table = HuffmanCodec.from_frequencies(dict(enumerate(counts))).get_code_table()
    theirs = sum(length * (counts[symbol] if isinstance(symbol, int) else 1) for symbol, (length, _) in table.items())
    ours = sum(c * length for c, length in zip([*counts, 1], huffman.code_lengths([*counts, 1]), strict=True))
    assert ours == theirs


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 999), st.integers(2, 9))
def test_kmeans_agrees_with_scikit_learn_from_the_same_start(seed, k):
    from sklearn.cluster import KMeans

    w = torch.randn(200, generator=torch.Generator().manual_seed(seed))
    start = np.linspace(w.min().item(), w.max().item(), k).reshape(-1, 1)
    theirs = KMeans(k, init=start, n_init=1, max_iter=300, tol=0, algorithm="lloyd").fit(w.double().numpy()[:, None])
    ours = quantize.kmeans_objective(w, quantize.kmeans(w, k, 300).codebook).item()
    assert ours == pytest.approx(theirs.inertia_, rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_rounds_of_a_ticket_leave_what_torch_leaves(seed):
    """PyTorch's own iterative pruning: each call takes its share of what the calls before have left."""
    torch.manual_seed(seed)
    layer = torch.nn.Linear(20, 25, bias=False)
    weight, mask = layer.weight.detach().clone(), torch.ones(25, 20, dtype=torch.bool)
    for _ in range(3):
        torch_prune.l1_unstructured(layer, "weight", amount=0.2)  # 100, 80, 64 of 500 go: nothing to round
        mask = lottery.next_masks([weight, weight], [mask, mask], 20)[0]
        assert torch.equal(layer.weight_mask.bool(), mask)
