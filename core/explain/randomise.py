"""The cascading randomisation test: destroy a network layer by layer, from the answer down, and watch the map.

A map that stays the same while the network forgets everything shows the picture, not the network (Adebayo et al. 2018,
“Sanity Checks for Saliency Maps”, section 3.1).
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from core.attribution import inputs
from core.attribution.trust import input_only
from core.data import digits
from core.loop import seeded
from core.nets import Columns, DigitNet
from core.statistics import rank_correlation
from core.subject.models import PhotoNet, Subject

INK = 0.1  # a digit's pixel above this belongs to a stroke
EVERY = 8  # of the training digits, which lie sorted by class: 500 of them for BatchNorm's statistics
TRAINED = "trained"


@dataclass(frozen=True)
class Stage:
    """One step of the way down. name: the layer destroyed last. map: (H, W), of the network as it is now.

    signed, absolute: rank correlation with the trained network's map, and of their absolute values. strokes: signed,
    over the pixels of a digit's strokes only; None for photos. input_only: of the picture itself (a digit's ink, a
    photo's edges) with the trained network's absolute map; random: of a random order with it. Both are the same on every
    stage, to compare with.
    probability: what the network, as it is now, gives the explained class.
    """

    name: str
    map: np.ndarray
    signed: float
    absolute: float
    strokes: float | None
    input_only: float
    random: float
    probability: float


def stages(net: nn.Module) -> dict[str, list[nn.Module]]:
    """What is destroyed together, from the output layer to the first, by a name for people.

    Columns: one layer of all columns, with the lateral connections that enter it.
    """
    if isinstance(net, Columns):
        rows = [
            [*(own[i] for own in net.own), *(lateral[i - 1] for lateral in net.lateral if i > 0)]
            for i in range(len(net.own[0]))
        ]
        names = [*inputs.layers(net), "output layer"]
        return dict(reversed(list(zip(names, rows))))
    last = net.classify if isinstance(net, PhotoNet) else net.head if isinstance(net, DigitNet) else net.layers[-1]
    hidden = {name: [layer] for name, layer in inputs.layers(net).items()}
    return {"output layer": [last]} | dict(reversed(hidden.items()))


def destroyed(net: nn.Module, seed: int) -> Iterator[tuple[str, nn.Module]]:
    """("trained", a copy), then a copy whose output layer is redrawn, then its last hidden layer as well, …

    Cascading (Adebayo et al. 2018): what was redrawn stays so. The given network is left as it is; every
    copy is in evaluation mode and a network of its own.
    """
    generator, copy = seeded(seed), deepcopy(net).eval()
    yield TRAINED, deepcopy(copy)
    reached: list[nn.Module] = []
    for name, layer in stages(copy).items():
        redraw(layer, generator)
        reached += layer
        measure_again(copy, reached)
        yield name, deepcopy(copy)


@torch.no_grad()
def redraw(layer: list[nn.Module], generator: torch.Generator) -> None:
    """Every learnable tensor of the modules drawn anew, from a normal with the tensor's own mean and deviation.

    So its scale stays, and with it about that of the activations, whatever the network was trained with; biases and
    BatchNorm's γ and β are drawn in the same way. Where all numbers are equal, or there is only one, their size takes
    the place of the deviation.
    """
    for tensor in (tensor for part in layer for tensor in part.parameters()):
        noise = torch.randn(tensor.shape, generator=generator)
        mean, deviation = tensor.mean(), tensor.std(correction=0)
        tensor.copy_(mean + (deviation if deviation > 0 else mean.abs()) * noise)


@torch.no_grad()
def measure_again(net: nn.Module, layers: list[nn.Module]) -> None:
    """The running mean and variance of the BatchNorms in these layers, measured anew on 500 training digits.

    They are not learned but measured, and belong to the weights before them: with those of other weights a layer would
    fall silent or run away. PhotoNet has none left, its BatchNorms being folded into the convolutions.
    """
    norms = [part for layer in layers for part in layer.modules() if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d)]
    if not norms:
        return
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.train().momentum = 1  # of the statistics there were, nothing is kept
    net(digits.load().train_x[::EVERY])
    for norm, momentum in zip(norms, usual):
        norm.eval().momentum = momentum


def run(subject: Subject, target: int, explain: Callable[[Subject], np.ndarray], seed: int) -> Iterator[Stage]:
    """The map of the trained network, then of each network on the way down, one by one as they are found.

    target: the class whose map `explain` makes; it stays the trained network's answer, or the maps would differ for a
    reason that has nothing to do with the method. explain: the map (H, W) of that class, asked once for each stage.
    """
    picture = input_only(subject.x)
    ink = subject.x[0].numpy() > INK if not subject.photo else None
    trained = alone = None
    for name, net in destroyed(subject.net, seed):
        now = replace(subject, net=net)
        found = explain(now)
        if trained is None:
            trained, alone = found, rank_correlation(picture, np.abs(found))
            random = rank_correlation(np.random.default_rng(seed).random(found.shape), found)
        strokes = None if ink is None else rank_correlation(found[ink], trained[ink])
        yield Stage(
            name,
            found,
            rank_correlation(found, trained),
            rank_correlation(np.abs(found), np.abs(trained)),
            strokes,
            alone,
            random,
            now.probabilities[target].item(),
        )
