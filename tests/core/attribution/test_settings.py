"""What a method says of itself, against what it does."""

from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from core.attribution import inputs
from core.attribution import settings as S
from core.attribution.methods import CannotExplain, answer, cost, explain
from core.attribution.settings import METHOD_NAMES, METHODS, Attribution
from core.data import imagenet, photos
from core.loop import fresh
from core.nets import MLP, Columns
from core.subject.models import DIGITS, Subject, digit_at, digit_net, photo_net
from core.subject.settings import SHIPPED_NETWORK

each = pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
SHOWN = [(3, 1), (4, 35), (8, 2)]  # digits, the second of which is taken for a 9


def small(method: type[Attribution], **more):
    fields = method.model_fields
    return method(**{name: value for name, value in {"samples": 40, "segments": 10}.items() if name in fields} | more)


@cache
def net() -> nn.Module:
    return digit_net(SHIPPED_NETWORK)


@cache
def parts(name: str):
    """The explanations of a method of three digits."""
    subjects = [Subject(net(), digit_at(*which), DIGITS) for which in SHOWN]
    return subjects, [answer(subject, subject.answer(), small(METHODS[name])) for subject in subjects]


@each
def test_it_has_a_name_and_a_formula(method):
    assert METHOD_NAMES[method.model_fields["name"].default] == method.title and method.formula
    assert not {"title", "formula", "signed", "complete"} & set(method.model_fields), "they are no knobs"


@each
def test_it_has_a_sign_where_it_says_so(method):
    lowest = min(part.map.min() for part in parts(method.model_fields["name"].default)[1])
    assert (lowest < 0) == method.signed


@each
def test_it_reports_what_it_says(method):
    repeated = {"repeats": 2} if "repeats" in method.model_fields else {}
    subject = parts("saliency")[0][0]
    assert set(answer(subject, 3, small(method, **repeated)).numbers) == set(method.reports)


GRADIENT = [m for m in METHODS.values() if m.complete and m.needs_gradient]


@pytest.mark.parametrize("method", GRADIENT, ids=lambda m: m.title)
def test_a_complete_map_adds_up(method):
    """The gap that it reports is that of its map, and small; GradientSHAP's is chance, and less of it with more samples."""
    subject = parts("saliency")[0][0]
    found = answer(subject, 3, method(samples=200) if "samples" in method.model_fields else method())
    if hasattr(method(), "baseline"):
        with torch.no_grad():
            logits = net()(torch.stack([subject.x, inputs.baseline(subject.x, "black")]))[:, 3]
        assert found.map.sum() == pytest.approx(float(logits[0] - logits[1]), rel=0.02)
    assert found.numbers["gap"] < 20


def test_the_weights_of_kernel_shap_add_up():
    """One for each superpixel; the map repeats a weight over all its pixels."""
    subject, how = parts("saliency")[0][1], S.KernelShap(segments=16, samples=200, fill="black")
    found, cut = answer(subject, 9, how).map, inputs.segments(subject.x, 16)
    with torch.no_grad():
        p = net()(torch.stack([subject.x, inputs.baseline(subject.x, "black")])).softmax(1)[:, 9]
    assert S.KernelShap.complete
    assert sum(found[cut == k][0] for k in range(cut.max() + 1)) == pytest.approx(float(p[0] - p[1]), abs=1e-3)


@pytest.mark.parametrize("method", [S.SmoothGrad, S.InputXGradient, S.GuidedBackprop, S.Occlusion, S.FeatureAblation])
def test_a_map_that_is_not_complete_does_not_add_up(method):
    subjects, found = parts(method.model_fields["name"].default)
    assert not method.complete
    for subject, part in zip(subjects, found):
        with torch.no_grad():
            logits = net()(torch.stack([subject.x, 0 * subject.x]))[:, subject.answer()]
        if abs(part.map.sum() / float(logits[0] - logits[1]) - 1) > 0.1:
            return
    pytest.fail("it adds up on every digit")


class Unfeeling(nn.Module):
    """Answers as the teacher does, and has no gradients."""

    gradients = False

    def forward(self, x):
        with torch.no_grad():
            return net()(x.detach())


@each
def test_only_what_needs_no_gradient_can_ask_what_has_none(method):
    subject = Subject(Unfeeling(), digit_at(3, 1), DIGITS)
    if method.needs_gradient:
        assert method.fits(subject.net) == (
            "This score has no gradients: choose a method that changes the picture, such as occlusion."
        )
        with pytest.raises(CannotExplain, match="no gradients"):
            answer(subject, 3, small(method))
    else:
        assert not method.fits(subject.net) and np.allclose(
            answer(subject, 3, small(method)).map, answer(Subject(net(), subject.x, DIGITS), 3, small(method)).map
        )


@each
def test_a_function_can_be_asked_by_all_that_need_no_layers(method):
    subject = Subject(lambda x: net()(x), digit_at(3, 1), DIGITS)
    if method.needs_layers:
        assert method.title in method.fits(subject.net)
    else:
        assert not method.fits(subject.net)
        assert np.allclose(answer(subject, 3, small(method)).map, parts(method.model_fields["name"].default)[1][0].map)


PHOTO = Subject(photo_net(), photos.load("chelsea"), imagenet.names())
NETS = {
    "teacher": lambda: Subject(net(), digit_at(3, 1), DIGITS),
    "mlp": lambda: Subject(fresh(MLP, 0, (8,)), digit_at(3, 1), DIGITS),
    "columns": lambda: Subject(fresh(Columns, 0, (8,)), digit_at(3, 1), DIGITS),
    "photo": lambda: PHOTO,
}


@pytest.mark.parametrize("kind", NETS)
@each
def test_it_explains_just_those_networks_that_fit(method, kind):
    subject, how = NETS[kind](), small(method)
    why = method.fits(subject.net)
    if why:
        assert why.endswith(".")
        with pytest.raises(CannotExplain) as told:
            next(explain(subject, subject.answer(), how))
        assert str(told.value) == why
    else:
        next(parts := explain(subject, subject.answer(), how))
        parts.close()


def test_what_is_quick_takes_few_passes_on_a_photo():
    for method in METHODS.values():
        assert (cost(PHOTO, method()) <= 6) == method.quick, method.title


@pytest.mark.parametrize("method", [m for m in METHODS.values() if m.compares], ids=lambda m: m.title)
def test_what_compares_finds_nothing_in_its_baseline(method):
    given = {name: "black" for name in ("baseline", "fill") if name in method.model_fields}
    subject = Subject(net(), torch.zeros(1, 28, 28), DIGITS)
    assert not answer(subject, subject.answer(), small(method, **given)).map.any()


OF_PIXELS = [
    m for m in METHODS.values() if m.times_picture and m is not S.GradientShap
]  # whose baselines have ink there


@pytest.mark.parametrize("method", OF_PIXELS, ids=lambda m: m.title)
def test_a_map_that_grows_with_the_picture_is_zero_on_its_black_ground(method):
    given = {name: "black" for name in ("baseline", "fill") if name in method.model_fields}
    given |= {"window": 7} if method is S.Occlusion else {}
    subject = parts("saliency")[0][0]
    found = answer(subject, 3, small(method, **given)).map
    assert not subject.x[0, :4, :4].any() and abs(found[:3, :3]).max() < 1e-4 * abs(found).max()
