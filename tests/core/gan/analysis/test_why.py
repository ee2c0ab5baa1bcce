"""Why D says “fake” of a picture."""

import numpy as np
import pytest
import torch

from core.attribution.settings import IntegratedGradients
from core.gan.analysis import players, scores, why
from core.gan.analysis.why import Example
from tests.core.gan.tiny import cases, record


@pytest.mark.parametrize("base", ["black", "mean"])
def test_the_map_adds_up_to_what_d_says(base):
    there = players.of(record("digits"))
    asked = why.example(there, "fake", 3)
    nothing = torch.zeros_like(asked.x) if base == "black" else (there.world.x.mean(0) + 1) / 2
    found = why.explained(there, asked, IntegratedGradients(), base)
    with torch.no_grad():
        both = 2 * torch.stack([asked.x, nothing]) - 1
        here, empty = there.scores(both, torch.full((2,), int(there.y[3]))).tolist()
    assert found.score == pytest.approx(here, abs=1e-4) and found.base_score == pytest.approx(empty, abs=1e-4)
    assert found.map.sum() == pytest.approx(empty - here, abs=0.03 * max(1, abs(empty - here))), "positive is fake"
    assert "why-complete" in cases(found.method)


def test_d_as_a_network_of_two_classes_gives_its_own_probability():
    there = players.of(record("digits"))
    x, nothing = (there.real[:4] + 1) / 2, torch.zeros(1, 28, 28)
    with torch.no_grad():
        raw = there.scores(there.real[:4], torch.full((4,), 2))
        asked = why.classifier(there, 2, nothing)(x).softmax(1)
        soft = why.classifier(there, 2, nothing, soft_at=40.0)(x).softmax(1)
    assert torch.allclose(asked[:, 1], raw.sigmoid(), atol=1e-5)
    assert ((soft - 0.5).abs() <= (asked - 0.5).abs() + 1e-6).all()


@pytest.mark.parametrize("method", why.BY_NAME)
def test_every_method_answers(method):
    knobs = '{"samples": 20}' if "samples" in why.BY_NAME[method].model_fields else "{}"
    found = why.reason(record("free"), "real", 0, method, knobs)
    assert found.map.shape == (28, 28) and np.isfinite(found.map).all() and found.note
    assert found.says.case == "why-score" and found.example.told is None, "a critic that is told no class"
    assert ("why-probability" in cases(found.method)) == (method in ("kernel_shap", "lime"))
    assert ("why-complete" in cases(found.method)) == (method == "integrated_gradients")


def test_damage_is_done_to_a_copy():
    x = torch.rand(1, 28, 28, generator=torch.Generator().manual_seed(3))
    real = Example(x.clone(), 3, 3)
    for how in ("hole", "blur", "noise"):
        found = why.damaged(real, how, [3, 5])
        assert not torch.equal(found.x, x) and found.told == 3 and 0 <= found.x.min() and found.x.max() <= 1
        assert torch.equal(real.x, x)
    assert int((why.damaged(real, "hole", [3]).x == 0).sum()) >= why.HOLE**2
    told = why.damaged(real, "class", [3, 5])
    assert (told.told, told.digit) == (5, 3) and torch.equal(told.x, x)


def test_examples_and_what_they_are_compared_with():
    digits, there = record("digits"), players.of(record("digits"))
    assert torch.equal(why.example(there, "fake", 4).x, (there.fake[4] + 1) / 2)
    assert why.example(there, "fake", 4).told == int(there.y[4])
    places = [why.digit_place(digits, number) for number in range(why.SHOWN)]
    assert len(set(places)) == why.SHOWN and {int(there.real_y[place]) for place in places} == set(range(10))
    for what, number in (("fake", 4), ("real", places[7]), ("blur", 0)):
        other = why.comparison(digits, what, number)
        assert int(there.real_y[other]) == why.example(there, what, number).told
        assert what == "fake" or other != number
    wrong = why.example(there, "class", places[7])
    assert int(there.real_y[why.comparison(digits, "class", places[7])]) == wrong.told != wrong.digit


def test_a_map_in_words():
    picture, values = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.float32)
    picture[:14] = 255
    values[0, :4] = 1
    half, where = why.about_map(values, picture, True)
    assert half.numbers == {"half": 2, "pixels": 784, "ink": 100, "area": 50} and where.case == "why-both"
    assert why.about_map(values[::-1], picture, True)[1].case == "why-background"
    assert cases(why.about_map(-values, picture, True)) == ["why-nothing"]
    assert cases(why.about_map(-values, picture, False)) == ["why-half", "why-both"], "without a sign, sizes count"
    picture[1:] = 0
    assert why.about_map(values, picture, True)[1].case == "why-strokes"


def test_what_d_says():
    now = players.of(record("digits")).settings
    real, fake = why.says(now, 1.5), why.says(now, -1.5)
    assert (real.case, fake.case) == ("why-real", "why-fake")
    assert real.numbers["said"] == pytest.approx(scores.opinion(now, np.array([1.5]))[0])
