"""LIME by hand: the pictures are those that are shown, and a fit of many random tries is LIME's own."""

import numpy as np
import pytest

from core.attribution import inputs, lime_image
from core.explain.analysis import asked, manual_lime
from core.explain.analysis.manual_lime import Fit, fit
from tests.core.explain.records import of


@pytest.fixture(scope="module", params=["digit", "photo"])
def cut(request):
    return manual_lime.cut(asked.asked(of(subject=request.param)), 20, "grey")


@pytest.fixture(scope="module")
def digit():
    return manual_lime.cut(asked.asked(of(subject="digit", digit=8)), 16, "black")


def cases(found):
    return [each.case for each in found]


def test_what_is_asked_about_is_what_is_shown(cut):
    subject, off = cut.asked.subject, [0, cut.many - 1]
    hidden = lime_image.superpixels_off(subject.x, cut.segments, set(off), "grey")
    expected = subject.net(hidden[None]).softmax(1)[0].numpy()
    assert np.allclose(cut.answer(off), expected, atol=1e-5)
    assert np.allclose(cut.answer([]), subject.probabilities, atol=1e-5), "nothing is off"
    shown = np.isin(cut.segments, off)[..., None]
    assert np.array_equal(asked.pixels(hidden), np.where(shown, cut.fill_picture, cut.asked.picture))


def test_a_cut_is_made_once(cut):
    assert (
        manual_lime.cut(cut.asked, 20, "grey") is cut and cut.many == inputs.segments(cut.asked.subject.x, 20).max() + 1
    )


def test_which_are_on():
    on = manual_lime.Cut(None, np.arange(4).reshape(2, 2), "black").on([(), (0, 3), (1,)])
    assert on.tolist() == [[1, 1, 1, 1], [0, 1, 1, 0], [1, 0, 1, 1]]


def test_random_tries_are_limes(digit):
    tries = digit.random_tries(0)
    assert () in tries and len(tries) == manual_lime.LIME_TRIES + 1, "the whole picture first, and fifty others"
    for off, probability in list(tries.items())[:5]:
        assert digit.answer(off)[digit.asked.target] == pytest.approx(probability, abs=1e-5)
    assert digit.random_tries(51).keys() != tries.keys(), "other ones the next time"


def test_the_oldest_tries_are_forgotten_and_the_whole_picture_is_not():
    tries = {(): 1.0}
    manual_lime.remember(tries, {(i,): 0.0 for i in range(manual_lime.MOST + 5)})
    assert len(tries) == manual_lime.MOST and () in tries and (5,) not in tries and (6,) in tries


def test_a_fit_is_limes_regression(digit):
    tries = digit.random_tries(0)
    found = fit(digit, tries)
    on = digit.on([(), *(off for off in tries if off)])
    whole = float(digit.asked.subject.probabilities[digit.asked.target])
    weights, _, r2 = lime_image.fitted(
        on, np.array([whole, *(p for off, p in tries.items() if off)]), manual_lime.WIDTH
    )
    assert np.allclose(found.weights, weights) and found.r2 == pytest.approx(r2)
    assert found.map.shape == (28, 28) and np.array_equal(found.map, found.weights[digit.segments])
    assert found.tried == 50 and found.off == pytest.approx(100 * (1 - on[1:].mean())) and 40 < found.off < 60
    assert cases(found.verdicts) == ["linear-fit"] and found.verdicts[0].numbers["r2"] == found.r2


def test_few_tries_and_a_constant_answer_are_told(digit):
    tries = {(i,): 0.1 * i for i in range(5)}
    assert cases(fit(digit, tries).verdicts) == ["linear-fit", "lime-few-tries"]
    whole = float(digit.asked.subject.probabilities[digit.asked.target])
    same = dict.fromkeys(((i,) for i in range(16)), whole)
    assert cases(fit(digit, same).verdicts) == ["lime-constant"]


def test_two_fits_are_compared():
    def made(weights, off):
        return Fit(9, np.array(weights, float), np.zeros((2, 2)), 0.5, off, [])

    mine = made([3, 2, 1, 0], 10)
    first, second, third = manual_lime.compared(mine, made([9, 1, 0.5, 0], 50))
    assert first.numbers["rho"] == pytest.approx(1) and second.case == "lime-same-first"
    assert third.numbers == {"mine": 10, "lime": 50}
    first, second, _ = manual_lime.compared(mine, made([0, 1, 2, 3], 50))
    assert first.numbers["rho"] == pytest.approx(-1) and second.case == "lime-other-first"
    assert manual_lime.compared(mine, made([0, 0, 0, 0], 50))[0].numbers["rho"] == 0, "no order in it"


def test_the_change_of_the_answer(digit):
    target, before = digit.asked.target, 100 * digit.asked.subject.probabilities.numpy()
    answers = np.full(10, 0.05)
    answers[[target, 1, 2]] = 0.2, 0.3, 0.15
    found = manual_lime.change(digit.asked, answers)
    assert found.name == str(target) and found.now == pytest.approx(20) and found.first == ["1", str(target), "2"]
    assert found.change == pytest.approx(20 - before[target]) and found.first_now == pytest.approx([30, 20, 15])
    assert found.first_before == pytest.approx(before[[1, target, 2]].tolist())
    assert manual_lime.change(digit.asked, before / 100 + 4e-4).change == 0, "less than what the number shows"
