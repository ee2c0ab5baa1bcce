"""What is to be imitated: points where the shape says, digits of the chosen classes, and codes."""

import argparse
import base64
import math

import numpy as np
import pytest
import torch

from core import __main__ as command
from core import runs
from core.data import digits
from core.gan import settings as s
from core.gan import worlds
from core.gan.settings import GanSettings
from core.loop import seeded
from core.settings import build

N = 4000


def drawing(*rows_columns):
    """A drawing of its own with full ink at these places."""
    picture = np.zeros((28, 28), np.uint8)
    for row, column in rows_columns:
        picture[row, column] = 255
    return base64.b64encode(picture.tobytes()).decode()


def sample(world, seed=0, n=N):
    points, classes = worlds.PlaneData(world).sample(n, seeded(seed))
    assert points.shape == (n, 2) and points.dtype == torch.float32 and classes is None
    return points


ALL = [s.Plane(shape="ring"), s.Plane(shape="grid"), s.Plane(shape="spiral"), s.Plane(shape="moons"), s.Drawn()]
CLOUDS = s.Clouds()


@pytest.mark.parametrize("world", ALL, ids=lambda world: getattr(world, "shape", "drawn"))
def test_every_shape_lies_in_the_part_of_the_plane_that_is_drawn(world):
    points = sample(world)
    assert points.abs().max() < s.REACH and (points.max(0).values - points.min(0).values).min() > 0.5
    assert torch.equal(points, sample(world)) and not torch.equal(points, sample(world, seed=1))
    wide = sample(world.model_copy(update={"spread": 0.2}))
    calm = sample(world.model_copy(update={"spread": 0.005}))
    # the clean points are the same, so the difference is the noise alone
    assert (wide - calm).std(0).tolist() == pytest.approx([0.195] * 2, rel=0.05)


@pytest.mark.parametrize("shape, count, gap", [("ring", 8, 2 * math.sin(math.pi / 8)), ("grid", 25, 0.5)])
def test_spots(shape, count, gap):
    modes, points = worlds.modes(shape), sample(s.Plane(shape=shape))
    between = torch.cdist(modes, modes) + 9 * torch.eye(count)
    assert modes.shape == (count, 2) and between.min(1).values.tolist() == pytest.approx([gap] * count, abs=1e-5)
    far, which = torch.cdist(points, modes).min(1)
    assert far.max() < 0.12 and far.square().mean().sqrt().item() == pytest.approx(0.02 * math.sqrt(2), rel=0.05)
    assert torch.bincount(which, minlength=count).min() > 0.7 * N / count, "all spots alike"


def test_the_ring_and_the_grid():
    assert worlds.modes("ring").norm(dim=1).tolist() == pytest.approx([1] * 8)
    assert sorted({round(v, 3) for v in worlds.modes("grid").flatten().tolist()}) == [-1, -0.5, 0, 0.5, 1]
    assert [worlds.modes(shape) for shape in ("spiral", "moons", "drawn")] == [None] * 3


def test_the_spiral():
    """Of one arm: the angle is 3π times the share of the way, and so much further out; as many points on each bit of it."""
    points = sample(s.Plane(shape="spiral", spread=0.005))
    far = points.norm(dim=1) / 1.1
    angle = 3 * math.pi * far
    ideal = 1.1 * torch.stack([far * angle.cos(), far * angle.sin()], 1)
    assert (points - ideal).norm(dim=1)[far > 0.2].max() < 0.15
    assert far.max().item() == pytest.approx(1, abs=0.03) and far.median().item() == pytest.approx(0.5**0.5, abs=0.02)


def test_the_moons():
    points = sample(s.Plane(shape="moons", spread=0.005)) / 0.8 + torch.tensor([0.5, 0.25])
    upper, lower = (points - torch.tensor(middle) for middle in ([0.0, 0.0], [1.0, 0.5]))
    on_upper = ((upper.norm(dim=1) - 1).abs() < 0.03) & (upper[:, 1] > -0.03)
    on_lower = ((lower.norm(dim=1) - 1).abs() < 0.03) & (lower[:, 1] < 0.03)
    assert (on_upper | on_lower).all() and 0.45 < on_upper.float().mean() < 0.55 and (on_upper & on_lower).sum() < 40


# ---- a drawing of one's own ----


def test_ink_lies_where_it_was_drawn():
    """Row 4 is above the middle, column 20 right of it; (13.5, 13.5) is the middle, ten pixels are 1."""
    text = drawing((4, 20), (20, 4), (27, 27))
    places, weights = worlds.ink(text)
    assert places.tolist() == [pytest.approx(p) for p in ([0.65, 0.95], [-0.95, -0.65], [1.35, -1.35])]
    assert len(set(weights.tolist())) == 1
    points = sample(s.Drawn(drawing=text, spread=0.005))
    far, which = (points[:, None] - places).abs().amax(2).min(1)
    assert far.max() < 0.05 + 0.03 and torch.bincount(which).min() > 0.28 * N
    assert far.max() > 0.05, "a pixel is an area and no point"


