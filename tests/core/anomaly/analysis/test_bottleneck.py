"""The bottleneck: PCA with any number of components, and stored autoencoders beside it."""

from dataclasses import replace

import numpy as np
import pytest

from core import runs
from core.anomaly import decide, detectors, pictures
from core.anomaly.analysis import bottleneck
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import scores
from core.anomaly.settings import PCA
from tests.core.anomaly.analysis.conftest import cases, record, saved


def brute(settings, k):
    """Scores of held-out normals and of the test part by PCA as it is learned for a run, and which are anomalies."""
    detector = detectors.learned(settings.model_copy(update={"method": PCA(components=k)}))
    there = dataset_of(settings)
    return (
        scores(detector, there.calibration_x).numpy(),
        scores(detector, there.test_x).numpy(),
        there.test_is_anomaly.numpy(),
    )


@pytest.mark.parametrize("name, most", [("pca", 300), ("damaged", 300), ("tumours", 29), ("plane", 1)])
def test_the_curve_of_pca_is_pca(name, most):
    settings = record(name).settings
    found, there = bottleneck.pca_curve(record(name)), dataset_of(settings)
    assert len(found.auroc) == len(found.normal) == len(found.anomalous) == most
    middle = there.train_x.mean(0)
    spread = [
        (x - middle).square().flatten(1).sum(1).mean().item()
        for x in (there.calibration_x, there.test_x[there.test_is_anomaly])
    ]
    np.testing.assert_allclose(found.spread, spread, rtol=1e-4)
    assert 0 <= found.near < most and (not found.falls or found.auroc[-1] < found.auroc.max())
    for k in {1, max(1, most // 5), max(1, most - most // 10)}:
        calibration, test, is_anomaly = brute(settings, k)
        assert found.auroc[k - 1] == pytest.approx(100 * decide.auroc(test, is_anomaly), abs=0.01)
        assert found.normal[k - 1] == pytest.approx(100 * calibration.mean() / spread[0], rel=1e-3)
        assert found.anomalous[k - 1] == pytest.approx(100 * test[is_anomaly].mean() / spread[1], rel=1e-3)


@pytest.mark.parametrize(
    "name, most, first", [("pca", 300, 30), ("knn", 300, 30), ("tumours", 29, 5), ("mixture", 29, 10)]
)
def test_the_components_to_choose_from_hold_the_runs_own(name, most, first):
    options, own = bottleneck.counts(record(name).settings, most)
    assert own == first and {1, own, most} <= set(options) and options == sorted(set(options))


def test_ten_pictures_come_back_as_in_the_run():
    current = record("pca")
    found = bottleneck.by_pca(current.settings, 30)
    np.testing.assert_array_equal(found.inputs, current.last(pictures.INPUTS))
    assert np.abs(found.expected.astype(int) - current.last(pictures.EXPECTED).astype(int)).max() <= 1
    gaps = (found.inputs / 255 - found.expected / 255) ** 2
    assert found.about.numbers == {
        "normal": pytest.approx(gaps[:5].sum() / 5),
        "anomalous": pytest.approx(gaps[5:].sum() / 5),
    }


@pytest.mark.usefixtures("store")
def test_stored_autoencoders_lose_what_their_runs_say():
    current, local, dense, blurred = saved("pca"), saved("local"), saved("dense"), saved("vae")
    spread = bottleneck.pca_curve(current).spread
    found = {each.id: each for each in bottleneck.networks(current, spread)}
    assert set(found) == {local.id, dense.id, blurred.id}
    assert (found[local.id].code, found[local.id].local) == (98, True), "60 numbers are two channels of 49"
    assert (found[dense.id].code, found[dense.id].local) == (8, False)
    assert found[dense.id].anomalous == pytest.approx(100 * dense.summary["odd_score"] / spread[1])
    assert found[local.id].normal == pytest.approx(100 * local.summary["held_score"] / spread[0])
    assert found[blurred.id].normal is None, "its score is no plain squared error"


@pytest.mark.usefixtures("store")
def test_one_network_is_better_only_by_more_than_chance():
    current, local, dense = saved("pca"), saved("local"), saved("dense")
    is_anomaly = final(current).is_anomaly
    (high, low) = sorted((local, dense), key=lambda each: -each.summary["auroc"])
    placed = [decide.placements(final(each).test, is_anomaly) for each in (high, low)]
    z = (placed[0][0].mean() - placed[1][0].mean()) / decide.error_of(*placed)
    assert bottleneck.better(current, high.id, low.id) is bool(z > 1.645)
    assert not bottleneck.better(current, low.id, high.id) and not bottleneck.better(current, high.id, high.id)
    runs.path_of(low.id).unlink()
    assert not bottleneck.better(saved("pca"), high.id, "anomaly-gone")


@pytest.mark.usefixtures("store")
def test_pictures_of_a_run_are_there_as_long_as_it_is():
    other = saved("dense")
    np.testing.assert_array_equal(bottleneck.by_run(other.id).expected, other.last(pictures.EXPECTED))
    runs.path_of(other.id).unlink()
    assert bottleneck.by_run(other.id) is None and bottleneck.by_run(saved("tumours").id) is None


@pytest.mark.parametrize(
    "settings, size",
    [
        ({"bottleneck": 32, "net": "dense"}, 32),
        ({"bottleneck": 32, "net": "local"}, 49),
        ({"bottleneck": 50, "net": "local"}, 98),
        ({"bottleneck": 1568, "net": "local"}, 1568),
        ({"bottleneck": 20, "net": "conv"}, 20),
    ],
)
def test_the_size_of_a_code(settings, size):
    assert bottleneck.code_size(settings) == size


def test_the_smallest_error_and_the_best_detector():
    curve = bottleneck.Curve(
        np.array([80.0, 90, 85]), np.array([50.0, 20, 5]), np.array([90.0, 60, 30]), (10.0, 20.0), 0, True
    )
    about = {name: runs.make(name, "anomaly", {}, [], 0.0, "finished").about for name in ("copy", "good", "blurred")}
    copies = bottleneck.Network(about["copy"], 1568, True, 50.0, 3.0, 4.0)
    good = bottleneck.Network(about["good"], 8, False, 91.0, 40.0, 80.0)
    blurred = replace(good, about=about["blurred"], auroc=99.0, normal=None, anomalous=None)
    faithful, best, lesson = bottleneck.about_networks([copies, good, blurred], curve, lambda *__: True)
    assert (faithful.case, faithful.numbers["network"], faithful.numbers["n"]) == ("networks-faithful", "copy", 2)
    assert (best.case, best.numbers["network"], lesson.case) == ("networks-best", "good", "networks-copy")
    assert (
        cases(bottleneck.about_networks([replace(copies, anomalous=50.0), good], curve, lambda *__: True))[-1]
        == "networks-not-best"
    )
    assert cases(bottleneck.about_networks([copies, good], curve, lambda *__: False))[-1] == "networks-as-good"
    best_as_well = bottleneck.about_networks([replace(copies, auroc=95.0), good], curve, lambda *__: True)
    assert cases(best_as_well)[-1] == "networks-best-as-well"
    one, pca = bottleneck.about_networks([good], curve, lambda *__: True)
    assert one.case == "networks-one" and pca.numbers == {"k": 2, "auroc": 90.0}
    assert cases(bottleneck.about_networks([blurred], curve, lambda *__: True)) == ["networks-blurred"]
    __, most, falls = bottleneck.about_pca(curve, 1)
    assert most.case == "pca-best" and most.numbers == {"k": 2, "auroc": 90.0, "others": 2}
    assert cases(bottleneck.about_pca(replace(curve, near=1, falls=False), 1)) == ["pca-here", "pca-highest"]
    assert (falls.case, falls.numbers["auroc"]) == ("pca-all", 85.0)
