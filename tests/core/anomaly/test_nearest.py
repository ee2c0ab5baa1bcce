"""Detectors without a network, at small size: against loops, scikit-learn and scipy; what is far scores high; gradients are gradients."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity, LocalOutlierFactor, NearestNeighbors
from sklearn.svm import OneClassSVM

from core.anomaly import datasets, nearest
from core.anomaly import settings as s
from core.anomaly.detector import blurred, scores, square_distances
from core.anomaly.detectors import AT_ONCE
from core.anomaly.networks import NETWORKS, unsure
from core.anomaly.settings import AnomalySettings
from core.loop import seeded
from core.settings import union_members

METHODS = union_members(AnomalySettings.model_fields["method"])
each_at_once = pytest.mark.parametrize("method", [method() for method in AT_ONCE], ids=lambda method: method.name)


def cloud(n, wide, seed=0, dtype=torch.float32):
    """Not round: each direction has another spread, so that components are well told apart."""
    generator = seeded(seed)
    return (torch.randn(n, wide, generator=generator, dtype=dtype) * torch.linspace(2, 0.5, wide, dtype=dtype)) + 0.3


def fitted(method, x, seed=0):
    detector = AT_ONCE[type(method)](method, seed)
    detector.fit(x)
    return detector


def scored(detector, x):
    return scores(detector, x).double().numpy()


def test_every_method_is_a_network_or_learned_at_once():
    assert (
        set(AT_ONCE) | set(NETWORKS) == set(METHODS.values())
        and not set(AT_ONCE) & set(NETWORKS)
        and len(METHODS) == 13
    )


# ---- PCA ----


@pytest.mark.parametrize("k", [1, 2, 4])
def test_pca_s_residual_by_loops(k):
    x, new = cloud(30, 5), cloud(4, 5, 1)
    detector = fitted(s.PCA(components=k), x)
    _, v = np.linalg.eigh(np.cov(x.double().numpy().T))
    kept, mean = v[:, ::-1][:, :k], x.double().numpy().mean(0)
    for got, each, rebuilt in zip(scored(detector, new), new.double().numpy(), detector.expects(new).numpy()):
        back = mean.copy()
        for j in range(k):
            along = sum((each[i] - mean[i]) * kept[i, j] for i in range(5))
            for i in range(5):
                back[i] += along * kept[i, j]
        assert got == pytest.approx(sum((each[i] - back[i]) ** 2 for i in range(5)), rel=1e-4)
        assert rebuilt == pytest.approx(back, abs=1e-5)


def test_pca_is_scikit_learn_s():
    x, new = (datasets.pool(s.OneClass()).x[i::3] for i in (0, 1))
    theirs, flat = PCA(100, svd_solver="full").fit(x.flatten(1).double().numpy()), new.flatten(1).double().numpy()
    for k in (1, 5, 30, 100):
        detector, v = fitted(s.PCA(components=k), x), theirs.components_[:k]
        back = theirs.mean_ + (flat - theirs.mean_) @ v.T @ v
        assert scored(detector, new) == pytest.approx(((flat - back) ** 2).sum(1), rel=1e-3)
        assert detector.error(new).shape == detector.expects(new).shape == new.shape
        assert detector.error(new).flatten(1).sum(1).numpy() == pytest.approx(scored(detector, new), rel=1e-5)


def test_components_are_orthonormal_and_at_most_one_less_than_there_are_numbers_or_examples():
    for x, most in ((cloud(30, 5), 4), (cloud(4, 9), 3), (cloud(2, 2), 1)):
        for count in (1, 3, 300):
            mean, v = nearest.principal(x, count)
            assert v.shape == (min(count, most), x.shape[1]) and torch.allclose(v @ v.T, torch.eye(len(v)), atol=1e-5)
            assert torch.allclose(mean, x.mean(0))


def test_what_lies_in_the_plane_of_the_components_has_no_error():
    x = cloud(40, 6)
    detector = fitted(s.PCA(components=2), x)
    inside = detector.mean + 7 * torch.randn(5, 2, generator=seeded(3)) @ detector.components
    assert scored(detector, inside).max() < 1e-8 < scored(detector, x).min()


# ---- distances ----


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4), st.integers(0, 99))
def test_square_distances_are_scipy_s_and_never_negative(n, m, wide, seed):
    a, b = cloud(n, wide, seed), cloud(m, wide, seed + 1)
    found = square_distances(a, b)
    assert np.allclose(found.numpy(), cdist(a.numpy(), b.numpy(), "sqeuclidean"), atol=1e-4)
    assert (square_distances(1000 + a, 1000 + a) >= 0).all()


@pytest.mark.parametrize("k", [1, 3, 7])
def test_k_means_is_the_distance_to_the_nearest_of_scikit_learn_s_centres(k):
    x, new = cloud(60, 3), cloud(9, 3, 1)
    detector = fitted(s.KMeans(centres=k), x, seed=4)
    theirs = KMeans(k, n_init=3, random_state=4).fit(x.numpy())
    assert scored(detector, new) == pytest.approx(theirs.transform(new.numpy()).min(1), rel=1e-4)
    assert np.allclose(detector.expects(new).numpy(), theirs.cluster_centers_[theirs.predict(new.numpy())], atol=1e-5)
    by_hand = [min(math.dist(each, centre) for centre in theirs.cluster_centers_.tolist()) for each in new.tolist()]
    assert scored(detector, new) == pytest.approx(by_hand, rel=1e-4)


def test_one_centre_is_the_mean_and_too_many_are_the_examples():
    x = cloud(12, 3)
    assert torch.allclose(fitted(s.KMeans(centres=1), x).centres[0], x.mean(0), atol=1e-5)
    assert scored(fitted(s.KMeans(centres=100), x), x).max() < 0.01, "what a square loses in single precision"


@pytest.mark.parametrize("k", [1, 4, 10])
def test_knn_is_the_mean_distance_to_the_nearest(k):
    x, new = cloud(50, 4), cloud(9, 4, 1)
    detector = fitted(s.KNN(neighbours=k), x)
    distance, index = NearestNeighbors(n_neighbors=k).fit(x.numpy()).kneighbors(new.numpy())
    assert scored(detector, new) == pytest.approx(distance.mean(1), rel=1e-4)
    by_hand = [np.mean(sorted(math.dist(a, b) for b in x.tolist())[:k]) for a in new.tolist()]
    assert scored(detector, new) == pytest.approx(by_hand, rel=1e-4)
    assert torch.equal(detector.expects(new), x[index[:, 0]])


def test_more_neighbours_than_there_are_is_all_of_them():
    x, new = cloud(6, 2), cloud(3, 2, 1)
    assert scored(fitted(s.KNN(neighbours=50), x), new) == pytest.approx(
        cdist(new.numpy(), x.numpy()).mean(1), rel=1e-4
    )


@pytest.mark.parametrize("k", [2, 10, 20])
def test_lof_is_scikit_learn_s_the_other_way_round(k):
    x, new = cloud(60, 3), cloud(12, 3, 1)
    theirs = LocalOutlierFactor(n_neighbors=k, novelty=True).fit(x.numpy())
    assert scored(fitted(s.LOF(neighbours=k), x), new) == pytest.approx(-theirs.score_samples(new.numpy()), rel=1e-5)


def test_lof_is_one_in_an_even_crowd_by_its_formula():
    """Breunig et al. 2000, definitions 3 to 7, by loops."""
    x, new, k = cloud(25, 2), cloud(3, 2, 1), 5
    points = x.double().tolist()

    def near(p, others):
        return sorted((math.dist(p, o), i) for i, o in enumerate(others) if o is not p)[:k]

    reach = [near(p, points)[-1][0] for p in points]

    def density(p):
        return 1 / np.mean([max(d, reach[i]) for d, i in near(p, points)])

    dense = [density(p) for p in points]
    by_hand = [np.mean([dense[i] for _, i in near(p, points)]) / density(p) for p in new.double().tolist()]
    assert scored(fitted(s.LOF(neighbours=k), x), new) == pytest.approx(by_hand, rel=1e-4)
    grid = torch.cartesian_prod(torch.arange(9.0), torch.arange(9.0))
    assert scored(fitted(s.LOF(neighbours=8), grid), torch.tensor([[4.2, 4.3]]))[0] == pytest.approx(1, abs=0.1)


# ---- cuts ----


def test_the_forest_along_the_values_is_scikit_learn_s_the_other_way_round():
    x, new = cloud(80, 4), cloud(9, 4, 1)
    theirs = IsolationForest(n_estimators=40, random_state=3).fit(x.numpy())
    ours = fitted(s.Forest(trees=40, cuts="values"), x, seed=3)
    assert scored(ours, new) == pytest.approx(-theirs.score_samples(new.numpy()), rel=1e-6)
    assert (fitted(s.Forest(trees=40, cuts="values"), x, seed=4).score(new) - ours.score(new)).abs().max() > 1e-4, (
        "the seed counts"
    )


def test_the_forest_cuts_along_the_fewest_components_that_hold_95_percent():
    x, new = datasets.pool(s.OneClass(normal="0")).x[:150], datasets.pool(s.OneClass(normal="0")).x[150:170]
    theirs = PCA(0.95, svd_solver="full").fit(x.flatten(1).double().numpy())
    detector = fitted(s.Forest(), x)
    assert len(detector.components) == theirs.n_components_
    ours, other = (np.abs(each) for each in (detector._along(new), theirs.transform(new.flatten(1).double().numpy())))
    assert np.allclose(ours, other, atol=1e-3), "but for the sign"


# ---- a kernel ----


@pytest.mark.parametrize("outside, width", [(0.1, 1.0), (0.5, 1.0), (0.05, 10.0), (0.2, 0.05)])
def test_the_one_class_svm_is_scikit_learn_s_the_other_way_round(outside, width):
    x, new = cloud(80, 4), cloud(20, 4, 1)
    theirs = OneClassSVM(nu=outside, gamma=width / (4 * x.double().numpy().var())).fit(x.numpy())
    ours = scored(fitted(s.OneClassSVM(outside=outside, width=width), x), new)
    assert ours == pytest.approx(-theirs.decision_function(new.numpy()), abs=1e-3 * np.abs(theirs.dual_coef_).sum())
    assert np.corrcoef(ours, -theirs.decision_function(new.numpy()))[0, 1] > 0.9999


def test_at_sharpness_one_the_kernel_is_scikit_learn_s_default():
    x, new = cloud(80, 4), cloud(20, 4, 1)
    theirs = OneClassSVM(nu=0.1, gamma="scale").fit(x.numpy())
    assert scored(fitted(s.OneClassSVM(), x), new) == pytest.approx(-theirs.decision_function(new.numpy()), abs=1e-3)


def test_about_the_share_that_may_lie_outside_does():
    x = cloud(300, 3)
    for outside in (0.05, 0.2, 0.5):
        assert (scored(fitted(s.OneClassSVM(outside=outside), x), x) > 1e-5).mean() == pytest.approx(outside, abs=0.03)


# ---- densities ----


@pytest.mark.parametrize("k", [1, 3])
def test_a_mixture_without_the_rest_is_scikit_learn_s_along_the_components(k):
    x, new = cloud(200, 5), cloud(15, 5, 1)
    ours = fitted(s.Mixture(gaussians=k, along=3, rest=False), x, seed=2)
    theirs = PCA(3, svd_solver="full").fit(x.double().numpy())
    z, z_new = theirs.transform(x.double().numpy()), theirs.transform(new.double().numpy())
    signs = np.sign((theirs.components_ * ours.components.double().numpy()).sum(1))
    mixture = GaussianMixture(k, reg_covar=1e-3 * z.var(0, ddof=1).mean(), random_state=2).fit(
        (z * signs).astype(np.float32)
    )
    assert scored(ours, new) == pytest.approx(
        -mixture.score_samples((z_new * signs).astype(np.float32)), rel=1e-3, abs=1e-3
    )
    assert k > 1 or scored(ours, new) == pytest.approx(
        -multivariate_normal(z.mean(0), np.cov(z.T, ddof=0) + 1e-3 * z.var(0, ddof=1).mean() * np.eye(3)).logpdf(z_new),
        abs=1e-3,
    )


def test_with_the_rest_one_gaussian_is_a_density_of_the_whole_space():
    """Tipping, Bishop 1999: covariance V C Vᵀ + σ² (I − V Vᵀ), σ² the mean square of what the components of the first four
    fifths leave over of the last one."""
    x, new = cloud(200, 6), cloud(15, 6, 1)
    ours = fitted(s.Mixture(gaussians=1, along=2), x)
    flat, v = x.double().numpy(), ours.components.double().numpy()
    mean, z = flat.mean(0), (flat - flat.mean(0)) @ v.T
    inside = np.cov(z.T, ddof=0) + 1e-3 * z.var(0, ddof=1).mean() * np.eye(2)
    outside = np.eye(6) - v.T @ v
    most = PCA(2, svd_solver="full").fit(flat[:160])
    left = flat[160:] - most.inverse_transform(most.transform(flat[160:]))
    covariance = v.T @ inside @ v + (left**2).sum(1).mean() / 4 * outside
    assert scored(ours, new) == pytest.approx(
        -multivariate_normal(mean, covariance).logpdf(new.double().numpy()), rel=1e-3
    )


def test_the_density_of_a_mixture_sums_to_one():
    """Over a plane that one component and the rest share between them."""
    x = torch.cat([cloud(60, 2) / 4 - 1, cloud(60, 2, 1) / 4 + 1])
    detector = fitted(s.Mixture(gaussians=2, along=1), x)
    axis = torch.linspace(-6, 6, 241)
    grid = torch.cartesian_prod(axis, axis)
    assert np.exp(-scored(detector, grid)).sum() * 0.05**2 == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_kernel_density_is_scikit_learn_s_at_the_bandwidth_that_was_chosen(factor):
    x, new = cloud(80, 4), cloud(12, 4, 1)
    ours = fitted(s.KDE(bandwidth=factor), x)
    theirs = KernelDensity(bandwidth=ours.bandwidth, leaf_size=1000).fit(x.double().numpy())
    assert scored(ours, new) == pytest.approx(-theirs.score_samples(new.double().numpy()), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_the_bandwidth_is_what_makes_each_example_most_likely_by_all_the_others(seed):
    x = cloud(60, 3, seed)
    spread = math.sqrt(((x - x.mean(0)) ** 2).mean().item())
    grid = [10 ** (-2 + i / 10) * spread for i in range(41)]
    square = cdist(x.double(), x.double(), "sqeuclidean")
    np.fill_diagonal(square, np.inf)
    likely = [(logsumexp(-square / (2 * h**2), axis=1) - 3 * math.log(h)).mean() for h in grid]
    one, double = (fitted(s.KDE(bandwidth=factor), x).bandwidth for factor in (1, 2))
    assert one == pytest.approx(grid[int(np.argmax(likely))], rel=1e-4) and double == pytest.approx(2 * one)
    assert 0 < int(np.argmax(likely)) < 40, "within the grid"


# ---- what was learned ----


@pytest.mark.parametrize(
    "method", [s.KNN(neighbours=1), s.KNN(neighbours=4), s.KNN(neighbours=50), s.KDE(), s.KDE(bandwidth=0.3)], ids=str
)
def test_a_learned_example_is_scored_as_if_it_alone_had_not_been_learned(method):
    x = cloud(40, 4)
    detector, by_hand = fitted(method, x), []
    for i in range(len(x)):
        rest = fitted(method, torch.cat([x[:i], x[i + 1 :]]))
        rest.bandwidth = getattr(detector, "bandwidth", None)
        by_hand.append(scored(rest, x[i : i + 1])[0])
    assert detector.learned_scores(x).double().numpy() == pytest.approx(np.array(by_hand), rel=1e-3, abs=1e-3)


@each_at_once
def test_learned_scores_say_what_fresh_normals_would_get_or_less(method):
    """Of detectors that look at neighbours about the same; nobody finds what it has learned much odder than what is new."""
    x, fresh = cloud(150, 5), cloud(150, 5, 1)
    detector = fitted(method, x)
    learned, new = detector.learned_scores(x).double().numpy(), scored(detector, fresh)
    assert learned.shape == (150,) and (new[:, None] > learned).mean() > 0.42
    if method.name in ("knn", "kde", "lof"):
        assert (new[:, None] > learned).mean() < 0.58, "a learned example does not help itself"


# ---- the direction of all scores ----

DATA = {
    "digits": s.OneClass(),
    "damaged": s.Damaged(normal="1"),
    "faces": s.Faces(),
    "tumours": s.Tumours(),
    "plane": s.Plane(),
}


def quick(method):
    """A network as small as it may be; its defaults else."""
    fields = METHODS[method].model_fields
    return METHODS[method](**{"steps": 60} if "steps" in fields else {}, **{"hidden": 32} if "hidden" in fields else {})


def everything(method, data):
    """(detector learned on few normals, normals that it has not seen)."""
    settings = AnomalySettings(data=DATA[data], method=quick(method))
    here = datasets.dataset_of(settings)
    if type(settings.method) in AT_ONCE:
        detector = AT_ONCE[type(settings.method)](settings.method, 0)
        detector.fit(here.train_x)
        return detector, here.calibration_x
    detector = NETWORKS[type(settings.method)](settings.method, 0)
    detector.begin(here)
    optimizer, generator = torch.optim.Adam(detector.net.parameters(), settings.method.learning_rate), seeded(0)
    for _ in range(settings.method.steps):
        optimizer.zero_grad()
        detector.loss(torch.randint(len(detector.x), (settings.method.batch,), generator=generator)).backward()
        optimizer.step()
    return detector, here.calibration_x


def chessboards(n):
    """Pictures (n, 1, 28, 28) of small squares, black and white, each as large as its number."""
    at = torch.arange(28)
    return torch.stack([((at[:, None] // side + at // side) % 2).float()[None] for side in range(1, n + 1)])


FAR = [(method, data) for data in DATA for method in METHODS if method != "confidence"]


@pytest.mark.parametrize("method, data", FAR)
def test_what_is_far_from_all_normals_scores_higher(method, data):
    """A chessboard; points far out, on both sides. One detector is left out: a classifier may be sure of anything far."""
    detector, normal = everything(method, data)
    far = chessboards(8) if normal.ndim == 4 else 25 * normal[:8].sign()
    calm, loud = scored(detector, normal), scored(detector, far)
    assert np.median(loud) > np.quantile(calm, 0.95) and (loud > np.median(calm)).mean() >= 0.75
    assert np.isfinite(calm).all() and np.isfinite(loud).all() and calm.shape == (len(normal),)


@pytest.mark.parametrize("data", ["digits", "faces"])
def test_a_classifier_of_turns_is_less_sure_of_what_has_no_upside(data):
    """Noise looks the same whichever way it is turned."""
    detector, normal = everything("confidence", data)
    assert np.median(scored(detector, torch.rand(20, 1, 28, 28, generator=seeded(0)))) > np.median(
        scored(detector, normal)
    )


def test_a_classifier_of_moons_is_less_sure_between_them():
    detector, _ = everything("confidence", "plane")
    between, within = (
        scored(detector, torch.tensor([[0.0, 0.0]])),
        scored(detector, torch.tensor([[-0.5, 0.75], [0.5, -0.75]])),
    )
    assert between[0] > within.max()


@each_at_once
def test_scores_do_not_depend_on_how_many_are_asked_and_shared_examples_stay(method):
    x, new = datasets.pool(s.OneClass()).x[:60], datasets.pool(s.OneClass()).x[60:80]
    before = x.clone(), new.clone()
    detector = fitted(method, x)
    one = scored(detector, new)
    many = scores(detector, new, batch=3).double().numpy()
    assert one == pytest.approx(many, rel=1e-4, abs=1e-4) and torch.equal(x, before[0]) and torch.equal(new, before[1])
    assert detector.score(new).dtype in (torch.float32, torch.float64) and len(np.unique(one)) == len(one)


@pytest.mark.parametrize("method", METHODS)
def test_held_out_normals_change_no_detector(method):
    """They are fresh to every detector: what a promise says of them then holds of all fresh normals, whatever the detector."""
    found = []
    for shift in (0, 3):
        settings = AnomalySettings(data=s.Faces(), method=METHODS[method]())
        here = datasets.dataset_of(settings)
        here = replace(here, calibration_x=here.calibration_x + shift)
        if type(settings.method) in AT_ONCE:
            detector = fitted(settings.method, here.train_x)
        else:
            detector = NETWORKS[type(settings.method)](settings.method, 0)
            detector.begin(here)
            detector.loss(torch.arange(8)).backward()
        found.append(scored(detector, here.test_x[:50]))
    assert np.array_equal(*found)


@each_at_once
def test_the_same_seed_gives_the_same_scores(method):
    x, new = cloud(60, 5), cloud(9, 5, 1)
    assert np.array_equal(scored(fitted(method, x, seed=1), new), scored(fitted(method, x, seed=1), new))


@each_at_once
def test_what_was_expected_has_the_shape_of_what_was_shown(method):
    x = datasets.pool(s.Faces()).x
    detector = fitted(method, x[:40])
    expected, error = detector.expects(x[60:]), detector.error(x[60:])
    if method.name in ("pca", "kmeans", "knn"):
        assert expected.shape == error.shape == x[60:].shape
        assert torch.allclose(error, (x[60:] - expected).square(), atol=1e-6)
    else:
        assert expected is None is error


# ---- gradients ----

GRADIENTS = [method for method in METHODS if (AT_ONCE | NETWORKS)[METHODS[method]].gradients]


def test_who_says_that_it_has_gradients():
    assert set(METHODS) - set(GRADIENTS) == {"lof", "forest"}


def doubled(detector):
    """The same detector in double precision, whose score can be asked at two places very close to each other."""
    for name, value in vars(detector).items():
        if isinstance(value, torch.nn.Module | torch.Tensor) and (
            isinstance(value, torch.nn.Module) or value.is_floating_point()
        ):
            setattr(detector, name, value.double())
    return detector


def in_full(detector, x):
    """A classifier's score before it is rounded to single precision."""
    return unsure(detector.logits(x), detector.method.unsure, detector.method.temperature, detector.turning)


