"""Our attacks against torchattacks 3.5.1: same network, same start, same steps.

Where the answers are compared to rounding, both attack the network as it is. Where success is compared, ours attack the
folded network, as a run does: on an even background max-pooling has ties, which fall otherwise there, and with them gradients.
"""

import copy
from functools import cache

import pytest
import torch
import torchattacks
from torch import nn

from core.attack import gradient, minimal, models
from core.attack.ball import Ball, lengths
from core.attack.craft import last
from core.attack.models import Aim, ask
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK

EPSILON, STEPS, STRIDE = 0.15, 8, 0.25
ALPHA = EPSILON * STRIDE
SEED = 3
TIES = 1e-4  # share of pixels whose gradient is zero but for rounding


@cache
def teacher():
    """The network as it is, and the same that runs attack: fifty digits."""
    net = digit_net(SHIPPED_NETWORK)
    return net, models.first_digits(net, 50)


@pytest.fixture
def seeded_globally():
    """The global generator, from which the library draws, starts at SEED, and goes on as before afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        yield


def wish(found):
    return (found.y + 1) % 10


def theirs(attack, targeted=False):
    """What the library makes of the digits."""
    _, found = teacher()
    if targeted:
        attack.set_mode_targeted_by_label(quiet=True)
    return attack(found.x, wish(found) if targeted else found.y).detach()


def aim(targeted=False):
    _, found = teacher()
    return Aim(wish(found), True) if targeted else Aim(found.y)


def fooled(attacked, label=None):
    """How many of 100 the network as it is gets wrong."""
    net, found = teacher()
    return 100 * float(Aim(found.y if label is None else label).reached(ask(net, attacked)).float().mean())


def same(ours, library, error=1e-6):
    """Pixel for pixel. Where a gradient is zero but for rounding, its sign is the processor's, and the pixel goes the other way."""
    off = (ours - library).abs() > error
    assert off.float().mean() <= TIES, f"{int(off.sum())} of {off.numel()} pixels"
    assert not torch.equal(ours, teacher()[1].x)


# --- deterministic ones: the same picture -----------------------------------------------------------------------------


@pytest.mark.parametrize("targeted", [False, True])
@pytest.mark.parametrize("epsilon", [0.05, 0.2])
def test_fgsm(epsilon, targeted):
    net, found = teacher()
    same(
        last(gradient.fgsm(net, found.x, aim(targeted), Ball("inf", epsilon))),
        theirs(torchattacks.FGSM(net, eps=epsilon), targeted),
    )


@pytest.mark.parametrize("targeted", [False, True])
def test_ifgsm_is_bim(targeted):
    net, found = teacher()
    same(
        last(gradient.ifgsm(net, found.x, aim(targeted), Ball("inf", EPSILON), STEPS, STRIDE)),
        theirs(torchattacks.BIM(net, eps=EPSILON, alpha=ALPHA, steps=STEPS), targeted),
    )


@pytest.mark.parametrize("targeted", [False, True])
def test_ifgsm_is_pgd_without_random_start(targeted):
    net, found = teacher()
    library = torchattacks.PGD(net, eps=EPSILON, alpha=ALPHA, steps=STEPS, random_start=False)
    same(
        last(gradient.ifgsm(net, found.x, aim(targeted), Ball("inf", EPSILON), STEPS, STRIDE)),
        theirs(library, targeted),
    )


@pytest.mark.parametrize("momentum", [0.0, 0.5, 1.0])
def test_mifgsm(momentum):
    net, found = teacher()
    same(
        last(gradient.mifgsm(net, found.x, aim(), Ball("inf", EPSILON), STEPS, STRIDE, momentum)),
        theirs(torchattacks.MIFGSM(net, eps=EPSILON, alpha=ALPHA, steps=STEPS, decay=momentum)),
    )


