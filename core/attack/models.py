"""What an attack works on: pictures, their right answers, the network that is fooled, and the one whose gradients are used."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import (
    fuse_conv_bn_eval,
    fuse_conv_bn_weights,
    fuse_linear_bn_eval,
    fuse_linear_bn_weights,
)

from core import together
from core.attack import settings as s
from core.data import digits, imagenet, photos
from core.nets import DigitNet
from core.subject.models import DIGITS, PhotoNet, digit_net, look_at, photo_net
from core.subject.settings import SHIPPED_NETWORK

A = TypeVar("A")
MANY = 200  # test digits of an experiment when one picture was chosen
PHOTOS_AT_ONCE, DIGITS_AT_ONCE = 4, 100  # more outgrow the caches and take longer each
WORTH_HALVING = 32  # digits: fewer take no longer than it takes to hand half of them to another thread


@dataclass(frozen=True)
class Victims:
    """Pictures x (N, C, H, W) in [0, 1], their right answers y (N,), the network asked, and the names of its classes.

    y: the truth where it is known; of a photo and of a drawing what the network itself says to the clean picture.
    """

    net: nn.Module
    x: Tensor
    y: Tensor
    names: tuple[str, ...]

    @property
    def photo(self) -> bool:
        return self.x.shape[1] == 3

    def only(self, index: Tensor) -> "Victims":
        """Some of the pictures, by number or by truth value."""
        return replace(self, x=self.x[index], y=self.y[index])


@dataclass(frozen=True)
class Aim:
    """What the attack wants: away from `label`, or, when targeted, towards it. label: (N,)."""

    label: Tensor
    targeted: bool = False

    def loss(self, logits: Tensor) -> Tensor:
        """What the attack raises, (N,): cross entropy with the label, or less of it when targeted. logits: (N, classes)."""
        loss = F.cross_entropy(logits, self.label, reduction="none")
        return -loss if self.targeted else loss

    def lead(self, logits: Tensor) -> Tensor:
        """By how much the answer that is wanted leads, (N,): positive means fooled. Logits (N, classes)."""
        mine = logits.gather(1, self.label[:, None])[:, 0]
        others = logits.scatter(1, self.label[:, None], -torch.inf).amax(1)
        return mine - others if self.targeted else others - mine

    def reached(self, logits: Tensor) -> Tensor:
        """Where the attack has what it wants, (N,) truth values."""
        return self.lead(logits) > 0

    def only(self, index: Tensor) -> "Aim":
        return Aim(self.label[index], self.targeted)


def victims(subject: s.Subject) -> Victims:
    """One picture, or the many digits that were chosen. Raises RunError or BadPicture with a sentence."""
    if isinstance(subject, s.Digits):
        return first_digits(digit_net(subject.network), subject.count)
    found = look_at(subject)
    answer = subject.digit if isinstance(subject, s.Digit) else found.answer()
    return Victims(folded(found.net), found.x.unsqueeze(0), torch.tensor([answer]), found.names)


def crowd(subject: s.Subject) -> Victims:
    """The many pictures of an experiment: test digits for a digit classifier, all shipped photos for the photo network."""
    match subject:
        case s.Photo() | s.Upload():
            x, net = photos.every(), photo_net()
            return Victims(net, x, answers(net, x), imagenet.names())
        case s.Digits(count=count, network=network):
            return first_digits(digit_net(network), count)
        case _:
            return first_digits(digit_net(subject.network), MANY)


def digit_crowd(subject: s.Subject) -> Victims:
    """As `crowd`, but always digits: experiments that need a second network, or grey pictures, have no photos."""
    return crowd(subject) if hasattr(subject, "network") else first_digits(digit_net(SHIPPED_NETWORK), MANY)


def first_digits(net: nn.Module, count: int) -> Victims:
    """The first `count` test digits, as many of each class, in the order of the classes."""
    data = digits.load()
    each = torch.cat([torch.nonzero(data.test_y == digit)[: count // 10, 0] for digit in range(digits.CLASSES)])
    return Victims(folded(net), data.test_x[each], data.test_y[each], DIGITS)


def aim_for(victims: Victims, goal: s.Goal) -> Aim:
    """What the goal means for these pictures."""
    classes = len(victims.names)
    match goal:
        case s.Away():
            return Aim(victims.y)
        case s.Least():
            return Aim(ask(victims.net, victims.x).argmin(1), targeted=True)
        case s.ToThing(wish=wish) | s.ToDigit(wish_digit=wish):
            return Aim(torch.full_like(victims.y, wish % classes), targeted=True)


def ask(net: nn.Module, x: Tensor) -> Tensor:
    """Logits (N, classes) for pictures (N, C, H, W), in parts that fit the caches."""

    def logits(part: Tensor, _: slice) -> Tensor:
        with torch.inference_mode():  # each thread has a mode of its own
            return net(part)

    return torch.cat(by_parts(net, x, logits)).clone()  # made outside, or autograd could not use it


def answers(net: nn.Module, x: Tensor) -> Tensor:
    """What the network says, (N,)."""
    return ask(net, x).argmax(1)


class Ensemble(nn.Module):
    """Several networks as one: the mean of their logits (Liu et al. 2017, section 5)."""

    def __init__(self, nets: list[nn.Module]):
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 1, 28, 28) in [0, 1]. Returns logits (N, 10)."""
        return torch.stack([net(x) for net in self.nets]).mean(0)


