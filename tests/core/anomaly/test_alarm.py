"""A detector as a network of two classes: what its logits are, that its gradients are the score's, and that Captum and LIME can ask it."""

import math

import numpy as np
import pytest
import torch

from core.anomaly import datasets, decide
from core.anomaly import settings as s
from core.anomaly.alarm import ALARM, NAMES, SOFT, Alarm, alarm
from core.anomaly.detector import Detector, scores
from core.anomaly.detectors import AT_ONCE, learned
from core.anomaly.networks import NETWORKS
from core.anomaly.settings import AnomalySettings
from core.attribution import methods
from core.attribution.settings import FeatureAblation, IntegratedGradients, KernelShap, Lime, Occlusion, Saliency
from core.subject.models import Subject

TWO = AnomalySettings()
ALL = [method() for method in (*AT_ONCE, *NETWORKS)]


class Sum(Detector):
    """Scores by the sum of what it sees."""

    def score(self, x):
        return x.flatten(1).sum(1)


def fitted(method):
    """A detector of twos; a network as it is before its first step."""
    if type(method) in AT_ONCE:
        return learned(AnomalySettings(method=method))
    detector = NETWORKS[type(method)](method, 0)
    detector.begin(datasets.dataset_of(TWO))
    return detector


def asked(detector, example=300, base="mean", soft=False):
    """The alarm of a detector of twos, and a test picture as its difference to what is normal."""
    there = datasets.dataset_of(TWO)
    origin = there.train_x.mean(0) if base == "mean" else torch.zeros(1, 28, 28)
    x, calibration = there.test_x[example], scores(detector, there.calibration_x).numpy()
    net = alarm(detector, calibration, origin, float(scores(detector, x[None])[0]) if soft else None)
    return Subject(net, x - origin, NAMES)


# ---- the logits ----


def test_logits_by_hand():
    x = torch.tensor([[1.0, 2.0], [4.0, 6.0], [3.0, 2.0]])  # sums 3, 10 and 5
    torch.testing.assert_close(Alarm(Sum(None, 0), 5, 2.5)(x), torch.tensor([[0.4, -0.4], [-1.0, 1.0], [0.0, 0.0]]))


def test_the_probability_is_a_step_over_the_threshold():
    net = Alarm(Sum(None, 0), 10, 3)
    p = net(torch.tensor([[10.0], [13.0], [7.0], [10000.0]])).softmax(1)[:, ALARM]
    assert p.tolist() == pytest.approx([0.5, 1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1)), 1])
    assert net(torch.tensor([[10.0]])).softmax(1).sum() == 1 and NAMES[ALARM] == "anomalous"


def test_the_threshold_is_that_of_ten_percent_and_the_scale_the_spread_of_held_out_normals():
    calibration = np.random.default_rng(0).normal(3, 2, 80)
    net = alarm(Sum(None, 0), calibration)
    assert net.threshold == decide.conformal_threshold(calibration, 0.1) and net.scale == pytest.approx(
        calibration.std()
    )
    raised = calibration >= net.threshold
    assert raised.sum() == 7, "of 81 with a fresh one 8 may raise it"


def test_of_too_few_normals_the_largest_score_is_the_threshold():
    net = alarm(Sum(None, 0), np.array([1.0, 4.0, 2.0]))
    assert math.isinf(decide.conformal_threshold(np.array([1.0, 4.0, 2.0]), 0.1)) and net.threshold == 4
    assert torch.isfinite(net(torch.tensor([[7.0]]))).all()


def test_a_detector_that_gives_everything_one_score_has_finite_logits():
    assert alarm(Sum(None, 0), np.full(50, 2.0))(torch.tensor([[5.0]]))[0, ALARM] == pytest.approx(1.5)


@pytest.mark.parametrize("score", [-50.0, 3.0, 5.0, 400.0])
def test_a_softened_alarm_is_not_flat_at_its_example(score):
    calibration = np.random.default_rng(1).normal(3, 2, 80)
    hard, soft = alarm(Sum(None, 0), calibration), alarm(Sum(None, 0), calibration, soft_at=score)
    away = abs(score - soft.threshold) / soft.scale
    assert away <= SOFT + 1e-9 and soft.threshold == hard.threshold and soft.scale >= hard.scale
    if abs(score - hard.threshold) <= SOFT * hard.scale:
        assert soft.scale == hard.scale


def test_the_origin_is_added_to_what_is_asked():
    there, detector = datasets.dataset_of(TWO), learned(TWO)
    calibration, origin = scores(detector, there.calibration_x).numpy(), there.train_x.mean(0)
    straight, shifted = alarm(detector, calibration), alarm(detector, calibration, origin)
    x = there.test_x[:20]
    torch.testing.assert_close(shifted(x - origin), straight(x), rtol=1e-4, atol=1e-4)
    assert shifted(torch.zeros(1, 1, 28, 28))[0, ALARM] < 0, "the mean normal picture is normal"


# ---- every detector can be asked ----


