"""Known oddities: the loss by hand, what is shown and what is not, and that it helps where it should."""

import numpy as np
import pytest
import torch
from scipy.special import log_softmax
from sklearn.metrics import roc_auc_score

from core.anomaly import datasets, oddities
from core.anomaly import settings as s
from core.anomaly.by_kind import KINDS, auroc_by_kind, kinds_of, on_known
from core.anomaly.networks import NETWORKS, exposure
from core.anomaly.settings import AnomalySettings
from core.anomaly.train import train
from core.loop import seeded


def begun(**data):
    method = s.Confidence(layers="dense", steps=20)
    settings = AnomalySettings(data=s.Oddities(**data), method=method)
    detector = NETWORKS[s.Confidence](method, 0)
    detector.begin(datasets.dataset_of(settings))
    return detector


def test_the_loss_is_the_cross_entropy_of_the_uniform_distribution():
    logits = torch.randn(6, 10, generator=seeded(0))
    by_hand = -log_softmax(logits.double().numpy(), 1)[:, :8].mean(1).mean()
    assert exposure(logits, 8).item() == pytest.approx(by_hand, rel=1e-5)
    flat = torch.full((3, 10), -1e9)
    flat[:, :8] = 2.5
    assert exposure(flat, 8).item() == pytest.approx(np.log(8)), "at its least it is the entropy of k equal classes"


def test_the_whole_loss_is_the_sum_of_both():
    detector, index = begun(known=20), torch.arange(64)
    detector.generator = seeded(5)
    found = detector.loss(index).item()
    shown = detector.known[torch.randint(20, (32,), generator=seeded(5))]
    with torch.no_grad():
        own = torch.nn.functional.cross_entropy(detector.net(detector.x[index]), detector.y[index])
        assert found == pytest.approx((own + 0.5 * exposure(detector.net(shown), 8)).item(), rel=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shown_is_of_that_kind_and_never_tested(kind):
    there = datasets.dataset_of(AnomalySettings(data=s.Oddities(kind=kind, known=35)))
    learned, _ = oddities.piles(datasets._patched)
    rows = {row.numpy().tobytes() for row in learned[kind]}
    shown = [row.numpy().tobytes() for row in there.known_x]
    assert len(set(shown)) == 35 and set(shown) <= rows
    assert not set(shown) & {row.numpy().tobytes() for row in (*there.test_x, *there.train_x, *there.calibration_x)}


def test_with_none_known_it_is_the_plain_classifier_and_other_detectors_see_none():
    plain, zero = begun(known=0), begun(known=20)
    index = torch.arange(64)
    own = torch.nn.functional.cross_entropy(plain.net(plain.x[index]), plain.y[index]).item()
    assert plain.loss(index).item() == pytest.approx(own) and zero.loss(index).item() > own
    a, b = (datasets.dataset_of(AnomalySettings(data=s.Oddities(known=n))) for n in (0, 100))
    assert torch.equal(a.train_x, b.train_x) and torch.equal(a.test_x, b.test_x) and len(a.known_x) == 0


def test_auroc_by_kind_is_scikit_learn_s():
    rng = np.random.default_rng(0)
    y, scores = rng.integers(0, 13, 400), rng.normal(size=400).round(1)
    found = auroc_by_kind(scores, np.where(y < 8, -1, y - 8))
    for i, kind in enumerate(KINDS):
        own = (y < 8) | (y == 8 + i)
        assert found[kind] == pytest.approx(100 * roc_auc_score(y[own] >= 8, scores[own]))
    both = on_known(found, "turned")
    assert both["on_known"] == found["turned"]
    assert both["on_unseen"] == pytest.approx(np.mean([found[k] for k in KINDS if k != "turned"]))


def test_which_kind_a_test_example_is_follows_from_the_order_of_the_test_part():
    there = datasets.dataset_of(AnomalySettings(data=s.Oddities()))
    y = there.test_y.numpy()
    assert kinds_of(there.test_is_anomaly.numpy()).tolist() == np.where(y < 8, -1, y - 8).tolist()


def test_the_known_kind_is_found_better_and_the_digits_are_still_read():
    """A short training of the scene's classifier: what the lecture measures over five seeds."""
    end = {
        n: list(train(AnomalySettings(data=s.Oddities(known=n), method=s.Confidence(layers="dense", steps=150))))[-1]
        for n in (0, 50)
    }
    assert end[50].summary["nines"] > end[0].summary["nines"] + 3
    assert abs(end[50].summary["patched"] - end[0].summary["patched"]) < 4
    assert end[50].summary["right"] > end[0].summary["right"] - 3
