"""The two players: dense networks for the plane, convolutional ones for digits (Radford et al. 2016)."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

from core import nets
from core.events import Model
from core.gan.settings import PLACES, Clouds, Digits, GanSettings
from core.generators import CLASSES, SIDE, DigitG, drawn_only
from core.loop import fresh

PASSES = 30  # of the power iteration before the first step; each step adds one


def _maybe(layer: nn.Module, spectral: bool, side: int = 0) -> nn.Module:
    """The layer, divided by its largest singular value where `spectral`. side: of the pictures that a convolution gets."""
    if not spectral:
        return layer
    if isinstance(layer, nn.Conv2d):
        parametrize.register_parametrization(layer, "weight", DividedConvolution(layer, side))
        return layer
    return spectral_norm(layer)


class DividedConvolution(nn.Module):
    """A convolution's weight W / σ₁, where σ₁ is the largest ‖W ∗ x‖ / ‖x‖ over all pictures x of the layer's size.

    The weight, read as a matrix (out, rest), has another largest singular value, often a smaller one: divided by that
    (Miyato et al. 2018, section 2.1) a convolution may still lengthen its input. Here the power iteration goes through the
    convolution itself and back through its transpose (Gouk et al. 2018).
    """

    def __init__(self, layer: nn.Conv2d, side: int):
        super().__init__()
        self.how = {"stride": layer.stride, "padding": layer.padding}
        x = torch.randn(1, layer.in_channels, side, side)
        self.register_buffer("x", x / x.norm())
        for __ in range(PASSES):
            self.sharpen(layer.weight.detach())

    @torch.no_grad()
    def sharpen(self, weight: Tensor) -> None:
        """One power iteration: x ← Wᵀ(W ∗ x), of length 1."""
        x = torch.nn.grad.conv2d_input(self.x.shape, weight, F.conv2d(self.x, weight, **self.how), **self.how)
        self.x = x / x.norm().clamp(min=1e-12)

    def forward(self, weight: Tensor) -> Tensor:
        """W / ‖W ∗ x‖ with the x, of length 1, that W lengthens most. weight: (out, in, kernel, kernel)."""
        if self.training:
            self.sharpen(weight)
        return weight / F.conv2d(self.x, weight, **self.how).norm()


def packed(x: Tensor, pack: int, along: int = 0) -> Tensor:
    """Examples (N, ...) as packs (N / pack, pack, ...), neighbours together (Lin et al. 2018, section 3). along: the dimension of N."""
    return x.unflatten(along, (-1, pack))


def divided(weight: Tensor) -> Tensor:
    """W / σ₁(W): a dense layer then lengthens no vector (Miyato et al. 2018, equation 8). weight: (out, in).

    Here it is exact. The networks follow σ₁ by one power iteration at each pass: dense layers by PyTorch's parametrisation,
    convolutions by `DividedConvolution`, because the weight of a convolution is not the matrix that it multiplies by.
    """
    return weight / torch.linalg.matrix_norm(weight, 2)


class PlaneG(nn.Module):
    """Codes (N, 16), of which those beyond the latent size are 0, to points (N, 2)."""

    def __init__(self, hidden: int = 128, latent: int = 2):
        super().__init__()
        self.arch = {"kind": "gan G of the plane", "hidden": hidden, "latent": latent}
        first = drawn_only(nn.Linear(PLACES["plane"], hidden), latent)
        self.layers = nn.Sequential(first, nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 2))

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.layers(z)


class CloudG(nn.Module):
    """Codes (N, 16) to a round cloud of points (N, 2), which lies where it is put: only its middle can learn."""

    def __init__(self):
        super().__init__()
        self.arch = {"kind": "gan G of two clouds"}
        self.middle = nn.Parameter(torch.zeros(2))
        self.register_buffer("width", torch.ones(()))
        self.at: tuple[float, ...] | None = None

    @torch.no_grad()
    def put(self, distance: float, angle: float, width: float) -> "CloudG":
        """Puts the cloud there, if it was not put there before: what G has learned since stays. angle: in degrees."""
        if self.at != (distance, angle, width):
            self.at, turn = (distance, angle, width), math.radians(angle)
            self.middle.copy_(distance * torch.tensor([math.cos(turn), math.sin(turn)]))
            self.width.fill_(width)
        return self

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.middle + self.width * z[:, :2]


class PlaneD(nn.Module):
    """Points (N, 2), `pack` of them at once, to raw scores (N / pack,)."""

    def __init__(self, hidden: int = 128, pack: int = 1, spectral: bool = False):
        super().__init__()
        self.arch = {"kind": "gan D of the plane", "hidden": hidden, "pack": pack, "spectral": spectral}
        self.pack = pack
        layers = [nn.Linear(2 * pack, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, 1)]
        first, second, last = (_maybe(layer, spectral) for layer in layers)
        self.layers = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        return self.layers(packed(x, self.pack, -2).flatten(-2)).squeeze(-1)


class DigitD(nn.Module):
    """Pictures (N, 1, 28, 28) in [−1, 1] and, where it is told them, classes (N,), `pack` at once, to raw scores (N / pack,).

    The class enters as a direction in the features that D looks along (Miyato, Koyama 2018, equation 3).
    """

    def __init__(
        self, channels: int = 24, conditional: bool = True, pack: int = 1, spectral: bool = False, normed: bool = True
    ):
        super().__init__()
        self.arch = {
            "kind": "gan D of digits",
            "channels": channels,
            "conditional": conditional,
            "pack": pack,
            "spectral": spectral,
            "normed": normed,
        }
        self.pack, features = pack, 2 * channels * SIDE * SIDE
        self.down1 = _maybe(nn.Conv2d(pack, channels, 4, 2, 1), spectral, 4 * SIDE)
        self.down2 = _maybe(nn.Conv2d(channels, 2 * channels, 4, 2, 1, bias=not normed), spectral, 2 * SIDE)
        self.norm = nn.BatchNorm2d(2 * channels) if normed else nn.Identity()
        self.real = _maybe(nn.Linear(features, 1), spectral)
        self.told = _maybe(nn.Linear(CLASSES, features, bias=False), spectral) if conditional else None
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Each convolution halves the side; the class adds ⟨V y, h⟩ / 10 to the score (Miyato, Koyama 2018, equation 3, without the 10).

        By PyTorch's rule V begins with weights 15 times as large as those of w, since it has 10 inputs and w 2,352; hence the 10.
        """
        h = F.leaky_relu(self.down1(packed(x, self.pack).squeeze(2)), 0.2)
        h = F.leaky_relu(self.norm(self.down2(h)), 0.2).flatten(1)
        score = self.real(h).squeeze(1)
        if self.told is None:
            return score
        classes = F.one_hot(y, CLASSES).float().view(len(h), self.pack, CLASSES).mean(1)
        return score + (self.told(classes) * h).sum(1) / CLASSES


