"""Why this token: weights that add up, letters that fall silent by hand, and a network that is left as it was."""

import numpy as np
import pytest
import torch

from core.loop import fresh
from core.seq2seq import tasks, why
from core.seq2seq.models import EOS, Recurrent, Transformer
from core.seq2seq.why import METHODS, Question

TEXT = "abcdab"


@pytest.fixture(scope="module", params=["attention", "one vector", "transformer"])
def question(request):
    world = tasks.toy("reverse", 4, 6)
    sizes = len(world.source), len(world.target)
    if request.param == "transformer":
        net = fresh(Transformer, 0, *sizes, 16, 2, 1, 1)
    else:
        net = fresh(Recurrent, 0, *sizes, "lstm", "none" if request.param == "one vector" else "additive", 8, 16)
    net.eval().requires_grad_(False)
    for p in net.parameters():
        p.mul_(1.5)
    return Question(net, world, TEXT, (4, 3, 6, 5, EOS), 2)


def logp(question, embedded):
    with torch.no_grad():
        return float(question.logp(question.net.read_embedded(embedded, torch.ones(embedded.shape[:2], dtype=torch.bool))))


@pytest.fixture(scope="module")
def embedded(question):
    return question.net.letters(question.world.example(TEXT))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_and_leaves_the_network_as_it_was(question, method):
    before = {name: value.clone() for name, value in question.net.state_dict().items()}
    found = why.why(question, method)
    assert found.weights.shape == (len(TEXT),) and np.isfinite(found.weights).all() and found.note.endswith(".")
    assert found.p == pytest.approx(float(question.logp(question.net.read(question.world.example(TEXT))).exp()), rel=1e-5)
    assert not question.net.training and all(p.grad is None and not p.requires_grad for p in question.net.parameters())
    assert all(torch.equal(before[name], value) for name, value in question.net.state_dict().items())
    torch.rand(5)  # what others draw
    assert why.why(question, method).weights.tolist() == pytest.approx(found.weights.tolist()), "the same seed, the same answer"


def test_integrated_gradients_add_up(question, embedded):
    weights = why.why(question, "integrated_gradients").weights
    assert weights.sum() == pytest.approx(logp(question, embedded) - logp(question, torch.zeros_like(embedded)), abs=0.05)


def test_shapley_values_add_up(question, embedded):
    weights = why.why(question, "shapley").weights
    assert weights.sum() == pytest.approx(logp(question, embedded) - logp(question, torch.zeros_like(embedded)), abs=1e-3)


def test_leaving_one_out_by_hand(question, embedded):
    weights, whole = why.why(question, "ablation").weights, logp(question, embedded)
    for i in range(len(TEXT)):
        without = embedded.clone()
        without[0, i] = 0
        assert weights[i] == pytest.approx(whole - logp(question, without), abs=1e-4)


def test_slopes_by_hand(question, embedded):
    e = embedded.clone().requires_grad_()
    question.logp(question.net.read_embedded(e, torch.ones(1, len(TEXT), dtype=torch.bool))).backward()
    assert why.why(question, "saliency").weights.tolist() == pytest.approx(e.grad.abs().sum(2)[0].tolist(), rel=1e-4)
    assert why.why(question, "input_x_gradient").weights.tolist() == pytest.approx((e.grad * e).sum(2)[0].tolist(), rel=1e-4, abs=1e-6)


def test_lime_takes_letters_out_of_the_word(question):
    p = why._probabilities(question, ["abcdab", f"ab{why.GONE}{why.GONE}ab", "abab", why.GONE * 6])
    assert p[1] == pytest.approx(p[2]) and p[3].tolist() == [1, 0] and p.sum(1) == pytest.approx([1] * 4)
    assert p[0, 1] == pytest.approx(why.why(question, "lime").p, rel=1e-5)
    letter_by_letter = why.why(question, "lime").weights
    assert not np.allclose(letter_by_letter, why.why(question, "lime", seed=1).weights), "another seed draws other words"


def test_one_letter_and_unknown_methods(question):
    short = Question(question.net, question.world, "a", question.said, 0)
    for method in METHODS:
        assert why.why(short, method).weights.shape == (1,)
    with pytest.raises(KeyError):
        why.why(question, "tea leaves")