def test_dim_without_diversity():
    net, found = teacher()
    library = torchattacks.DIFGSM(net, eps=EPSILON, alpha=ALPHA, steps=STEPS, decay=0.9, diversity_prob=0.0)
    same(
        last(gradient.dim(net, found.x, aim(), Ball("inf", EPSILON), STEPS, STRIDE, 0.9, 0.0, seeded(SEED))),
        theirs(library),
    )


@pytest.mark.parametrize("targeted", [False, True])
def test_l2_without_random_start(targeted):
    """Their eps is the radius itself. In 64 bits, since 32 leave few digits of the gradient where the network is sure.

    Theirs divides the mean loss's gradient by its length + 1e-10, which shortens the first steps where it is very sure: only
    the other pictures are compared.
    """
    found, ball = teacher()[1], Ball("2", 0.06)
    net, x, radius = copy.deepcopy(teacher()[0]).double(), found.x.double(), ball.radius(found.x)
    library = torchattacks.PGDL2(net, eps=radius, alpha=STRIDE * radius, steps=3, random_start=False)
    if targeted:
        library.set_mode_targeted_by_label(quiet=True)
    steep = lengths(gradient.gradient(net, x, aim(targeted))[0]).flatten() > 1e-3
    assert steep.sum() >= 10
    ours = last(gradient.ifgsm(net, x, aim(targeted), ball, 3, STRIDE))
    assert (ours - library(x, aim(targeted).label))[steep].abs().max() < 1e-4 and (ours - x).abs().max() > 0.05


# --- a random start, the same for both ----------------------------------------------------------------------------------


@pytest.mark.parametrize("targeted", [False, True])
def test_pgd_from_the_same_random_start(targeted, seeded_globally):
    """Theirs ends at the last step, ours keeps the best: so every picture of ours leads by as much, or more."""
    net, found = teacher()
    ball = Ball("inf", EPSILON)
    library = theirs(torchattacks.PGD(net, eps=EPSILON, alpha=ALPHA, steps=STEPS), targeted)
    torch.manual_seed(SEED)
    start = (found.x + torch.empty_like(found.x).uniform_(-EPSILON, EPSILON)).clamp(0, 1)
    points = [start]
    for _ in range(STEPS):
        points.append(
            ball.project(
                found.x, points[-1] + STRIDE * ball.steepest(gradient.gradient(net, points[-1], aim(targeted))[0])
            )
        )
    same(points[-1], library)
    mine = last(gradient.pgd(net, found.x, aim(targeted), _From(start, ball), STEPS, STRIDE, 1, seeded(SEED)))
    leads = torch.stack([aim(targeted).lead(ask(net, point)) for point in points])
    assert torch.allclose(aim(targeted).lead(ask(net, mine)), leads.amax(0), atol=1e-4)
    assert (aim(targeted).lead(ask(net, mine)) >= aim(targeted).lead(ask(net, library)) - 1e-4).all()


class _From(Ball):
    """A ball whose random point is given."""

    def __init__(self, start, ball):
        super().__init__(ball.norm, ball.epsilon)
        object.__setattr__(self, "start", start)

    def anywhere(self, x, generator):
        return self.start


@pytest.mark.parametrize("epsilon", [0.07, 0.1])
def test_pgd_fools_as_many(epsilon, seeded_globally):
    """Other starts, and the folded network."""
    net, found = teacher()
    library = theirs(torchattacks.PGD(net, eps=epsilon, alpha=0.1 * epsilon, steps=20))
    ours = last(gradient.pgd(found.net, found.x, aim(), Ball("inf", epsilon), 20, 0.1, 1, seeded(SEED)))
    assert abs(fooled(ours) - fooled(library)) <= 2 and fooled(library) > 20


# --- the same success --------------------------------------------------------------------------------------------------


def test_dim_with_the_same_resizings():
    net, found = teacher()
    library, draws = torchattacks.DIFGSM(net, eps=EPSILON, alpha=ALPHA, steps=STEPS, decay=0.9), seeded(SEED)
    library.input_diversity = lambda x: gradient.diverse(x, 0.5, draws)
    same(
        last(gradient.dim(net, found.x, aim(), Ball("inf", EPSILON), STEPS, STRIDE, 0.9, 0.5, seeded(SEED))),
        theirs(library),
    )


