"""What is seen of the duel, on players whose answers can be told by hand."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from core.events import Metrics, Picture
from core.gan import models, monitor, quality, worlds
from core.gan import settings as s
from core.gan.monitor import Monitor, as_bytes, opinions
from core.gan.settings import GanSettings
from core.loop import seeded

RING = s.Plane(hidden=8, steps=600)


class Tells(nn.Module):
    """A D that finds a place the more real the further right it is (and, by a third, the higher)."""

    pack = 1

    def forward(self, x, y=None):
        return (3 * x[:, 0] + x[:, 1]).view(-1, self.pack).mean(1)


class Makes(nn.Module):
    """A G that makes of the first two numbers of a code twice their place."""

    def forward(self, z, y=None):
        return 2 * z[:, :2]


def watching(world=RING, G=None, D=None, **knobs):
    settings = GanSettings(data=world, **knobs)
    own_G, own_D = models.players(settings)
    return Monitor(settings, worlds.world_of(settings), G or own_G, D or own_D)


def seen(events):
    return {e.name: e.array for e in events if isinstance(e, Picture)}


# ---- when ----


@pytest.mark.parametrize("steps, every", [(600, 10), (3000, 50), (20, 1), (660, 11)])
def test_when_it_looks(steps, every):
    """Sixty times in a run and a few times at its beginning; the end is an evaluation of its own."""
    eye = watching(RING.model_copy(update={"steps": steps}))
    wanted = {step for step in range(1, steps) if step % every == 0} | {
        step for step in (1, 5, 10, 20, 40) if step < steps
    }
    assert {step for step in range(1, steps + 1) if eye.wants(step)} == wanted


# ---- D's field and G's arrows ----


@pytest.mark.parametrize(
    "method", [s.NonSaturating(), s.LeastSquares(), s.Wasserstein(), s.Hinge()], ids=lambda method: method.name
)
def test_the_field_of_d(method):
    """Rows from below, columns from the left, 255 is real."""
    eye = watching(D=Tells(), G=Makes(), method=method)
    field = eye.field(eye.settings, eye.fakes(300))
    axis = np.linspace(-1.5, 1.5, 41)
    score = 3 * axis[None, :] + axis[:, None]
    if method.name == "ls":
        share = score.clip(0, 1)
    elif method.score == "height":
        real, fake = (eye.scores(x, None).mean().item() for x in (eye.real[:300], eye.fakes(300)))
        share = 1 / (1 + np.exp(-(score - (real + fake) / 2) / score.std(ddof=1)))
    else:
        share = 1 / (1 + np.exp(-score))
    assert field.shape == (41, 41) and field.dtype == np.uint8 and np.abs(field - 255 * share).max() <= 0.6
    assert field[20, -1] > field[20, 0] and field[-1, 20] > field[0, 20]


GRADIENTS = {"nonsaturating": lambda d: 1 - d, "saturating": lambda d: d, "wgan": lambda d: 1.0, "hinge": lambda d: 1.0}


@pytest.mark.parametrize(
    "method", [s.NonSaturating(), s.Saturating(), s.Wasserstein(), s.Hinge()], ids=lambda method: method.name
)
def test_arrows_show_where_g_is_pushed(method):
    """(3, 1) times the gradient of the loss by the score, towards what D finds real, of each fake whatever their number."""
    eye = watching(D=Tells(), G=Makes(), method=method)
    fake = torch.tensor([[0.0, 0.0], [0.5, 0.5], [-1.0, 0.2]])
    said = torch.sigmoid(3 * fake[:, 0] + fake[:, 1]).tolist()
    wanted = [[3 * GRADIENTS[method.name](d), GRADIENTS[method.name](d)] for d in said]
    assert torch.allclose(eye.arrows(eye.settings, fake), torch.tensor(wanted), atol=1e-6)
    assert torch.allclose(eye.arrows(eye.settings, fake[1:2]), torch.tensor(wanted[1:2]), atol=1e-6)


# ---- codes, fakes and scores ----


def test_the_codes_never_change_and_are_silenced_beyond_the_latent_size():
    eye = watching(G=Makes())
    z = eye.codes_now(5)[0]
    assert z.shape == (5, 16) and (z[:, 2:] == 0).all() and (z[:, :2] != 0).all()
    assert torch.equal(eye.fakes(5), 2 * z[:, :2])
    eye.latent = 1
    assert torch.equal(eye.codes_now(5)[0][:, 0], z[:, 0]) and (eye.codes_now(5)[0][:, 1:] == 0).all()
    eye.latent = 9
    assert torch.equal(eye.codes_now(5)[0][:, :2], z[:, :2]) and (eye.codes_now(5)[0][:, :9] != 0).all()
    assert torch.equal(watching().z, eye.z) and not torch.equal(watching(seed=1).z, eye.z)


def test_a_look_takes_the_latent_size_as_it_stands():
    eye = watching()
    later = GanSettings(data=RING.model_copy(update={"latent": 1}))
    one = seen(eye.observe(10, later, torch.tensor(1.0), torch.tensor(2.0)))
    assert one["lattice"].shape == (13, 1, 2) and np.array_equal(one["fake"], eye.fakes(300).half().numpy())
    assert eye.latent == 1
    assert seen(eye.phase(11, "D", eye.settings, torch.zeros(()), torch.zeros(())))["lattice"].shape == (13, 13, 2)


def test_a_pack_is_filled_with_copies():
    D = Tells()
    D.pack = 4
    eye, x = watching(D=D), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert eye.scores(x, None).tolist() == [3, 1]
    packed = watching(pack=2)
    each = packed.D(x.repeat_interleave(2, 0))
    assert torch.allclose(packed.scores(x, None), each)


def test_players_learn_on_in_the_mode_they_were_in():
    settings = GanSettings(data=s.Digits(channels=8, steps=20))
    eye = watching(settings.data)
    eye.fakes(4), eye.score_pair(eye.fakes(8))
    assert eye.G.training and eye.D.training
    eye.D.eval()
    eye.score_pair(eye.fakes(8))
    assert not eye.D.training
    assert eye.G.norm1.num_batches_tracked == 0 == eye.D.norm.num_batches_tracked


def test_scores_of_a_pair():
    """Real ones from all over the real examples, fakes of the first codes."""
    eye = watching(D=Tells(), G=Makes())
    real, fake = eye.score_pair(eye.fakes(200))
    assert torch.equal(fake, Tells()(eye.fakes(200))) and torch.equal(real, Tells()(eye.real[::5]))
    told = watching(s.Digits(channels=8, steps=20, digits="37"))
    asked = []
    told.scores = lambda x, y: asked.append((len(x), y.tolist())) or x.flatten(1).sum(1)
    told.score_pair(told.fakes(20))
    assert set(asked[0][1]) == {3, 7} and asked[1] == (20, [3, 7] * 10)
    three = watching(s.Digits(channels=8, steps=20, digits="012"))
    three.scores = told.scores
    three.score_pair(three.fakes(200))
    assert np.bincount(asked[2][1], minlength=3).min() > 60, "test digits are in the order of their classes"


def test_the_lattice_is_evenly_likely():
    """Between neighbouring lines lie as many codes: their places are quantiles from 2 to 98 %."""
    eye = watching(G=Makes())
    lattice = eye.lattice()
    assert lattice.shape == (13, 13, 2) and torch.allclose(lattice[6, 6], torch.zeros(2), atol=1e-6)
    share = 0.5 * (1 + torch.erf(lattice / 2 / math.sqrt(2)))
    even = torch.linspace(0.02, 0.98, 13)
    assert torch.allclose(share[:, 4, 0], even, atol=1e-5) and torch.allclose(share[4, :, 1], even, atol=1e-5)


# ---- kinds and numbers ----


def test_kinds_of_points():
    ring = watching()
    assert ring.kind_of(worlds.modes("ring") * 1.3, None).tolist() == list(range(8)) and len(ring.kinds) == 8
    assert len(watching(s.Plane(shape="grid")).kinds) == 25
    moons = watching(s.Plane(shape="moons"))  # sectors of an eighth, from the left on
    angle = (torch.arange(8) + 0.5) * math.pi / 4 - math.pi
    assert (
        moons.kind_of(torch.stack([angle.cos(), angle.sin()], 1), None).tolist() == list(range(8))
        and len(moons.kinds) == 8
    )
    assert moons.kind_of(torch.tensor([[-1.0, 0.0], [0.0, 0.0]]), None).tolist() == [7, 4]


def test_kinds_of_digits():
    """Numbers of the chosen classes, in their order; of what is another digit, the chosen one that it is most like."""
    eye = watching(s.Digits(digits="279", channels=8, steps=20))
    kind = eye.kind_of(eye.real, quality.answers(eye.real))
    assert (
        len(eye.kinds) == 3 and (kind == torch.tensor([0, 0, 0, 0, 0, 0, 0, 1, 0, 2])[eye.real_y]).float().mean() > 0.97
    )


def test_what_d_thinks():
    real, fake = torch.tensor([0.0, math.log(3)]), torch.tensor([-math.log(4), 0.0])

    def think(method):
        return opinions(GanSettings(method=method), real, fake)

    assert think(s.NonSaturating()) == think(s.Saturating()) == pytest.approx({"d_real": 0.625, "d_fake": 0.35})
    assert think(s.LeastSquares()) == pytest.approx({"d_real": math.log(3) / 2, "d_fake": -math.log(2)})
    for method in (s.Hinge(), s.Wasserstein(), s.GradientPenalty()):
        assert think(method) == pytest.approx({"c_real": math.log(3) / 2, "c_fake": -math.log(2)})


def test_numbers_of_a_look():
    eye = watching()
    *__, last = eye.observe(10, eye.settings, torch.tensor(1.5), torch.tensor(2.5))
    assert isinstance(last, Metrics) and last.step == 10
    fake, said = (
        eye.fakes(1000),
        opinions(eye.settings, *eye.score_pair(eye.fakes(200))) | {"d_loss": 1.5, "g_loss": 2.5},
    )
    met = quality.modes_met(fake, worlds.modes("ring"), 0.02)
    assert last.values == pytest.approx(said | {"good": met.good, "strict": met.strict, "lenient": met.covered})
    eye = watching(s.Plane(shape="moons", hidden=8))
    *__, last = eye.observe(10, eye.settings, torch.tensor(1.5), torch.tensor(2.5))
    near = quality.neighbourhoods(eye.real[:500], eye.fakes(500))
    said = opinions(eye.settings, *eye.score_pair(eye.fakes(200))) | {"d_loss": 1.5, "g_loss": 2.5}
    assert last.values == pytest.approx(said | {"precision": near["precision"], "coverage": near["coverage"]})


class Repeats(nn.Module):
    """A G that answers with real examples instead of making any."""

    def __init__(self, known):
        super().__init__()
        self.known, self.arch = known, {"kind": "none"}

    def forward(self, z, y=None):
        return self.known[: len(z)]


def test_a_g_that_repeats_the_real_points():
    eye = watching(seed=3)
    eye.G = Repeats(eye.real)
    found = eye.judged(eye.evaluate(1000))
    assert found["precision"] == found["recall"] == found["coverage"] == 100 and found["frechet"] == pytest.approx(
        0, abs=1e-9
    )
    assert found["modes"] == found["modes_strict"] == pytest.approx(8) and found["strict"] == 100 and found["good"] > 97
    assert 0 < found["floor"] < 0.05, "other real points are not the same points"


def test_a_g_that_repeats_digits():
    """And one that repeats only some of their classes: what is said of classes is of the chosen ones."""
    eye = watching(s.Digits(digits="0123", channels=8, steps=20))
    eye.G = Repeats(eye.real[torch.randperm(len(eye.real), generator=seeded(0))])
    found, measured = eye.judged(eye.evaluate(1000)), eye.measured(eye.settings, eye.evaluate(200))
    assert found["precision"] == found["recall"] == found["coverage"] == 100 and found["frechet"] == pytest.approx(
        0, abs=1e-6
    )
    assert found["smallest_class"] > 20 and found["classes"] == pytest.approx(4, abs=0.05) and found["floor"] > 1
    assert measured["kinds"] == 100 and measured["confidence"] > 95
    zeros, ones = (eye.real[eye.real_y == digit][:80] for digit in (0, 1))
    eye.G = Repeats(torch.stack([zeros, ones], 1).flatten(0, 1).repeat(3, 1, 1, 1))
    found, measured = eye.judged(eye.evaluate(1000)), eye.measured(eye.settings, eye.evaluate(200))
    assert found["smallest_class"] < 1 and found["classes"] == pytest.approx(2, abs=0.1)
    assert found["precision"] > 99 and found["recall"] < 70 and measured["kinds"] == 50
    # of four classes each has a fair share of a quarter: 7 % are less than four tenths of it, 13 % are more
    for twos, kinds in ((14, 50), (26, 75)):
        eye.G = Repeats(torch.cat([eye.real[eye.real_y == 2][:twos], zeros, ones, zeros])[:200])
        assert eye.measured(eye.settings, eye.evaluate(200))["kinds"] == kinds


def test_how_many_are_read_as_asked():
    """Real digits in the order in which classes are asked for; then everybody gets a zero."""
    eye = watching(s.Digits(channels=8, steps=20))
    each = [eye.real[eye.real_y == digit][:20] for digit in range(10)]
    eye.G = Repeats(torch.stack(each, 1).flatten(0, 1))
    assert eye.measured(eye.settings, eye.evaluate(200))["asked"] > 95
    eye.G = Repeats(each[0].repeat(10, 1, 1, 1))
    assert eye.measured(eye.settings, eye.evaluate(200))["asked"] == pytest.approx(10, abs=1)
    assert "asked" not in watching(s.Digits(channels=8, steps=20, conditional=False)).asked(None)


# ---- pictures of digits ----


def test_pictures_as_bytes():
    x = torch.tensor([-1.0, 0.0, 1.0, 3.0, -2.0, 0.5]).view(1, 1, 2, 3)
    assert as_bytes(x).tolist() == [[[0, 128, 255], [255, 0, 191]]] and as_bytes(x).dtype == np.uint8


def test_the_film_shows_each_class_in_turn():
    eye = watching(s.Digits(channels=8, steps=20))
    assert eye.codes_now(12)[1].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    begins = seen(eye.begins())
    assert np.array_equal(begins["film"], as_bytes(eye.fakes(40))) and len(begins["real"]) == 40


def test_facts():
    eye = watching()
    assert eye.facts() == {
        "parameters_G": 16 * 8 + 8 + 8 * 8 + 8 + 8 * 2 + 2,
        "parameters_D": 2 * 8 + 8 + 8 * 8 + 8 + 8 + 1,
        "whole": True,
        "modes": 8,
    }
    assert torch.equal(eye.real, worlds.PlaneData(RING).sample(1000, after_codes())[0])


def after_codes():
    """The monitor's own random numbers, once the codes have been drawn from them."""
    draw = seeded(10_000)
    torch.randn(1000, 16, generator=draw)
    return draw


def test_shown_points_are_the_first_of_those_that_are_judged():
    eye = watching()
    begins = seen(eye.begins())
    assert np.array_equal(begins["real"], eye.real[: monitor.SHOWN].half().numpy())
    assert np.array_equal(
        begins["scores"], np.stack([x.detach().numpy() for x in eye.score_pair(eye.fakes(200))]).astype(np.float16)
    )
