"""Adam and its learning rates without an optimizer object: PyTorch's, bit for bit."""

import pytest
import torch

from core.adam import Adam, one_cycle
from core.loop import adam_cycle, fresh
from core.nets import DigitNet


def gradients(net, step):
    draw = torch.Generator().manual_seed(step)
    for p in net.parameters():
        p.grad = torch.empty_like(p).copy_(torch.randn(p.shape, generator=draw))


@pytest.mark.parametrize("beta", [0.9, 0.5])
def test_the_steps_are_pytorch_s(beta):
    """Of dense and of convolutional weights, whose numbers may lie in another order."""
    ours, theirs = (fresh(DigitNet, 0).to(memory_format=torch.channels_last) for _ in range(2))
    adam, optimizer = (
        Adam(ours.parameters(), beta),
        torch.optim.Adam(theirs.parameters(), 1, betas=(beta, 0.999), fused=True),
    )
    for step in range(5):
        gradients(ours, step), gradients(theirs, step)
        optimizer.param_groups[0]["lr"] = 0.1 / (step + 1)
        adam.step(0.1 / (step + 1))
        optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))


@pytest.mark.parametrize("steps", [1, 10, 20, 300, 1501])
def test_the_rates_are_pytorch_s(steps):
    optimizer, schedule = adam_cycle([torch.nn.Parameter(torch.zeros(1))], 0.003, steps)
    theirs = []
    for _ in range(steps):
        theirs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert one_cycle(0.003, steps) == theirs
