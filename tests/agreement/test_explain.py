"""Our explanations against Captum called plainly, the lime package, autograd, and Shapley values by brute force."""

import os
from itertools import product
from math import factorial

os.environ.setdefault("TQDM_DISABLE", "1")

import captum.attr as captum  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402
from captum._utils.models.linear_model import SkLearnRidge  # noqa: E402
from captum.attr._core.lime import get_exp_kernel_similarity_function  # noqa: E402
from lime.lime_image import LimeImageExplainer  # noqa: E402

from core.attribution import inputs  # noqa: E402
from core.attribution import settings as S  # noqa: E402
from core.attribution.lime_image import superpixels_off  # noqa: E402
from core.attribution.methods import answer  # noqa: E402
from core.data import digits, imagenet, photos  # noqa: E402
from core.subject.models import DIGITS, Subject, digit_at, digit_net, photo_net
from core.subject.settings import SHIPPED_NETWORK  # noqa: E402

SEED = 6


@pytest.fixture(scope="module")
def digit():
    return Subject(digit_net(SHIPPED_NETWORK), digit_at(3, 1), DIGITS)


@pytest.fixture(scope="module")
def photo():
    """A quarter of a photo's size, for the sake of time."""
    return Subject(photo_net(), photos.load("chelsea")[:, ::2, ::2], imagenet.names())


@pytest.fixture
def seeded():
    """The global generators start at SEED for the plain call, and go on as before afterwards."""
    before = np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        np.random.seed(SEED)
        yield
    np.random.set_state(before)


def probability(subject, target):
    return lambda x: subject.net(x).softmax(1)[:, target]


def mask_of(subject, count):
    return torch.from_numpy(inputs.segments(subject.x, count))[None, None]


def same(found, expected, error=1e-5):
    expected = torch.as_tensor(expected).detach().reshape(found.map.shape).numpy()
    assert np.abs(found.map - expected).max() <= error * np.abs(expected).max() + 1e-12


# --- Captum, called plainly ------------------------------------------------------------------------------------------


def test_occlusion(photo):
    x, target = photo.x.unsqueeze(0), photo.answer()
    plain = captum.Occlusion(photo.net).attribute(x, (3, 28, 28), strides=(3, 14, 14), baselines=0.5, target=target)
    same(answer(photo, target, S.Occlusion(window=25)), plain[0, 0], 1e-4)


def test_feature_ablation(photo):
    x, target = photo.x.unsqueeze(0), photo.answer()
    plain = captum.FeatureAblation(photo.net).attribute(
        x, inputs.baseline(photo.x, "blur").unsqueeze(0), target=target, feature_mask=mask_of(photo, 15)
    )
    same(answer(photo, target, S.FeatureAblation(segments=15, fill="blur")), plain[0, 0], 1e-4)


def test_kernel_shap(digit, seeded):
    plain = captum.KernelShap(probability(digit, 3)).attribute(
        digit.x.unsqueeze(0), 0.5, feature_mask=mask_of(digit, 16), n_samples=200, perturbations_per_eval=20
    )
    same(answer(digit, 3, S.KernelShap(segments=16), SEED), plain)


def test_captum_lime(digit, seeded):
    explainer = captum.Lime(
        probability(digit, 3), SkLearnRidge(alpha=1), get_exp_kernel_similarity_function("cosine", 0.4)
    )
    plain = explainer.attribute(
        digit.x.unsqueeze(0),
        torch.zeros(1, 1, 28, 28),
        feature_mask=mask_of(digit, 16),
        n_samples=200,
        perturbations_per_eval=20,
    )
    same(answer(digit, 3, S.CaptumLime(segments=16, fill="black", width=0.4), SEED), plain)


def test_gradient_shap(digit, seeded):
    x = digits.load().train_x
    baselines = x[torch.randperm(len(x), generator=torch.Generator().manual_seed(SEED))[:20]]
    plain = captum.GradientShap(digit.net).attribute(digit.x.unsqueeze(0), baselines, n_samples=5, stdevs=0.1, target=3)
    same(answer(digit, 3, S.GradientShap(samples=5, noise=10), SEED), plain)


def test_guided_grad_cam_is_the_product_of_its_two(digit):
    guided, cam = answer(digit, 3, S.GuidedBackprop()), answer(digit, 3, S.GradCam())
    same(answer(digit, 3, S.GuidedGradCam()), guided.map * cam.map)


