"""What excites a unit most: climb its activation in the space of pictures (Erhan et al. 2009; Olah et al. 2017)."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from core.attribution.filters import before_relu, output
from core.attribution.inputs import convolutions, layers
from core.data import photos
from core.events import Event, Finished, Metrics, Started
from core.explain.pictures import PAINTED, PAINTED_PLAIN
from core.explain.settings import Excite
from core.loop import seeded
from core.subject.models import Subject

Objective = Callable[[Tensor], Tensor]  # picture (1, C, H, W) in [0, 1] → a number to climb
LEARNING_RATE = 0.05  # of Adam, for both climbs
PHOTO_SIDE = 160  # pixels; a step takes half of the time that 224 would, and what is painted becomes larger
PICTURES = 12  # of each climb, over the whole run
KINDS = {"": PAINTED, "_plain": PAINTED_PLAIN}  # of pictures, by what is behind the names of their numbers


@dataclass(frozen=True)
class Prior:
    """What a picture is expected to look like before anything is known of the network.

    decay: the amplitude of frequency f is scaled by 1 / f**decay; 1 is what photos have, a little more paints calmer
    surfaces. contrast: of the start. dark: added before the sigmoid. shift, angle, zoom: how far every step shakes the
    picture at most, as a share of its side, in degrees, as a natural logarithm.
    """

    decay: float
    contrast: float
    dark: float
    shift: float
    angle: float
    zoom: float


PHOTO = Prior(decay=1.25, contrast=0.1, dark=0, shift=1 / 8, angle=10, zoom=0.2)
DIGIT = Prior(decay=1, contrast=0.25, dark=-3, shift=1 / 14, angle=15, zoom=0.15)  # digits are light on a dark ground


def excite(settings: Excite, subject: Subject, seed: int) -> Iterator[Event]:
    """Climbs with the prior, and beside it pixel by pixel as a control; only the latter when there is no prior.

    Pictures are “painted” and “painted_plain”, uint8 (H, W, C); the summary's probabilities are in percent.
    """
    name, objective = unit_of(subject, settings)
    shape = (3, PHOTO_SIDE, PHOTO_SIDE) if subject.photo else tuple(subject.x.shape)
    yield Started(settings.steps, {"name": name, "side": shape[-1], "axis": "steps of climbing"})
    climbs = {"": True, "_plain": False} if settings.prior else {"_plain": False}
    every, summary = math.ceil(settings.steps / PICTURES), {"name": name}
    for reached in zip(*(paint(objective, shape, prior, settings.steps, seed) for prior in climbs.values())):
        step = reached[0][0]
        yield Metrics(step, {f"excited{which}": value for which, (_, value, _) in zip(climbs, reached)})
        if step % every == 0 or step == settings.steps:
            for which, (*_, picture) in zip(climbs, reached):
                yield KINDS[which].at(step, _bytes(picture))
    for which, (_, value, picture) in zip(climbs, reached):
        summary[f"excited{which}"] = value
        if settings.unit == "class":
            summary[f"probability_painted{which}"] = 100 * _probability(subject, picture, class_of(subject, settings))
    yield Finished(settings.steps, summary)


def unit_of(subject: Subject, settings: Excite) -> tuple[str, Objective]:
    """The unit's name for people, and what is climbed: a class's logit, or a filter's mean before its ReLU."""
    net = subject.net
    if settings.unit == "class":
        wish = class_of(subject, settings)
        return subject.names[wish], lambda x: net(x)[:, wish].mean()
    among = convolutions(net) or list(layers(net).values())
    layer = among[min(settings.layer, len(among)) - 1]
    name = next(name for name, each in layers(net).items() if each is layer)
    with torch.inference_mode():
        channel = settings.channel % output(net, layer, subject.x.unsqueeze(0)).shape[1]
    return f"{name}, filter {channel}", lambda x: output(net, before_relu(layer), x)[:, channel].mean()


def class_of(subject: Subject, settings: Excite) -> int:
    """The class to excite: the chosen one of ImageNet's, or what a digit classifier takes the digit for."""
    return settings.wish if subject.photo else subject.answer()


