"""The test pictures of both domains, as the page shows them."""

import numpy as np
import pytest

from core.data import digits
from core.transfer.analysis.digits import answers, both_domains, of_the_cloud, ten_of_each
from core.transfer.domains import domains
from core.transfer.monitor import EACH, SHOWN, every_class
from core.transfer.settings import Coloured, Inverted, Scanned
from tests.core.transfer.tiny import record


@pytest.mark.parametrize("target", [Inverted(), Coloured(), Scanned()], ids=str)
def test_ten_of_each_are_the_first_of_their_class(target):
    pair = domains(target)
    for found, data in zip(ten_of_each(target), (pair.source, pair.target)):
        assert data.test_y[found.places].tolist() == list(range(10))
        assert found.places[3] == int((data.test_y == 3).nonzero()[0])
        own = (255 * data.test_x[found.places[3]]).round().byte().numpy()
        assert (np.moveaxis(own, 0, -1).squeeze() == found.images[3]).all()


@pytest.mark.parametrize("target", [Inverted(), Coloured()], ids=str)
def test_the_clouds_pictures_are_in_the_order_of_its_points(target):
    pair, found = domains(target), of_the_cloud(target)
    assert len(found) == 2 * SHOWN and found.dtype == np.uint8
    for place, data in ((0, pair.source), (SHOWN, pair.target)):
        own = (255 * every_class(data, EACH).test_x[7]).round().byte().numpy()
        assert (np.moveaxis(own, 0, -1).squeeze() == found[place + 7]).all()


def test_only_a_run_that_ended_answers():
    current = record("dann")
    x = domains(current.settings.target).target.test_x[ten_of_each(current.settings.target)[1].places]
    assert answers(current) == current.run.net("model")(x).argmax(1).tolist()
    assert answers(record("dann", 12, "stopped")) == []


def test_mnist_is_known_as_the_digits_of_the_other_labs():
    assert [shipped for _, shipped in both_domains(Inverted())] == [True, False]
    assert [shipped for _, shipped in both_domains(Scanned())] == [False, True]
    assert both_domains(Inverted())[0][0] is digits.load()
    assert [shipped for _, shipped in both_domains(Coloured())] == [False, False]