@pytest.mark.parametrize("method", ALL, ids=lambda method: method.name)
def test_every_detector_has_the_logits_of_its_score(method):
    there, detector = datasets.dataset_of(TWO), fitted(method)
    calibration = scores(detector, there.calibration_x).numpy()
    net, x = alarm(detector, calibration), there.test_x[:12]
    with torch.no_grad():
        logits = net(x)
    wanted = (scores(detector, x).double() - net.threshold) / (2 * calibration.astype(float).std())
    torch.testing.assert_close(logits[:, ALARM].double(), wanted, rtol=1e-3, atol=1e-3)
    assert torch.equal(logits[:, 0], -logits[:, 1]) and torch.isfinite(logits).all()
    assert not any(p.requires_grad for p in getattr(detector, "net", net).parameters())


@pytest.mark.parametrize("method", ALL, ids=lambda method: method.name)
def test_the_gradient_is_that_of_the_score_over_twice_the_scale(method):
    there, detector = datasets.dataset_of(TWO), fitted(method)
    x = there.test_x[300:304].clone().requires_grad_()
    net = alarm(detector, scores(detector, there.calibration_x).numpy())
    logits = net(x)
    assert logits.requires_grad == detector.gradients
    if detector.gradients:
        (of_alarm,) = torch.autograd.grad(logits[:, ALARM].sum(), x)
        (of_score,) = torch.autograd.grad(detector.score(x).sum(), x)
        torch.testing.assert_close(of_alarm, of_score / (2 * net.scale), rtol=1e-4, atol=1e-7)
        assert of_alarm.abs().sum() > 0


# ---- what explains a classifier explains it ----


@pytest.mark.parametrize("base", ["mean", "black"])
@pytest.mark.parametrize("smooth", [0.0, 1.0])
def test_integrated_gradients_of_pca_add_up(base, smooth):
    """The score is a square of the picture: five steps of Gauss are exact."""
    subject = asked(learned(TWO.model_copy(update={"method": s.PCA(smooth=smooth)})), base=base)
    found = methods.answer(subject, ALARM, IntegratedGradients(baseline="black"))
    rise = subject.net(torch.stack([subject.x, torch.zeros_like(subject.x)]))[:, ALARM]
    assert found.map.sum() == pytest.approx(float(rise[0] - rise[1]), rel=1e-3) and found.numbers["gap"] < 0.1


def test_integrated_gradients_of_pca_from_the_mean_by_hand():
    """(x − μ) · ∫ 2 R (x − μ) t dt = (x − μ) · R (x − μ), R what the components cannot express; over twice the scale."""
    detector, there = learned(TWO), datasets.dataset_of(TWO)
    subject = asked(detector)
    found = methods.answer(subject, ALARM, IntegratedGradients(baseline="black")).map
    rest = there.test_x[300] - detector.expects(there.test_x[300:301])[0]
    wanted = subject.x * rest / (2 * subject.net.scale)
    np.testing.assert_allclose(found, wanted[0].numpy(), atol=1e-4)


def test_the_saliency_of_pca_is_twice_what_it_cannot_rebuild():
    detector, there = learned(TWO), datasets.dataset_of(TWO)
    subject = asked(detector)
    found = methods.answer(subject, ALARM, Saliency()).map
    rest = there.test_x[300] - detector.expects(there.test_x[300:301])[0]
    np.testing.assert_allclose(found, rest[0].abs().numpy() / subject.net.scale, atol=1e-4)


@pytest.mark.parametrize(
    "method",
    [
        Occlusion(fill="black"),
        FeatureAblation(fill="black"),
        KernelShap(fill="black", samples=60, segments=10),
        Lime(fill="black", samples=60, segments=10),
    ],
    ids=lambda method: method.name,
)
@pytest.mark.parametrize("detector", [s.Forest(trees=10), s.LOF()], ids=lambda method: method.name)
def test_what_changes_the_picture_asks_detectors_without_gradients(method, detector):
    subject = asked(learned(TWO.model_copy(update={"method": detector})), soft=True)
    found = methods.answer(subject, ALARM, method)
    assert found.map.shape == (28, 28) and np.isfinite(found.map).all() and np.ptp(found.map) > 0


def test_feature_ablation_is_the_fall_of_the_score_by_brute_force():
    detector, there = learned(TWO), datasets.dataset_of(TWO)
    subject, mean = asked(detector), there.train_x.mean(0)
    found = methods.answer(subject, ALARM, FeatureAblation(fill="black", segments=16)).map
    x = there.test_x[300]
    for row, column in ((0, 0), (10, 10), (20, 5)):
        square = (slice(None), slice(row // 7 * 7, row // 7 * 7 + 7), slice(column // 7 * 7, column // 7 * 7 + 7))
        changed = x.clone()
        changed[square] = mean[square]
        whole, without = scores(detector, torch.stack([x, changed])).tolist()
        assert found[row, column] == pytest.approx((whole - without) / (2 * subject.net.scale), abs=1e-4)


def test_the_same_question_has_the_same_answer():
    torch.rand(3)
    subject, state = asked(learned(TWO), soft=True), torch.get_rng_state()
    first = methods.answer(subject, ALARM, Lime(fill="black", samples=60))
    again = methods.answer(subject, ALARM, Lime(fill="black", samples=60))
    assert np.array_equal(first.map, again.map) and torch.equal(torch.get_rng_state(), state)
