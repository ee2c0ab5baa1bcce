"""What an explanation asks of a subject: the layers of its network, a baseline, and superpixels."""

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from skimage.segmentation import slic
from torch import Tensor, nn

from core.nets import Columns, DigitNet
from core.subject.models import PhotoNet

ENOUGH = 0.25  # of the superpixels asked for: when SLIC leaves fewer, the picture is cut into squares


def layers(net: nn.Module) -> dict[str, nn.Module]:
    """The layers whose outputs can be looked at, from input to output, by a name for people."""
    if isinstance(net, PhotoNet):
        blocks = {f"block {i}": block for i, block in enumerate(net.stages[1:-1], start=1)}
        return {"first convolution": net.stages[0]} | blocks | {"last convolution": net.stages[-1]}
    if isinstance(net, DigitNet):
        convolutions = [unit for unit in net.units() if isinstance(unit.weights, nn.Conv2d)]
        dense = [unit for unit in net.units() if isinstance(unit.weights, nn.Linear)]
        return {f"convolution {i}": unit for i, unit in enumerate(convolutions, start=1)} | {
            f"dense {i}": unit for i, unit in enumerate(dense, start=1)
        }
    hidden = net.own[0][:-1] if isinstance(net, Columns) else net.layers[:-1]
    return {f"dense {i}": layer for i, layer in enumerate(hidden, start=1)}


def convolutions(net: nn.Module) -> list[nn.Module]:
    """Those of the `layers` whose output still is a picture (N, filters, height, width); none in a dense network."""
    return [layer for name, layer in layers(net).items() if not name.startswith("dense")]


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

    A photo is cut by SLIC (Achanta et al. 2012), which joins parts that are small, so that there are fewer than asked for.
    Where hardly any are left, and in a digit, in which every segmentation finds only one to seven parts, they are equal
    squares: a chessboard whose fields are small parts becomes one single part.
    """
    if x.shape[-1] > 28:
        found = slic(x.permute(1, 2, 0).numpy(), count, compactness=10, sigma=1, start_label=0)
        numbers, parts = np.unique(found, return_inverse=True)
        if len(numbers) >= ENOUGH * count:
            return parts.reshape(found.shape)
    side, many = x.shape[-1], max(2, round(count**0.5))
    line = np.arange(side) * many // side
    return line[:, None] * many + line[None, :]


def are_squares(parts: np.ndarray) -> bool:
    """Whether `segments` has cut the picture into equal squares."""
    many = round((parts.max() + 1) ** 0.5)
    line = np.arange(len(parts)) * many // len(parts)
    return np.array_equal(parts, line[:, None] * many + line[None, :])


def cut_words(parts: np.ndarray, asked: int) -> str:
    """What a picture was cut into, where that is not what was asked for: a sentence to add to a note."""
    count = int(parts.max()) + 1
    if count == asked:
        return ""
    if are_squares(parts):
        why = (
            ""
            if len(parts) <= 28
            else ", because SLIC, which follows the edges, would join nearly all of this picture into one part"
        )
        return f" The picture is cut into {count} equal squares{why}."
    return f" SLIC joins small parts: of {asked} superpixels asked for, {count} are left."
