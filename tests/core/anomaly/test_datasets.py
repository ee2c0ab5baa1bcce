"""What is normal and what is not: no example in two parts, no anomaly where none was asked for, damage where the mask says so."""

import dataclasses
import math
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from core.anomaly import datasets, detectors, monitor, train
from core.anomaly import settings as s
from core.anomaly.settings import AnomalySettings
from core.data import digits, faces, tables
from core.events import Finished, Picture
from core.settings import union_members

DATA = [
    s.OneClass(),
    s.OneClass(normal="1357"),
    s.OneClass(normal="012345678"),
    s.Damaged(),
    s.Damaged(normal="8", damage="noise"),
    s.Faces(),
    s.Tumours(),
    s.Oddities(),
    *(s.Plane(shape=shape) for shape in ("moons", "ring", "spots", "spiral")),
]
each_data = pytest.mark.parametrize("data", DATA, ids=str)
SHAPES = ("moons", "ring", "spots", "spiral")


@pytest.fixture(scope="module", autouse=True)
def all_piles():
    """Kept together: there are more sorts of data here than the process keeps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "pool", cache(datasets.pool.__wrapped__))
        yield


def dataset_of(data, contamination=0, seed=0):
    return datasets.dataset_of(AnomalySettings(data=data, contamination=contamination, seed=seed))


def rows(x):
    """Each example as something that can be compared exactly."""
    return [row.numpy().tobytes() for row in x.contiguous()]


def scale(here):
    """(mean, deviation) by which the tumours were standardised, found from the test part, whose rows are known as they were."""
    raw = torch.from_numpy(tables.load("cancer").test_x.copy()).double()
    deviation = raw.std(0) / here.test_x.double().std(0)
    return raw.mean(0) - here.test_x.double().mean(0) * deviation, deviation


def as_they_were(here, x, data):
    """Examples before they were standardised, to five digits: rows that can be found again in the table."""
    if not isinstance(data, s.Tumours):
        return rows(x)
    mean, deviation = scale(here)
    return table_rows((x.double() * deviation + mean).numpy())


def table_rows(x):
    return [tuple(f"{value:.4g}" for value in row[:6]) for row in x]


def same(a, b):
    return all(
        torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other
        for one, other in ((getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(datasets.Dataset))
    )


def test_every_sort_of_data_is_tried_here():
    assert {type(data) for data in DATA} == set(union_members(AnomalySettings.model_fields["data"]).values())


# ---- parts ----


@each_data
@pytest.mark.parametrize("contamination", [0, 10])
def test_no_example_is_in_two_parts(data, contamination):
    here = dataset_of(data, contamination)
    parts = [rows(x) for x in (here.train_x, here.calibration_x, here.test_x)]
    everything = sum(parts, [])
    assert len(set(everything)) == len(everything)


@each_data
def test_sizes_and_kinds(data):
    here = dataset_of(data)
    n = len(here.train_x) + len(here.calibration_x)
    assert len(here.train_x) == round(0.8 * n) and n == min(datasets.MOST, len(datasets.pool(data).x))
    for x, *beside in (
        (here.train_x, here.train_y, here.hidden),
        (here.calibration_x, here.calibration_hidden),
        (here.test_x, here.test_y, here.test_is_anomaly),
    ):
        assert x.dtype == torch.float32 and torch.isfinite(x).all() and all(len(each) == len(x) for each in beside)
        assert not here.pictures or (x.shape[1:] == (1, 28, 28) and 0 <= x.min() and x.max() <= 1)
    assert (
        here.test_is_anomaly.any()
        and not here.test_is_anomaly.all()
        and here.hidden.dtype == here.test_is_anomaly.dtype == torch.bool
    )
    assert here.train_x[0].shape == here.test_x[0].shape and bool(here.columns) == isinstance(data, s.Tumours)
    assert (here.masks is not None) == isinstance(data, s.Damaged) and int(here.test_y.max()) < len(here.names)


@pytest.mark.parametrize(
    "data, fit, calibration, normal, is_anomaly",
    [
        (s.OneClass(), 320, 80, 100, 900),
        (s.OneClass(normal="012345678"), 1000, 250, 900, 100),
        (s.Damaged(), 1000, 250, 500, 500),
        (s.Faces(), 56, 14, 30, 60),
        (s.Tumours(), 200, 50, 107, 64),
        (s.Plane(), 400, 100, 200, 200),
        (s.Oddities(), 1000, 250, 800, 500),
    ],
    ids=str,
)
def test_how_many_there_are(data, fit, calibration, normal, is_anomaly):
    here = dataset_of(data)
    assert [
        len(here.train_x),
        len(here.calibration_x),
        int((~here.test_is_anomaly).sum()),
        int(here.test_is_anomaly.sum()),
    ] == [
        fit,
        calibration,
        normal,
        is_anomaly,
    ]


def test_a_part_too_large_is_cut_at_random():
    """Of 4,000 digits 1,250 are used, of every class about as many."""
    here = dataset_of(s.Damaged())
    counts = torch.cat(
        [here.train_y.bincount(minlength=10), dataset_of(s.Damaged(), seed=1).train_y.bincount(minlength=10)]
    )
    assert 60 < counts.min() and counts.max() < 145


# ---- which of them are normal ----


def of_digits(data):
    there = digits.load()
    return torch.tensor([str(y) in data.normal for y in there.train_y.tolist()])


def known(data):
    """(normals, anomalies) of the training part as rows straight from the files; of damaged digits and points no anomalies."""
    match data:
        case s.OneClass():
            x, own = digits.load().train_x, of_digits(data)
            return set(rows(x[own])), set(rows(x[~own]))
        case s.Damaged():
            return set(rows(digits.load().train_x[of_digits(data)])), set()
        case s.Faces():
            face, ground = faces.load()
            return set(rows(face[:70])), set(rows(ground[:40]))
        case s.Tumours():
            there = tables.load("cancer")
            assert there.classes == ("malignant", "benign")
            return (set(table_rows(there.train_x[there.train_y == kind])) for kind in (1, 0))
        case s.Plane():
            pool = datasets.pool(data)
            return set(rows(pool.x)), set(rows(pool.anomalies))
        case s.Oddities():
            there = digits.load()
            return set(rows(there.train_x[there.train_y < 8])), set(rows(datasets.pool(data).anomalies))


@each_data
@pytest.mark.parametrize("contamination", [0, 1, 10, 30])
def test_exactly_as_many_anomalies_are_hidden_as_was_asked_for(data, contamination):
    """Those that are hidden are anomalies of the training part, all others normals; none is one of the test's."""
    here, (normal, is_anomaly) = dataset_of(data, contamination), known(data)
    x = [*as_they_were(here, here.train_x, data), *as_they_were(here, here.calibration_x, data)]
    hidden = torch.cat([here.hidden, here.calibration_hidden]).tolist()
    assert sum(hidden) == round(contamination / 100 * len(x))
    assert [row in normal for row in x] == [not h for h in hidden]
    assert not is_anomaly or [row in is_anomaly for row in x] == hidden
    assert not set(x) & set(as_they_were(here, here.test_x, data))
    assert contamination < 10 or 0 < sum(here.calibration_hidden) < sum(here.hidden), "in both parts by chance"


