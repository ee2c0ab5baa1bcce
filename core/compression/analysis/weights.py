"""Single weights set to zero: why zeros alone are not faster."""

import warnings

import torch

from core import runs
from core.compression import models, prune
from core.compression.analysis.latency import latency
from core.data import digits
from core.nets import DigitNet


def pruning_latency(net: DigitNet, sparsity: float, batch: int = 64, repeats: int = 20) -> dict[str, float]:
    """Milliseconds of the largest dense layer: full, with zeros in it, and as PyTorch's sparse rows (CSR).

    Zeros are multiplied like any other number, so the masked layer costs what the full one does; the sparse format
    skips them, but pays for looking up where the others are. Also the whole network, full and masked.
    """
    sparse_net, x = prune.pruned(net, sparsity).eval(), digits.load().test_x[:batch]
    full, masked = (
        max(models.weighted(each), key=lambda layer: layer.weight.numel()).weight.detach().flatten(1)
        for each in (net.eval(), sparse_net)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "beta state": known, and part of the lesson
        rows = masked.to_sparse_csr()
    layer = latency(
        {
            "layer": lambda v: v @ full.T,
            "layer with zeros": lambda v: v @ masked.T,
            "layer as sparse rows": lambda v: (rows @ v.T).T,
        },
        torch.rand(batch, full.shape[1], generator=torch.Generator().manual_seed(0)),
        repeats,
    )
    return layer | latency({"network": net, "network with zeros": sparse_net}, x, repeats)


def latencies(run_id: str, model: str, sparsity: float) -> dict[str, float]:
    """`pruning_latency` of a network of a stored run."""
    return pruning_latency(runs.load(run_id).net(model), sparsity)
