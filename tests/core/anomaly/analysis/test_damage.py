"""Where the damage is, against scikit-learn and brute force."""

import numpy as np
import pytest
from sklearn.metrics import jaccard_score, precision_score, recall_score

from core.anomaly import decide, detectors, trivial
from core.anomaly.analysis import blur, damage
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import damage_of, dataset_of
from tests.core.anomaly.analysis.conftest import cases, record


def test_the_kinds_of_damage_take_turns():
    settings = record("damaged").settings
    there, kinds = dataset_of(settings), damage_of(dataset_of(settings), settings)
    assert ((kinds != "") == there.test_is_anomaly.numpy()).all() and set(kinds) == {"", "cut", "patch", "noise"}
    gone = np.array([float(x[0][mask].sum()) if mask.any() else 0.0 for x, mask in zip(there.test_x, there.masks)])
    assert (gone[kinds == "cut"] == 0).all() and (gone[kinds == "noise"] > 0).all(), (
        "where a stroke was cut no ink is left"
    )
    for name, only in (("cut", {"", "cut"}), ("pca", {""})):
        assert set(damage_of(dataset_of(record(name).settings), record(name).settings)) == only


@pytest.mark.parametrize("name", ["damaged", "cut"])
def test_the_damage_is_found_as_brute_force_says(name):
    current = record(name)
    there, detector, found = dataset_of(current.settings), detectors.of_record(current), final(current)
    error, calibration = (detector.error(x).flatten(1).numpy() for x in (there.test_x, there.calibration_x))
    truth, is_anomaly, threshold = (
        there.masks.flatten(1).numpy(),
        there.test_is_anomaly.numpy(),
        np.quantile(calibration, 0.95),
    )
    place, at = int(np.flatnonzero(is_anomaly)[3]), blur.at_blur(current, 0.0)
    shown = damage.damage(current, at, place, 0.0, 5.0)
    assert shown.threshold == pytest.approx(threshold) and shown.about == ()
    for located, chosen in ((shown.picture, [place]), (shown.every, np.flatnonzero(is_anomaly))):
        marks, damaged = (error[chosen] >= threshold).ravel(), truth[chosen].ravel()
        measures = [measure(damaged, marks) for measure in (precision_score, recall_score, jaccard_score)]
        wanted = [100 * each for each in (decide.auroc(error[chosen].ravel(), damaged), *measures)]
        assert [located.auroc, located.precision, located.recall, located.overlap] == pytest.approx(wanted, abs=1e-3)
    assert at.where == pytest.approx(current.summary["where"], abs=1e-6)
    assert shown.mean == damage.Located(trivial.where(current.settings)), "what a map reaches that never looks"
    for kind, one in damage.by_kind(current, 0.0).items():
        own = damage_of(there, current.settings) == kind
        assert one.pixel == pytest.approx(100 * decide.auroc(error[own].ravel(), truth[own].ravel()))
        among = own | ~is_anomaly
        assert one.picture == pytest.approx(100 * decide.auroc(found.test[among], is_anomaly[among]))


def test_of_an_undamaged_picture_every_mark_is_a_false_alarm():
    current = record("damaged")
    there, at = dataset_of(current.settings), blur.at_blur(current, 0.0)
    place = int(np.flatnonzero(~there.test_is_anomaly.numpy())[0])
    shown = damage.damage(current, at, place, 0.0, 5.0)
    error = detectors.of_record(current).error(there.test_x[place : place + 1]).numpy()
    assert shown.picture is None and shown.about[0].numbers == {"n": int((error >= shown.threshold).sum())}


def test_the_more_may_be_marked_the_more_is_found():
    found = blur.at_blur(record("damaged"), 0.0).marked
    recalls = [each.right for each in found.values()]
    assert recalls == sorted(recalls) and recalls[0] < recalls[-1]


def test_what_marks_nothing_is_never_wrong():
    assert damage.located(0.5, blur.Marks(1.0, 0, 0, 4)) == damage.Located(50.0, 100.0, 0.0, 0.0)


def test_one_kind_stands_out_more_than_another_where_that_is_more_than_chance():
    found = {"cut": damage.KindFound(80.0, 60.0, 1.0, 2.0), "noise": damage.KindFound(77.0, 90.0, 1.0, 2.0)}
    pictures, pixels, __ = damage.about_kinds(found)
    assert pictures.numbers == {"best": "noise", "most": 90.0, "worst": "cut", "least": 60.0}
    assert pictures.case == "damage-pictures"
    assert (pixels.case, pixels.numbers["best"]) == ("damage-pixels", "cut"), "z = 3 / √2 = 2.12 > 1.96"
    two = damage.about_kinds(found | {"patch": damage.KindFound(79.0, 80.0, 1.0, 2.0)})
    assert cases(two)[:2] == ["damage-pictures", "damage-pixels-alike"], "of three kinds chance parts the ends further"
    assert cases(damage.about_kinds({"cut": found["cut"]})) == []
