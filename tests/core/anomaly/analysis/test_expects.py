"""What a detector expected in the place of an example, of pictures and of patients."""

import numpy as np
import pytest

from core.anomaly import detectors
from core.anomaly.analysis import expects
from core.anomaly.analysis.patients import patient
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from tests.core.anomaly.analysis.conftest import record


@pytest.mark.parametrize(
    "name, idea", [("pca", True), ("knn", True), ("vae", True), ("lof", False), ("svdd", False), ("mixture", False)]
)
def test_only_some_detectors_have_an_idea_of_what_should_be_there(name, idea):
    assert expects.has_idea(record(name)) is idea


def test_the_difference_is_what_the_detector_did_not_expect():
    current, place = record("pca"), 300
    x, detector = dataset_of(current.settings).test_x[place : place + 1], detectors.of_record(current)
    shown = expects.expected(current, place, 0.0)
    np.testing.assert_allclose(shown.error, detector.error(x)[0, 0].numpy(), atol=1e-6)
    np.testing.assert_array_equal(shown.picture, (255 * x[0, 0]).round().byte().numpy())
    gap = shown.picture.astype(float) - shown.expected.astype(float)
    inside = (shown.expected > 0) & (shown.expected < 255)  # what is brighter than white cannot be drawn
    np.testing.assert_allclose(gap[inside] / 255, shown.difference[inside], atol=1 / 255)
    assert np.abs(expects.expected(current, place, 2.0).difference).max() < np.abs(shown.difference).max()


def test_the_alarm_is_raised_from_a_tenth_on():
    found = final(record("pca"))
    for place in (int(found.test.argmax()), int(found.test.argmin())):
        said = expects.about_example(found, place)
        p = np.mean([*(found.calibration >= found.test[place]), True])
        assert said.numbers == {"score": found.test[place], "p": pytest.approx(p)}
        assert said.case == ("example-alarm" if p <= 0.1 else "example-no-alarm")


def test_a_patient_is_odd_by_what_was_not_expected():
    current, place = record("tumours"), 140
    there, found = dataset_of(current.settings), patient(record("tumours"), 140, 8)
    gap = (there.test_x - detectors.of_record(current).expects(there.test_x))[place].numpy()
    most = np.argsort(-np.abs(gap))[:8]
    assert list(found.columns) == [there.columns[i] for i in most]
    assert list(found.columns.values()) == pytest.approx(gap[most].tolist(), abs=1e-5)
    square, numbers = np.sort(gap**2)[::-1], found.about.numbers
    assert numbers["share"] == pytest.approx(100 * square[:3].sum() / square.sum(), rel=1e-4)
    assert numbers["column"] == there.columns[most[0]]
    assert numbers["value"] - numbers["expected"] == pytest.approx(gap[most[0]], abs=1e-5)


def test_where_nothing_was_expected_a_patient_is_held_against_the_mean():
    current = record("mixture")
    x, found = dataset_of(current.settings).test_x[140].numpy(), patient(record("mixture"), 140, 8)
    assert found.about is None and max(map(abs, found.columns.values())) == pytest.approx(np.abs(x).max())
