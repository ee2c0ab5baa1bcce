#!/usr/bin/env bash
# torch 2.13.0: a convolution under spectral_norm can still stretch its input, here by up to 1.7 times.
#
# torch.nn.utils.parametrizations.spectral_norm divides a kernel, reshaped to a matrix (output channels, the rest), by its
# largest singular value. That matrix has norm 1 afterwards. But it is not the linear map that the layer applies to a
# picture, whose patches overlap: the norm of that map, by power iteration through the layer itself, is larger. So a
# discriminator of such layers is not 1-Lipschitz, as one expects after “spectral normalisation”.
# So: where a bound of 1 is needed, run the power iteration on the convolution and its transpose.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$home/bin/python" - <<'PY'
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

torch.manual_seed(0)
torch.set_num_threads(1)
print("torch", torch.__version__)


def stretch(layer, shape):
    """The largest |Wx| / |x| of the linear part, by power iteration on the layer and its transpose (autograd)."""
    x, silence = torch.randn(1, *shape), layer(torch.zeros(1, *shape)).detach()
    for _ in range(300):
        x = (x / x.norm()).detach().requires_grad_()
        y = layer(x) - silence
        x = torch.autograd.grad((y**2).sum() / 2, x)[0]
    return y.norm().item()


norms = []
for conv, side in ((nn.Conv2d(1, 32, 4, 2, 1), 28), (nn.Conv2d(16, 32, 4, 2, 1), 16), (nn.Conv2d(16, 32, 3, 1, 1), 16)):
    layer = spectral_norm(conv, n_power_iterations=200).eval()
    matrix = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2).item()
    norms.append(stretch(layer, (conv.in_channels, side, side)))
    print(f"{conv.in_channels} to 32 channels, kernel {conv.kernel_size}, stride {conv.stride}: "
          f"reshaped matrix {matrix:.3f}, the layer {norms[-1]:.3f}")
    assert abs(matrix - 1) < 0.01
assert min(norms) > 1.1 and max(norms) > 1.5, "the layer is bounded by 1 now"
PY
