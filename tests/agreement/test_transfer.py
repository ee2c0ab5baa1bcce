"""Our judgements, clouds and distances against scikit-learn, scipy and numpy."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from scipy.special import softmax
from scipy.stats import entropy as scipy_entropy
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.metrics import confusion_matrix
from sklearn.metrics.pairwise import cosine_similarity, rbf_kernel

from core.loop import confusion, seeded
from core.transfer import judge, match, monitor

SEEDS = range(5)
each_seed = pytest.mark.parametrize("seed", SEEDS)


def clouds(seed, n=60, m=50, wide=8, apart=0.4):
    generator = seeded(seed)
    return (
        torch.randn(n, wide, generator=generator).relu(),
        (torch.randn(m, wide, generator=generator) + apart).relu(),
    )


def answers(seed, n=40, classes=10):
    return (3 * torch.randn(n, classes, generator=seeded(seed))).softmax(1)


# ---- the probe ----


def folds(n, m):
    """The halves that the probe uses: drawn for each domain by itself, the same for ever."""
    return torch.cat([judge._half(n), judge._half(m)]).numpy()


@each_seed
@pytest.mark.parametrize("wide", [3, 200])
def test_the_probe_is_that_of_scikit_learn(seed, wide):
    """On the same halves with the same ridge: as a regression on ∓1 in its primal form, and as a classifier."""
    s, t = clouds(seed, wide=wide)
    x, y = torch.cat([s, t]).double().numpy(), np.repeat([-1.0, 1.0], [len(s), len(t)])
    x, half = x - x.mean(0), folds(len(s), len(t))
    by_regression = by_classifier = 0
    for known in (half, ~half):
        alpha = judge.RIDGE * (x[known] ** 2).sum(1).mean()
        guess = Ridge(alpha, fit_intercept=False, solver="cholesky").fit(x[known], y[known]).predict(x[~known])
        by_regression += (guess * y[~known] > 0).sum()
        by_classifier += (
            RidgeClassifier(alpha, fit_intercept=False).fit(x[known], y[known]).predict(x[~known]) == y[~known]
        ).sum()
    ours = judge.probe(s, t)
    assert ours == pytest.approx(100 * by_regression / len(x)) == pytest.approx(100 * by_classifier / len(x))
    assert wide > 3 or 50 < ours < 90


@pytest.mark.parametrize("n, m", [(400, 400), (380, 500), (7, 8)])
def test_both_halves_hold_as_many_of_each_domain(n, m):
    half = folds(n, m)
    assert abs(half[:n].sum() - n / 2) <= 0.5 and abs(half[n:].sum() - m / 2) <= 0.5


def test_no_class_is_missing_in_a_half():
    """Rows come with the classes in turn, or sorted by class: each half holds about as many of each class."""
    for y in (np.arange(400) % 10, np.arange(400) % 2, np.repeat(np.arange(10), 40)):
        shares = np.bincount(y[judge._half(400).numpy()]) / np.bincount(y)
        assert 0.25 < shares.min() and shares.max() < 0.75


# ---- judgements of the answers ----


@each_seed
def test_entropy_and_information_are_scipy_s(seed):
    p = answers(seed)
    mean_entropy = scipy_entropy(p.numpy(), axis=1).mean()
    assert judge.entropy(p) == pytest.approx(mean_entropy, rel=1e-5)
    assert judge.information(p) == pytest.approx(scipy_entropy(p.numpy().mean(0)) - mean_entropy, rel=1e-4)
    divergence = np.mean([scipy_entropy(row, p.numpy().mean(0)) for row in p.numpy()])
    assert judge.information(p) == pytest.approx(divergence, rel=1e-3), "the mean divergence from the mean answer"


@each_seed
@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_soft_neighbourhood_density_is_scipy_s(seed, temperature):
    p = answers(seed).numpy()
    near = cosine_similarity(p)
    others = ~np.eye(len(p), dtype=bool)
    rows = [scipy_entropy(softmax(near[i, others[i]] / temperature)) for i in range(len(p))]
    assert judge.snd(torch.from_numpy(p), temperature) == pytest.approx(np.mean(rows), rel=1e-4)


# ---- distances ----


@each_seed
@pytest.mark.parametrize("kernels", [1, 5])
def test_mmd_is_made_of_scikit_learn_s_kernels(seed, kernels):
    s, t = (x.double().numpy() for x in clouds(seed))
    both = np.concatenate([s, t])
    width = cdist(both, both, "sqeuclidean")[~np.eye(len(both), dtype=bool)].mean()
    exponents = np.arange(kernels) - kernels // 2

    def k(a, b):
        return np.mean([rbf_kernel(a, b, gamma=1 / (width * 2.0**i)) for i in exponents], axis=0)

    def without_diagonal(a):
        return k(a, a)[~np.eye(len(a), dtype=bool)].mean()

    expected = without_diagonal(s) + without_diagonal(t) - 2 * k(s, t).mean()
    assert match.mmd(torch.from_numpy(s), torch.from_numpy(t), kernels).item() == pytest.approx(expected, rel=1e-6)


@each_seed
def test_coral_is_the_frobenius_norm_of_numpy(seed):
    s, t = (x.double() for x in clouds(seed))
    norm = np.linalg.norm(np.cov(s.numpy().T) - np.cov(t.numpy().T), "fro")
    assert match.coral(s, t).item() == pytest.approx(norm**2 / (4 * s.shape[1] ** 2))


# ---- what is drawn ----


@each_seed
def test_clouds_are_seen_as_by_scikit_learn_s_pca_up_to_the_sign(seed):
    f = torch.cat(clouds(seed)) * torch.linspace(3, 1, 8)
    pca = PCA(2, svd_solver="full").fit(f.numpy())
    axes = monitor.main_axes(f)
    points, theirs = monitor.seen_from(f, axes).numpy(), pca.transform(f.numpy())
    for ours, other, axis, component in zip(points.T, theirs.T, axes[1].T.numpy(), pca.components_):
        sign = np.sign(axis @ component)
        assert np.allclose(axis, sign * component, atol=1e-3) and np.allclose(ours, sign * other, atol=1e-2)
    assert np.allclose(axes[0].numpy(), pca.mean_, atol=1e-5)


@each_seed
def test_the_confusion_matrix_is_scikit_learn_s(seed):
    logits, y = torch.randn(200, 10, generator=seeded(seed)), torch.randint(10, (200,), generator=seeded(seed + 100))
    theirs = confusion_matrix(y.numpy(), logits.argmax(1).numpy(), labels=range(10))
    assert np.array_equal(confusion(y, logits.argmax(1)), theirs)