def test_hidden_damage_is_done_to_training_digits():
    here = dataset_of(s.Damaged(size=4), 20)
    train_x, is_anomaly = digits.load().train_x.flatten(1), here.train_x[here.hidden].flatten(1)
    nearest = torch.stack([(each != train_x).sum(1).amin() for each in is_anomaly[:8]])
    assert 1 <= nearest.min() and nearest.max() <= 16, (
        "but for one square of 4 × 4 they are digits of the training part"
    )


@each_data
def test_test_anomalies_are_what_they_should_be(data):
    here = dataset_of(data)
    match data:
        case s.OneClass(normal=normal):
            assert here.test_is_anomaly.tolist() == [str(y) not in normal for y in digits.load().test_y.tolist()]
            assert torch.equal(here.test_x, digits.load().test_x) and torch.equal(here.test_y, digits.load().test_y)
        case s.Damaged(normal=normal):
            there = digits.load()
            x = there.test_x[torch.tensor([str(y) in normal for y in there.test_y.tolist()])]
            assert [a == b for a, b in zip(rows(x), rows(here.test_x))] == (~here.test_is_anomaly).tolist()
            assert here.test_is_anomaly.sum() == len(x) // 2 and set(here.test_y.tolist()) == {int(d) for d in normal}
            assert all(here.test_is_anomaly[here.test_y == y].float().mean() == 0.5 for y in here.test_y.unique())
        case s.Faces():
            face, ground = map(rows, faces.load())
            assert (
                [row in ground for row in rows(here.test_x)]
                == here.test_is_anomaly.tolist()
                == here.test_y.bool().tolist()
            )
            assert [row in face for row in rows(here.test_x)] == (~here.test_is_anomaly).tolist()
        case s.Tumours():
            assert here.test_is_anomaly.tolist() == (tables.load("cancer").test_y == 0).tolist()
        case s.Oddities():
            there = digits.load()
            assert here.test_is_anomaly.tolist() == (here.test_y >= 8).tolist() == [False] * 800 + [True] * 500
            assert here.test_y.bincount().tolist() == [100] * 13 and len(here.names) == 13
            assert torch.equal(here.test_x[:800], there.test_x[there.test_y < 8])
            assert torch.equal(here.test_x[here.test_y == 9], there.test_x[there.test_y == 9])
            back = set(rows(torch.rot90(here.test_x[here.test_y == 11], -1, (2, 3))))
            assert back <= set(rows(here.test_x[:800])), "turned back by a quarter they are test digits"
        case s.Plane():
            assert (here.test_y == here.test_y.max()).tolist() == here.test_is_anomaly.tolist()


