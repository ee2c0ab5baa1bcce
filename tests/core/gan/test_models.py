"""The two players: shapes, codes, packs, classes, the largest singular value, and the same network back from a file."""

import math

import pytest
import torch
from torch import nn

from core.gan import models
from core.gan import settings as s
from core.gan.models import DigitD, DigitG, PlaneD, PlaneG
from core.gan.settings import GanSettings
from core.loop import fresh, seeded
from core.nets import to_model

PLANE, DIGITS = s.Plane(hidden=16), s.Digits(channels=8)


def codes(n, places):
    return torch.randn(n, places, generator=seeded(0))


def classes(n):
    return torch.arange(n) % 10


def pictures(n):
    return torch.rand(n, 1, 28, 28, generator=seeded(1)) * 2 - 1


# ---- shapes ----


@pytest.mark.parametrize("hidden, latent", [(8, 1), (128, 2), (32, 16)])
def test_g_of_the_plane(hidden, latent):
    G = fresh(PlaneG, 0, hidden, latent)
    assert G(codes(5, 16)).shape == (5, 2) and G.arch == {
        "kind": "gan G of the plane",
        "hidden": hidden,
        "latent": latent,
    }
    assert [layer.out_features for layer in G.layers if isinstance(layer, nn.Linear)] == [hidden, hidden, 2]


