"""Our scores, of what was learned and of what is new, against PyOD's and scikit-learn's on real data; curves against
scikit-learn's; and an autoencoder as good as PyOD's.

PyOD's PCA is left out: it weighs distances to the components themselves by their variance, and is no reconstruction error.
"""

from importlib import import_module

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from scipy.stats import friedmanchisquare, kstest, rankdata
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import average_precision_score, confusion_matrix, precision_recall_curve, roc_auc_score, roc_curve

from core.anomaly import calibration, datasets, decide, detectors, ranking
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.settings import AnomalySettings

DATA = [s.OneClass(), s.OneClass(normal="8"), s.Tumours(), s.Faces(), s.Plane(shape="spiral")]
each_data = pytest.mark.parametrize("data", DATA, ids=str)


# One leaf holds everything, so that all hills are summed. With its usual 40 in a leaf, scikit-learn's tree, which PyOD asks, breaks off
# too early where densities are small: on our digits more than half of its densities are wrong (scikit-learn #7492, #25799, #27186).
ONE_LEAF = {"leaf_size": 10_000}


def pyod(module, name, **knobs):
    """A detector of PyOD's; it is imported here, because its first import takes seconds."""
    return getattr(import_module(f"pyod.models.{module}"), name)(**knobs)


def ours(method, data, seed=0):
    """(detector, rows to learn, rows to score, our scores of both, the learned ones first) in double precision."""
    settings = AnomalySettings(data=data, method=method, seed=seed)
    here, detector = datasets.dataset_of(settings), detectors.learned(settings)
    flat = [x.flatten(1).numpy() for x in (here.train_x, here.test_x)]
    found = torch.cat([detector.learned_scores(here.train_x), scores(detector, here.test_x)])
    return detector, *flat, found.double().numpy()


def asked(theirs, learn, test):
    """PyOD's scores of what it learned, which its threshold comes from, and of what is new."""
    theirs.fit(learn)
    return np.concatenate([theirs.decision_scores_, theirs.decision_function(test)])


# ---- the same detectors ----


@each_data
@pytest.mark.parametrize("k", [1, 5, 20])
def test_nearest_neighbours(data, k):
    _, learn, test, found = ours(s.KNN(neighbours=k), data)
    theirs = asked(pyod("knn", "KNN", n_neighbors=k, method="mean"), learn, test)
    assert found == pytest.approx(theirs, rel=1e-3, abs=1e-3)


@each_data
@pytest.mark.parametrize("k", [5, 20])
def test_local_outlier_factor(data, k):
    _, learn, test, found = ours(s.LOF(neighbours=k), data)
    assert found == pytest.approx(asked(pyod("lof", "LOF", n_neighbors=k, novelty=True), learn, test), rel=1e-3)


@each_data
def test_isolation_forest(data):
    _, learn, test, found = ours(s.Forest(trees=50, cuts="values"), data, seed=3)
    theirs = pyod("iforest", "IForest", n_estimators=50, random_state=3)
    shift = asked(theirs, learn, test) - found
    assert np.ptp(shift) < 1e-6, "the same but for a constant"
    assert roc_auc_score(datasets.pool(data).test_is_anomaly.numpy(), found[len(learn) :]) > 0.5


@each_data
@pytest.mark.parametrize("outside, width", [(0.1, 1.0), (0.3, 3.0)])
def test_one_class_svm(data, outside, width):
    detector, learn, test, found = ours(s.OneClassSVM(outside=outside, width=width), data)
    theirs = asked(pyod("ocsvm", "OCSVM", nu=outside, gamma=width / (learn.shape[1] * learn.var())), learn, test)
    assert found == pytest.approx(theirs, abs=1e-3 * float(detector.alpha.sum()))
    assert detector.gamma == pytest.approx(width / (learn.shape[1] * learn.var()), rel=1e-4)


@each_data
def test_gaussian_mixture_along_the_components(data):
    along = min(8, datasets.pool(data).x[0].numel() - 1)
    detector, learn, test, found = ours(s.Mixture(along=along, rest=False), data)
    v, mean = detector.components.numpy(), detector.mean.numpy()
    z, z_test = ((x - mean) @ v.T for x in (learn, test))
    theirs = pyod("gmm", "GMM", n_components=3, reg_covar=1e-3 * float(z.var(0, ddof=1).mean()), random_state=0)
    assert found == pytest.approx(asked(theirs, z, z_test), rel=1e-3, abs=1e-2)


