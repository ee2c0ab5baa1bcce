"""Networks side by side: each answers for itself, and a method's knobs reach it."""

import json

import numpy as np
import pytest

from core.attribution import methods, side_by_side
from core.attribution.settings import METHODS
from core.data import imagenet, photos
from core.runs import RunError
from core.subject.models import DIGITS, Subject, as_bytes, digit_at, digit_net, photo_net

TEACHER, DENSE = ("compression-teacher", "model"), ("lifelong-forget-everything", "model")
PICTURE = as_bytes(digit_at(3, 3))


@pytest.mark.parametrize(
    "method, knob, one, other",
    [
        ("smoothgrad", "noise", 2, 40),
        ("smoothgrad", "combine", "smoothgrad", "vargrad"),
        ("integrated_gradients", "baseline", "black", "white"),
        ("gradient_shap", "noise", 0, 30),
        ("deeplift", "baseline", "black", "white"),
        ("grad_cam", "back", 1, 3),
        ("occlusion", "window", 10, 40),
        ("occlusion", "fill", "grey", "white"),
        ("feature_ablation", "fill", "grey", "white"),
        ("kernel_shap", "segments", 10, 20),
        ("captum_lime", "width", 0.1, 2),
        ("lime", "samples", 50, 100),
        ("lime", "width", 0.1, 2),
        ("lime", "repeats", 1, 3),
        ("lime", "fill", "grey", "white"),
    ],
)
def test_a_methods_knob_changes_its_answer(method, knob, one, other):
    cheap = {"samples": 40} if "samples" in METHODS[method].model_fields and knob != "samples" else {}
    first, again, second = (
        side_by_side.answer_of(*TEACHER, PICTURE, method, json.dumps(cheap | {knob: value}))
        for value in (one, one, other)
    )
    assert np.array_equal(first.map, again.map) and not np.allclose(first.map, second.map)
    assert first.number == second.number == 3 and first.said == "3" and first.sure == second.sure


def test_an_answer_is_the_networks_first_and_its_map_the_methods():
    subject = Subject(digit_net("compression-teacher"), digit_at(4, 35), DIGITS)
    found = side_by_side.answer(subject, "occlusion")
    why = methods.answer(subject, 9, METHODS["occlusion"]())
    assert (found.number, found.said) == (9, "9") and found.sure == pytest.approx(float(subject.probabilities[9]))
    assert np.array_equal(found.map, why.map) and (found.note, found.passes) == (why.note, why.passes)


def test_a_method_that_does_not_fit_says_why_and_the_network_answers_all_the_same():
    found = side_by_side.answer_of(*DENSE, PICTURE, "grad_cam")
    assert found.map is None and found.note.endswith("dense.") and found.passes == 0 and 0 < found.sure <= 1


def test_a_network_that_is_gone_says_so():
    with pytest.raises(RunError, match="compression-gone"):
        side_by_side.answer_of("compression-gone", "model", PICTURE, "saliency")


def test_of_a_photo_the_quick_methods_are_offered():
    digit = Subject(digit_net("compression-teacher"), digit_at(3, 1), DIGITS)
    photo = Subject(photo_net(), photos.load("chelsea"), imagenet.names())
    assert side_by_side.offered([digit]) == list(METHODS)
    assert side_by_side.offered([photo]) == ["saliency", "input_x_gradient", "grad_cam"]
