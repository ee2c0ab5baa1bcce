"""Probes of layers, their control tasks, and what they ask: against scikit-learn and answers known beforehand."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from core import runs
from core.data import digits
from core.explain import probe, properties
from core.explain.settings import CHANCES
from core.loop import hits, seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=seeded(seed))


@pytest.mark.parametrize("size", [(80, 20), (60, 300)], ids=["few activations", "more activations than examples"])
@pytest.mark.parametrize("strength", [0.1, 3.0])
def test_a_probe_is_the_softmax_regression_of_scikit_learn(size, strength):
    """Also where it is solved in the span of the examples, two tasks at once. Lengths are scaled as `read` scales them."""
    many, width = size
    h, test = noise(many, width), noise(40, width, seed=1)
    tasks = [torch.arange(many) % 3, (h[:, 0] > 0).long()]
    found = probe.read(h, test, tasks, strength)
    scale = (h - h.mean(0)).square().sum(1).mean().sqrt()
    for logits, right in zip(found, tasks):
        model = LogisticRegression(C=1 / strength, tol=1e-8, max_iter=5000).fit(
            ((h - h.mean(0)) / scale).numpy(), right
        )
        expected = model.predict_proba(((test - h.mean(0)) / scale).numpy())
        if len(set(right.tolist())) == 2:  # its weights are the difference of our two, so the penalty counts twice
            model = LogisticRegression(C=2 / strength, tol=1e-8, max_iter=5000).fit(
                ((h - h.mean(0)) / scale).numpy(), right
            )
            expected = model.predict_proba(((test - h.mean(0)) / scale).numpy())
        assert logits.softmax(1).numpy() == pytest.approx(expected, abs=0.01)


def test_a_probe_reads_what_is_there_and_guesses_where_nothing_is():
    h, right = noise(600, 12), torch.arange(600) % 2
    told = h.clone()
    told[:, 3] += 4 * right
    (there,), (nothing,) = (probe.read(x[:400], x[400:], [right[:400]], 1.0) for x in (told, h))
    assert hits(there, right[400:]) > 95 and 40 < hits(nothing, right[400:]) < 60


def test_a_control_task_gives_each_group_one_answer_as_often_as_the_task_has_them():
    answers, groups = torch.tensor([0] * 75 + [1] * 25), torch.arange(4000) % 1000
    control = probe.control_task(answers, groups, seeded(0))
    assert torch.equal(control[:1000], control[1000:2000]) and control.float().mean() == pytest.approx(0.25, abs=0.05)
    assert not torch.equal(control, probe.control_task(answers, groups, seeded(1))), "a random answer"
    groups = probe.alike(digits.load().train_x[:200], digits.load().test_x[:50], 7, 0)
    assert len(groups) == 250 and set(groups[:200].tolist()) == set(range(7))


def test_the_slant_of_a_leaning_bar_is_its_own():
    for lean in (-0.5, 0.0, 0.3):
        x = torch.zeros(1, 1, 28, 28)
        for row in range(4, 24):
            at = 14 + lean * (13.5 - row)
            left = int(np.floor(at))
            x[0, 0, row, left], x[0, 0, row, left + 1] = 1 - (at - left), at - left
        assert properties.slant(x).item() == pytest.approx(lean, abs=0.01)


def test_loops_are_counted_and_strokes_weighed():
    x = torch.zeros(3, 1, 28, 28)
    x[0, 0, 4:24, 13:15] = 1
    x[1, 0, 4:24, 6:20], x[1, 0, 7:21, 9:17] = 1, 0
    x[2] = x[1]
    x[2, 0, 12:15, 9:17] = 1
    assert properties.loops(x).tolist() == [0, 1, 2]
    assert properties.thickness(x)[0] == pytest.approx(40 / 784)


def test_a_median_halves_each_class_so_that_the_digit_says_nothing():
    data = digits.load()
    for name, chance in CHANCES.items():
        y = torch.cat([data.train_y, data.test_y])
        x, answers = properties.answers(name, torch.cat([data.train_x, data.test_x]), y, len(data.train_y), seeded(0))
        shares = torch.bincount(answers[len(data.train_y) :]) / 10
        assert float(shares.max()) == pytest.approx(chance, abs=2.5), name
        if name in ("slant", "thickness"):
            of_class = [answers[:4000][data.train_y == digit].float().mean() for digit in range(10)]
            assert of_class == pytest.approx([0.5] * 10, abs=0.02), name
    with pytest.raises(ValueError, match="cannot be asked"):
        properties.answers("colour", x, y, 10, seeded(0))


def test_a_moved_digit_is_the_same_a_few_pixels_on():
    x = torch.zeros(2, 1, 28, 28)
    x[:, 0, 10, 10] = 1
    found = properties.moved(x, torch.tensor([-3, 3]))
    assert found[0, 0, 10, 7] == 1 and found[1, 0, 10, 13] == 1 and found.sum() == 2


def test_training_makes_the_digit_easier_to_read_and_the_last_layer_is_read_as_it_is():
    end = runs.load("explain-what-does-layer-k-know").about.summary
    assert end["digit_pixels"] == end["digit_untrained_pixels"], "no network has changed the pixels"
    assert end["digit_dense_1"] > end["digit_untrained_dense_1"] + 5 > end["digit_pixels"] - 5
    assert end["trait_dense_1"] > 85 > 65 > end["trait_output_layer"]
    assert end["digit_selectivity_dense_1"] == end["digit_dense_1"] - end["digit_control_dense_1"]
    net, x = digit_net(SHIPPED_NETWORK), digits.load().test_x[:5]
    with torch.no_grad():
        assert torch.equal(probe.activations(net, probe.OUTPUT, x), net(x))
        assert torch.allclose(net.head(probe.activations(net, "dense 1", x)), net(x), atol=1e-5)
