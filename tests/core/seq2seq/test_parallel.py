"""All tokens at once: lengths and tokens multiply to the probability of an answer, greedy is one step, and nothing said is read."""

import pytest
import torch

from core.loop import fresh, seeded
from core.seq2seq import decode, score
from core.seq2seq.parallel import Parallel, hazard
from core.seq2seq.score import Judged
from core.seq2seq.tasks import spoken
from core.seq2seq.tokens import BOS, EOS, PAD

X = torch.tensor([[3, 4, 5, 6, 7], [8, 3, PAD, PAD, PAD], [4, 4, 4, PAD, PAD]])
ANSWERS = torch.tensor([[BOS, 3, 7, 5, EOS], [BOS, 4, EOS, PAD, PAD], [BOS, 3, 3, EOS, PAD]])


@pytest.fixture
def net():
    net = fresh(Parallel, 2, 9, 8, 16, 4, 1, 2).eval()
    with torch.no_grad():
        net.length[2].weight.mul_(30)  # lengths that differ from input to input, and that are not too long
        net.length[2].bias[9:] = -40
    return net


def test_from_lengths_to_ends_and_back():
    length = torch.randn(3, 6, generator=seeded(0)).log_softmax(1)
    ends, goes_on = hazard(length)
    alive = torch.cat((torch.zeros(3, 1), goes_on[:, :-1].cumsum(1)), 1)
    assert torch.allclose((alive + ends).exp(), length.exp(), atol=1e-6), "ends at t after it has gone on until then"
    assert torch.allclose(ends[:, :-1].exp() + goes_on[:, :-1].exp(), torch.ones(3, 5), atol=1e-6)
    assert torch.allclose(ends[:, -1], torch.zeros(3), atol=1e-6), "there is a longest answer"


@torch.no_grad()
def test_an_answer_has_the_probability_of_its_length_times_that_of_its_tokens(net):
    memory, given, right = net.read(X), ANSWERS[:, :-1], ANSWERS[:, 1:]
    logp = net.along(memory, given)[0].log_softmax(2).gather(2, right.unsqueeze(2)).squeeze(2)
    for i, tokens in enumerate(map(spoken, right.tolist())):
        alone = net.read(X[i : i + 1, : int((X[i] != PAD).sum())])
        places = net._places(alone, torch.tensor([len(tokens)]))[0][0]
        places[:, EOS] = -torch.inf
        by_hand = net.lengths(alone)[0, len(tokens)] + places.log_softmax(1)[range(len(tokens)), list(tokens)].sum()
        assert logp[i, right[i] != PAD].sum().item() == pytest.approx(float(by_hand), abs=1e-4)


@torch.no_grad()
def test_greedy_in_one_step_is_greedy_step_by_step(net):
    assert len(set(net.lengths(net.read(X)).argmax(1).tolist())) > 1
    for longest in (40, 3):
        once = decode.greedy(net, net.read(X), longest)
        steps = decode.speak(net, net.read(X), decode.likeliest, longest)
        for mine, theirs, sure, p in zip(once.tokens.tolist(), steps.tokens.tolist(), once.sure, steps.sure):
            many = min(len(spoken(mine)) + 1, longest)
            assert spoken(mine) == spoken(theirs) and torch.allclose(sure[:many], p[:many], atol=1e-5)
        assert once.looked.shape[:2] == once.tokens.shape


@torch.no_grad()
def test_what_was_said_is_never_read(net):
    memory = net.read(X)
    forced, free = (decode.speak(net, memory, decode.likeliest, 6, first) for first in ((5, 5), ()))
    assert forced.tokens[:, :2].eq(5).all() and torch.equal(forced.tokens[:, 2:4], free.tokens[:, 2:4])
    changed = ANSWERS[:, :-1].clone()
    changed[0, 1] = 6
    assert torch.equal(net.along(memory, changed)[0], net.along(memory, ANSWERS[:, :-1])[0])


def test_a_repeat_counts_only_where_the_right_answer_has_none():
    said, right = ((3, 3, 4), (3, 3), (4, 5), (5, 5, 3, 3)), ((3, 4), (3, 3), (4, 5), (5, 5, 4))
    assert score.doubled(Judged(said, right, None, None, None)).tolist() == [True, False, False, True]