@pytest.mark.parametrize(
    "method, data",
    [
        (method, data)
        for data in ("digits", "tumours", "plane")
        for method in GRADIENTS
        if (method, data) != ("confidence", "tumours")
    ],
)
def test_the_gradient_is_the_gradient_of_the_score(method, data):
    """Along a random direction, against what the score itself says at two points on it."""
    detector, normal = everything(method, data)
    detector, h = doubled(detector), 1e-6
    score = in_full if method == "confidence" else type(detector).score
    x = normal[:20].double() + 0.03 * torch.randn(normal[:20].shape, generator=seeded(5), dtype=torch.float64)
    way = torch.randn(x.shape, generator=seeded(7), dtype=torch.float64)
    (gradient,) = torch.autograd.grad(score(detector, x.requires_grad_()).sum(), x)
    gradient = (gradient * way).flatten(1).sum(1).numpy()
    with torch.no_grad():
        there = ((score(detector, x + h * way) - score(detector, x - h * way)) / (2 * h)).numpy()
    assert np.isclose(gradient, there, rtol=0.01, atol=0.01 * np.abs(there).max()).mean() >= 0.9, (
        "but at a neuron's edge"
    )
    assert np.abs(gradient).max() > 0 and np.isfinite(gradient).all()


@pytest.mark.parametrize("method", ["knn", "kmeans"])
def test_a_distance_of_nothing_has_a_finite_gradient(method):
    x = cloud(20, 3)
    detector = fitted(METHODS[method](**{"neighbours": 1} if method == "knn" else {"centres": 20}), x)
    at = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(detector.score(at).sum(), at)
    assert torch.isfinite(gradient).all()