def surrogates(network: str) -> Ensemble:
    """The shelf's other networks as one, for an attacker who does not have `network` (a run, or run/model)."""
    run_id = network.partition("/")[0]
    return Ensemble([folded(digit_net(name)) for name in s.SURROGATES if name.partition("/")[0] != run_id])


def by_parts(net: nn.Module, x: Tensor, work: Callable[[Tensor, slice], A]) -> list[A]:
    """What work(part, its place in x) makes of every part of the pictures x (N, C, H, W), in order. Parts fit the caches.

    Every other part may be computed on a second core, and a single part of many digits is halved for it, so `work` may ask
    `net` and change nothing. Pictures do not mix, so the cut changes no bit. A network that draws is asked in order.
    """
    most = PHOTOS_AT_ONCE if x.shape[1] == 3 else DIGITS_AT_ONCE
    quiet = isinstance(net, DigitNet | PhotoNet | Ensemble)
    if quiet and WORTH_HALVING <= len(x) <= most:
        most = math.ceil(len(x) / 2)
    cut = [(part, slice(i * most, i * most + len(part))) for i, part in enumerate(x.split(most))]
    pieces = [partial(work, *part) for part in cut]
    return together.each(pieces) if quiet else [piece() for piece in pieces]


def folded(net: nn.Module) -> nn.Module:
    """The same network, faster: a copy in which every BatchNorm has become part of the weights before it. Evaluation mode.

    And ReLU comes after max-pooling, where a quarter of the numbers is left: the larger of two is the larger one before
    and after ReLU, so answers and gradients are the same to the last bit.
    """
    if not isinstance(net, DigitNet):
        return net
    net = copy.deepcopy(net).eval()
    for unit in (
        unit for unit in net.units() if not hasattr(unit, "pool")
    ):  # a negative γ turns the largest into the smallest
        fuse = fuse_conv_bn_eval if isinstance(unit.weights, nn.Conv2d) else fuse_linear_bn_eval
        unit.weights, unit.norm = fuse(unit.weights, unit.norm), nn.Identity()
    layers = list(net.layers)
    for i in (i for i, layer in enumerate(layers) if isinstance(layer, nn.MaxPool2d)):
        layers[i] = nn.Sequential(layers[i], layers[i - 1].relu)
        layers[i - 1].relu = nn.Identity()
    net.layers = nn.Sequential(*layers)
    return net.requires_grad_(False)


@torch.no_grad()
def fold_again(quick: DigitNet, net: DigitNet) -> None:
    """Brings `quick`, made by `folded` of this `net`, to what `net` has learned since: a tenth of the work of a new copy."""
    for mine, unit in zip(quick.units(), net.units()):
        if hasattr(unit, "pool"):
            mine.load_state_dict(unit.state_dict())
            continue
        fuse = fuse_conv_bn_weights if isinstance(unit.weights, nn.Conv2d) else fuse_linear_bn_weights
        norm = unit.norm
        weight, bias = fuse(
            unit.weights.weight, None, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
        )
        mine.weights.weight.copy_(weight)
        mine.weights.bias.copy_(bias)
    quick.head.load_state_dict(net.head.state_dict())
