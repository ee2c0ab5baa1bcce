"""The two domains: a source with labels, and a target whose labels no method may learn from.

As in MNIST-M the target holds the source's own digits, changed; nobody is told which belong together. Only the pair
with scikit-learn's digits comes from two collections, and that of drawings shows the same objects by two designers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from core.data import digits, drawings, scanned, scenery
from core.data.digits import CLASSES, Digits, rotated
from core.loop import seeded
from core.transfer import settings as s

RARE = 5  # digits from this one on are those that may be made rare; of the moons the second
MOON_TRAIN, MOON_TEST, MOON_NOISE = 600, 400, 0.1
OWN = 0.4  # of the digits, which the source keeps to itself where the target may hold none of them
SPLIT = 2016  # the seed of what must not change with the run's: moons, and which target digits are missing


@dataclass(frozen=True)
class Pair:
    """Source and target, x (N, C, 28, 28) in [0, 1], of the moons (N, 2). classes: what there is to tell apart.

    group, test_group: where the source is several domains, from which of them each training and test picture is, from 0.
    """

    source: Digits
    target: Digits
    classes: int
    group: Tensor | None = None
    test_group: Tensor | None = None


def pair(settings: s.TransferSettings) -> Pair:
    """Both domains of a run. The target's training part misses what `rare` takes away; its test part stays balanced."""
    whole = tested(settings)
    return replace(whole, target=thinned(whole.target, first_rare(whole.classes), settings.rare / 100))


def tested(settings: s.TransferSettings) -> Pair:
    """Both domains with the test parts of a run: the target holds its first classes only. What `rare` takes away is there."""
    some = settings.held < CLASSES and not isinstance(settings.target, s.Moons)
    return domains(settings.target, settings.held) if some else domains(settings.target)


def first_rare(classes: int) -> int:
    """The first of the classes that may be made rare: 5 of ten digits, 1 of two moons."""
    return RARE if classes == CLASSES else 1


@lru_cache(maxsize=4)
def domains(target: s.Target, held: int = CLASSES) -> Pair:
    """Both domains, all pictures of them. held: how many of the ten classes the target has. Shared by everybody in the process:
    never write into them."""
    if held < CLASSES:
        whole = domains(target)
        return replace(whole, target=first_classes(whole.target, held))
    return _made(target)


def _made(target: s.Target) -> Pair:
    plain = digits.load()
    match target:
        case s.Coloured():
            return Pair(changed(plain, lambda x: x.expand(-1, 3, -1, -1)), scenery.load(), CLASSES)
        case s.Scanned(direction="to_mnist"):
            return Pair(scanned.load(), plain, CLASSES)
        case s.Scanned():
            return Pair(plain, scanned.load(), CLASSES)
        case s.Rotated() | s.Inverted() | s.Blurred():
            return Pair(plain, changed(plain, lambda x: seen(x, target)), CLASSES)
        case s.Unseen(unseen=angle):
            return several(plain, target.known(), angle)
        case s.Drawings(seen_as=seen_as):
            source = {"grey": "pictures", "outlines": "outlines"}[seen_as]
            return Pair(drawings.load(source), drawings.load("drawings"), CLASSES)
        case s.Shares(noise=sigma):
            return shifted(plain, target.shares(), sigma)
        case s.Moons(turn=turn):
            source = moons()
            return Pair(source, changed(source, lambda x: turned(x, turn)), 2)


def seen(x: Tensor, target: s.Rotated | s.Inverted | s.Blurred) -> Tensor:
    """The digits x (N, 1, 28, 28) as they are in a target that changes each of them alike."""
    match target:
        case s.Rotated(angle=angle):
            return rotated(x, angle)
        case s.Inverted(inversion=share):
            return x + share / 100 * (1 - 2 * x)
        case s.Blurred(blur=sigma):
            return blurred(x, sigma)


def first_classes(data: Digits, held: int) -> Digits:
    """Without the pictures of class `held` and above, in both parts."""
    train, test = data.train_y < held, data.test_y < held
    return Digits(data.train_x[train], data.train_y[train], data.test_x[test], data.test_y[test])


