"""What a detector finds against its false alarms: brute force, and the scores of a shipped run."""

import numpy as np
import pytest
import torch

from core.attack import detect
from core.attack.analysis import detection, stored
from core.attack.pictures import SCORE_CLEAN


def test_the_curve_is_what_each_threshold_finds():
    numbers = np.random.default_rng(1).integers(20, size=90) / 20  # many ties
    clean, suspicious = numbers[:60], numbers[60:] + 0.1
    alarms, found = detection.roc(clean, suspicious)
    thresholds = [np.inf, *sorted({*clean, *suspicious}, reverse=True)]
    assert alarms == pytest.approx([100 * np.mean(clean >= t) for t in thresholds])
    assert found == pytest.approx([100 * np.mean(suspicious >= t) for t in thresholds])
    area = detect.auc(torch.tensor(clean), torch.tensor(suspicious))
    assert np.trapezoid(found, alarms) / 100 == pytest.approx(area)


def test_the_scores_of_a_run_come_with_those_of_clean_pictures():
    record = stored.record_of("attack-detect")
    scores = detection.scores(record)
    assert list(scores) == ["clean", "noise", "blind", "knowing"] and len(scores["clean"]) == 200
    above = float(np.mean(scores["noise"] > detection.alarm(scores["clean"])))
    assert 100 * above == pytest.approx(record.summary["found_noise"])
    assert detection.scores(stored.record_of("attack-curve")) == {}
    late = [event for event in record.events if getattr(event, "name", "") != SCORE_CLEAN.name]
    assert detection.scores(type(record)(record.id, record.settings, late, record.run)) == {}
