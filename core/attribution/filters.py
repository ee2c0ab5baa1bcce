"""What a filter sees: its map over a picture, and the patches of other pictures that excite it most."""

from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.nets import Columns, DigitNet
from core.subject.models import PhotoNet

BATCH = {28: 200}  # pictures at a time by their side: as many as keep the maps in the cache; photos go by four


class Patch(NamedTuple):
    """A part of a picture that excites a filter.

    index: of the picture. row, column: of the unit in the filter's map. value: of that unit. pixels: (C, p, p) in
    [0, 1], what the unit can see; black where it looks beyond the edge.
    """

    index: int
    row: int
    column: int
    value: float
    pixels: Tensor


class Field(NamedTuple):
    """Receptive field of every unit of a layer, along one side of the picture: pixels first[i] … last[i] − 1 for unit i.

    A field may reach beyond the picture's edges. size: of one field in pixels, at most the picture's side.
    """

    first: Tensor
    last: Tensor
    size: int


class Maxima(NamedTuple):
    """Of every filter of a layer in every picture: the largest value (N, K), its row and column (N, K, 2), and what the
    layer's units can see."""

    values: Tensor
    places: Tensor
    field: Field


def before_relu(layer: nn.Module) -> nn.Module:
    """The part of a layer whose output is the layer's before its ReLU; the layer itself when it ends in none.

    Where a ReLU is zero its gradient is, too, and a picture that excites nothing yet could never learn to.
    """
    parts = list(layer.children())
    ends = isinstance(layer, nn.Sequential) and isinstance(parts[-1], nn.ReLU | nn.ReLU6)
    return parts[-2] if ends else layer


def output(net: nn.Module, layer: nn.Module, x: Tensor) -> Tensor:
    """The layer's output for pictures x (N, C, H, W), with its graph: (N, K, h, w), or (N, K, 1, 1) for a dense layer."""
    found = []
    hook = layer.register_forward_hook(lambda module, given, out: found.append(out))
    try:
        net(x)
    finally:
        hook.remove()
    return found[0] if found[0].dim() == 4 else found[0].reshape(*found[0].shape, 1, 1)


@torch.no_grad()
def activations(net: nn.Module, x: Tensor, layer: nn.Module) -> Tensor:
    """The maps of a layer of `net` for pictures x (N, C, H, W) in [0, 1].

    Returns (N, K, h, w) for K filters; a dense layer has one place for each neuron, (N, K, 1, 1).
    """
    return torch.cat([output(net, layer, part) for part in x.split(_batch(x))])


@torch.no_grad()
def maxima(net: nn.Module, layer: nn.Module, x: Tensor) -> Maxima:
    """Where each filter is excited most, in every picture of x (N, C, H, W), in one pass for all filters."""
    values, places = [], []
    for part in x.split(_batch(x)):
        maps = output(net, layer, part)
        value, place = maps.flatten(2).max(2)
        values.append(value)
        places.append(torch.stack([place // maps.shape[3], place % maps.shape[3]], 2))
    return Maxima(torch.cat(values), torch.cat(places), receptive_field(net, layer, tuple(x.shape[1:])))


def strongest(
    net: nn.Module, layer: nn.Module, x: Tensor, channel: int, count: int = 9, found: Maxima | None = None
) -> list[Patch]:
    """The patches of the pictures x (N, C, H, W) that excite one filter most, at most one of each picture, best first.

    A patch is the receptive field of the unit; a field as large as the picture shows all of it. found: `maxima` of
    the same arguments, when the caller has them (Zeiler, Fergus 2014, show such patches).
    """
    found = found or maxima(net, layer, x)
    values, patches = found.values[:, channel], []
    for i in values.topk(min(count, len(x))).indices.tolist():
        row, column = found.places[i, channel].tolist()
        patches.append(Patch(i, row, column, values[i].item(), cut(x[i], found.field, row, column)))
    return patches


def cut(picture: Tensor, field: Field, row: int, column: int) -> Tensor:
    """What one unit sees of the picture (C, H, W): (C, p, p), black beyond the edge; all of it when p would be larger."""
    side = picture.shape[-1]
    if field.size >= side:
        return picture.clone()
    patch = picture.new_zeros(picture.shape[0], field.size, field.size)
    top, left = int(field.first[row]), int(field.first[column])
    rows, columns = slice(max(top, 0), min(top + field.size, side)), slice(max(left, 0), min(left + field.size, side))
    patch[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = picture[:, rows, columns]
    return patch


def receptive_field(net: nn.Module, layer: nn.Module, shape: tuple[int, ...]) -> Field:
    """Which pixels of a picture of this shape (C, side, side) the units of a layer can see at all.

    Measured: in a copy of the network whose weights are all positive and that has no threshold, a pixel has a gradient
    exactly where there is a way from it to the unit. The first two units show the lower ends and the last two the upper
    ends that the picture's edge does not cut; in between the ends move by the layer's stride.
    """
    side = shape[-1]
    net, layer = _open(net, layer)
    with torch.inference_mode(False), torch.enable_grad():
        x = torch.ones(4, *shape, requires_grad=True)
        maps = output(net, layer, x)
        h = maps.shape[-1]
        at = torch.tensor([0, 1, h - 2, h - 1]).clamp(0, h - 1)
        (gradients,) = torch.autograd.grad(maps[torch.arange(4), 0, at, at].sum(), x)
    seen = gradients.abs().amax((1, 3)) > 0  # (4, side): the rows that each of the four units sees
    first, last = seen.float().argmax(1), side - seen.flip(1).float().argmax(1)
    units = torch.arange(h)
    firsts = first[3] - (first[3] - first[2]) * (h - 1 - units)
    lasts = last[0] + (last[1] - last[0]) * units
    return Field(firsts, lasts, min(int((lasts - firsts).max()), side))


def _open(net: nn.Module, layer: nn.Module) -> tuple[nn.Module, nn.Module]:
    """A copy of the network in which every way is open, and the same layer in it: positive weights, averages instead of
    maxima, no thresholds."""
    place = next(name for name, module in net.named_modules() if module is layer)
    net = deepcopy(net).eval().requires_grad_(False)
    for name, module in list(net.named_modules()):
        parent = net.get_submodule(name.rpartition(".")[0])
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.weight.fill_(1 / module.weight[0].numel())
            if module.bias is not None:
                module.bias.zero_()
        elif isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.reset_running_stats()
            module.weight.fill_(1)
            module.bias.zero_()
        elif isinstance(module, nn.MaxPool2d):
            setattr(parent, name.rpartition(".")[2], nn.AvgPool2d(module.kernel_size, module.stride, module.padding))
        elif isinstance(module, nn.ReLU | nn.ReLU6):
            setattr(parent, name.rpartition(".")[2], nn.Identity())
    return net, net.get_submodule(place)


def first_filters(net: nn.Module) -> Tensor:
    """The weights that look at the pixels themselves, as pictures (K, C, k, k), signed: C = 3 for photos, 1 for digits.

    A dense first layer has one weight for each pixel, (K, 1, 28, 28).
    """
    match net:
        case PhotoNet():
            weight = net.stages[0][0].weight
        case DigitNet():
            weight = net.units()[0].weights.weight
        case Columns():
            weight = net.own[0][0].weight
        case _:
            weight = net.layers[0].weight
    weight = weight.detach().clone()
    return weight if weight.dim() == 4 else weight.reshape(len(weight), 1, 28, 28)


def _batch(x: Tensor) -> int:
    return BATCH.get(x.shape[-1], 4)
