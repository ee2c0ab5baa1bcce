"""Digits over patches of photos, and scanned digits: what is a patch, which part of a photo it comes from, which split."""

import numpy as np
import pytest
import torch
from PIL import Image

from core.data import digits, photos, scanned, scenery
from core.data.digits import CLASSES
from core.data.scenery import COLOURED, SIDE, TRAINED_ON

PARTS = {"train": (0.0, TRAINED_ON), "test": (TRAINED_ON, 1.0)}
MEANS = [0.2743, 0.5025, 0.2032, 0.2944, 0.3692, 0.1925, 0.49, 0.3779, 0.383, 0.2809]  # of every hundredth test picture
FIRST = [1, 3, 4, 9, 3, 8, 3, 5, 8, 9, 0, 9, 4, 7, 0, 1, 3, 4, 5, 2]  # labels of scanned test digits
SCANNED = [0.156, 0.1749, 0.1928, 0.151, 0.144, 0.131, 0.1495, 0.1325, 0.151, 0.1644]  # means of every fiftieth of them
each_part = pytest.mark.parametrize("part", PARTS)


@pytest.fixture(scope="module")
def pixels():
    """Every photo (H, W) with one number for each colour, so that colours are compared at once."""
    found = {}
    for name in COLOURED:
        rgb = np.array(Image.open(photos.path(name)).convert("RGB")).astype(np.int32)
        found[name] = rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]
    return found


def coloured(picture):
    """(3, H, W) in [0, 1] as one number for each colour."""
    r, g, b = (255 * picture).round().int().numpy()
    return r << 16 | g << 8 | b


