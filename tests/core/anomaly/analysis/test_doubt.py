"""A classifier's doubt, against its definitions in numpy."""

import numpy as np
import pytest
import torch
from scipy.special import logsumexp

from core.anomaly import decide, detectors
from core.anomaly.analysis import doubt
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from tests.core.anomaly.analysis.conftest import cases, record


def by_definition(logits, measure, temperature, turned):
    z = logits.astype(np.float64) / temperature
    p = np.exp(z - logsumexp(z, axis=2, keepdims=True))
    if measure == "energy":
        return (-temperature * logsumexp(z, axis=2)).mean(0)
    if measure == "entropy":
        return -(p * np.log(np.maximum(p, 1e-300))).sum(2).mean(0)
    sure = np.stack([p[turn, :, turn] for turn in range(len(p))]) if turned else p.max(2)
    return (1 - sure).mean(0)


@pytest.mark.parametrize("name", ["moons", "classes", "turns"])
def test_the_curves_are_those_of_the_definitions(name):
    current = record(name)
    found, answers, there = final(current), doubt.answers(current), dataset_of(current.settings)
    with torch.inference_mode():
        logits = detectors.of_record(current).logits(there.test_x).numpy()
    assert answers.turned == (name == "turns") and answers.logits.shape[:2] == (
        4 if name == "turns" else 1,
        len(found.test),
    )
    at = answers.temperatures.index(1.0)
    own = 100 * decide.auroc(found.test, found.is_anomaly)
    assert 100 * answers.curves["softmax"][at] == pytest.approx(own, abs=0.01), "at T = 1 it is the run's own score"
    for measure in doubt.MEASURES:
        wanted = decide.auroc(by_definition(logits, measure, 2.51, answers.turned), found.is_anomaly)
        assert answers.curves[measure][answers.temperatures.index(2.51)] == pytest.approx(wanted, abs=0.002)
        np.testing.assert_allclose(
            answers.doubt(measure, 2.51), by_definition(logits, measure, 2.51, answers.turned), atol=1e-5
        )
    says, normal = logits.argmax(2), ~found.is_anomaly
    right = (says[:, normal] == np.arange(4)[:, None]) if name == "turns" else (says[0] == there.test_y.numpy())[normal]
    assert answers.trained.numbers["normal"] == pytest.approx(100 * right.mean())


def test_the_runs_own_temperature_can_be_chosen():
    current = record("moons")
    own = current.settings.model_copy(
        update={"method": current.settings.method.model_copy(update={"temperature": 3.3})}
    )
    assert 3.3 in doubt.answers(type(current)(current.id, own, current.events, current.run)).temperatures


def test_a_detector_that_is_no_classifier_has_no_doubt():
    assert doubt.answers(record("tumours")) is None


def test_of_two_classes_no_temperature_changes_the_order_of_entropy():
    answers = doubt.answers(record("moons"))
    assert "doubt-no-temperature" in cases(doubt.about(answers.temperatures, answers.curves, 1.0, "entropy"))


def test_what_the_curves_teach():
    curves = {"softmax": [0.4, 0.6], "entropy": [0.6, 0.6], "energy": [0.3, 0.2]}
    said = doubt.about((1.0, 2.0), curves, 1.0, "softmax")
    assert cases(said) == ["doubt-auroc", "doubt-temperatures", "doubt-worse"]
    assert said[0].numbers == {"t": 1.0, "softmax": 40.0, "entropy": 60.0, "energy": 30.0}
    assert said[1].numbers["high"] == pytest.approx(60) and said[1].numbers["t_high"] == 2.0
    assert cases(doubt.about((1.0, 2.0), curves, 2.0, "entropy")) == ["doubt-auroc", "doubt-no-temperature"]


def test_why_a_score_is_worse_than_guessing():
    logits = np.random.default_rng(0).normal(size=(1, 40, 3))
    assert doubt.about_why(logits, "softmax", 0.6, np.arange(40.0)) == []
    assert cases(doubt.about_why(logits, "entropy", 0.3, np.arange(40.0))) == ["doubt-closed"]
    mean = -logits.mean((0, 2))
    assert cases(doubt.about_why(logits, "energy", 0.3, 2 * mean)) == ["doubt-mean-logit"]
    assert doubt.about_why(logits, "energy", 0.3, np.arange(40.0)) == []


def test_what_rounding_takes_away_is_said():
    assert doubt.about_ties(np.arange(100.0), "softmax") == []
    (said,) = doubt.about_ties(np.repeat([1.0, 2], 4), "softmax")
    assert said.numbers == {"share": 75.0, "measure": "softmax"}