def paint(
    objective: Objective, shape: tuple[int, int, int], prior: bool, steps: int, seed: int
) -> Iterator[tuple[int, float, Tensor]]:
    """(step, the objective of the picture as it stands, the picture (C, H, W) in [0, 1]), from step 0 to `steps`.

    With the prior Adam moves the picture's frequencies, and each gradient is of a shaken copy, so that what is painted
    must excite the unit wherever it stands (Olah, Mordvintsev, Schubert 2017, “Feature Visualization”, the sections on
    preconditioning and transformation robustness). Without it Adam moves the pixels, kept in [0, 1].
    """
    generator, about = seeded(seed), PHOTO if shape[-1] > 28 else DIGIT
    numbers = _frequencies(shape, generator) if prior else 0.5 + 0.01 * torch.randn(shape, generator=generator)
    draw = (lambda: fourier(numbers, shape, about)) if prior else (lambda: numbers)
    optimiser = torch.optim.Adam([numbers.requires_grad_()], LEARNING_RATE)
    for step in range(steps + 1):
        with torch.no_grad():
            picture = draw().clone()
            value = objective(picture.unsqueeze(0)).item()
        yield step, value, picture
        if step < steps:
            with torch.enable_grad():
                x = draw().unsqueeze(0)
                loss = -objective(shaken(x, about, generator) if prior else x)
                (numbers.grad,) = torch.autograd.grad(loss, numbers)
            optimiser.step()
            if not prior:
                numbers.data.clamp_(0, 1)


def _frequencies(shape: tuple[int, int, int], generator: torch.Generator) -> Tensor:
    """Real and imaginary part of every frequency, before they are scaled: noise of standard deviation 0.01."""
    channels, height, width = shape
    return 0.01 * torch.randn(channels, height, width // 2 + 1, 2, generator=generator)


def fourier(numbers: Tensor, shape: tuple[int, int, int], prior: Prior) -> Tensor:
    """A picture (C, H, W) in [0, 1] from its frequencies, numbers: (C, H, W // 2 + 1, 2).

    Each is scaled by 1 / max(f, 1 / max(W, H))**decay, so that a step moves large shapes as easily as small ones; three
    channels are then turned into correlated colours (Olah et al. 2017, “preconditioning”).
    """
    channels, height, width = shape
    f = torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None, :])
    scale = math.sqrt(height * width) / f.clamp(min=1 / max(height, width)) ** prior.decay
    values = torch.fft.irfft2(torch.view_as_complex(numbers) * scale, s=(height, width)) * prior.contrast
    if channels == 3:
        values = torch.einsum("cd,dhw->chw", colours(), values)
    return torch.sigmoid(values + prior.dark)


@cache
def colours() -> Tensor:
    """How three independent numbers become a colour, (3, 3): a root of the covariance of colours in the shipped photos.

    Grey photos are left out; the longest row has length one. Shared: never write into it.
    """
    pixels = [photos.load(name).flatten(1) for name in photos.FILES]
    colourful = [each for each in pixels if (each.amax(0) - each.amin(0)).mean() > 0.05]
    shares, axes = torch.linalg.eigh(torch.cov(torch.cat(colourful, 1)))
    root = axes * shares.clamp(min=0).sqrt()
    return root / root.norm(dim=1).max()


def shaken(x: Tensor, prior: Prior, generator: torch.Generator) -> Tensor:
    """The pictures x (N, C, H, W), shifted, turned and zoomed at random, mirrored beyond their edges."""
    across, down, turn, grow = (2 * torch.rand(4, generator=generator) - 1).tolist()
    angle, zoom = math.radians(prior.angle * turn), math.exp(prior.zoom * grow)
    cos, sin = zoom * math.cos(angle), zoom * math.sin(angle)
    move = torch.tensor([[cos, -sin, 2 * prior.shift * across], [sin, cos, 2 * prior.shift * down]])
    grid = F.affine_grid(move.expand(len(x), 2, 3), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def _probability(subject: Subject, picture: Tensor, wish: int) -> float:
    with torch.inference_mode():
        return subject.net(picture.unsqueeze(0)).softmax(1)[0, wish].item()


def _bytes(picture: Tensor) -> np.ndarray:
    return (255 * picture).round().byte().permute(1, 2, 0).contiguous().numpy()
