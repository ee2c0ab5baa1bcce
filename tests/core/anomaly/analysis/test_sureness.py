"""Calibration of a run's classifier: what is drawn is what the definitions say, and every sentence has its case."""

import numpy as np
import pytest

from core.anomaly import calibration, decide
from core.anomaly.analysis import reliability, sureness
from core.anomaly.analysis.scores import final
from tests.core.anomaly.analysis.conftest import cases, record


@pytest.mark.parametrize("name", ["moons", "classes", "turns"])
def test_errors_are_those_of_the_diagrams_and_the_score_is_the_run_s_own(name):
    current = record(name)
    found, own = sureness.sureness(current), final(current)
    assert {1.0, found.fitted} <= set(found.temperatures) and len(found.errors) == len(found.temperatures)
    for at in (1.0, found.fitted):
        error = 100 * calibration.calibration_error(found.diagram(at))
        assert found.errors[found.temperatures.index(at)] == pytest.approx(error)
    assert found.auroc(1.0) == pytest.approx(100 * decide.auroc(own.test, own.is_anomaly), abs=0.01)
    assert len(found.y) == (4 if name == "turns" else 1) * (~own.is_anomaly).sum()
    drawn, mended = reliability.newest(current)
    assert reliability.error(drawn) == pytest.approx(found.errors[found.temperatures.index(1.0)], abs=1e-3)
    assert reliability.error(mended) == pytest.approx(found.errors[found.temperatures.index(found.fitted)], abs=1e-3)
    assert reliability.newest_temperature(current) == pytest.approx(found.fitted, rel=1e-3)
    assert drawn.share.sum() == pytest.approx(1) and all(0 <= v <= 100 for v in reliability.points(drawn)[0])


def test_what_is_said():
    found = sureness.sureness(record("classes"))
    assert sureness.at(found, 0.1).case != "sure-under" and sureness.at(found, 100.0).case == "sure-under"
    said = cases(sureness.about(found, 1.0))
    assert said[1] in ("sure-mended", "sure-not-mended") and said[2] == "sure-luck" and said[3].startswith("sure-auroc")


def test_by_luck_a_perfectly_calibrated_classifier_shows_an_error_that_shrinks_with_more_answers():
    found = sureness.sureness(record("turns"))
    few = sureness.by_luck(found, 1.0)
    assert 0 < few < 10
    more = type(found)(**{**vars(found), "logits": found.logits.repeat(9, 1), "y": found.y.repeat(9)})
    assert sureness.by_luck(more, 1.0) == pytest.approx(few / 3, rel=0.25), "with nine times as many a third, as 1 / √n"


def test_only_a_classifier_is_sure_of_anything():
    assert sureness.sureness(record("tumours")) is None and reliability.newest(record("tumours")) is None
    assert np.isfinite(sureness.sureness(record("moons")).losses).all()