def changed(data: Digits, change) -> Digits:
    """The same pictures with the same labels, each changed in the same way."""
    train, test = (change(x) for x in (data.train_x, data.test_x))
    if train.ndim == 4:
        train, test = (x.contiguous(memory_format=torch.channels_last) for x in (train, test))
    return replace(data, train_x=train, test_x=test)


def blurred(x: Tensor, sigma: float) -> Tensor:
    """Every picture (N, C, H, W) under a Gaussian of `sigma` pixels."""
    return torch.from_numpy(gaussian_filter(x.numpy(), (0, 0, sigma, sigma)))


def shifted(data: Digits, shares: Sequence[float], sigma: float) -> Pair:
    """Two parts of the same noisy digits that share none: the source's classes equally frequent, the target's as `shares` say.

    Both test parts are the same 1,000 digits under other noise, every class equally often.
    """
    own = [torch.nonzero(data.train_y == which).squeeze(1) for which in range(CLASSES)]
    least = min(map(len, own))
    first = round(OWN * least)
    most = (least - first) / max(shares)
    of_source = torch.cat([part[:first] for part in own])
    of_target = torch.cat([part[first : first + max(1, round(most * q))] for part, q in zip(own, shares)])
    parts = [replace(data, train_x=data.train_x[i], train_y=data.train_y[i]) for i in (of_source, of_target)]
    source, target = (changed(part, noise(sigma, seed)) for part, seed in zip(parts, (SPLIT, SPLIT + 1)))
    return Pair(source, target, CLASSES)


def several(data: Digits, angles: Sequence[int], unseen: int) -> Pair:
    """Source domains that share the digits among them, each turned by another angle; the target: all digits, turned by `unseen`.

    The source has as many pictures however many domains it has.
    """
    groups = [(torch.arange(len(y)) + y) % len(angles) for y in (data.train_y, data.test_y)]  # not all first ones alike
    parts = []
    for x, group in zip((data.train_x, data.test_x), groups):
        parts.append(x.clone())
        for place, angle in enumerate(angles):
            parts[-1][group == place] = rotated(x[group == place], angle)
    source = replace(data, train_x=parts[0], test_x=parts[1])
    return Pair(source, changed(data, lambda x: rotated(x, unseen)), CLASSES, *groups)


def noise(sigma: float, seed: int) -> Callable[[Tensor], Tensor]:
    """Gaussian noise on every pixel, cut off at black and white; of one seed always the same."""
    generator = seeded(seed)
    return lambda x: (x + sigma * torch.randn(x.shape, generator=generator)).clamp(0, 1)


def thinned(data: Digits, first: int, share: float) -> Digits:
    """Only this share of the training pictures of class `first` and above; always at least one of each class."""
    if share >= 1:
        return data
    keep = [torch.nonzero(data.train_y < first).squeeze(1)]
    for which in range(first, int(data.train_y.max()) + 1):
        own = torch.nonzero(data.train_y == which).squeeze(1)
        keep.append(own[: max(1, round(share * len(own)))])
    keep = torch.cat(keep).sort().values
    return replace(data, train_x=data.train_x[keep], train_y=data.train_y[keep])


def granted(data: Digits, each: int, seed: int) -> Tensor:
    """Which training pictures come with their labels: up to `each` of each class, (K,) indices."""
    order = torch.randperm(len(data.train_y), generator=seeded(seed))
    found = [order[data.train_y[order] == which][:each] for which in data.train_y.unique()]
    return torch.cat(found)


@lru_cache(maxsize=1)
def moons() -> Digits:
    """Two half moons about the origin, (N, 2), with noise; labels 0 and 1."""
    from sklearn.datasets import make_moons

    x, y = make_moons(MOON_TRAIN + MOON_TEST, noise=MOON_NOISE, random_state=SPLIT)
    x = torch.from_numpy(x).float() - torch.tensor([0.5, 0.25])
    y = torch.from_numpy(y).long()
    return Digits(x[:MOON_TRAIN], y[:MOON_TRAIN], x[MOON_TRAIN:], y[MOON_TRAIN:])


def turned(x: Tensor, degrees: float) -> Tensor:
    """Points (N, 2), counter-clockwise about the origin."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return x @ torch.tensor([[cos, sin], [-sin, cos]])
