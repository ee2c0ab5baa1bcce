"""Decoding: beam search against all answers there are and against a slow one, a batch against each alone, sampling by hand."""

from itertools import product

import pytest
import torch

from core.loop import fresh, seeded
from core.seq2seq import decode
from core.seq2seq.decode import NEVER
from core.seq2seq.models import Recurrent
from core.seq2seq.tokens import BOS, EOS, PAD
from core.seq2seq.transformer import Transformer

LETTERS, SOUNDS, LONGEST = 6, 5, 4  # two sounds beside the special tokens
X = torch.tensor([[3, 4, 5, 3], [4, 4, PAD, PAD], [5, PAD, PAD, PAD]])
NETS = {
    f"{cell} {attention}": (Recurrent, (LETTERS, SOUNDS, cell, attention, 8, 16))
    for cell in ("lstm", "gru")
    for attention in ("none", "additive", "multiplicative")
}
NETS["transformer"] = (Transformer, (LETTERS, SOUNDS, 16, 4, 1, 1))
ALPHAS = (0.0, 0.6, 1.0)


@pytest.fixture(scope="module", params=list(NETS))
def net(request):
    make, args = NETS[request.param]
    made = fresh(make, 3, *args).eval().requires_grad_(False)
    for p in made.parameters():
        p.mul_(2.5)  # more decided, so that answers differ
    return made


def alone(net, i):
    return net.read(X[i : i + 1, : int((X[i] != PAD).sum())])


def log_probabilities(net, memory, said):
    """log p of each next token (V,) after the tokens said."""
    return decode.possible(net.teach(memory, torch.tensor([[BOS, *said]]))[0, -1]).log_softmax(0)


def logp(net, memory, tokens):
    return sum(float(log_probabilities(net, memory, tokens[:t])[token]) for t, token in enumerate(tokens))


def every_answer(net, memory, alpha):
    """All answers of at most LONGEST tokens that end, (score, tokens), best first."""
    found = [(*said, EOS) for many in range(LONGEST) for said in product(range(EOS + 1, SOUNDS), repeat=many)]
    return sorted(((logp(net, memory, tokens) / len(tokens) ** alpha, tokens) for tokens in found), reverse=True)


def slow_beam(net, memory, width, alpha):
    """Beam search with lists, one hypothesis after the other."""
    living = [((), 0.0)]
    for _ in range(LONGEST):
        candidates = []
        for tokens, total in living:
            if tokens[-1:] == (EOS,):
                candidates.append((tokens, total))
                continue
            following = log_probabilities(net, memory, tokens)
            candidates += [((*tokens, k), total + float(following[k])) for k in range(SOUNDS) if k not in NEVER]
        living = sorted(candidates, key=lambda c: -c[1] / len(c[0]) ** alpha)[:width]
        if all(tokens[-1] == EOS for tokens, _ in living):
            break
    return living


@pytest.mark.parametrize("alpha", ALPHAS)
def test_a_beam_that_is_wide_enough_finds_the_best_of_all_answers(net, alpha):
    found = decode.beam(net, net.read(X), 64, alpha, LONGEST)
    for i, best in enumerate(found):
        ended = [(h.score, h.tokens) for h in best if h.ended]
        expected = every_answer(net, alone(net, i), alpha)
        assert [tokens for _, tokens in ended] == [tokens for _, tokens in expected]
        assert [score for score, _ in ended] == pytest.approx([score for score, _ in expected], abs=1e-4)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_a_narrow_beam_equals_a_slow_one(net, width, alpha):
    for i, best in enumerate(decode.beam(net, net.read(X), width, alpha, LONGEST)):
        expected = slow_beam(net, alone(net, i), width, alpha)
        assert [h.tokens for h in best] == [tokens for tokens, _ in expected]
        assert [h.logp for h in best] == pytest.approx([total for _, total in expected], abs=1e-4)
        assert len({h.tokens for h in best}) == len(best), "no answer twice"
        assert [h.score for h in best] == sorted((h.score for h in best), reverse=True)


def test_a_beam_of_one_is_greedy(net):
    memory = net.read(X)
    said = decode.greedy(net, memory, LONGEST)
    for alpha in ALPHAS:
        for row, best in zip(said.tokens.tolist(), decode.beam(net, memory, 1, alpha, LONGEST)):
            assert best[0].tokens == tuple(row[: row.index(EOS) + 1] if EOS in row else row)


class Even(torch.nn.Module):
    """Has no favourites among its sounds, or one by the last bit only; after three tokens it ends."""

    copies = False

    def __init__(self, favourite=None):
        super().__init__()
        self.favourite = favourite

    def begin(self, memory):
        return (torch.zeros(len(memory.mask), 1),)

    def step(self, token, state, memory):
        logits = torch.full((len(token), 13), 7.0)
        logits[:, EOS] = 20 * (state[0][:, 0] - 2)
        if self.favourite:
            logits[:, self.favourite] += 1e-6
        return logits, (state[0] + 1,), None