class Translator(nn.Module):
    """Pictures (N, 1, 28, 28) of one set to pictures of another one, both in [−1, 1].

    As in CycleGAN (Zhu et al. 2017, appendix): down by strided convolutions, up by transposed ones; here small, with one
    convolution at 7 × 7 instead of residual blocks, and with BatchNorm instead of instance normalisation.
    """

    def __init__(self, channels: int = 16):
        super().__init__()
        self.arch, inner = {"kind": "gan translator of digits", "channels": channels}, 2 * channels
        self.layers = nn.Sequential(
            nn.Conv2d(1, channels, 4, 2, 1),
            nn.ReLU(),
            nn.Conv2d(channels, inner, 4, 2, 1, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU(),
            nn.Conv2d(inner, inner, 3, 1, 1, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU(),
            nn.ConvTranspose2d(inner, channels, 4, 2, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.ConvTranspose2d(channels, 1, 4, 2, 1),
            nn.Tanh(),
        )
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        """28 → 14 → 7 → 14 → 28."""
        return self.layers(x)


def alone(D: nn.Module, x: Tensor, y: Tensor | None = None) -> Tensor:
    """D's raw score of every example alone: (N,). A pack is filled with copies of it. x: (N, ...), y: classes (N,)."""
    return D(x.repeat_interleave(D.pack, 0), None if y is None else y.repeat_interleave(D.pack, 0))


KINDS = {
    "gan G of the plane": PlaneG,
    "gan G of two clouds": CloudG,
    "gan D of the plane": PlaneD,
    "gan G of digits": DigitG,
    "gan D of digits": DigitD,
    "gan translator of digits": Translator,
}


def build(arch: dict[str, Any]) -> nn.Module:
    """A fresh player from its description; raises KeyError or TypeError when it is none."""
    return KINDS[arch["kind"]](**{name: value for name, value in arch.items() if name != "kind"})


def player(model: Model) -> nn.Module:
    """A stored player again, in evaluation mode."""
    return nets.from_model(model, build)


def translator(settings: GanSettings, seed: int) -> tuple[nn.Module, nn.Module]:
    """A fresh translator and its D."""
    G = fresh(Translator, seed, settings.data.channels)
    D = fresh(DigitD, seed + 1, settings.data.channels, False, settings.pack, settings.spectral, settings.normed)
    return G, D


def players(settings: GanSettings) -> tuple[nn.Module, nn.Module]:
    """Fresh G and D for the world of these settings."""
    world = settings.data
    if isinstance(world, Digits):
        G = fresh(DigitG, settings.seed, world.channels, world.latent, world.conditional)
        D = fresh(
            DigitD,
            settings.seed + 1,
            world.channels,
            world.conditional and world.d_told,
            settings.pack,
            settings.spectral,
            settings.normed,
        )
    else:
        if isinstance(world, Clouds):
            G = CloudG().put(world.distance, world.angle, world.width)
        else:
            G = fresh(PlaneG, settings.seed, world.hidden, world.latent)
        D = fresh(PlaneD, settings.seed + 1, world.hidden, settings.pack, settings.spectral)
    return G, D
