"""Testing with concept activation vectors: does a concept of one's own move the answer? (Kim et al. 2018)

A concept is a set of pictures. In a layer, a linear separator tells them from random pictures; its normal, the concept
activation vector (CAV), is the direction of the concept. The score of a class is the share of its pictures whose logit rises
along that direction. Random pictures are drawn several times, and random concepts go the same way: only what differs from them
counts.
"""

import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from scipy.stats import ttest_ind
from torch import Tensor, nn

from core.attribution import filters, inputs
from core.data import digits
from core.events import Event, Finished, Metrics, Started
from core.explain import concepts
from core.explain.pictures import CONCEPT, RANDOM, TCAV
from core.explain.settings import LEVEL, Concept
from core.loop import seeded
from core.subject.models import as_bytes, digit_net, look_at
from core.subject.settings import SHIPPED_NETWORK, Digit, Drawing, Subject

RIDGE = 0.1  # of the separator, for examples of mean square length 1
EACH = 50  # training digits of a class whose logit is differentiated
SHOWN = 6  # examples of the concept, and of random pictures
KINDS = (
    "concept",
    "random",
    "control",
)  # whose scores: the concept's, those of ever other random sets, and of one of them


class Cav(NamedTuple):
    """normal: (d,) of length 1, towards the concept. edge: a vector h is on the concept's side where h · normal > edge."""

    normal: Tensor
    edge: float


def tcav(method: Concept, subject: Subject, seed: int) -> Iterator[Event]:
    """One random set after the other; scores of all layers and classes, in percent, as means over the sets so far.

    In the picture TCAV: the scores of the concept, of random concepts and of the control (one random set in the concept's place,
    all the time), then p of the concept and of the control.
    """
    net, generator = digit_net(getattr(subject, "network", SHIPPED_NETWORK)), seeded(seed)
    layers = inputs.layers(net)
    watched = list(layers)[min(method.depth, len(layers)) - 1]
    asked = class_of(subject)
    mine, fresh = concepts.examples(concepts.drawing(method), 2 * method.each, generator).split(method.each)

    def draw() -> Tensor:
        return concepts.random_set(method.against, method.each, generator)

    control, before = draw(), draw()
    facts = {"layers": list(layers), "watched": watched, "digit": asked, "concept": method.concept}
    yield Started(method.sets, facts | {"axis": "random sets", "whole": True})
    yield CONCEPT.at(0, as_bytes(mine[:SHOWN]))
    yield RANDOM.at(0, as_bytes(before[:SHOWN]))
    slopes = {name: derivatives(net, layer) for name, layer in layers.items()}
    held = {
        name: {kind: vectors(net, layer, x) for kind, x in (("concept", mine), ("control", control), ("fresh", fresh))}
        for name, layer in layers.items()
    }
    last = {name: vectors(net, layer, before) for name, layer in layers.items()}
    found: list[np.ndarray] = []  # (kinds, layers, classes) of each set
    apart: list[float] = []
    for step in range(1, method.sets + 1):
        x, rows = draw(), []
        for name, layer in layers.items():
            now = vectors(net, layer, x)
            cavs = [separator(each, now) for each in (held[name]["concept"], last[name], held[name]["control"])]
            rows.append([[score(slope, cav.normal) for slope in slopes[name]] for cav in cavs])
            if name == watched:
                apart.append(100 * (held[name]["fresh"] @ cavs[0].normal > cavs[0].edge).float().mean().item())
            last[name] = now
        found.append(100 * np.array(rows, np.float32).swapaxes(0, 1))
        means, place = np.mean(found, 0), list(layers).index(watched)
        scores = {"tcav": float(means[0, place, asked]), "tcav_random": float(means[1, place, asked])}
        yield Metrics(step, scores | {"apart": float(np.mean(apart))})
        if step > 1:
            yield TCAV.at(step, np.concatenate([means, tested(found)]))
    yield Finished(method.sets, summed_up(np.concatenate([means, tested(found)])[:, place], float(np.mean(apart))))


def class_of(subject: Subject) -> int:
    """The class that the curve shows: the digit chosen, or what the network takes the drawing for. Raises BadPicture."""
    match subject:
        case Digit(digit=digit):
            return digit
        case Drawing():
            return look_at(subject).answer()
        case _:
            return Digit().digit


def summed_up(found: np.ndarray, apart: float) -> dict[str, float]:
    """Of the watched layer, (5, classes): each class's score, and how many of ten are significant, also of the control, in percent."""
    scores, *_, p, false = found
    return {f"tcav_{digit}": float(value) for digit, value in enumerate(scores)} | {
        "significant": 100 * float((p < LEVEL / len(p)).mean()),
        "false_alarms": 100 * float((false < LEVEL / len(p)).mean()),
        "apart": apart,
    }


def vectors(net: nn.Module, layer: nn.Module, x: Tensor) -> Tensor:
    """What a layer holds of the pictures x (N, 1, 28, 28): (N, d)."""
    return filters.activations(net, x, layer).flatten(1)


def separator(concept: Tensor, random: Tensor) -> Cav:
    """The linear separator of two sets (n, d), (m, d) by ridge regression to +1 and −1, in closed form (Kim et al. 2018).

    Its normal is Xᵀ (X Xᵀ + λ I)⁻¹ y on centred vectors; the edge lies half way between the two means.
    """
    h = torch.cat([concept, random])
    y = torch.cat([torch.ones(len(concept)), -torch.ones(len(random))])
    h, y = h - h.mean(0), y - y.mean()
    products = h @ h.T
    ridge = RIDGE * products.diagonal().mean().clamp(min=1e-12)
    normal = h.T @ torch.linalg.solve(products + ridge * torch.eye(len(h)), y)
    normal = normal / normal.norm().clamp(min=1e-12)
    return Cav(normal, float(((concept.mean(0) + random.mean(0)) / 2) @ normal))


def derivatives(net: nn.Module, layer: nn.Module, each: int = EACH) -> list[Tensor]:
    """For each of the ten classes, the derivative of its logit by what the layer holds, on training digits of the class: (each, d)."""
    data = digits.load()
    return [derivative(net, layer, data.train_x[data.train_y == digit][:each], digit) for digit in range(10)]


@torch.enable_grad()
def derivative(net: nn.Module, layer: nn.Module, x: Tensor, digit: int) -> Tensor:
    """The derivative of a class's logit by what the layer holds of the pictures x (n, 1, 28, 28): (n, d)."""
    held: list[Tensor] = []

    def take(module: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> Tensor:
        held.append(out.detach().requires_grad_())
        return held[0]

    hook = layer.register_forward_hook(take)
    try:
        (slope,) = torch.autograd.grad(net(x)[:, digit].sum(), held)
    finally:
        hook.remove()
    return slope.flatten(1)


def score(slopes: Tensor, normal: Tensor) -> float:
    """The TCAV score: the share of pictures whose logit rises along the concept (Kim et al. 2018). slopes: (n, d)."""
    return float((slopes @ normal > 0).float().mean())


def tested(found: list[np.ndarray]) -> np.ndarray:
    """Two-sided p of the concept's scores, and of the control's, against those of random concepts: (2, layers, classes).

    Welch's t-test over the sets (Kim et al. 2018). found: (kinds, layers, classes) of each set.
    """
    concept, random, control = np.stack(found, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of scores that are all the same
        p = [np.asarray(ttest_ind(each, random, equal_var=False).pvalue) for each in (concept, control)]
    return np.nan_to_num(np.array(p, np.float32), nan=1.0)  # nan: neither varies, and they are the same
