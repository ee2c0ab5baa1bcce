"""What the lecture of explainable AI says without a number, and can be computed."""

import numpy as np
import pytest

from core import runs
from core.attribution import inputs
from core.data import photos
from core.explain.yardsticks import CONCEPTS, CURED, OF_LOOPS, PROBE, SHORTCUT, TENTH
from core.subject.models import look_at
from core.subject.settings import Digit, Photo
from tests.lectures.claims import sweep
from tests.lectures.explain import in_table

METHODS = ("saliency", "input_x_gradient", "integrated_gradients", "guided_backprop", "grad_cam", "occlusion")


def superpixels(run_id: str) -> np.ndarray:
    """The weight of each superpixel of the cat in a shipped run."""
    cut = inputs.segments(photos.load("chelsea"), 50)
    map = np.array(runs.load(run_id).pictures("map")[-1].array, np.float32)
    return np.array([map[cut == k].mean() for k in range(cut.max() + 1)])


def part_at(x: int, y: int) -> int:
    return int(inputs.segments(photos.load("chelsea"), 50)[y, x])


def test_the_parts_of_the_cat_are_those_that_the_answer_names():
    eye, cheek, nose, forehead = part_at(188, 104), part_at(176, 143), part_at(121, 81), part_at(160, 30)
    lime = superpixels("explain-is-it-a-cat")
    assert set(np.argsort(-lime)[:3]) == {eye, cheek, nose} and forehead in np.argsort(lime)[:2] and lime[forehead] < 0
    assert superpixels("explain-cat-feature-ablation")[eye] < 0 < lime[eye], "another method, the opposite sign"


def test_a_tenth_of_the_marks_elsewhere_helps_and_all_of_them_cure():
    none, tenth, cured = (
        sweep("explain", arguments, "result_clean_accuracy").mean for arguments in (SHORTCUT, TENTH, CURED)
    )
    assert none < 25 and tenth > 50 and cured > 90
    assert sweep("explain", CURED, "result_share_in_mark").mean < 5


def test_guided_backprop_keeps_most_of_its_map_and_the_others_fall_faster():
    """In the scene's run and over a hundred digits alike."""
    left = {
        name: in_table("randomised.csv", f"output_{name}")
        for name in ("guided_backprop", "integrated_gradients", "grad_cam", "saliency")
    }
    assert in_table("randomised.csv", "guessed") < 20
    assert (
        left["guided_backprop"] > 0.8 and max(value for name, value in left.items() if name != "guided_backprop") < 0.6
    )
    assert in_table("randomised.csv", "absolute_guided_backprop") == pytest.approx(
        in_table("randomised.csv", "picture_guided_backprop"), abs=0.1
    ), "no more than the picture alone"
    assert abs(in_table("randomised.csv", "signed_integrated_gradients")) < 0.1 and in_table(
        "randomised.csv", "absolute_integrated_gradients"
    ) == pytest.approx(0.99, abs=0.01)


def test_the_picture_alone_is_as_good_as_the_best_method():
    best = {
        way: sorted(in_table("digits.csv", f"{way}_{name}") for name in METHODS) for way in ("deletion", "insertion")
    }
    assert in_table("digits.csv", "insertion_input_only") > best["insertion"][-1]
    assert best["deletion"][0] == in_table("digits.csv", "deletion_integrated_gradients")
    assert sum(value < in_table("digits.csv", "deletion_input_only") for value in best["deletion"]) <= 2


def test_climbing_pixel_by_pixel_excites_more_in_the_scenes_run():
    left = runs.load("explain-what-excites-this-filter").about.summary
    assert left["excited_plain"] > 1.5 * left["excited"]


@pytest.mark.parametrize(
    "subject, name, least", [(Digit(digit=4, number=35), "9", 0.99), (Photo(photo="motorcycle"), "moped", 0.5)]
)
def test_the_network_says_what_the_notes_say(subject, name, least):
    seen = look_at(subject)
    assert seen.names[seen.answer()] == name and seen.probabilities[seen.answer()] > least
    assert name != "9" or seen.names[seen.answer(3)] == "4", "the right one is not its second answer"


def test_training_makes_a_loop_easier_to_read_and_only_the_logits_lose_the_slant():
    def of(sweep_of: str, column: str) -> float:
        return sweep("explain", sweep_of, f"result_{column}").mean

    assert of(OF_LOOPS, "trait_dense_1") == pytest.approx(89, abs=0.5)
    assert of(OF_LOOPS, "trait_untrained_dense_1") == pytest.approx(81, abs=0.5)
    hidden = [
        of(PROBE, f"trait_{layer}")
        for layer in ("pixels", "convolution_1", "convolution_2", "convolution_3", "dense_1")
    ]
    assert min(hidden) > 90 and of(PROBE, "trait_output_layer") < 55


def test_a_bar_speaks_for_fives_and_sevens_in_the_scenes_layer_and_random_strokes_pass_too_often():
    def of(column: str, concept: str) -> float:
        return sweep("explain", CONCEPTS, f"result_{column}", concept=concept).mean

    assert min(of("tcav_5", "bar"), of("tcav_7", "bar")) > 75 > 60 > of("tcav_1", "bar")
    assert of("false_alarms", "loop") > 5 * 0.5 and of("significant", "loop") > 3 * of("false_alarms", "loop")