def test_several_normal_digits_keep_their_classes():
    there, here = digits.load(), dataset_of(s.OneClass(normal="1357"))
    label = dict(zip(rows(there.train_x), there.train_y.tolist()))
    assert [label[row] for row in rows(here.train_x)] == here.train_y.tolist() and set(here.train_y.tolist()) == {
        1,
        3,
        5,
        7,
    }


# ---- the seed ----


@each_data
def test_the_split_changes_with_the_seed_and_the_test_part_never(data):
    one, other = dataset_of(data, 10), dataset_of(data, 10, seed=1)
    assert as_they_were(one, one.train_x, data) != as_they_were(other, other.train_x, data)
    assert set(as_they_were(one, one.calibration_x, data)) != set(as_they_were(other, other.calibration_x, data))
    assert not torch.equal(one.hidden, other.hidden)
    assert as_they_were(one, one.test_x, data) == as_they_were(other, other.test_x, data)
    assert torch.equal(one.test_is_anomaly, other.test_is_anomaly) and torch.equal(one.test_y, other.test_y)
    assert one.masks is other.masks


@each_data
def test_the_same_seed_gives_the_same_whatever_happens_around(data):
    one = dataset_of(data, 10, seed=5)
    datasets._dataset.cache_clear()
    datasets.pool.cache_clear()
    torch.rand(3), np.random.default_rng(0)
    state = torch.random.get_rng_state()
    again = dataset_of(data, 10, seed=5)
    assert one is not again and same(one, again) and torch.equal(torch.random.get_rng_state(), state)


@each_data
def test_without_contamination_the_same_normals_are_learned_as_with(data):
    """What is hidden takes the place of normals and moves nobody else: its effect can be told from that of another split."""
    clean, dirty = dataset_of(data), dataset_of(data, 10)
    there = [as_they_were(here, here.train_x, data) for here in (clean, dirty)]
    assert [a == b for a, b in zip(*there)] == (~dirty.hidden).tolist()


# ---- damage ----


def boxes(changed):
    """(top, left, height, width) of each mask (N, H, W)."""
    found = []
    for mask in changed:
        r, c = torch.nonzero(mask, as_tuple=True)
        found.append((int(r.min()), int(c.min()), int(r.max() - r.min()) + 1, int(c.max() - c.min()) + 1))
    return found