@each_data
@pytest.mark.parametrize("factor", [0.5, 1.0])
def test_kernel_density(data, factor):
    detector, learn, test, found = ours(s.KDE(bandwidth=factor), data)
    h, n, hill = detector.bandwidth, len(learn), -learn.shape[1] * np.log(detector.bandwidth * np.sqrt(2 * np.pi))
    with_itself = np.log(n) - np.logaddexp(
        np.log(n - 1) - found[:n], hill
    )  # PyOD lets a learned example stand on its own hill
    found = np.concatenate([with_itself, found[n:]])
    assert found == pytest.approx(asked(pyod("kde", "KDE", bandwidth=h, **ONE_LEAF), learn, test), rel=1e-3, abs=1e-2)
    hills = logsumexp(-cdist(test, learn, "sqeuclidean") / (2 * h**2), axis=1)
    assert found[n:] == pytest.approx(np.log(n) - hill - hills, rel=1e-3, abs=1e-2)


@each_data
@pytest.mark.parametrize("k", [1, 30])
def test_pca_s_residual(data, k):
    _, learn, test, found = ours(s.PCA(components=k), data)
    theirs = PCA(min(k, learn.shape[1] - 1, len(learn) - 1), svd_solver="full").fit(learn.astype(float))
    x = np.concatenate([learn, test]).astype(float)
    back = theirs.inverse_transform(theirs.transform(x))
    assert found == pytest.approx(((x - back) ** 2).sum(1), rel=1e-3, abs=1e-4)


# ---- the same curves ----

TIED = (
    st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=4, max_size=60)
    .map(lambda pairs: (np.array([float(v) for v, _ in pairs]), np.array([truth for _, truth in pairs])))
    .filter(lambda both: 0 < both[1].sum() < len(both[1]))
)


@given(TIED)
def test_curves_are_scikit_learn_s(both):
    found, is_anomaly = both
    alarms, right, thresholds = decide.roc(found, is_anomaly)
    a, r, t = roc_curve(is_anomaly, found, drop_intermediate=False)
    assert np.allclose(alarms, a) and np.allclose(right, r) and np.array_equal(thresholds, t)
    assert decide.auroc(found, is_anomaly) == pytest.approx(roc_auc_score(is_anomaly, found))
    assert decide.average_precision(found, is_anomaly) == pytest.approx(average_precision_score(is_anomaly, found))


@given(TIED, st.integers(1, 9), st.integers(1, 9))
def test_another_prevalence_is_a_weight_of_scikit_learn_s(both, normals, anomalies):
    found, is_anomaly = both
    weight = np.where(is_anomaly, anomalies, normals).astype(float)
    share = weight[is_anomaly].sum() / weight.sum()
    assert decide.average_precision(found, is_anomaly, share) == pytest.approx(
        average_precision_score(is_anomaly, found, sample_weight=weight)
    )
    threshold = float(np.median(found))
    table = decide.confusion(found, is_anomaly, threshold, share)
    (passed, alarms), (missed, right) = confusion_matrix(
        is_anomaly, found >= threshold, sample_weight=weight, normalize="all", labels=[False, True]
    )
    assert [table.passed, table.alarms, table.missed, table.found] == pytest.approx([passed, alarms, missed, right])


@each_data
def test_curves_of_real_scores(data):
    _, learn, _, found = ours(s.PCA(components=5), data)
    found = found[len(learn) :]
    is_anomaly = datasets.pool(data).test_is_anomaly.numpy()
    assert decide.auroc(found, is_anomaly) == pytest.approx(roc_auc_score(is_anomaly, found))
    precision, recall, thresholds = precision_recall_curve(is_anomaly, found)
    for i in range(0, len(thresholds), 7):
        table = decide.confusion(found, is_anomaly, thresholds[i])
        assert (table.precision, table.recall) == pytest.approx((precision[i], recall[i]))


def test_p_values_of_fresh_normals_are_spread_evenly():
    """Over many draws of held-out and of one fresh score the p-value is uniform on its steps: shaken within them, on [0, 1]."""
    rng, n = np.random.default_rng(0), 49
    drawn = rng.normal(size=(3000, n + 1))
    p = np.array([decide.p_values(row[:1], row[1:])[0] for row in drawn])
    assert kstest(p - rng.random(len(p)) / (n + 1), "uniform").pvalue > 0.001
    assert kstest(decide.p_values(rng.normal(size=3000) + 1, drawn[0, 1:]), "uniform").pvalue < 1e-6, (
        "of something else they are not"
    )


