"""Maps side by side: which there are, that they are the methods' own, and that stored ones are not made again."""

import numpy as np
import pytest

from core import runs
from core.attribution import methods, trust
from core.attribution.settings import METHODS
from core.explain.analysis import asked, beside
from core.explain.settings import SHIPPED
from tests.core.explain.records import of, record

CAT = "explain-is-it-a-cat"


def of_digit(**flat):
    shown = of(subject="digit", **flat)
    return beside.maps(shown, asked.asked(shown))


def test_of_a_digit_every_method_is_there():
    found = of_digit()
    assert found.methods == tuple(METHODS) and not found.stored
    assert found.first() == [
        "saliency",
        "integrated_gradients",
        "guided_backprop",
        "grad_cam",
        "occlusion",
        "lime",
    ], "one of each kind"


@pytest.mark.parametrize("method", ["saliency", "deeplift", "lime"])
def test_a_map_is_the_methods_own_and_made_once(method):
    found = of_digit(answer=2)
    subject = found.asked.subject
    map = found.of(method)
    assert np.array_equal(map.values, methods.answer(subject, subject.answer(2), METHODS[method]()).map) and map.note
    assert of_digit(answer=2).of(method) is map and of_digit().of(method) is not map


def test_a_method_that_does_not_fit_says_why():
    found = of_digit(network="lifelong-forget-everything/model")
    for method in ("guided_backprop", "grad_cam"):
        map = found.of(method)
        assert map.values is None and map.note == METHODS[method].fits(found.asked.subject.net)


def test_of_a_photo_what_is_quick_or_stored():
    shown = record(CAT)
    found = beside.maps(shown, asked.asked(shown))
    ready = {
        settings.method.name
        for settings in SHIPPED.values()
        if settings.subject.name == "photo" and settings.method.name in METHODS
    }
    assert set(found.stored) == ready and len(ready) == 8
    assert set(found.methods) == ready | {"saliency", "input_x_gradient", "grad_cam"}
    assert found.first() == list(found.methods)[: beside.MOST]
    assert np.array_equal(found.of("lime").values, runs.load(CAT).pictures("map")[-1].array)
    assert beside.maps(shown, found.asked).of("lime") is found.of("lime"), "read once"


def test_another_photo_or_answer_has_no_stored_maps():
    for flat in ({"photo": "coffee"}, {"answer": 2}):
        shown = of(subject="photo", **flat)
        found = beside.maps(shown, asked.asked(shown))
        assert not found.stored and set(found.methods) == {"saliency", "input_x_gradient", "grad_cam"}


def test_agreement_is_the_rank_correlation_of_every_two():
    found = of_digit()
    maps = {method: found.of(method).values for method in ("saliency", "input_x_gradient", "deeplift")}
    matrix = beside.agreement(maps)
    assert np.allclose(np.diag(matrix), 1) and np.allclose(matrix, matrix.T)
    assert matrix[0, 2] == trust.rank_correlation(maps["saliency"], maps["deeplift"])