@pytest.mark.parametrize("pack", [1, 2, 4])
@pytest.mark.parametrize("spectral", [False, True])
def test_d_of_the_plane(pack, spectral):
    D = fresh(PlaneD, 0, 16, pack, spectral)
    assert D(codes(8, 2)).shape == (8 // pack,)
    assert D.arch == {"kind": "gan D of the plane", "hidden": 16, "pack": pack, "spectral": spectral}


@pytest.mark.parametrize("conditional", [False, True])
def test_g_of_digits(conditional):
    G = fresh(DigitG, 0, 8, 32, conditional)
    made = G(codes(6, 64), classes(6) if conditional else None)
    assert made.shape == (6, 1, 28, 28) and made.abs().max() <= 1 and made.std() > 0.01
    assert (G.told is not None) == conditional


@pytest.mark.parametrize("pack", [1, 2, 4])
@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("spectral, normed", [(False, True), (False, False), (True, False)])
def test_d_of_digits(pack, conditional, spectral, normed):
    D = fresh(DigitD, 0, 8, conditional, pack, spectral, normed)
    assert D(pictures(8), classes(8) if conditional else None).shape == (8 // pack,)
    norms = [layer for layer in D.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert len(norms) == normed and D.arch["normed"] == normed
    assert (D.down2.bias is None) == normed, "BatchNorm has a shift of its own"


# ---- classes ----


def test_the_class_changes_the_picture_and_the_score():
    G, D = fresh(DigitG, 0, 8, 32, True).eval(), fresh(DigitD, 0, 8, True).eval()
    with torch.no_grad():
        z, x = codes(1, 64).expand(10, 64), pictures(1).expand(10, 1, 28, 28)
        made, said = G(z, classes(10)), D(x, classes(10))
    assert len({tuple(picture.flatten().tolist()) for picture in made}) == 10 and len(set(said.tolist())) == 10


@pytest.mark.parametrize("pack", [1, 2])
def test_the_class_is_a_direction_in_the_features(pack):
    """score = w·h + ⟨V y, h⟩ / 10, of several the mean of their classes, by hand from D's own features."""
    D = fresh(DigitD, 3, 8, True, pack).eval()
    x, y = pictures(4), torch.tensor([3, 7, 0, 9])
    with torch.no_grad():
        inputs = x.view(4 // pack, pack, 28, 28)
        h = nn.functional.leaky_relu(D.down1(inputs), 0.2)
        h = nn.functional.leaky_relu(D.norm(D.down2(h)), 0.2).flatten(1)
        direction = D.told.weight.T[y].view(4 // pack, pack, -1).mean(1)
        assert torch.allclose(D(x, y), D.real(h).squeeze(1) + (direction * h).sum(1) / 10, atol=1e-5)


def test_d_may_be_left_out_of_what_g_is_told():
    """Then D says the same of a picture whatever class it should be of, and G still draws by the class."""
    G, D = models.players(GanSettings(data=DIGITS.model_copy(update={"d_told": False})))
    x, z = pictures(4), codes(1, 64).expand(4, 64)
    with torch.no_grad():
        assert torch.equal(D.eval()(x, classes(4)), D(x, classes(4).flip(0)))
        assert len({tuple(picture.flatten().tolist()) for picture in G.eval()(z, classes(4))}) == 4
    off = {"data": "digits", "conditional": False}
    assert "d_told" in GanSettings.idle(off) and "d_told" not in GanSettings.idle(off | {"conditional": True})


# ---- packs ----


def test_neighbours_are_packed_together():
    x = torch.arange(24.0).view(8, 3)
    assert torch.equal(models.packed(x, 4), x.view(2, 4, 3)) and torch.equal(models.packed(x, 1)[:, 0], x)
    pack = models.packed(pictures(6), 2)
    assert pack.shape == (3, 2, 1, 28, 28) and torch.equal(pack[1, 0], pictures(6)[2])


@pytest.mark.parametrize(
    "D, x, y",
    [(fresh(PlaneD, 0, 16, 2), codes(8, 2), None), (fresh(DigitD, 0, 8, True, 2), pictures(8), classes(8))],
    ids=["plane", "digits"],
)
def test_d_judges_each_pack_by_all_of_it_and_by_nothing_else(D, x, y):
    D.eval()
    with torch.no_grad():
        before = D(x, y)
        x[5] += 0.5
        changed = (D(x, y) - before).abs() > 1e-7
    assert changed.tolist() == [False, False, True, False]


# ---- codes ----


@pytest.mark.parametrize("latent", [1, 2, 7, 16])
def test_the_first_layer_begins_as_if_it_had_only_the_inputs_that_are_drawn(latent):
    """PyTorch draws weights of n inputs from ±1/√n; all 16 places times √(16 / latent) are those of `latent` inputs."""
    plain = fresh(nn.Linear, 5, 16, 400)
    scaled = models.drawn_only(fresh(nn.Linear, 5, 16, 400), latent)
    assert torch.allclose(scaled.weight, plain.weight * math.sqrt(16 / latent)) and torch.equal(scaled.bias, plain.bias)
    assert scaled.weight.abs().max().item() == pytest.approx(1 / math.sqrt(latent), rel=0.01)
    G = fresh(PlaneG, 5, 128, latent)
    assert G.layers[0].weight.abs().max().item() == pytest.approx(1 / math.sqrt(latent), rel=0.01)


def test_digits_begin_as_if_they_had_only_the_inputs_that_are_drawn():
    for latent in (8, 64):
        assert fresh(DigitG, 0, 8, latent, False).dense.weight.abs().max().item() == pytest.approx(
            latent**-0.5, rel=0.01
        )


# ---- spectral normalisation ----


def largest(layer, side=0):
    """The largest singular value of what the layer does, the matrix of a convolution written out. side: of its pictures."""
    weight = layer.weight.detach()
    if isinstance(layer, nn.Conv2d):
        every = torch.eye(layer.in_channels * side**2).view(-1, layer.in_channels, side, side)
        weight = nn.functional.conv2d(every, weight, stride=layer.stride, padding=layer.padding).flatten(1)
    return torch.linalg.svdvals(weight)[0].item()


def test_each_layer_of_a_normalised_d_lengthens_nothing():
    """From the first step on, and after steps that changed the weights a little."""
    for D, x, y, sides in (
        (fresh(PlaneD, 0, 32, 1, True), codes(8, 2), None, (0,) * 3),
        (fresh(DigitD, 0, 4, True, 2, True, False), pictures(8), classes(8), (28, 14, 0, 0)),
    ):
        adam = torch.optim.Adam(D.parameters(), lr=0.002)
        for step in range(60):  # one power iteration at each pass
            adam.zero_grad()
            D(x, y).square().mean().backward()
            adam.step()
            if step == 0 and y is not None:
                assert largest(D.down1, 28) < 1.05 > largest(D.down2, 14)
        D(x, y)
        layers = [layer for layer in D.modules() if isinstance(layer, nn.Linear | nn.Conv2d)]
        assert len(layers) == len(sides)
        assert [largest(*pair) for pair in zip(layers, sides, strict=True)] == pytest.approx(
            [1] * len(layers), abs=0.03
        )


def test_the_reshaped_weight_is_not_the_convolution():
    """Divided by the largest singular value of its weight as a matrix, a convolution still lengthens its input."""
    layer = fresh(nn.Conv2d, 0, 1, 8, 4, 2, 1)
    with torch.no_grad():
        layer.weight.copy_(layer.weight / torch.linalg.matrix_norm(layer.weight.flatten(1), 2))
    assert largest(layer, 28) > 1.2


def test_a_normalised_d_is_steep_nowhere():
    """1 for w, and at most 1/10 for the direction of the class."""
    D = fresh(DigitD, 0, 8, True, 1, True, False).eval()
    x = pictures(40).requires_grad_(True)
    (gradient,) = torch.autograd.grad(D(x, classes(40)).sum(), x)
    assert 0 < gradient.flatten(1).norm(dim=1).max() < 1.1 * 1.03


def test_without_it_weights_stay_as_they_are():
    plain = fresh(PlaneD, 0, 32, 1, False)
    assert not any("parametrizations" in name for name, __ in plain.named_parameters())
    assert abs(largest(plain.layers[0]) - 1) > 0.05


@pytest.mark.parametrize("shape", [(4, 3), (6, 32)])
def test_a_matrix_divided_by_its_largest_singular_value(shape):
    weight = torch.randn(shape, generator=seeded(2))
    found = models.divided(weight)
    assert found.shape == shape and torch.linalg.svdvals(found.flatten(1))[0].item() == pytest.approx(1, abs=1e-5)
    ratio = weight / found
    assert ratio.std() / ratio.mean() < 1e-4, "all are divided by the same number"
    assert torch.allclose(models.divided(torch.diag(torch.tensor([2.0, 4.0]))), torch.diag(torch.tensor([0.5, 1.0])))


# ---- settings and files ----


@pytest.mark.parametrize(
    "settings",
    [
        GanSettings(data=PLANE, pack=4, spectral=True),
        GanSettings(data=s.Drawn(hidden=8, latent=3)),
        GanSettings(data=DIGITS),
        GanSettings(data=s.Digits(channels=8, conditional=False, latent=5), spectral=True, pack=2),
        GanSettings(data=DIGITS, method=s.GradientPenalty()),
        GanSettings(data=DIGITS, r1=0.5),
    ],
    ids=["plane", "drawn", "digits", "no classes", "gp", "r1"],
)
def test_the_same_players_come_back_from_a_file(settings):
    world = settings.data
    G, D = models.players(settings)
    z, y = codes(8, s.PLACES[world.name]), classes(8) if world.name == "digits" and world.conditional else None
    with torch.no_grad():
        for _ in range(3):  # BatchNorm and power iterations have something to remember
            D(G(z, y), y)
        for net in (G, D):
            again, x = models.player(to_model(net)), z if net is G else G.eval()(z, y)
            assert type(again) is type(net) and again.arch == net.arch and not again.training
            assert torch.equal(again(x, y), net.eval()(x, y))
    assert (
        G.arch["latent"] == world.latent and D.arch["pack"] == settings.pack and D.arch["spectral"] == settings.spectral
    )
    assert G.arch.get("hidden", G.arch.get("channels")) == getattr(world, "hidden", getattr(world, "channels", None))
    assert D.arch.get("hidden", D.arch.get("channels")) == getattr(world, "hidden", getattr(world, "channels", None))


def test_players_are_those_of_their_seed():
    def weights(seed):
        return [
            weight.flatten()[0].item()
            for net in models.players(GanSettings(data=PLANE, seed=seed))
            for weight in net.parameters()
        ]

    torch.manual_seed(1)
    first = weights(0)
    torch.manual_seed(2)
    assert first == weights(0) and not set(first) & set(weights(7))


@pytest.mark.parametrize("world", [PLANE, DIGITS], ids=["plane", "digits"])
def test_the_two_players_begin_with_random_numbers_of_their_own(world):
    """Networks of one seed would begin with the same numbers, only scaled."""
    G, D = (
        {name: value.detach().flatten() for name, value in net.named_parameters()}
        for net in models.players(GanSettings(data=world))
    )
    mine, theirs = (
        (G["layers.0.weight"], D["layers.0.weight"]) if world is PLANE else (G["dense.weight"], D["down1.weight"])
    )
    some = min(len(mine), len(theirs), 100)
    assert abs(torch.corrcoef(torch.stack([mine[:some], theirs[:some]]))[0, 1]) < 0.4


@pytest.mark.parametrize(
    "knobs, normed",
    [
        ({}, True),
        ({"method": s.Hinge()}, True),
        ({"method": s.LeastSquares()}, True),
        ({"method": s.Saturating()}, True),
        ({"method": s.GradientPenalty()}, False),
        ({"method": s.Wasserstein()}, False),
        ({"r1": 0.05}, False),
        ({"spectral": True}, False),
    ],
)
def test_no_batchnorm_where_each_example_s_gradient_counts(knobs, normed):
    __, D = models.players(GanSettings(data=DIGITS, **knobs))
    assert any(isinstance(layer, nn.BatchNorm2d) for layer in D.modules()) == normed


@pytest.mark.parametrize(
    "arch, error", [({}, KeyError), ({"kind": "mlp"}, KeyError), ({"kind": "gan G of the plane", "wide": 3}, TypeError)]
)
def test_what_is_no_player(arch, error):
    with pytest.raises(error):
        models.build(arch)
