"""The gradient of a dense autoencoder by hand: the chain rule layer by layer, from the error back to the first weights.

Autograd gives the same numbers. It notes down every operation first and then finds its way back, which for a network so small
takes longer than the arithmetic.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


@torch.no_grad()
def backward(parameters: Sequence[Tensor], x: Tensor, clean: Tensor, bounded: bool) -> Tensor:
    """L = 1/N Σ ‖x̂ − clean‖² of a batch x (N, ...), whose gradient then lies in the parameters' `grad`; x may be noisy.

    parameters: W (out, in) and b (out,) of the four layers. bounded: whether the last one ends in a sigmoid.
    Forward, each layer: z = W h + b, then max(0, z), except for the code and x̂, which is σ(z) or z.
    Backward, with δ = ∂L/∂z: first δ = 2/N (x̂ − clean), of a sigmoid times (1 − x̂) x̂. Then each layer, from the last one:
    ∂L/∂W = δ hᵀ and ∂L/∂b = δ, both added up over the batch; and Wᵀ δ is that of the layer below, where its z was above 0
    (Rumelhart, Hinton, Williams 1986).
    """
    w1, b1, w2, b2, w3, b3, w4, b4 = parameters
    x, clean = x.flatten(1), clean.flatten(1)
    h1 = torch.addmm(b1, x, w1.T).relu_()
    code = torch.addmm(b2, h1, w2.T)
    h3 = torch.addmm(b3, code, w3.T).relu_()
    rebuilt = torch.addmm(b4, h3, w4.T)
    if bounded:
        rebuilt.sigmoid_()
    delta = rebuilt - clean
    loss = torch.dot(delta.view(-1), delta.view(-1)) / len(x)

    delta.mul_(2 / len(x))
    if bounded:
        delta.mul_(1 - rebuilt).mul_(rebuilt)
    w4.grad, b4.grad = delta.T @ h3, delta.sum(0)
    delta = (delta @ w4).mul_(h3.sign())
    w3.grad, b3.grad = delta.T @ code, delta.sum(0)
    delta = delta @ w3
    w2.grad, b2.grad = delta.T @ h1, delta.sum(0)
    delta = (delta @ w2).mul_(h1.sign())
    w1.grad, b1.grad = delta.T @ x, delta.sum(0)
    return loss
