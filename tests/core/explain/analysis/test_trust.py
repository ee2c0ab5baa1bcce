"""The test of a map: the run's own curves where it has them, and scores that tell a good map from its controls."""

import numpy as np
import pytest

from core import runs
from core.attribution import inputs, trust
from core.explain.analysis import asked, beside, stage
from core.explain.analysis import trust as analysis
from core.explain.pictures import CURVES
from tests.core.explain.records import of, record

CAT = "explain-is-it-a-cat"


def digit(**flat):
    shown = of(subject="digit", **flat)
    found = asked.asked(shown)
    return shown, found, beside.maps(shown, found)


def test_the_areas_are_those_of_the_run():
    shown, summary = record(CAT), runs.load(CAT).about.summary
    found = stage.measured_by(shown)
    assert list(found) == list(CURVES)
    for (way, order), curve in found.items():
        assert curve.area == pytest.approx(summary[f"{way} {order}"])
        assert len(curve.shares) == len(curve.values) and curve.shares[0] == 0 and curve.shares[-1] == 100
    assert not stage.measured_by(of(subject="digit")), "a run that has only begun"


def test_a_run_that_has_measured_it_is_not_asked_again():
    shown = record(CAT)
    found = asked.asked(shown)
    maps = beside.maps(shown, found)
    own = analysis.curves(shown, found, "lime", maps.of("lime"), shown.settings.hide)
    assert all(own[which].area == curve.area for which, curve in stage.measured_by(shown).items())


def test_another_method_or_hiding_is_measured_now():
    shown, found, maps = digit()
    saliency = analysis.curves(shown, found, "saliency", maps.of("saliency"), "black")
    assert analysis.curves(shown, found, "saliency", maps.of("saliency"), "black") is saliency
    for (way, order), curve in saliency.items():
        if order == "map":
            hidden = inputs.baseline(found.subject.x, "black")
            values = trust.curve(
                found.subject.net,
                found.subject.x,
                found.target,
                maps.of("saliency").values,
                hidden,
                way == "insertion",
                len(curve.values) - 1,
            )
            assert np.allclose(curve.values, 100 * values)
    blurred = analysis.curves(shown, found, "saliency", maps.of("saliency"), "blur")
    occlusion = analysis.curves(shown, found, "occlusion", maps.of("occlusion"), "black")
    assert (
        len({saliency["deletion", "map"].area, blurred["deletion", "map"].area, occlusion["deletion", "map"].area}) == 3
    )


@pytest.mark.parametrize("method", ["integrated_gradients", "saliency", "occlusion"])
def test_scores_stand_beside_those_of_the_controls(method):
    _, found, maps = digit()
    scores = analysis.scores(found, method, maps.of(method), "black")
    assert set(scores.infidelity) == {"map", "random", "input only"}
    assert set(scores.sensitivity) == {"map", "input only"}
    assert all(value >= 0 for value in (*scores.infidelity.values(), *scores.sensitivity.values()))
    assert analysis.scores(found, method, maps.of(method), "black") is scores, "measured once"


def test_a_map_that_foresees_the_answer_has_a_lower_infidelity_than_a_random_order():
    _, found, maps = digit()
    scores = analysis.scores(found, "integrated_gradients", maps.of("integrated_gradients"), "black").infidelity
    assert scores["map"] < scores["random"] <= 101


def test_the_picture_is_a_factor_only_of_maps_that_hold_it():
    """Infidelity divides by picture minus baseline where a map grows with it: of one map it gives two numbers."""
    _, found, maps = digit()
    map = maps.of("input_x_gradient")
    as_it_is = analysis.scores(found, "input_x_gradient", map, "black").infidelity["map"]
    as_a_gradient = analysis.scores(found, "smoothgrad", map, "black").infidelity["map"]
    assert as_it_is != as_a_gradient


def test_what_is_slow_on_a_photo_is_not_asked_again():
    shown = record(CAT)
    found = asked.asked(shown)
    maps = beside.maps(shown, found)
    assert not analysis.scores(found, "lime", maps.of("lime"), "black").sensitivity