# ---- calibration ----


def some_answers(seed=0, n=400, classes=4):
    """Logits (n, classes) that are too sure of classes (n,)."""
    rng = np.random.default_rng(seed)
    y = rng.integers(classes, size=n)
    return torch.from_numpy(6 * rng.standard_normal((n, classes)) + 5 * np.eye(classes)[y]), torch.from_numpy(y)


@pytest.mark.parametrize("bins", [5, 15])
def test_the_reliability_diagram_is_scikit_learn_s(bins):
    sure, right = calibration.answers(*some_answers())
    found = calibration.reliability(sure, right, bins)
    there = found.share > 0
    truth, said = calibration_curve(right, sure, n_bins=bins, strategy="uniform")
    assert found.right[there] == pytest.approx(truth) and found.sure[there] == pytest.approx(said)
    many = np.histogram(sure, np.linspace(0, 1, bins + 1))[0][there] / len(sure)
    assert calibration.calibration_error(found) == pytest.approx((many * abs(truth - said)).sum())


def test_the_temperature_is_scikit_learn_s():
    logits, y = some_answers()

    class Frozen(ClassifierMixin, BaseEstimator):
        classes_ = np.arange(4)

        def fit(self, x, y):
            return self

        def __sklearn_is_fitted__(self):
            return True

        def decision_function(self, x):
            return np.asarray(x)

        def predict(self, x):
            return np.asarray(x).argmax(1)

    theirs = CalibratedClassifierCV(FrozenEstimator(Frozen()), method="temperature").fit(logits.numpy(), y.numpy())
    ours = calibration.fitted_temperature(logits, y)
    assert 1.5 < ours == pytest.approx(1 / theirs.calibrated_classifiers_[0].calibrators[0].beta_, rel=1e-3)
    p = (logits / ours).softmax(1).numpy()
    assert np.allclose(theirs.predict_proba(logits.numpy()), p, atol=1e-3)


# ---- detectors ranked over data sets ----


@given(st.integers(0, 99), st.integers(3, 9), st.integers(2, 12), st.booleans())
def test_friedman_s_test_is_scipy_s(seed, k, n, ties):
    table = np.random.default_rng(seed).normal(size=(n, k))
    table = table.round(0) if ties else table
    found = ranking.ranking(table)
    if len(np.unique(table, axis=1).T) == 1:
        assert found.chi_square == 0
        return
    theirs = friedmanchisquare(*table.T)
    assert (found.chi_square, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), abs=1e-9)
    assert found.ranks == pytest.approx(rankdata(-table, axis=1).mean(0))


# ---- as good, not merely faster ----


def test_our_autoencoder_is_as_good_as_pyod_s(monkeypatch):
    """The same network, batch, optimizer and number of epochs on one digit: what the bench measures the time of."""
    bench = import_module("tests.bench.peers.anomaly")
    monkeypatch.setattr(
        bench, "here", lambda: datasets.dataset_of(AnomalySettings(data=s.OneClass(normal="6"), method=bench.METHOD))
    )
    is_anomaly, state = bench.here().test_is_anomaly.numpy(), torch.random.get_rng_state()
    (_, mine), (_, library) = bench.ours(0), bench.theirs(0, bench.THE_SAME)
    one, other = (decide.auroc(found.numpy(), is_anomaly) for found in (mine, library))
    assert min(one, other) > 0.92 and abs(one - other) < 0.03 and np.corrcoef(mine.sqrt(), library)[0, 1] > 0.8
    assert torch.equal(torch.random.get_rng_state(), state)


def test_both_autoencoders_are_the_same_network():
    bench = import_module("tests.bench.peers.anomaly")
    detector = pyod(
        "auto_encoder",
        "AutoEncoder",
        hidden_neuron_list=[bench.METHOD.hidden, bench.METHOD.bottleneck],
        batch_norm=False,
        verbose=0,
        dropout_rate=0,
        epoch_num=1,
    ).fit(np.random.default_rng(0).random((64, 784)))
    sizes = [[p.shape for p in net.parameters()] for net in (detector.model, bench.started().net)]
    assert sizes[0] == sizes[1]
