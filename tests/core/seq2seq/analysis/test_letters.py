"""Why this token: weights that add up, letters that fall silent by hand, and a network that is left as it was."""

from itertools import permutations, product

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from core.loop import fresh
from core.seq2seq import decode, tasks
from core.seq2seq.analysis import letters, network
from core.seq2seq.analysis.letters import ATTENTION, METHODS, Question
from core.seq2seq.models import Recurrent
from core.seq2seq.tokens import BOS, EOS
from core.seq2seq.transformer import Transformer
from tests.core.seq2seq.records import SAY, VECTOR, record, tiny

TEXT = "abcdab"


@pytest.fixture(scope="module", params=["attention", "one vector", "transformer"])
def question(request):
    dataset = tasks.toy("reverse", 4, 6)
    sizes = len(dataset.source), len(dataset.target)
    if request.param == "transformer":
        net = fresh(Transformer, 0, *sizes, 16, 2, 1, 1)
    else:
        net = fresh(Recurrent, 0, *sizes, "lstm", "none" if request.param == "one vector" else "additive", 8, 16)
    net.eval().requires_grad_(False)
    for p in net.parameters():
        p.mul_(1.5)
    return Question(net, dataset, TEXT, (4, 3, 6, 5, EOS), 2)


def logp(question, embedded):
    with torch.no_grad():
        return float(
            question.logp(question.net.read_embedded(embedded, torch.ones(embedded.shape[:2], dtype=torch.bool)))
        )


@pytest.fixture(scope="module")
def embedded(question):
    return question.net.letters(question.dataset.example(TEXT))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_and_leaves_the_network_as_it_was(question, method):
    before = {name: value.clone() for name, value in question.net.state_dict().items()}
    found = letters.why(question, method)
    assert (
        found.weights.shape == (len(TEXT),) and np.isfinite(found.weights).all() and found.note.case.startswith("note-")
    )
    assert found.p == pytest.approx(
        float(question.logp(question.net.read(question.dataset.example(TEXT))).exp()), rel=1e-5
    )
    assert not question.net.training and all(p.grad is None and not p.requires_grad for p in question.net.parameters())
    assert all(torch.equal(before[name], value) for name, value in question.net.state_dict().items())
    torch.rand(5)  # what others draw
    assert letters.why(question, method).weights.tolist() == pytest.approx(found.weights.tolist()), (
        "the same seed, the same answer"
    )


def test_integrated_gradients_add_up(question, embedded):
    weights = letters.why(question, "integrated_gradients").weights
    assert weights.sum() == pytest.approx(
        logp(question, embedded) - logp(question, torch.zeros_like(embedded)), abs=0.05
    )


def test_shapley_values_add_up(question, embedded):
    weights = letters.why(question, "shapley").weights
    assert weights.sum() == pytest.approx(
        logp(question, embedded) - logp(question, torch.zeros_like(embedded)), abs=1e-3
    )


def test_shapley_values_by_all_orders(question, monkeypatch):
    """Of three letters there are six orders; over very many random ones each comes as often."""
    monkeypatch.setattr(letters, "ORDERS", 1500)
    short = Question(question.net, question.dataset, "adb", question.said, 2)
    embedded, exact = question.net.letters(question.dataset.example("adb")), np.zeros(3)
    value = {}
    for there in product((0, 1), repeat=3):
        value[there] = logp(short, embedded * torch.tensor(there).view(1, 3, 1))
    for order in permutations(range(3)):
        there = [0, 0, 0]
        for letter in order:
            before = value[tuple(there)]
            there[letter] = 1
            exact[letter] += (value[tuple(there)] - before) / 6
    spread = max(value.values()) - min(value.values())
    assert letters.why(short, "shapley").weights == pytest.approx(exact, abs=0.08 * spread)


def test_lime_gives_the_letter_that_counts_the_weight_that_counts(question, monkeypatch):
    """An answer that hangs on the fifth letter alone, and is as likely as its being there."""
    monkeypatch.setattr(
        letters,
        "_probabilities",
        lambda _, texts: np.array([[0.1, 0.9] if text[4] != letters.GONE else [0.8, 0.2] for text in texts]),
    )
    weights = letters.why(question, "lime").weights
    assert weights[4] == pytest.approx(0.7, abs=0.05) and np.abs(np.delete(weights, 4)).max() < 0.05
    assert weights.tolist() == letters.why(question, "lime").weights.tolist()


