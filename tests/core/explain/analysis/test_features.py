"""The plane of pictures: who is in it, where, and which is looked at."""

import numpy as np
import pytest
import torch

from core import nets
from core.attribution import features as attribution
from core.attribution import inputs
from core.data import digits, photos
from core.explain.analysis import asked, features
from core.subject.settings import PHOTOS
from tests.core.explain.records import of


@pytest.fixture(scope="module")
def digit():
    return asked.asked(of(subject="digit", digit=4, number=35))


def test_the_sample_has_fifty_of_each_class_and_the_picture_last(digit):
    found = features.sample(digit)
    assert np.bincount(found.labels).tolist() == [50] * 10 and len(found.pictures) == len(found.said) == 501
    assert np.array_equal(found.pictures[-1], digit.picture[..., 0]) and found.said[-1] == 9, "a 4 taken for a 9"
    data = digits.load()
    first = torch.nonzero(data.test_y == 7)[0, 0]
    place = int(np.flatnonzero(found.labels == 7)[0])
    assert np.array_equal(found.pictures[place], (255 * data.test_x[first, 0]).round().byte().numpy())
    said = nets.predict(digit.subject.net, data.test_x[first][None]).argmax(1)
    assert found.said[place] == said.item()


@pytest.mark.parametrize("way", features.WAYS)
def test_places_are_those_of_the_layers_vectors(digit, way):
    layer = list(inputs.layers(digit.subject.net))[-1]
    found = features.plane(digit, layer, way)
    assert found.places.shape == (501, 2) and np.isfinite(found.places).all()
    assert features.plane(digit, layer, way) is found
    if way == "PCA":
        x = torch.from_numpy(features.sample(digit).pictures).float().div(255)[:, None]
        vectors = attribution.features(digit.subject.net, inputs.layers(digit.subject.net)[layer], x).double().numpy()
        centred = vectors - vectors.mean(0)
        _, sizes, _ = np.linalg.svd(centred, full_matrices=False)
        assert found.shares == pytest.approx(tuple(100 * sizes[:2] ** 2 / (sizes**2).sum()), rel=1e-3)
        distance = np.linalg.norm(found.places, axis=1)
        assert (distance <= np.linalg.norm(centred, axis=1) + 1e-3).all(), "a projection never lengthens"
    else:
        assert found.shares == (), "its directions mean nothing"


def test_which_photo_is_looked_at():
    for name in ("chelsea", "horse"):
        assert features.name_of(asked.asked(of(subject="photo", photo=name))) == PHOTOS[name]
    own = asked.Asked("own", 1, asked.Subject(None, torch.zeros(3, 224, 224), ()))
    assert features.name_of(own) is None


def test_thumbnails_are_the_photos_by_their_names():
    found = features.thumbnails()
    assert list(found) == [PHOTOS[name] for name in photos.FILES] and len(found) == 12
    assert all(each.shape == (112, 112, 3) and each.dtype == np.uint8 for each in found.values())
    assert np.array_equal(found["Cat"], asked.pixels(photos.load("chelsea"))[::2, ::2])


def test_photos_lie_in_the_order_of_their_thumbnails():
    cat = asked.asked(of(subject="photo"))
    places = features.plane(cat, list(inputs.layers(cat.subject.net))[-1], "PCA").places
    assert len(places) == 13 and np.allclose(places[list(photos.FILES).index("chelsea")], places[-1], atol=1e-3)