def test_more_ink_more_points_and_a_breath_of_ink_is_none():
    picture = np.zeros((28, 28), np.uint8)
    picture[5, 5], picture[20, 20], picture[9, 20] = 240, 80, 40
    places, weights = worlds.ink(base64.b64encode(picture.tobytes()).decode())
    assert len(places) == 2 and (weights / weights.sum()).tolist() == pytest.approx([0.75, 0.25])
    points = sample(s.Drawn(drawing=base64.b64encode(picture.tobytes()).decode()))
    assert (points[:, 1] > 0).float().mean().item() == pytest.approx(0.75, abs=0.03)


def test_an_empty_drawing_is_refused_in_words_and_none_is_a_three():
    with pytest.raises(ValueError, match="^Nothing is drawn yet: .*[.]$"):
        worlds.PlaneData(s.Drawn(drawing=drawing())).sample(4, seeded(0))
    data = digits.load()
    three = data.train_x[data.train_y == 3][0].reshape(28, 28)
    places, weights = worlds.ink("")
    assert len(places) == (three > 0.2 * three.max()).sum() and weights.max() == three.max()
    row, column = divmod(int(three.argmax()), 28)
    assert places[weights.argmax()].tolist() == pytest.approx([(column - 13.5) / 10, (13.5 - row) / 10])


def test_what_is_no_drawing_is_refused_in_words():
    with pytest.raises(ValueError, match="draw it again[.]$"):
        worlds.ink("AAAA")


# ---- digits ----


def test_digits_of_the_chosen_classes_only():
    data = digits.load()
    world = worlds.DigitData(s.Digits(digits="37"))
    x, y = world.sample(300, seeded(0))
    assert x.shape == (300, 1, 28, 28) and set(y.tolist()) == {3, 7} and 0.35 < (y == 3).float().mean() < 0.65
    assert x.min() == -1 and 0.9 < x.max() <= 1
    assert len(world.x) == torch.isin(data.train_y, torch.tensor([3, 7])).sum()
    assert (
        set(world.test_y.tolist()) == {3, 7}
        and len(world.test_x) == torch.isin(data.test_y, torch.tensor([3, 7])).sum()
    )
    one = worlds.DigitData(s.Digits(digits="0"))
    assert set(one.sample(50, seeded(0))[1].tolist()) == {0} and torch.equal(
        one.test_x, 2 * data.test_x[data.test_y == 0] - 1
    )


def test_every_digit_keeps_its_class():
    data = digits.load()
    world = worlds.DigitData(s.Digits())
    x, y = world.sample(20, seeded(3))
    for picture, label in zip(x, y, strict=True):
        (at,) = torch.nonzero((2 * data.train_x - 1 - picture).abs().flatten(1).sum(1) == 0)[:1, 0]
        assert data.train_y[at] == label
    assert len(world.x) == len(data.train_x) and len(world.test_x) == len(data.test_x)


# ---- codes ----


@pytest.mark.parametrize(
    "world, places", [(s.Plane(), 16), (s.Drawn(), 16), (s.Digits(digits="258"), 64)], ids=["plane", "drawn", "digits"]
)
@pytest.mark.parametrize("latent", [1, 2, 16])
def test_codes_beyond_the_latent_size_are_silent(world, places, latent):
    z, y = worlds.world_of(GanSettings(data=world)).codes(600, seeded(0), latent)
    assert z.shape == (600, places) and (z[:, latent:] == 0).all()
    assert z[:, :latent].std(0).tolist() == pytest.approx([1] * latent, abs=0.12)
    assert y is None if world.name != "digits" else torch.bincount(y)[[2, 5, 8]].tolist() == [200] * 3


def test_another_latent_size_leaves_the_numbers_that_stay():
    """So a run whose latent size is turned draws the same random numbers as before."""
    wide, narrow = (worlds.codes(5, 16, latent, seeded(0)) for latent in (9, 4))
    assert torch.equal(wide[:, :4], narrow[:, :4])


def test_the_real_cloud_lies_in_the_middle_wherever_the_fakes_are():
    points = sample(CLOUDS.model_copy(update={"distance": 0.3, "spread": 0.15}))
    assert points.mean(0).abs().max() < 0.01 and points.std(0).tolist() == pytest.approx([0.15] * 2, rel=0.05)
    assert worlds.modes("clouds").tolist() == [[0, 0]]


def test_the_world_of_settings():
    assert isinstance(worlds.world_of(GanSettings(data=s.Digits())), worlds.DigitData)
    assert worlds.world_of(GanSettings(data=CLOUDS)).shape == "clouds"
    for world in ALL:
        assert worlds.world_of(GanSettings(data=world)).shape == getattr(world, "shape", "drawn")


def test_what_was_once_called_world_opens_as_data():
    """Old links, flags and stored runs name the dataset “world”."""
    asked = {"world": "digits", "channels": "8", "latent": "5"}
    assert build(GanSettings, asked) == GanSettings(data=s.Digits(channels=8, latent=5))
    parser = argparse.ArgumentParser()
    command.add_flags(parser, "gan", many=False)
    flags = command.given(parser.parse_args(["--world", "digits", "--channels", "8", "--latent", "5"]))
    assert build(GanSettings, flags) == build(GanSettings, asked)
    about = runs.load("gan-dcgan-on-digits").about
    assert about.settings["data"] == "digits" and "world" not in about.settings