def test_the_question_is_about_one_place(question):
    net, x = question.net, question.dataset.example(TEXT)
    memory = net.read(x)
    for place in range(len(question.said)):
        asked = Question(net, question.dataset, TEXT, question.said, place)
        given = torch.tensor([[1, *question.said]])
        logits = net.teach(memory, given)[0, place]
        logits[[0, 1]] = -torch.inf  # nobody says padding or <BOS>
        assert asked.token == question.said[place] and asked.letters == tuple(TEXT)
        assert float(asked.logp(memory)) == pytest.approx(float(logits.log_softmax(0)[asked.token]), abs=1e-5)


def test_methods_leave_pytorchs_randomness_alone(question):
    before = torch.get_rng_state()
    for method in METHODS:
        letters.why(question, method, seed=5)
    assert torch.equal(torch.get_rng_state(), before)
    shapley = [letters.why(question, "shapley", seed).weights.tolist() for seed in (0, 0, 1)]
    assert shapley[0] == shapley[1] != shapley[2]


def test_leaving_one_out_by_hand(question, embedded):
    weights, whole = letters.why(question, "ablation").weights, logp(question, embedded)
    for i in range(len(TEXT)):
        without = embedded.clone()
        without[0, i] = 0
        assert weights[i] == pytest.approx(whole - logp(question, without), abs=1e-4)


def test_gradients_by_hand(question, embedded):
    e = embedded.clone().requires_grad_()
    question.logp(question.net.read_embedded(e, torch.ones(1, len(TEXT), dtype=torch.bool))).backward()
    assert letters.why(question, "saliency").weights.tolist() == pytest.approx(
        e.grad.abs().sum(2)[0].tolist(), rel=1e-4
    )
    assert letters.why(question, "input_x_gradient").weights.tolist() == pytest.approx(
        (e.grad * e).sum(2)[0].tolist(), rel=1e-4, abs=1e-6
    )


def test_lime_takes_letters_out_of_the_word(question):
    p = letters._probabilities(question, ["abcdab", f"ab{letters.GONE}{letters.GONE}ab", "abab", letters.GONE * 6])
    assert p[1] == pytest.approx(p[2]) and p[3].tolist() == [1, 0] and p.sum(1) == pytest.approx([1] * 4)
    assert p[0, 1] == pytest.approx(letters.why(question, "lime").p, rel=1e-5)
    letter_by_letter = letters.why(question, "lime").weights
    assert not np.allclose(letter_by_letter, letters.why(question, "lime", seed=1).weights), (
        "another seed draws other words"
    )


def test_one_letter_and_unknown_methods(question):
    short = Question(question.net, question.dataset, "a", question.said, 0)
    for method in METHODS:
        assert letters.why(short, method).weights.shape == (1,)
    with pytest.raises(KeyError):
        letters.why(question, "tea leaves")


# ---- of a stored run ----


@pytest.mark.parametrize("run", ["transformer", "vector", "own", "say"])
def test_integrated_gradients_of_a_stored_run_add_up(run):
    """Their sum is log p minus that of no letters, which is an embedding of zeros, to within what is said of it."""
    current = record(SAY) if run == "say" else tiny(run)
    net, dataset = network.opened(current)
    word, place = ("phone" if run == "say" else "abcde"), 1
    said = letters.answer(current, word)
    x = dataset.example(word)
    given = torch.tensor([(BOS, *said.tokens[:place])])

    def logp(embedded):
        memory = net.read_embedded(embedded, torch.ones_like(x, dtype=torch.bool))
        return float(decode.possible(net.teach(memory, given)[:, -1]).log_softmax(1)[0, said.tokens[place]])

    found = letters.explained(current, word, place, "integrated_gradients")
    with torch.no_grad():
        difference = logp(net.letters(x)) - logp(torch.zeros_like(net.letters(x)))
    gap = found.note.numbers["gap"]
    assert abs(found.weights.sum() - difference) == pytest.approx(gap, abs=1e-3) and gap < 0.05
    assert found.p == pytest.approx(said.p[place], rel=1e-4)


