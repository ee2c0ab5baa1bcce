"""The two domains: what is changed and what is not, which target digits are missing, and which come with their labels."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from core.data import digits, scanned, scenery
from core.data.digits import Digits, rotated
from core.settings import union_members
from core.transfer import domains
from core.transfer import settings as s
from core.transfer.settings import TransferSettings

TARGETS = [
    s.Coloured(),
    s.Scanned(),
    s.Scanned(direction="from_mnist"),
    s.Rotated(),
    s.Inverted(),
    s.Inverted(inversion=30),
    s.Blurred(),
    s.Moons(),
    s.Shares(),
    s.Unseen(),
    s.Drawings(),
    s.Drawings(seen_as="outlines"),
]
CHANGED = [target for target in TARGETS if not isinstance(target, s.Scanned | s.Shares)]
each_target = pytest.mark.parametrize("target", TARGETS, ids=str)
each_changed = pytest.mark.parametrize("target", CHANGED, ids=str)
pairs = domains.domains


def parts_of(pair):
    return [x for data in (pair.source, pair.target) for x in (data.train_x, data.test_x)]


def test_every_target_is_tried_here():
    assert {type(target) for target in TARGETS} == set(union_members(TransferSettings.model_fields["target"]).values())


@each_target
def test_pictures_are_pictures_and_always_the_same(target):
    pair = pairs(target)
    assert pair is pairs(type(target)(**target.model_dump())), "loaded once"
    for x in parts_of(pair):
        assert x.dtype == torch.float32 and torch.isfinite(x).all()
        assert x.shape[1:] == ((2,) if pair.classes == 2 else (3 if target.name == "coloured" else 1, 28, 28))
        assert pair.classes == 2 or 0 <= x.min() and x.max() <= 1
    domains.domains.cache_clear()
    assert all(torch.equal(a, b) for a, b in zip(parts_of(pair), parts_of(pairs(target)), strict=True))


@each_target
def test_every_class_is_in_every_part(target):
    pair = pairs(target)
    for data in (pair.source, pair.target):
        for y, x in ((data.train_y, data.train_x), (data.test_y, data.test_x)):
            assert len(x) == len(y) and y.unique().tolist() == list(range(pair.classes))


@each_changed
def test_the_change_leaves_the_labels_and_the_parts_as_they_are(target):
    pair = pairs(target)
    assert torch.equal(pair.source.train_y, pair.target.train_y) and torch.equal(pair.source.test_y, pair.target.test_y)
    assert not torch.allclose(pair.source.test_x, pair.target.test_x, atol=0.1)


def test_the_shared_digits_are_never_written_into():
    before = digits.load().train_x.clone(), digits.load().test_x.clone()
    domains.domains.cache_clear()
    for target in TARGETS:
        pairs(target)
    assert torch.equal(before[0], digits.load().train_x) and torch.equal(before[1], digits.load().test_x)


# ---- each target ----


@pytest.mark.parametrize(
    "target", [s.Rotated(angle=0), s.Inverted(inversion=0), s.Blurred(blur=0), s.Moons(turn=0)], ids=str
)
def test_at_no_strength_the_target_is_the_source(target):
    source, *_ = parts = parts_of(pairs(target))
    assert torch.equal(parts[0], parts[2]) and torch.equal(parts[1], parts[3]) and source.std() > 0.1


def test_inverted():
    x, half, whole = (parts_of(pairs(s.Inverted(inversion=share)))[3] for share in (0, 50, 100))
    assert torch.allclose(whole, 1 - x, atol=1e-6) and torch.allclose(half, torch.full_like(x, 0.5), atol=1e-6)
    assert torch.allclose(parts_of(pairs(s.Inverted(inversion=30)))[3], 0.7 * x + 0.3 * (1 - x), atol=1e-6)


def test_turned_digits_are_turned_by_the_angle():
    x, turned = (parts_of(pairs(s.Rotated(angle=180)))[i] for i in (1, 3))
    assert torch.allclose(turned, x.flip(2, 3), atol=1e-4)
    assert torch.equal(parts_of(pairs(s.Rotated(angle=45)))[3], rotated(x, 45))


def test_blur_is_each_picture_s_own():
    x, blurred = (parts_of(pairs(s.Blurred(blur=1.5)))[i] for i in (1, 3))
    for i in (0, 333, 999):
        assert torch.allclose(blurred[i, 0], torch.from_numpy(gaussian_filter(x[i, 0].numpy(), 1.5)), atol=1e-6)
    assert blurred.std() < x.std()
    red = torch.zeros(2, 3, 28, 28)
    red[0, 0, 14, 14] = 1
    assert domains.blurred(red, 2)[0, 1:].abs().sum() == domains.blurred(red, 2)[1].sum() == 0, (
        "colours and neighbours do not run"
    )


def test_digits_in_colour_are_grey_ones_in_three_equal_channels_and_the_scenery():
    pair = pairs(s.Coloured())
    for seen, plain in ((pair.source.train_x, digits.load().train_x), (pair.source.test_x, digits.load().test_x)):
        assert all(torch.equal(seen[:, channel], plain[:, 0]) for channel in range(3))
    assert pair.target is scenery.load()


def test_both_directions_of_the_scanned_digits():
    to, back = pairs(s.Scanned()), pairs(s.Scanned(direction="from_mnist"))
    assert to.source is back.target is scanned.load() and to.target is back.source is digits.load()


@pytest.mark.parametrize("degrees", [0, 15, 90])
def test_moons_turn_counter_clockwise_about_the_origin(degrees):
    x, turned = (parts_of(pairs(s.Moons(turn=degrees)))[i] for i in (0, 2))
    before, after = (torch.atan2(points[:, 1], points[:, 0]).rad2deg() for points in (x, turned))
    assert torch.allclose((after - before) % 360, torch.full_like(before, degrees), atol=0.01)
    assert torch.allclose(turned.norm(dim=1), x.norm(dim=1), atol=1e-5)
    assert torch.allclose(
        domains.turned(torch.tensor([[1.0, 0.0]]), degrees),
        torch.tensor([[math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]]),
        atol=1e-6,
    )


def test_moons_lie_about_the_origin_and_no_point_is_in_both_parts():
    data = domains.moons()
    assert data.train_x.mean(0).abs().max() < 0.1 and data.test_x.mean(0).abs().max() < 0.15
    assert len({tuple(point) for point in torch.cat([data.train_x, data.test_x]).tolist()}) == len(data.train_x) + len(
        data.test_x
    )


# ---- which target pictures there are ----


@pytest.mark.parametrize(
    "target, low",
    [(s.Inverted(), 5), (s.Coloured(), 5), (s.Scanned(direction="from_mnist"), 5), (s.Moons(), 1)],
    ids=str,
)
@pytest.mark.parametrize("rare", [5, 50, 95])
def test_rare_classes_keep_their_share_of_the_training_part_alone(target, low, rare):
    whole, pair = pairs(target), domains.pair(TransferSettings(target=target, rare=rare))
    before, after = (each.target.train_y.bincount() for each in (whole, pair))
    assert torch.equal(before[:low], after[:low])
    assert after[low:].tolist() == [round(rare / 100 * n) for n in before[low:].tolist()]
    assert pair.source is whole.source
    assert torch.equal(pair.target.test_x, whole.target.test_x) and torch.equal(pair.target.test_y, whole.target.test_y)


def test_what_is_kept_keeps_its_label_and_its_place():
    data = numbered([0, 2, 1, 2, 2, 1, 0, 2])
    kept = domains.thinned(data, 1, 0.5)
    assert torch.equal(kept.train_y, data.train_y[kept.train_x.long()]) and kept.train_x.tolist() == sorted(
        kept.train_x.tolist()
    )
    assert kept.train_y.bincount().tolist() == [2, 1, 2]
    assert domains.thinned(data, 1, 1.0) is data


@given(
    st.lists(st.integers(0, 4), min_size=5).map(lambda drawn: [*range(5), *drawn]),
    st.integers(0, 4),
    st.floats(0.001, 1),
)
def test_at_least_one_of_each_class_is_left(labels, first, share):
    data = numbered(labels)
    after = domains.thinned(data, first, share).train_y.bincount(minlength=5)
    for which, (many, left) in enumerate(zip(data.train_y.bincount(minlength=5).tolist(), after.tolist(), strict=True)):
        assert left == (many if which < first else max(1, round(share * many)))


def numbered(labels):
    """Training pictures that are their own numbers."""
    y = torch.tensor(labels)
    return Digits(torch.arange(len(y)).float(), y, torch.zeros(1), torch.zeros(1).long())


# ---- which target labels are granted ----


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 8), st.integers(0, 99))
def test_granted_labels_are_so_many_of_each_class_and_none_twice(labels, each, seed):
    data = numbered(labels)
    index = domains.granted(data, each, seed)
    assert len(set(index.tolist())) == len(index)
    assert (
        data.train_y[index].bincount(minlength=5).tolist()
        == data.train_y.bincount(minlength=5).clamp(max=each).tolist()
    )
    assert torch.equal(index, domains.granted(data, each, seed))


def test_another_seed_grants_others_and_no_class_of_first_come():
    data = digits.load()
    one, other = (domains.granted(data, 5, seed) for seed in (0, 1))
    assert set(one.tolist()) != set(other.tolist()) and len(one) == len(other) == 50
    many = torch.cat([domains.granted(data, 5, seed) for seed in range(40)])
    own = [torch.nonzero(data.train_y == y).flatten().float() for y in range(10)]
    for y, where in enumerate(own):
        drawn = many[data.train_y[many] == y].float()
        assert abs(drawn.mean() - where.mean()) < 4 * where.std() / math.sqrt(len(drawn)), "not the first of each class"
