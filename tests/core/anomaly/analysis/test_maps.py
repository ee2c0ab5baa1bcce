"""Which pixels made the score high, and how well a map finds damage."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from core import runs
from core.anomaly import detectors
from core.anomaly.alarm import alarm
from core.anomaly.analysis import maps, trust
from core.anomaly.analysis.rivals import rivals
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import scores
from core.events import Finished
from core.settings import flatten
from tests.core.anomaly.analysis.conftest import cases, record, saved


def answer(name, place, method, base="mean", **given):
    current = record(name)
    (own,) = rivals(current, [current.id])
    x = dataset_of(current.settings).test_x[place]
    return maps.answer(own, x, method, json.dumps(given), base, current.settings)


@pytest.mark.parametrize(
    "name, gradients, expects",
    [("pca", True, True), ("dense", True, True), ("lof", False, False), ("svdd", True, False)],
)
def test_only_methods_that_fit_are_offered(name, gradients, expects):
    found = maps.fitting(record(name))
    assert set(maps.CHANGES) <= set(found.methods) and (set(maps.GRADIENTS) < set(found.methods)) is gradients
    assert ("expected" in found.methods) is ("expected" in found.bases) is expects


@pytest.mark.parametrize("method", [*maps.GRADIENTS, *maps.CHANGES])
def test_every_method_draws_a_map(method):
    found = answer("pca", 300, method)
    assert found.map.shape == (28, 28) and np.ptp(found.map) > 0 and found.passes > 0
    note = found.note if isinstance(found.note, str) else ""
    assert "network" not in note and "logit" not in note, "it is a detector that is asked, and its score"
    assert cases(maps.about_map(found, np.zeros((28, 28)), method, False)) == ["map-half", "map-correlation"]


def test_the_error_map_is_the_squared_difference():
    current = record("pca")
    detector, x = detectors.of_record(current), dataset_of(current.settings).test_x[300:301]
    found = answer("pca", 300, "expected")
    np.testing.assert_allclose(found.map, detector.error(x)[0, 0].numpy(), atol=1e-6)
    assert found.map.sum() == pytest.approx(found.score, rel=1e-4) and found.sum
    assert found.p == pytest.approx(np.mean([*(final(current).calibration >= found.score), True]))
    picture = (255 * x[0, 0]).round().byte().numpy()
    half, ink = maps.about_map(found, picture, "expected", False)
    more = 100 * found.map[picture > found.expected].sum() / found.map.sum()
    assert ink.case == "map-ink" and ink.numbers == {"more": pytest.approx(more), "less": pytest.approx(100 - more)}
    assert maps.about_map(found, picture, "expected", True)[1].case == "map-brighter"


def test_where_error_and_map_are_shares_of_one_sum_they_have_one_scale():
    found = answer("pca", 300, "integrated_gradients")
    error, one_scale = found.beside("integrated_gradients")
    current = record("pca")
    middle = dataset_of(current.settings).train_x.mean(0, keepdim=True)
    mean = float(scores(detectors.of_record(current), middle)[0])
    assert one_scale and error.sum() == pytest.approx(found.map.sum() + mean / (2 * found.scale), rel=1e-3)
    assert found.beside("occlusion") == (pytest.approx(found.error), False)
    assert found.beside("expected") == (None, False)
    assert answer("faces", 5, "input_x_gradient").beside("input_x_gradient")[1] is False, "k-means scores by a distance"


def test_the_note_of_integrated_gradients_says_what_it_explains():
    current, found = record("pca"), answer("pca", 300, "integrated_gradients")
    there, calibration = dataset_of(current.settings), final(current).calibration
    net = alarm(detectors.of_record(current), calibration)
    x, middle = there.test_x[300:301], there.train_x.mean(0, keepdim=True)
    rise = float((net(x) - net(middle))[0, 1])
    assert found.note.numbers["rise"] == pytest.approx(rise, rel=1e-3)
    assert found.note.numbers["total"] == pytest.approx(rise, rel=0.02) == pytest.approx(found.map.sum(), rel=0.02)


def test_a_picture_that_is_what_it_is_compared_with_has_nothing_to_explain():
    current = record("pca")
    (own,) = rivals(current, [current.id])
    mean = dataset_of(current.settings).train_x.mean(0)
    found = maps.answer(own, mean, "occlusion", "{}", "mean", current.settings)
    assert not found.map.any() and "nothing to explain" in found.note
    assert maps.about_map(found, np.zeros((28, 28)), "occlusion", False) == []


def test_compared_with_what_was_expected_input_x_gradient_of_pca_is_its_error_twice():
    found = answer("pca", 300, "input_x_gradient", "expected")
    np.testing.assert_allclose(found.map, found.error / found.scale, atol=1e-4)


def test_a_detector_without_gradients_says_so_beside_one_that_has_them():
    found = answer("lof", 300, "saliency")
    assert found.map is None and found.note.case == "map-no-gradients"
    found = answer("lof", 300, "expected")
    assert found.map is None and found.note.case == "map-expects-nothing"


def test_gradient_shap_compares_with_normals():
    found = answer("pca", 300, "gradient_shap")
    assert found.map.shape == (28, 28) and found.note.numbers["n"] == 20 and found.passes == 121
    assert found.note.numbers["total"] == pytest.approx(found.map.sum())
    assert found.note.numbers["total"] == pytest.approx(found.note.numbers["rise"], rel=0.5)


@pytest.mark.usefixtures("store")
def test_a_detector_that_is_gone_leaves_the_others_to_answer():
    settings, log = record("dense").settings, record("dense").events
    bare = [*log[:-1], Finished(20, log[-1].summary, {})]
    runs.save(runs.make("anomaly-saved-bare", "anomaly", flatten(settings), bare, 1.0, "finished"))
    current = saved("pca")
    __, gone = rivals(current, [current.id, "anomaly-saved-bare"])
    found = maps.answer(gone, dataset_of(settings).test_x[4], "expected", "{}", "mean", settings)
    assert found.map is None and found.score is None and found.note.case == "map-gone"
    kept = replace(record("dense"), events=bare, run=runs.load("anomaly-saved-bare"), id="anomaly-saved-bare")
    assert maps.fitting(kept) is None


@pytest.mark.parametrize(
    "values, half", [([[1, 0], [0, 0]], 1), ([[1, 1], [1, 1]], 2), ([[5, 1], [1, -90]], 1), ([[2, 2], [3, 0]], 2)]
)
def test_half_of_a_map(values, half):
    assert maps.half_of(np.array(values)) == half


def test_the_map_is_judged_by_the_true_damage():
    settings = record("damaged").settings
    there = dataset_of(settings)
    place, whole = int(torch.nonzero(there.test_is_anomaly)[0]), int(torch.nonzero(~there.test_is_anomaly)[0])
    mask = maps.mask_of(settings, place)
    assert np.array_equal(mask, there.masks[place].numpy()) and maps.mask_of(settings, whole) is None
    assert maps.mask_of(settings, None) is None and maps.mask_of(record("pca").settings, place) is None
    values = np.random.default_rng(0).normal(size=(28, 28))
    brute = np.mean([(a > b) for a in values[mask] for b in values[~mask]])
    assert maps.where(values, mask, "occlusion") == pytest.approx(brute)
    assert maps.where(-np.abs(values), mask, "saliency") == maps.where(np.abs(values), mask, "occlusion")
    assert maps.where(mask.astype(float), mask, "lime") == 1


def test_every_method_is_judged_on_damaged_digits(monkeypatch):
    monkeypatch.setattr(trust, "MANY", 2)
    current = record("damaged")
    found = trust.judged(current)
    assert tuple(found.rows) == trust.METHODS
    assert set(found.rows["expected"]) == {"expected"} and set(found.rows["saliency"]) == {"mean"}
    assert set(found.rows["lime"]) == {"mean", "black", "expected"}
    shares = [value[0] for row in found.rows.values() for value in row.values()]
    first, last = (each.numbers for each in found.about)
    assert first["share"] == max(shares) and last["share"] == min(shares)
    assert found.rows[first["way"][0]][first["way"][1] or "mean"][0] == max(shares)
    places = torch.nonzero(dataset_of(current.settings).test_is_anomaly).flatten().tolist()
    wanted = [
        100 * maps.where(answer("damaged", place, "saliency").map, maps.mask_of(current.settings, place), "saliency")
        for place in (places[0], places[len(places) // 2])
    ]
    assert found.rows["saliency"]["mean"][0] == pytest.approx(np.mean(wanted))


# ---- best and worst ----


def pictures_of(**means):
    """Ways with these means over ten pictures, of which some are harder than others for all alike; the rest is chance."""
    hard, chance = np.linspace(-20, 20, 10), np.random.default_rng(0)
    return {(name, ""): mean + hard + chance.normal(0, 1, 10) for name, mean in means.items()}


def test_best_and_worst_are_said_where_the_difference_is_more_than_chance():
    found = pictures_of(a=90, b=80, c=70)
    best, worst = trust.best(found), trust.worst(found)
    assert (best.case, best.numbers["way"], best.numbers["others"]) == ("trust-best", ("a", ""), 2)
    assert (worst.case, worst.numbers["way"]) == ("trust-worst", ("c", ""))


def test_neither_is_said_of_what_chance_alone_may_part():
    found = pictures_of(a=80.2, b=80, c=60.2, d=60)
    best, worst = trust.best(found), trust.worst(found)
    assert (best.case, best.numbers["near"], best.numbers["others"]) == ("trust-highest", 1, 3)
    assert (worst.case, worst.numbers["near"]) == ("trust-lowest", 1)
    assert trust.best({("a", ""): np.full(4, 50.0), ("b", ""): np.full(4, 50.0)}).numbers["near"] == 1, "equals"


def test_of_ways_that_are_all_alike_hardly_ever_one_is_called_best():
    """The leader is whichever came out on top: without a correction for that, chance would crown one far too often."""
    chance, crowned = np.random.default_rng(1), 0
    for _ in range(200):
        crowned += trust.best({(f"{i}", ""): chance.normal(70, 8, 10) for i in range(8)}).case == "trust-best"
    assert crowned <= 0.05 * 200