def test_leaving_a_letter_out_of_a_stored_run_by_hand():
    current = record(SAY)
    net, dataset = network.opened(current)
    found, said = letters.explained(current, "phone", 0, "ablation"), letters.answer(current, "phone")
    x = dataset.example("phone")
    silent = net.letters(x).clone()
    silent[0, 2] = 0
    with torch.no_grad():
        logits = net.teach(net.read_embedded(silent, torch.ones_like(x, dtype=torch.bool)), torch.tensor([[BOS]]))
    less = float(decode.possible(logits[:, -1]).log_softmax(1)[0, said.tokens[0]])
    assert found.weights[2] == pytest.approx(np.log(said.p[0]) - less, abs=1e-4)


def test_an_answer_is_the_greedy_one():
    said = letters.answer(record(SAY), "Café")
    assert "".join(said.letters) == "cafe" and said.names[-1] == "<EOS>" and len(said.p) == len(said.tokens)
    assert said.looked.shape == (len(said.tokens), 4) and letters.answer(record(VECTOR), "cafe").looked is None
    with pytest.raises(ValueError, match="cannot be read"):
        letters.answer(record(SAY), "42")
    assert letters.words(record(SAY), "Café, 'naïve'") == ["Café", "'naïve'"]
    assert letters.words(tiny("own"), "ab cd") == ["ab cd"]
    assert letters.first_word(record(SAY)) == "thought"


# ---- verdicts ----

SIGNED, SIZED = METHODS["integrated_gradients"], METHODS["saliency"]


def cases(found):
    return [said.case for said in found]


def test_which_letters_weigh_most():
    weights = np.array([0.1, -0.5, 0.8, 0.1])
    best, few, worst = letters.heaviest("a cd", weights, SIGNED)
    assert (best.case, few.case, worst.case) == ("speaks-for-it", "few-speak-for-it", "speaks-against-it")
    assert best.numbers == {"place": 3, "letter": "c", "weight": 0.8} and worst.numbers["letter"] == "␣"
    assert few.numbers == {"many": 1, "letters": 4, "share": 80}, "0.8 of 1.0 is exactly the share"
    assert cases(letters.heaviest("ab", np.array([0.5, 0.2]), SIZED)) == ["most-sensitive", "few-are-sensitive"]
    assert cases(letters.heaviest("ab", np.array([0.5, 0.2]), SIGNED)) == ["speaks-for-it", "few-speak-for-it"]
    assert cases(letters.heaviest("ab", np.array([0.0, -0.2]), SIGNED)) == ["nothing-speaks-for-it"]
    assert cases([letters.asked_about(0, 0.5), letters.asked_about(1, 0.5)]) == ["why-first-token", "why-token"]


def test_sizes_are_compared_where_one_has_no_sign():
    signed, sizes = np.array([-3.0, 0.1, 1.0, 2.0]), np.array([3.0, 0.1, 1.0, 2.0])
    assert letters.agreement(signed, sizes, SIGNED, ATTENTION) == pytest.approx(1)
    assert letters.agreement(signed, sizes, SIGNED, METHODS["ablation"]) == pytest.approx(
        spearmanr(signed, sizes).statistic
    )
    assert letters.agreement(np.ones(4), sizes, METHODS["lime"], METHODS["ablation"]) is None
    assert letters.agreement(signed[:3], sizes[:3], SIGNED, SIGNED) is None
    assert cases(letters.agreeing(np.ones(4), sizes, SIGNED, SIGNED)) == ["too-few-to-compare"]
    assert cases(letters.agreeing(signed, sizes, SIGNED, SIGNED)) == ["rank-correlation", "different-letters-first"]
    told = letters.agreeing(signed, sizes, SIGNED, ATTENTION)
    assert cases(told) == ["rank-correlation", "same-letter-first", "attention-is-no-need"]
    assert letters.scaled([signed, np.zeros(4)]).tolist() == [(signed / 3).tolist(), [0] * 4]
    assert all(letters.rival(method) in METHODS and letters.rival(method) != method for method in METHODS)
