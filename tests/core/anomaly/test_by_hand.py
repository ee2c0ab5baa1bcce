"""The gradient of a dense autoencoder by hand, against autograd."""

import pytest
import torch

from core.anomaly import by_hand, models
from core.anomaly.networks import squared_error
from core.loop import fresh, seeded


def both_ways(shape, double, noise=0.0, size=48):
    """(loss, gradients) by hand and of autograd, for a batch on which neurons are on and off."""
    net = fresh(models.AutoEncoder, 0, shape, "dense", 5, 20)
    clean = torch.rand(size, *shape, generator=seeded(1))
    seen = clean + noise * torch.randn(clean.shape, generator=seeded(2))
    if double:
        net, clean, seen = net.double(), clean.double(), seen.double()
    weights = list(net.parameters())
    loss = squared_error(clean, net(seen)).mean()
    theirs = torch.autograd.grad(loss, weights)
    mine = by_hand.backward(weights, seen, clean, net.bounded)
    return (mine, [p.grad for p in weights]), (loss, theirs)


@pytest.mark.parametrize("shape", [(1, 28, 28), (30,), (2,)], ids=str)
@pytest.mark.parametrize("noise", [0.0, 0.5])
@pytest.mark.parametrize("double", [False, True])
def test_the_gradient_is_autograd_s(shape, noise, double):
    (loss, mine), (their_loss, theirs) = both_ways(shape, double, noise)
    close = {"rtol": 1e-12, "atol": 1e-14} if double else {"rtol": 1e-4, "atol": 1e-6}
    assert torch.allclose(loss, their_loss, **close) and not loss.requires_grad
    assert all(torch.allclose(a, b, **close) and b.abs().max() > 0 for a, b in zip(mine, theirs, strict=True))