@pytest.mark.parametrize("favourite", [None, 8])
@pytest.mark.parametrize("width", [1, 2, 3, 10])
def test_of_equal_ones_the_first_is_taken_and_of_nearly_equal_ones_the_better(favourite, width):
    net, memory = Even(favourite), lengths_memory(1, 4)
    said = decode.greedy(net, memory, 9).tokens
    assert said.tolist() == [[favourite or 3] * 3 + [EOS]] * 2
    watched = []
    for row, best in zip(said.tolist(), decode.beam(net, memory, width, 1.0, 9)):
        assert best[0].tokens == tuple(row), "whatever is equal is taken in its own order"
    decode.beam(net, lengths_memory(1), width, 1.0, 9, watched, 2)
    assert [line[1] for line in watched[0].kept[:3]] == ([3, 4, 5] if favourite is None else [8, 3, 4])[:width]


def test_it_does_not_end_with_the_first_answer_that_ends():
    """Token 3 leads to a certain end, <EOS> at once is a little likelier than 3, and with α = 1 the longer answer wins."""

    class Fixed(torch.nn.Module):
        copies = False

        def begin(self, memory):
            return (memory.vector,)

        def step(self, token, state, memory):
            table = torch.full((SOUNDS, SOUNDS), 1e-6)
            table[BOS, EOS], table[BOS, 3] = 0.5, 0.4
            table[3, EOS] = 1.0
            return table[token].log(), state, None

    memory = fresh(Recurrent, 0, LETTERS, SOUNDS, "gru", "none", 4, 4).read(X[:1])
    best = decode.beam(Fixed(), memory, 2, 1.0, LONGEST)[0]
    assert best[0].tokens == (3, EOS) and best[1].tokens == (EOS,)
    assert decode.beam(Fixed(), memory, 2, 0.0, LONGEST)[0][0].tokens == (EOS,)


def test_a_batch_equals_each_alone(net):
    together, said = decode.beam(net, net.read(X), 3, 0.6, LONGEST), decode.greedy(net, net.read(X), LONGEST)
    for i in range(len(X)):
        mine = decode.beam(net, alone(net, i), 3, 0.6, LONGEST)[0]
        assert [h.tokens for h in mine] == [h.tokens for h in together[i]]
        assert [h.score for h in mine] == pytest.approx([h.score for h in together[i]], abs=1e-5)
        own = decode.greedy(net, alone(net, i), LONGEST)
        many = own.tokens.shape[1]
        assert own.tokens[0].tolist() == said.tokens[i, :many].tolist()
        assert own.sure[0].tolist() == pytest.approx(said.sure[i, :many].tolist(), abs=1e-5)


class Echo(torch.nn.Module):
    """Says token 3 once for every letter that was read, then <EOS>, each time with p = `sure`; most of the rest goes to token 4."""

    copies = False

    def __init__(self, sure):
        super().__init__()
        self.sure = sure

    def begin(self, memory):
        return (memory.mask.sum(1, keepdim=True).float(),)

    def step(self, token, state, memory):
        assert len((memory.mask.sum(1) - state[0][:, 0]).unique()) == 1, (
            "every row has its own memory and its own state"
        )
        table = torch.full((len(token), SOUNDS), 1e-9)
        left = state[0][:, 0] > 0
        table[left, 3], table[left, EOS], table[:, 4] = self.sure, 0.01, 0.98 - self.sure
        table[~left, EOS], table[~left, 3] = self.sure, 0.01
        return table.log(), (state[0] - 1,), None


def lengths_memory(*lengths):
    x = torch.tensor([[3] * many + [PAD] * (max(lengths) - many) for many in lengths])
    return fresh(Recurrent, 0, LETTERS, SOUNDS, "gru", "none", 4, 4).read(x)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_inputs_whose_search_is_over_make_room_and_answers_find_their_places(width):
    """Searches end after different many steps, in an order that is not that of the inputs."""
    lengths = (3, 1, 5, 1, 2, 6)
    found = decode.beam(Echo(0.95), lengths_memory(*lengths), width, 1.0, 9)
    for many, best in zip(lengths, found):
        (mine,) = decode.beam(Echo(0.95), lengths_memory(many), width, 1.0, 9)
        assert best[0].tokens == (3,) * many + (EOS,) and best[0].ended and len(best) == width
        assert [h.tokens for h in best] == [h.tokens for h in mine]
        assert [h.score for h in best] == pytest.approx([h.score for h in mine], abs=1e-6)
        assert best[0].logp == pytest.approx((many + 1) * torch.tensor(0.95 / (0.99 + 2e-9)).log().item(), abs=1e-2)


def test_who_never_ends_is_cut_off_and_says_so():
    (best,) = decode.beam(Echo(0.95), lengths_memory(8), 2, 1.0, 5)
    assert best[0].tokens == (3,) * 5 and not best[0].ended and best[0].score == pytest.approx(best[0].logp / 5)
    said = decode.greedy(Echo(0.95), lengths_memory(8), 5)
    assert said.tokens.tolist() == [[3] * 5]