@pytest.mark.parametrize("size", [3, 8, 15, 16])
@pytest.mark.parametrize("kind", ["cut", "patch", "noise"])
def test_one_square_about_a_stroke_is_damaged_and_nothing_else(kind, size):
    x = digits.load().test_x[:60]
    found = datasets.damaged(x, s.Damaged(damage=kind, size=size), np.random.default_rng(1))
    changed = (found != x).squeeze(1)
    for i, (top, left, high, wide) in enumerate(boxes(changed)):
        assert 1 <= high <= size and 1 <= wide <= size
        inside = changed[i, top : top + high, left : left + wide]
        if kind == "cut":
            assert (found[i, 0][changed[i]] == 0).all() and (x[i, 0][changed[i]] > datasets.STROKE).any()
        if kind == "noise":  # every pixel of the square is drawn anew, so that the whole square shows
            assert (high, wide) == (size, size) and inside.float().mean() > 0.95
            middle = x[i, 0, top + size // 2, left + size // 2]
            assert middle > datasets.STROKE or 0 in (top, left) or 28 - size in (top, left), "but at the edge"
            assert (found[i, 0][changed[i]] != found[i, 0][changed[i]].round()).any(), "not black and white"
    assert torch.equal(x, digits.load().test_x[:60]), "the shared digits are written into"


@given(st.integers(0, 27), st.integers(0, 27), st.integers(3, 16))
def test_the_square_holds_its_stroke_and_stays_within_the_picture(row, column, size):
    picture = torch.zeros(28, 28)
    picture[row, column] = 1
    rows_, columns = datasets._square(picture, size, np.random.default_rng(0))
    assert 0 <= rows_.start <= row < rows_.stop <= 28 and 0 <= columns.start <= column < columns.stop <= 28
    assert rows_.stop - rows_.start == columns.stop - columns.start == size
    if size // 2 <= min(row, column) and max(row, column) < 28 - size // 2 - 1:
        assert (rows_.start + size // 2, columns.start + size // 2) == (row, column)


def test_strokes_are_drawn_from_all_of_them():
    picture = torch.zeros(28, 28)
    picture[5, 5] = picture[20, 20] = picture[5, 20] = 1
    picture[14, 14] = datasets.STROKE  # too thin to be a stroke
    rng = np.random.default_rng(0)
    starts = {(where[0].start, where[1].start) for where in (datasets._square(picture, 3, rng) for _ in range(60))}
    assert starts == {(4, 4), (19, 19), (4, 19)}


def test_a_patch_is_a_piece_of_another_picture():
    """Two pictures that share no value, so that it shows where each pixel came from."""
    x = torch.stack([torch.full((1, 28, 28), 0.6), torch.linspace(0.7, 1, 784).view(1, 28, 28)])
    found = datasets.damaged(x, s.Damaged(damage="patch", size=5), np.random.default_rng(0))
    windows = x[1, 0].unfold(0, 5, 1).unfold(1, 5, 1).reshape(-1, 25)
    ((top, left, high, wide),) = boxes((found[:1] != x[:1]).squeeze(1))
    assert (high, wide) == (5, 5)
    assert (windows == found[0, 0, top : top + 5, left : left + 5].reshape(25)).all(1).any()


def test_kinds_take_turns():
    x = digits.load().test_x[:30]
    found = datasets.damaged(x, s.Damaged(size=6), np.random.default_rng(0))
    changed = (found != x).squeeze(1)
    said = []
    for i in range(len(x)):
        new = found[i, 0][changed[i]]
        said.append(
            "cut"
            if (new == 0).all()
            else "noise"
            if changed[i].sum() > 30 and (new * 255 % 1).abs().max() > 0.01
            else "patch"
        )
    assert said == ["cut", "patch", "noise"] * 10


@pytest.mark.parametrize(
    "data", [s.Damaged(), s.Damaged(normal="3", damage="patch", size=3), s.Damaged(damage="cut", size=16)], ids=str
)
def test_masks_are_where_pixels_changed(data):
    here, there = dataset_of(data), digits.load()
    x = there.test_x[torch.tensor([str(y) in data.normal for y in there.test_y.tolist()])]
    difference = (here.test_x - x).abs().squeeze(1)
    assert here.masks.dtype == torch.bool and torch.equal(here.masks, difference > datasets.SEEN)
    assert not here.masks[~here.test_is_anomaly].any()
    assert (here.masks[here.test_is_anomaly].flatten(1).sum(1) > 0).float().mean() > 0.98, (
        "hardly a patch that looks as what it hides"
    )
    assert here.masks.flatten(1).sum(1).max() <= data.size**2


def test_another_size_or_kind_damages_the_same_digits():
    one, other = dataset_of(s.Damaged()), dataset_of(s.Damaged(damage="cut", size=4))
    assert torch.equal(one.test_is_anomaly, other.test_is_anomaly) and not torch.equal(one.masks, other.masks)


# ---- the table ----


@pytest.mark.parametrize("contamination", [0, 20])
def test_tumours_are_in_units_of_what_is_learned_alone(contamination):
    here = dataset_of(s.Tumours(), contamination)
    assert torch.allclose(here.train_x.mean(0), torch.zeros(30), atol=1e-5) and torch.allclose(
        here.train_x.std(0), torch.ones(30), atol=1e-4
    )
    mean, deviation = scale(here)
    raw = torch.from_numpy(tables.load("cancer").test_x.copy()).double()
    assert torch.allclose((raw - mean) / deviation, here.test_x.double(), atol=1e-4), "the test part on the same scale"
    index = {row: i for i, row in enumerate(table_rows(tables.load("cancer").train_x))}
    back = [index[row] for row in as_they_were(here, here.train_x, s.Tumours())]
    learned = torch.from_numpy(tables.load("cancer").train_x[back])
    assert torch.allclose(mean, learned.mean(0), rtol=1e-4) and torch.allclose(deviation, learned.std(0), rtol=1e-4)
    assert here.test_x.mean(0).abs().max() > 0.3, "malignant ones are far from the learned mean"


# ---- the plane ----


def along(shape, n=20_000):
    """Points of the line itself, as dense as one likes, without a random number."""
    t = np.linspace(0, 1, n)
    if shape == "ring":
        return 1.2 * np.c_[np.cos(2 * np.pi * t), np.sin(2 * np.pi * t)]
    if shape == "spiral":
        return (0.25 + 1.25 * t)[:, None] * np.c_[np.cos(3.5 * np.pi * t), np.sin(3.5 * np.pi * t)]
    if shape == "moons":
        upper = np.c_[np.cos(np.pi * t) - 0.5, np.sin(np.pi * t) - 0.25]
        return np.r_[upper, -upper]
    angles = np.pi * (2 * np.arange(3) / 3 + 0.5)
    return np.c_[np.cos(angles), np.sin(angles)]


@pytest.mark.parametrize("shape", SHAPES)
def test_normals_lie_about_the_line_and_anomalies_away_from_it(shape):
    here = dataset_of(s.Plane(shape=shape))
    tree = cKDTree(along(shape))
    normal, is_anomaly, learned = (
        tree.query(x.numpy())[0]
        for x in (here.test_x[~here.test_is_anomaly], here.test_x[here.test_is_anomaly], here.train_x)
    )
    wide = math.hypot(datasets.POINT_NOISE, 0.1) if shape == "spots" else datasets.POINT_NOISE
    for near in (normal, learned):
        rms = math.sqrt((near**2).mean() / (2 if shape == "spots" else 1))
        assert rms == pytest.approx(wide, rel=0.15) and near.max() < 5 * wide
    assert is_anomaly.min() > datasets.AWAY - 0.02 and (shape == "spots" or is_anomaly.min() < datasets.AWAY + 0.05)
    assert (
        here.test_x[here.test_is_anomaly].abs().max()
        <= datasets.REACH
        < here.test_x[here.test_is_anomaly].abs().max() + 0.1
    )
    assert (here.test_x[here.test_is_anomaly].mean(0).abs() < 0.35).all(), "on all sides"


@pytest.mark.parametrize("shape", SHAPES)
def test_each_class_of_points_is_one_part_of_the_shape(shape):
    here, parts = dataset_of(s.Plane(shape=shape)), {"moons": 2, "spots": 3}.get(shape, 1)
    assert here.train_y.unique().tolist() == list(range(parts)) and here.names == (
        *(f"part {i + 1}" for i in range(parts)),
        "anomaly",
    )
    line = along(shape)
    for i, part in enumerate(np.split(line, parts)):
        own, others = here.train_x[here.train_y == i].numpy(), here.train_x[here.train_y != i].numpy()
        near = cKDTree(part).query(own)[0].max()
        assert near < 0.6 and (parts == 1 or cKDTree(part).query(others)[0].max() > 1)


# ---- labels never leak ----

FEW = [
    s.PCA(),
    s.KMeans(),
    s.KNN(),
    s.LOF(),
    s.Forest(trees=10),
    s.OneClassSVM(),
    s.Mixture(),
    s.KDE(),
    *(method(steps=20, batch=16) for method in (s.Confidence, s.AutoEncoder, s.Denoising, s.Variational, s.SVDD)),
]


LEAKS = [
    (method, data)
    for data in (s.OneClass(), s.Damaged(normal="3"), s.Tumours())
    for method in FEW
    if (method.name, data.name) != ("confidence", "tumours")
]  # refused
HERE = ("hidden", "calibration_hidden", "test_is_anomaly")  # truths that nobody tells a detector


def smaller(here):
    """Some of the examples of each part, so that looking at them takes no time."""
    test = {name: getattr(here, name)[::9] for name in ("test_x", "test_y", "test_is_anomaly")}
    rest = {
        name: getattr(here, name)[:100]
        for name in ("train_x", "train_y", "hidden", "calibration_x", "calibration_hidden")
    }
    return dataclasses.replace(here, masks=None if here.masks is None else here.masks[::9], **test, **rest)


def finished(settings, monkeypatch, change=lambda here: here):
    """(weights of the network, scores of all three parts) of a fresh run in a world that was changed."""
    original = datasets._dataset
    detectors.learned.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(monitor, "EVALUATIONS", 1)
        patch.setattr(datasets, "_dataset", lambda *args: change(smaller(original(*args))))
        events = list(train.train(settings))
    detectors.learned.cache_clear()
    found = {e.name: e.array for e in events if isinstance(e, Picture) and e.name in ("fit", "held", "test")}
    assert isinstance(events[-1], Finished) and len(found) == 3
    return {name: model.weights for name, model in events[-1].models.items()}.get("model", {}), found


def identical(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("method, data", LEAKS, ids=lambda value: value.name)
def test_labels_never_leak_into_what_is_learned(method, data, monkeypatch):
    """Which test examples are anomalies, their classes, the masks of damage, which learned ones are hidden anomalies and the number
    of the normals' class: all replaced by noise, and every weight and every score stays what it was."""
    generator = torch.Generator().manual_seed(0)

    def noisy(here):
        flags = {name: torch.rand(getattr(here, name).shape, generator=generator) < 0.5 for name in HERE}
        masks = None if here.masks is None else torch.rand(here.masks.shape, generator=generator) < 0.5
        return dataclasses.replace(
            here,
            test_y=torch.randint(10, here.test_y.shape, generator=generator),
            masks=masks,
            train_y=torch.full_like(here.train_y, 7),
            **flags,
        )

    settings = AnomalySettings(data=data, method=method, contamination=10)
    (weights, found), (others, again) = finished(settings, monkeypatch), finished(settings, monkeypatch, noisy)
    assert identical(weights, others) and identical(found, again) and bool(weights) == hasattr(method, "steps")


@pytest.mark.parametrize("method", FEW, ids=lambda method: method.name)
def test_the_test_part_is_never_learned_from(method, monkeypatch):
    """Other test pictures: the same weights, and the same scores of what was learned and held out."""
    settings = AnomalySettings(data=s.OneClass(normal="4"), method=method)
    weights, found = finished(settings, monkeypatch)
    others, changed = finished(
        settings, monkeypatch, lambda here: dataclasses.replace(here, test_x=1 - here.test_x.flip(2))
    )
    assert identical(weights, others) and not np.array_equal(found["test"], changed["test"])
    assert all(np.array_equal(found[name], changed[name]) for name in ("fit", "held"))


@pytest.mark.parametrize(
    "method", [method for method in FEW if hasattr(method, "steps")], ids=lambda method: method.name
)
def test_a_network_does_not_learn_from_what_is_held_out(method, monkeypatch):
    settings = AnomalySettings(data=s.OneClass(normal="4"), method=method)
    weights, _ = finished(settings, monkeypatch)
    others, _ = finished(
        settings, monkeypatch, lambda here: dataclasses.replace(here, calibration_x=1 - here.calibration_x)
    )
    assert identical(weights, others)
