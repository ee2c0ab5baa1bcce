"""A few pixels of any colour, found by evolution: the attacker sees the network's answers and never a gradient."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from core.attack.ball import LEVELS
from core.attack.models import Aim, ask
from core.loop import seeded

F = 0.5  # scale factor of the mutation
COLOUR_MEAN, COLOUR_SD = 128 / LEVELS, 127 / LEVELS  # of the colours at the beginning
PLACE = 2  # the first two numbers of a pixel: row and column
FOOLS = 1  # a candidate of this fitness or more fools the network
AT_ONCE = 100  # candidates painted at once: with photos, 60 MB


def few_pixels(
    net: nn.Module, x: Tensor, aim: Aim, pixels: int, population: int, generations: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """One pixel attack (Su, Vargas, Sakurai 2019, section III): `pixels` pixels of each picture x (N, C, H, W) change.

    Yields the best candidates after each generation, as 8-bit pictures. A picture that is fooled rests; the attack ends
    when all are. One that is fooled before the attack stays as it is. Each picture has random numbers of its own.
    """
    attacked, fooled = x.clone(), aim.reached(ask(net, x))
    seeds = torch.randint(2**62, (len(x),), generator=generator).tolist()
    searches = [
        evolve(net, x[i], aim.only(slice(i, i + 1)), pixels, population, seeded(seed)) for i, seed in enumerate(seeds)
    ]
    for _ in range(generations):
        for i in torch.nonzero(~fooled)[:, 0].tolist():
            attacked[i], fooled[i] = next(searches[i])
        yield attacked.clone()
        if fooled.all():
            return


def evolve(
    net: nn.Module,
    x: Tensor,
    aim: Aim,
    pixels: int,
    population: int,
    generator: torch.Generator,
) -> Iterator[tuple[Tensor, bool]]:
    """The best candidate (C, H, W) of each generation for one picture x (C, H, W), and whether it fools the network.

    Differential evolution, DE/rand/1 without crossover: every child fights its own parent, and the fitter survives.
    """
    parents = first_generation(population, pixels, len(x), generator)
    fitness = fitness_of(net, x, aim, parents)
    while True:
        if fitness.max() < FOOLS:
            children = breed(parents, generator)
            theirs = fitness_of(net, x, aim, children)
            won = theirs >= fitness
            parents = torch.where(won[:, None, None], children, parents)
            fitness = torch.where(won, theirs, fitness)
        best = fitness.argmax()
        yield paint(x, parents[best, None])[0], bool(fitness[best] >= FOOLS)


def first_generation(population: int, pixels: int, channels: int, generator: torch.Generator) -> Tensor:
    """Candidates (population, pixels, 2 + C): row and column uniform, colours from N(128, 127) of 255; all in [0, 1]."""
    candidates = torch.rand(population, pixels, PLACE + channels, generator=generator)
    colours = torch.randn(population, pixels, channels, generator=generator)
    candidates[..., PLACE:] = (COLOUR_MEAN + COLOUR_SD * colours).clamp(0, 1)
    return candidates


def breed(parents: Tensor, generator: torch.Generator) -> Tensor:
    """One child for each parent (Su et al., equation 3): x_r1 + F (x_r2 − x_r3), r1, r2, r3 at random and all different.

    The paper does not say what becomes of what leaves the range. Here a pixel is mirrored at the edge of the picture,
    which holds nothing of interest, and a colour stops at black or white, which often fool best.
    """
    many = (len(parents),)
    first = torch.randint(many[0], many, generator=generator)
    near = torch.randint(1, many[0], many, generator=generator)  # how far from the first the second and the third stand
    far = torch.randint(1, many[0] - 1, many, generator=generator)
    far = far + (far >= near)
    second, third = (first + near) % many[0], (first + far) % many[0]
    children = parents[first] + F * (parents[second] - parents[third])
    places, colours = children[..., :PLACE], children[..., PLACE:]
    return torch.cat([1 - (1 - places.abs()).abs(), colours.clamp(0, 1)], -1)


def fitness_of(net: nn.Module, x: Tensor, aim: Aim, candidates: Tensor) -> Tensor:
    """How much the attack wants each candidate, (population,): the probability of the target, or of all but the truth.

    In [0, 1], and 1 more for a candidate that fools the network, so that it comes before all that do not.
    """
    logits = torch.cat([ask(net, paint(x, part)) for part in candidates.split(AT_ONCE)])
    aim = Aim(aim.label.expand(len(logits)), aim.targeted)
    probabilities, label = logits.softmax(1), aim.label[:, None]
    if aim.targeted:
        wanted = probabilities.gather(1, label)
    else:  # summed, since 1 − p of a sure network is rounded to 0
        wanted = probabilities.scatter(1, label, 0).sum(1, keepdim=True)
    return wanted[:, 0] + aim.reached(logits)


def paint(x: Tensor, candidates: Tensor) -> Tensor:
    """The picture x (C, H, W) once for each candidate, with its pixels painted, (population, C, H, W); colours of 8 bits."""
    painted = x.repeat(len(candidates), 1, 1, 1)
    everyone = torch.arange(len(candidates))
    height, width = x.shape[1:]
    for row, column, *colour in candidates.permute(1, 2, 0):  # of two pixels at one place the later stays
        row, column = (row * height).long().clamp_max(height - 1), (column * width).long().clamp_max(width - 1)
        painted[everyone, :, row, column] = (LEVELS * torch.stack(colour, 1)).round() / LEVELS
    return painted