def test_a_greedy_batch_speaks_until_the_last_has_ended():
    said = decode.greedy(Echo(0.95), lengths_memory(1, 3), 9)
    assert (
        said.tokens.shape == (2, 4)
        and said.tokens[0, :2].tolist() == [3, EOS]
        and said.tokens[1].tolist() == [3, 3, 3, EOS]
    )


def test_rounds_tell_the_whole_search(net):
    watched, width = [], 3
    best = decode.beam(net, alone(net, 0), width, 1.0, LONGEST, watched, 2)[0]
    lines = {0: ()}
    for kept, cut in ((each.kept, each.cut) for each in watched):
        assert len(kept) <= width and len(cut) <= 2
        scores = [row[3] for row in (*kept, *cut)]
        assert scores == sorted(scores, reverse=True), "whoever was cut was worse than all that stayed"
        assert all(lines[parent][-1:] != (EOS,) or token == PAD for parent, token, *_ in (*kept, *cut))
        lines = {
            i: lines[parent] if token == PAD else (*lines[parent], token) for i, (parent, token, *_) in enumerate(kept)
        }
    assert [h.tokens for h in best] == list(lines.values())
    assert [h.logp for h in best] == pytest.approx([row[2] for row in watched[-1].kept])
    assert best[0].logp == pytest.approx(logp(net, alone(net, 0), best[0].tokens), abs=1e-4)


def test_what_is_forced_is_said(net):
    found = decode.speak(net, alone(net, 0), decode.likeliest, LONGEST, forced=(4, 3))
    assert found.tokens[0, :2].tolist() == [4, 3]
    following = log_probabilities(net, alone(net, 0), (4, 3))
    assert found.tokens[0, 2] == following.argmax() and found.sure[0, 2].log().item() == pytest.approx(
        following.max().item(), abs=1e-4
    )
    assert found.looked is None or found.looked.sum(2).flatten().tolist() == pytest.approx(
        [1.0] * found.looked.shape[1], abs=1e-5
    )


def test_temperature_and_top_k_by_hand():
    logits = torch.tensor([[1.0, 3.0, 2.0, -1.0]])
    expected = torch.tensor([1.0, 3.0, 2.0, -1.0]).div(0.5).exp()
    assert decode.tempered(logits, 0.5)[0].tolist() == pytest.approx((expected / expected.sum()).tolist())
    assert decode.tempered(logits, 1.0, 2)[0].tolist() == pytest.approx(
        [0, 1 / (1 + torch.tensor(-1.0).exp().item()), 1 / (1 + torch.tensor(1.0).exp().item()), 0]
    )
    assert decode.tempered(logits, 0.01)[0, 1] == pytest.approx(1) and decode.tempered(logits, 1.0, 99)[0].gt(0).all()


def test_draws_come_as_often_as_they_should(net):
    memory, many = alone(net, 0).at(torch.zeros(4000, dtype=torch.long)), 4000
    first = decode.sampled(net, memory, 1, 1.5, 0, seeded(0)).tokens[:, 0]
    expected = decode.tempered(
        decode.possible(net.step(torch.tensor([BOS]), net.begin(alone(net, 0)), alone(net, 0))[0]), 1.5
    )[0]
    share = torch.bincount(first, minlength=SOUNDS) / many
    assert (share - expected).abs().max() < 4 * 0.5 / many**0.5 and share[list(NEVER)].sum() == 0
    again = decode.sampled(net, memory, LONGEST, 1.5, 0, seeded(7))
    assert torch.equal(again.tokens, decode.sampled(net, memory, LONGEST, 1.5, 0, seeded(7)).tokens)
    only_the_best = decode.sampled(net, memory, LONGEST, 1.0, 1, seeded(0))
    assert torch.equal(only_the_best.tokens[:1], decode.greedy(net, alone(net, 0), LONGEST).tokens)


def test_scores_by_length():
    assert decode.normalised(torch.tensor(-6.0), 4, 0.0) == -6 and decode.normalised(torch.tensor(-6.0), 4, 1.0) == -1.5
    assert decode.normalised(torch.tensor(-6.0), 4, 0.5) == -3


def test_continuations_by_hand():
    logp, ended = torch.tensor([[-1.0, -2.0]]), torch.tensor([[False, True]])
    following = torch.tensor([[[-9.0, -9.0, -0.5, -1.5], [-0.1, -0.1, -0.1, -0.1]]])
    candidates, sizes = decode.continued(logp, following, torch.tensor([[2.0, 3.0]]), ended)
    assert candidates[0, 0].tolist() == [-torch.inf, -10, -1.5, -2.5] and candidates[0, 1].tolist() == [
        -2,
        *[-torch.inf] * 3,
    ]
    assert sizes[0, :, 0].tolist() == [3, 3]
