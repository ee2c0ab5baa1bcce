"""The blur of the error, against the detector that has it as a knob."""

import numpy as np
import pytest

from core.anomaly import decide, detectors
from core.anomaly.analysis import blur
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import scores
from core.anomaly.settings import PCA
from tests.core.anomaly.analysis.conftest import cases, record


def test_the_blur_is_the_knob_of_the_same_detector():
    current = record("pca")
    found, there = blur.blurs(current), dataset_of(current.settings)
    assert found.where is None and found.adjustable and tuple(found.at) == blur.BLURS
    for pixels in (0.0, 1.0, 2.5):
        method = PCA(components=current.settings.method.components, smooth=pixels)
        detector = detectors.learned(current.settings.model_copy(update={"method": method}))
        calibration, test = (scores(detector, x).numpy() for x in (there.calibration_x, there.test_x))
        assert found.at[pixels].auroc == pytest.approx(
            100 * decide.auroc(test, there.test_is_anomaly.numpy()), abs=1e-6
        )
        np.testing.assert_allclose(found.at[pixels].scores, test, rtol=1e-5)
        np.testing.assert_allclose(found.at[pixels].calibration, calibration, rtol=1e-5)
    assert found.auroc[0] == pytest.approx(current.summary["auroc"])


@pytest.mark.parametrize("name", ["vae", "local"])
def test_at_its_own_blur_a_network_scores_as_its_run_did(name):
    current = record(name)
    found = blur.at_blur(current, current.settings.method.smooth)
    assert found.auroc == pytest.approx(current.summary["auroc"], abs=0.01)
    np.testing.assert_allclose(found.scores, final(current).test, rtol=1e-4)


def test_no_blur_changes_what_is_no_squared_error():
    current = record("knn")
    found = blur.blurs(current)
    assert not found.adjustable and tuple(found.at) == (0.0,)
    np.testing.assert_allclose(found.at[0.0].scores, final(current).test, rtol=1e-5)


def test_what_a_blur_is_worth():
    rising, falling = [90.0, 90, 92, *[93.0] * 10], [90.0, *[80.0] * 12]
    none, best = blur.about_blur(rising, None, 0.0)
    assert none.case == "blur-none" and best.case == "blur-best" and best.numbers == {"best": 0.75, "auroc": 93.0}
    assert cases(blur.about_blur(rising, None, 1.0)) == ["blur-here", "blur-good"]
    assert cases(blur.about_blur(falling, None, 1.0)) == ["blur-here", "blur-never-better"]
    *__, place = blur.about_blur(rising, falling, 0.0)
    assert place.case == "blur-place" and place.numbers == {"there": 80.0, "none": 90.0}
    assert "blur-place" not in cases(blur.about_blur(rising, rising, 0.0))


def test_what_a_blur_makes_of_one_picture():
    found = blur.at_blur(record("pca"), 1.0)
    said = blur.about_picture(found, 1.0, 7)
    assert said.numbers["score"] == found.scores[7]
    assert said.numbers["p"] == pytest.approx(np.mean([*(found.calibration >= found.scores[7]), True]))