# ---- the blur ----


@pytest.mark.parametrize("pixels", [0.25, 1.0, 1.5, 3.0])
def test_with_and_without_a_gradient_the_blur_is_scipy_s(pixels):
    error = torch.rand(3, 1, 28, 28, generator=seeded(0)) - 0.5
    by_scipy = np.stack([gaussian_filter(each.double().numpy(), pixels, mode="constant") for each in error[:, 0]])[
        :, None
    ]
    assert blurred(error, pixels).numpy() == pytest.approx(by_scipy, abs=1e-6)
    with_gradients = blurred(error.clone().requires_grad_(), pixels)
    assert with_gradients.requires_grad and with_gradients.detach().numpy() == pytest.approx(by_scipy, abs=1e-6)


def test_the_blur_s_gradient():
    error = (torch.rand(2, 1, 9, 9, generator=seeded(0), dtype=torch.float64) - 0.5).requires_grad_()
    assert torch.autograd.gradcheck(lambda e: blurred(e, 1.0).square().sum(), error)


def test_no_blur_and_what_is_no_picture_stay_as_they_are():
    picture, row = torch.rand(2, 1, 28, 28), torch.rand(4, 30)
    assert blurred(picture, 0) is picture and blurred(row, 2) is row


def test_a_stroke_beside_its_place_weighs_less_than_a_missing_one_once_blurred():
    there, beside, none = torch.zeros(3, 1, 1, 28, 28)
    there[..., 5:20, 10], beside[..., 5:20, 11] = 1, 1
    moved, missing = there - beside, there - none
    assert (
        moved.square().sum() > missing.square().sum()
        and blurred(moved, 1.5).square().sum() < blurred(missing, 1.5).square().sum() / 2
    )


def test_the_knob_blurs_the_error_and_the_score_is_its_sum():
    x = datasets.pool(s.OneClass()).x
    plain, soft = (fitted(s.PCA(smooth=smooth), x[:100]) for smooth in (0, 1.5))
    by_scipy = (
        gaussian_filter((x[100:110] - plain.expects(x[100:110])).double().numpy(), (0, 0, 1.5, 1.5), mode="constant")
        ** 2
    )
    assert torch.equal(plain.expects(x[100:110]), soft.expects(x[100:110]))
    assert soft.error(x[100:110]).numpy() == pytest.approx(by_scipy, abs=1e-6)
    assert scored(soft, x[100:110]) == pytest.approx(by_scipy.sum((1, 2, 3)), rel=1e-4)
    table = cloud(50, 6)
    assert torch.equal(*(fitted(s.PCA(components=2, smooth=smooth), table).score(table) for smooth in (0, 3))), (
        "tables have no pixels"
    )
