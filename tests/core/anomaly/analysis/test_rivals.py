"""Which detectors are held against the run shown."""

import json
from typing import get_args

import numpy as np
import pytest

from core import runs
from core.anomaly.analysis import rivals
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.settings import Method
from core.events import Finished
from core.settings import flatten
from tests.core.anomaly.analysis.conftest import record, saved

pytestmark = pytest.mark.usefixtures("store")


def test_all_on_the_same_data_and_all_that_is_learned_at_once():
    current, other = saved("pca"), saved("dense")
    elsewhere = [saved("faces").id, saved("pca", seed=99).id, saved("pca", contamination=5).id]
    found = rivals.candidates(current)
    assert list(found)[:2] == [current.id, other.id] and not set(elsewhere) & set(found)
    fitted = [about.settings["method"] for each, about in found.items() if each.startswith("{")]
    assert fitted == ["kmeans", "knn", "lof", "forest", "ocsvm", "mixture", "kde"], (
        "PCA with these very settings is stored"
    )
    assert list(rivals.candidates(other))[:2] == [other.id, current.id], "the run shown comes first"


def test_one_of_each_method_with_the_fewest_changed_knobs():
    plain, knobs = saved("lof"), saved("lof", neighbours=7)
    current = saved("pca")
    chosen = rivals.one_of_each(rivals.candidates(current), current.id, 20)
    assert chosen[0] == current.id and plain.id in chosen and knobs.id not in chosen
    found = rivals.candidates(knobs)
    assert knobs.id in rivals.one_of_each(found, knobs.id, 20), "the run shown is always among them"
    assert rivals.changed(found[knobs.id]) == {"neighbours": 7} and rivals.changed(found[plain.id]) == {}


def test_one_other_to_begin_with_expects_something():
    current, other = saved("pca"), saved("lof")
    (beside_pca,) = rivals.one_other(rivals.candidates(current), current.id)
    (beside_lof,) = rivals.one_other(rivals.candidates(other), other.id)
    assert json.loads(beside_pca)["method"] == "knn" and beside_lof == current.id


def test_a_run_that_was_deleted_is_left_out():
    current, gone = saved("pca"), saved("dense")
    runs.path_of(gone.id).unlink()
    assert [each.id for each in rivals.rivals(current, [current.id, gone.id])] == [current.id]


def test_a_detector_learned_at_once_has_the_scores_of_its_run():
    stored = final(saved("lof"))
    fitted = rivals.learned(rivals.as_text(flatten(record("lof").settings)))
    np.testing.assert_allclose(fitted.test, stored.test, atol=1e-5)
    np.testing.assert_allclose(fitted.calibration, stored.calibration, atol=1e-5)
    assert fitted.seconds > 0


def test_every_method_says_its_family_and_a_short_name():
    every = get_args(Method)
    assert {method.FAMILY for method in every} == {"classifier", "reconstruction", "distance", "density", "boundary"}
    assert len({method.SHORT for method in every}) == len(every)
    assert [each.__name__ for each in every if each.TAUGHT] == ["PCA", "KMeans", "Confidence", "AutoEncoder"]


def test_a_detector_that_is_gone_gives_no_p_value_to_what_is_new():
    settings, log = record("dense").settings, record("dense").events
    bare = [*log[:-1], Finished(20, log[-1].summary, {})]
    runs.save(runs.make("anomaly-saved-gone", "anomaly", flatten(settings), bare, 1.0, "finished"))
    current = saved("pca")
    own, gone = rivals.rivals(current, [current.id, "anomaly-saved-gone"])
    x = dataset_of(settings).test_x[4]
    assert gone.p_value(x) is None and gone.p_value(x, 4) == gone.p[4], "the scores of its run are there"
    assert own.p_value(x) == pytest.approx(own.p[4])