# --- autograd --------------------------------------------------------------------------------------------------------


def gradients(subject, x, target):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(subject.net(x)[:, target].sum(), x)[0]


def test_gradients(photo):
    gradient = gradients(photo, photo.x.unsqueeze(0), 285)[0]
    same(answer(photo, 285, S.Saliency()), gradient.abs().amax(0))
    same(answer(photo, 285, S.InputXGradient()), (gradient * photo.x).sum(0))


@pytest.mark.parametrize("kind", S.FILLS)
def test_integrated_gradients_against_a_thousand_even_steps(digit, kind):
    start = inputs.baseline(digit.x, kind)
    places = (torch.arange(1000) + 0.5).view(-1, 1, 1, 1) / 1000
    expected = (digit.x - start) * gradients(digit, start + places * (digit.x - start), 3).mean(0)
    same(answer(digit, 3, S.IntegratedGradients(baseline=kind)), expected, 0.03)


def test_grad_cam(photo):
    net = photo.net
    x = photo.x.unsqueeze(0).clone().requires_grad_()
    maps = net.stages[:-1]((x * 255 - 127) / 128)
    logit = net.classify(net.stages[-1](maps).mean((2, 3)))[0, 285]
    gradient = torch.autograd.grad(logit, maps)[0]
    small = (maps * gradient.mean((2, 3), keepdim=True)).sum(1, keepdim=True).relu()
    large = torch.nn.functional.interpolate(small, photo.x.shape[1:], mode="bilinear")
    same(answer(photo, 285, S.GradCam(back=2)), large, 1e-4)


# --- the lime package ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "which, fill, hide",
    [("digit", "black", 0.0), ("digit", "mean", None), ("photo", "grey", 0.5), ("photo", "mean", None)],
)
def test_lime_image_explainer(which, fill, hide, request):
    subject = request.getfixturevalue(which)
    target, method = subject.answer(), S.Lime(samples=60, segments=20, fill=fill, width=0.3)
    cut = inputs.segments(subject.x, method.segments)
    picture = subject.x.double().permute(1, 2, 0).expand(-1, -1, 3).numpy()

    def probabilities(pictures):
        x = torch.from_numpy(pictures).float().permute(0, 3, 1, 2)[:, : len(subject.x)]
        with torch.no_grad():
            return subject.net(x).softmax(1).double().numpy()

    explanation = LimeImageExplainer(kernel_width=method.width, random_state=SEED).explain_instance(
        picture,
        probabilities,
        labels=(target,),
        top_labels=None,
        hide_color=hide,
        num_samples=method.samples,
        segmentation_fn=lambda _: cut,
    )
    weights = dict(explanation.local_exp[target])
    found = answer(subject, target, method, SEED)
    assert np.abs(found.map - np.vectorize(weights.get)(cut)).max() < 1e-6
    assert found.numbers["fit"] == pytest.approx(100 * explanation.score, abs=1e-2)


# --- brute force -----------------------------------------------------------------------------------------------------


def test_kernel_shap_against_all_coalitions(digit):
    """Shapley's own formula (Lundberg, Lee 2017, equation 4) over the 2⁹ coalitions of nine squares."""
    cut, n = inputs.segments(digit.x, 10), 9
    coalitions = list(product((False, True), repeat=n))
    pictures = torch.stack(
        [superpixels_off(digit.x, cut, {k for k in range(n) if not on[k]}, "black") for on in coalitions]
    )
    with torch.no_grad():
        value = dict(zip(coalitions, probability(digit, 3)(pictures).tolist()))
    shapley = np.zeros(n)
    for on in coalitions:
        for k in np.flatnonzero(on):
            without = tuple(each and j != k for j, each in enumerate(on))
            size = sum(without)
            shapley[k] += factorial(size) * factorial(n - size - 1) / factorial(n) * (value[on] - value[without])
    assert shapley.sum() == pytest.approx(value[coalitions[-1]] - value[coalitions[0]], abs=1e-6)
    maps = [answer(digit, 3, S.KernelShap(segments=10, samples=1000, fill="black"), seed).map for seed in range(6)]
    weights = np.array([[found[cut == k][0] for k in range(n)] for found in maps])
    assert np.abs(weights.sum(1) - shapley.sum()).max() < 1e-3  # each adds up, and their mean comes near
    assert np.abs(weights.mean(0) - shapley).max() < 0.03 * np.abs(shapley).max()
