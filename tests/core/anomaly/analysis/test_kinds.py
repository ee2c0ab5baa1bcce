"""Kinds of oddity: AUROC of each as a run shows it, and who is better than the control."""

import numpy as np
import pytest

from core import runs
from core.anomaly import decide
from core.anomaly.analysis import kinds
from core.anomaly.analysis.scores import final
from core.anomaly.by_kind import KINDS
from core.anomaly.datasets import dataset_of
from core.anomaly.settings import SCENES, SHIPPED
from core.record import Record
from tests.core.anomaly.analysis.conftest import cases, record


def shipped(name):
    run = runs.load(name)
    return Record(name, run.settings, list(run.events), run)


def test_the_control_is_the_scene_s_classifier_that_was_shown_none():
    scene = next(each.settings for each in SCENES if each.slug == "a-few-known-oddities")
    control = SHIPPED[kinds.CONTROL]
    assert control.method == scene.method and control.seed == scene.seed and control.data.known == 0
    assert cases(kinds.by_kind(shipped(kinds.CONTROL)).about) == ["kinds-control"]


def test_of_the_scene_the_known_kind_is_better():
    current = shipped("anomaly-a-few-known-oddities")
    found = kinds.by_kind(current)
    y, own = dataset_of(current.settings).test_y.numpy(), final(current)
    for i, kind in enumerate(KINDS):
        part = (y < 8) | (y == 8 + i)
        assert found.auroc[kind] == pytest.approx(100 * decide.auroc(own.test[part], y[part] >= 8))
        assert 0 < found.error[kind] < 5
    assert kinds.newest(current) == pytest.approx(found.auroc)
    assert kinds.shown_of(current) == "nines" and cases(found.about) == ["kinds-known-better", "kinds-unseen"]


def test_what_is_said_of_scores_by_hand():
    rng, y = np.random.default_rng(0), np.repeat(np.arange(13), 40)
    noise = rng.normal(size=len(y))
    control = kinds.placed(noise + (y >= 8), np.maximum(y - 8, -1))
    better = kinds.placed(noise + np.where(y == 9, 4.0, y >= 8), np.maximum(y - 8, -1))
    worse = kinds.placed(noise + np.where(y == 12, -1.0, y >= 8), np.maximum(y - 8, -1))
    assert cases(kinds.about(better, control, "nines")) == ["kinds-known-better", "kinds-unseen"]
    assert kinds.about(better, control, "nines")[1].numbers == {"n": 4, "better": 0, "worse": 0}
    assert kinds.about(better, control, "")[1].numbers == {"n": 5, "better": 1, "worse": 0}
    assert kinds.about(worse, control, "eights")[1].numbers == {"n": 4, "better": 0, "worse": 1}
    assert cases(kinds.about(control, control, "eights"))[0] == "kinds-known-alike"


def test_other_data_have_no_kinds():
    assert kinds.newest(record("digit")) is None and kinds.newest(record("moons")) is None