def test_dim_fools_as_many(seeded_globally):
    """On average over four seeds; at smaller ε a seed alone makes a difference of ten points, of ours and of theirs."""
    net, found = teacher()
    epsilon = 0.2
    library = torchattacks.DIFGSM(
        net, eps=epsilon, alpha=0.1 * epsilon, steps=20, decay=1.0, resize_rate=0.9, diversity_prob=0.5
    )
    other, ours, seeds = 0.0, 0.0, 4
    for seed in range(seeds):
        attack = gradient.dim(found.net, found.x, aim(), Ball("inf", epsilon), 20, 0.1, 1.0, 0.5, seeded(seed))
        other += fooled(theirs(library)) / seeds
        ours += fooled(last(attack)) / seeds
    assert abs(ours - other) <= 2 and other > 20, (ours, other)


class Roomy(nn.Module):
    """The network for digits between 1/4 and 3/4, so that no small change leaves [0, 1]."""

    def __init__(self, net):
        super().__init__()
        self.net = net
        self.eval()  # the library puts a network back into the mode in which it came, with all its parts

    def forward(self, x):
        return self.net(2 * x - 0.5)


def test_deepfool_where_nothing_is_clamped():
    """Theirs stretches every step, ours the sum: as many are fooled, with changes of the same length."""
    net, found = teacher()
    x, y = 0.25 + 0.5 * found.x[::2], found.y[::2]
    library = torchattacks.DeepFool(Roomy(net), steps=20, overshoot=0.02)(x, y).detach()
    ours = last(minimal.deepfool(Roomy(found.net), x, Aim(y), 20, 0.02))
    counts = [100 * float(Aim(y).reached(ask(Roomy(net), attacked)).float().mean()) for attacked in (ours, library)]
    assert counts[0] == 100 and abs(counts[0] - counts[1]) <= 2
    mine, other = lengths(ours - x).flatten(), lengths(library - x).flatten()
    assert abs(mine.mean() / other.mean() - 1) < 0.02, (mine.mean(), other.mean())
    assert ((mine - other).abs() <= 0.05 * other + 1e-6).all()


def test_deepfool_where_it_is():
    """Clamped after each stretched step, theirs often comes ever nearer to the border without crossing it; ours crosses."""
    net, found = teacher()
    some = found.only(torch.arange(0, 50, 5))
    library = torchattacks.DeepFool(net, steps=8, overshoot=0.02)(some.x, some.y).detach()
    ours = last(minimal.deepfool(some.net, some.x, Aim(some.y), 8, 0.02))
    assert fooled(ours, some.y) == 100 >= fooled(library, some.y)
    mine, other = lengths(ours - some.x).mean(), lengths(library - some.x).mean()
    assert abs(mine / other - 1) < 0.03, (mine, other)


def test_carlini_wagner():
    """Theirs has one c and cannot move a pixel that is exactly black or white; ours gets as many steps in one search."""
    net, found = teacher()
    some = found.only(torch.arange(0, 50, 3))
    library = torchattacks.CW(net, c=1, kappa=0, steps=100, lr=0.05)(some.x, some.y).detach()
    ours = last(minimal.carlini_wagner(some.net, some.x, Aim(some.y), 0, 1, 100, 0.05))
    assert fooled(ours, some.y) >= fooled(library, some.y) - 2 and fooled(ours, some.y) == 100
    both = Aim(some.y).reached(ask(net, library))
    assert lengths(ours - some.x)[both].mean() <= lengths(library - some.x)[both].mean()
    frozen = (some.x == 0) | (some.x == 1)
    assert torch.equal(library[frozen], some.x[frozen]) and (ours - some.x)[frozen].abs().max() > 0.01