def places(strip, pixels):
    """Every (photo, row, column) where the strip (h, w) of colours lies."""
    h, w = strip.shape
    for name, photo in pixels.items():
        rows, columns = photo.shape[0] - h + 1, photo.shape[1] - w + 1
        here = photo[:rows, :columns] == strip[0, 0]
        for r, c in ((h - 1, w - 1), (0, w - 1), (h // 2, w // 2)):
            here &= photo[r : r + rows, c : c + columns] == strip[r, c]
        for row, column in zip(*np.nonzero(here)):
            if np.array_equal(photo[row : row + h, column : column + w], strip):
                yield name, row, column


def inside(part, name, column, pixels):
    """Whether a patch that begins at this column lies in the part of the photo that is the part's."""
    width = pixels[name].shape[1]
    left, right = (int(share * width) for share in PARTS[part])
    return left <= column and column + SIDE <= right


# ---- in colour ----


def test_shapes_ranges_and_labels():
    data, plain = scenery.load(), digits.load()
    for x, y, same in ((data.train_x, data.train_y, plain.train_y), (data.test_x, data.test_y, plain.test_y)):
        assert x.shape == (len(same), 3, 28, 28) and x.dtype == torch.float32 and torch.equal(y, same)
        assert 0 <= x.min() and x.max() <= 1 and x.is_contiguous(memory_format=torch.channels_last)
    assert scenery.load() is data


@each_part
def test_patches_are_cut_from_their_own_part_of_a_photo(part, pixels):
    found = scenery.patches(40, *PARTS[part], np.random.default_rng(0))
    assert found.shape == (40, 3, SIDE, SIDE) and 0 <= found.min() and found.max() <= 1
    used = set()
    for patch in found:
        there = list(places(coloured(patch), pixels))
        assert there, "no photo holds it"
        assert any(inside(part, name, column, pixels) for name, _, column in there)
        used |= {name for name, *_ in there}
    assert used == set(COLOURED)


@each_part
def test_pictures_show_their_own_part_of_a_photo_and_no_other(part, pixels):
    """The first three rows of nearly every digit are empty, so what is seen there is the photo as it is."""
    data, plain = scenery.load(), digits.load()
    x, digit = getattr(data, f"{part}_x"), getattr(plain, f"{part}_x")
    sure = 0
    for i in range(0, len(x), len(x) // 40):
        if digit[i, 0, :3].any():
            continue
        there = list(places(coloured(x[i, :, :3]), pixels))
        assert any(inside(part, name, column, pixels) for name, _, column in there), i
        sure += len(there) == 1
        if len(there) == 1:
            ((name, row, column),) = there
            photo = (
                np.array(Image.open(photos.path(name)).convert("RGB"))[row : row + SIDE, column : column + SIDE] / 255
            )
            expected = np.abs(photo.transpose(2, 0, 1) - digit[i].numpy())
            assert np.allclose(x[i].numpy(), expected, atol=1e-6), "|patch − digit|, channel by channel"
    assert sure > 20, "a strip of one colour lies in many places, but most do not"


def test_no_column_of_a_photo_is_in_both_parts(pixels):
    for name, photo in pixels.items():
        width = photo.shape[1]
        left = {column + i for column in range(int(TRAINED_ON * width) - SIDE + 1) for i in range(SIDE)}
        assert all(inside("train", name, column, pixels) for column in range(int(TRAINED_ON * width) - SIDE + 1))
        assert not inside("train", name, int(TRAINED_ON * width) - SIDE + 1, pixels) and max(left) < int(
            TRAINED_ON * width
        )
        assert width - int(TRAINED_ON * width) >= SIDE, "too narrow for a patch of its own"


@pytest.mark.parametrize("left, right", [(0.0, 0.5), (0.5, 1.0), (0.9, 1.0)])
def test_every_place_of_the_part_can_be_drawn_and_no_other(left, right, monkeypatch):
    """A photo whose red is the number of its column: 40 and more columns, all met, from the first to the last."""
    width = 400
    red = np.broadcast_to((np.arange(width) % 256).astype(np.uint8)[None, :, None], (40, width, 3)).copy()
    red[..., 1] = (np.arange(width) // 256)[None]
    monkeypatch.setattr(scenery, "_pixels", lambda name: red)
    found = (255 * scenery.patches(3000, left, right, np.random.default_rng(1))).round().int()
    columns = found[:, 0] + 256 * found[:, 1]
    assert columns.min() == int(left * width) and columns.max() == int(right * width) - 1


def test_the_stroke_turns_its_ground_to_the_opposite_colour():
    patch, x = torch.rand(4, 3, 28, 28), torch.zeros(4, 1, 28, 28)
    x[:, :, 10:20] = 1
    x[:, :, 20:] = 0.4
    seen = scenery.blended(x, patch)
    assert torch.equal(seen[:, :, :10], patch[:, :, :10])
    assert torch.allclose(seen[:, :, 10:20], 1 - patch[:, :, 10:20])
    assert torch.allclose(seen[:, :, 20:], (patch[:, :, 20:] - 0.4).abs())


def test_the_pictures_are_the_same_for_ever():
    """A shipped run and a published figure hold only for these pictures: a change of them must not go unnoticed."""
    first = scenery.load()
    scenery.load.cache_clear()
    again = scenery.load()
    assert again is not first and torch.equal(again.test_x, first.test_x) and torch.equal(again.train_x, first.train_x)
    assert first.test_x[::100].mean((1, 2, 3)).tolist() == pytest.approx(MEANS, abs=0.003)


# ---- scanned ----


def test_the_split_of_the_scanned_digits():
    data = scanned.load()
    assert data.train_x.shape == (1297, 1, 28, 28) and data.test_x.shape == (500, 1, 28, 28)
    assert data.test_y.bincount().tolist() == [
        scanned.TEST_PER_CLASS
    ] * CLASSES and data.train_y.unique().tolist() == list(range(10))
    for x in (data.train_x, data.test_x):
        assert x.dtype == torch.float32 and x.min() == 0 and x.max() == 1
        ink = x[:, :, 4:24, 4:24]
        assert x.sum() == pytest.approx(ink.sum().item()), "ink outside the box of 20 × 20"
    assert scanned.load() is data


def test_the_scanned_digits_are_those_of_scikit_learn_each_once_with_its_label():
    """Enlarged once more with the plainest means."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    small = images.reshape(-1, 8, 8) / 16
    data = scanned.load()
    x, y = torch.cat([data.train_x, data.test_x])[:, 0].numpy(), torch.cat([data.train_y, data.test_y]).numpy()
    assert len({picture.tobytes() for picture in x}) == 1797
    for one, label in zip(small[:40], labels):
        near = np.abs(x[:, 4:24, 4:24] - enlarged(one)).max((1, 2))
        assert near.min() < 1e-5 and y[near.argmin()] == label


def enlarged(small):
    """Bilinear, one axis after the other, with pixels' middles on pixels' middles: (8, 8) to (20, 20)."""
    at = (np.arange(20) + 0.5) * 8 / 20 - 0.5
    rows = np.array([np.interp(at, np.arange(8), row) for row in small])
    return np.array([np.interp(at, np.arange(8), column) for column in rows.T]).T


def test_the_split_of_the_scanned_digits_is_the_same_for_ever():
    data = scanned.load()
    assert data.test_y[:20].tolist() == FIRST
    assert data.test_x[::50].mean((1, 2, 3)).tolist() == pytest.approx(SCANNED, abs=0.0005)
