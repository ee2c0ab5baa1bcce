"""Networks: padding is never read, the future is never seen, one step after the other equals all at once, attention by hand."""

from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core.loop import fresh, seeded
from core.seq2seq import models
from core.seq2seq.memory import Memory
from core.seq2seq.models import Recurrent
from core.seq2seq.parallel import Parallel
from core.seq2seq.tokens import BOS, PAD
from core.seq2seq.transformer import Heads, Transformer

LETTERS, SOUNDS = 9, 8
NETS = {
    f"{cell} {attention} {layers}": (Recurrent, (LETTERS, SOUNDS, cell, attention, 5, 12, layers, 0.3))
    for cell in ("lstm", "gru")
    for attention in ("none", "additive", "multiplicative")
    for layers in (1, 2)
}
COPIES = (0, 0, 0, 3, 4, 5, 6, 8, 9)  # what each letter is in an answer; 8 and 9 are outside the vocabulary
NETS["copying"] = (Recurrent, (LETTERS, SOUNDS, "lstm", "additive", 5, 12, 1, 0.3, COPIES))
NETS["transformer"] = (Transformer, (LETTERS, SOUNDS, 16, 4, 2, 2, 0.3))
NETS["parallel"] = (Parallel, (LETTERS, SOUNDS, 16, 4, 2, 2, 0.3))
X = torch.tensor([[3, 4, 5, 6, 7], [8, 3, PAD, PAD, PAD], [4, 4, 4, PAD, PAD], [5, PAD, PAD, PAD, PAD]])
GIVEN = torch.tensor([[BOS, 3, 4, 5], [BOS, 7, 7, 6], [BOS, 4, 3, 3], [BOS, 5, 6, 7]])


@pytest.fixture(params=list(NETS))
def net(request):
    make, args = NETS[request.param]
    return fresh(make, 1, *args).eval()


def close(a, b):
    return torch.allclose(a, b, atol=1e-5)


def test_a_word_alone_equals_the_same_word_in_a_padded_batch(net):
    together, all_logits = net.read(X), net.teach(net.read(X), GIVEN)
    state, (logits, _, weights) = net.begin(together), net.step(GIVEN[:, 0], net.begin(together), together)
    for i, many in enumerate((X != PAD).sum(1).tolist()):
        alone = net.read(X[i : i + 1, :many])
        assert close(alone.states, together.states[i : i + 1, :many]) and close(
            alone.vector, together.vector[i : i + 1]
        )
        assert all(close(mine, each[i : i + 1][..., : mine.shape[-1]]) for mine, each in zip(net.begin(alone), state))
        mine, _, looked = net.step(GIVEN[i : i + 1, 0], net.begin(alone), alone)
        assert close(mine, logits[i : i + 1]) and close(net.teach(alone, GIVEN[i : i + 1]), all_logits[i : i + 1])
        assert weights is None or (close(looked, weights[i : i + 1, :many]) and (weights[i, many:] == 0).all())


def test_what_stands_behind_a_word_changes_nothing(net):
    before = net.teach(net.read(X), GIVEN)
    with torch.no_grad():
        net.letters.weight[PAD] = 100.0
    assert close(net.teach(net.read(X), GIVEN), before)


def test_nobody_sees_what_comes_later(net):
    memory, changed = net.read(X), GIVEN.clone()
    changed[:, 3] = 6
    before, after = net.teach(memory, GIVEN), net.teach(memory, changed)
    assert close(before[:, :3], after[:, :3])
    assert close(before[:, 3], after[:, 3]) == isinstance(net, Parallel), "which reads nothing that was said"


def test_teaching_equals_one_step_after_the_other(net):
    memory = net.read(X)
    state, logits = net.begin(memory), []
    for t in range(GIVEN.shape[1]):
        each, state, _ = net.step(GIVEN[:, t], state, memory)
        logits.append(each)
    assert close(torch.stack(logits, 1), net.teach(memory, GIVEN))


def test_its_own_tokens_are_read_where_it_is_told_so(net):
    memory = net.read(X)
    own = torch.zeros(GIVEN.shape, dtype=torch.bool)
    own[0, 2], own[2, 1:] = True, True
    given = GIVEN.clone()
    if isinstance(net, Transformer):  # its own answers are those of a first pass along the right ones
        said = net.teach(memory, GIVEN).argmax(2)
        given[:, 1:] = torch.where(own[:, 1:], said[:, :-1], GIVEN[:, 1:])
    else:
        for t in range(1, GIVEN.shape[1]):
            said = net.teach(memory, given)[:, t - 1].argmax(1)
            given[:, t] = torch.where(own[:, t], said, GIVEN[:, t])
    assert not torch.equal(given, GIVEN), "its own tokens are other ones"
    assert close(net.teach(memory, GIVEN, own), net.teach(memory, given))
    assert close(net.teach(memory, GIVEN, torch.zeros_like(own)), net.teach(memory, GIVEN))


def test_rows_of_a_memory_in_any_order(net):
    memory, rows = net.read(X), torch.tensor([2, 2, 0])
    chosen = memory.at(rows)
    assert close(net.teach(chosen, GIVEN[rows]), net.teach(memory, GIVEN)[rows])


def test_every_weight_learns_and_dropout_only_while_it_does(net):
    memory = net.read(X)
    assert close(net.teach(memory, GIVEN), net.teach(net.read(X), GIVEN))
    net.train()
    logits = net.along(net.read(X), GIVEN)[0]
    assert not close(logits, net.along(net.read(X), GIVEN)[0]), "dropout"
    logits.square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


@pytest.mark.parametrize(
    "turn, shape",
    [(0, (4, 5, 5)), (1, (4, 5, 12)), (2, (4, 4, 5)), (3, (4, 4, 24))],
    ids=["letters", "states", "tokens given", "what is said"],
)
def test_dropout_falls_on(turn, shape, monkeypatch):
    """The dropout of this turn is the only one that is left on."""
    net, shapes = fresh(Recurrent, 1, LETTERS, SOUNDS, "lstm", "additive", 5, 12), []
    without = net.teach(net.read(X), GIVEN)

    def dropout(x):
        shapes.append(tuple(x.shape))
        return F.dropout(x, 0.5) if len(shapes) == turn + 1 else x

    monkeypatch.setattr(net.dropout, "forward", dropout)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        assert not close(net.teach(net.read(X), GIVEN), without)
    assert len(shapes) == 4 and shapes[turn] == shape


def test_a_network_is_built_again_from_its_description(net):
    twin = models.build(net.arch)
    twin.load_state_dict(net.state_dict())
    assert close(twin.eval().teach(twin.read(X), GIVEN), net.teach(net.read(X), GIVEN))
    with pytest.raises(KeyError):
        models.build({"kind": "another"})
    with pytest.raises(TypeError):
        models.build(net.arch | {"more": 1})


def test_without_attention_the_one_vector_is_all_there_is():
    net = fresh(Recurrent, 1, LETTERS, SOUNDS, "lstm", "none", 5, 12).eval()
    memory = net.read(X)
    blind = Memory(torch.full_like(memory.states, 9.0), memory.keys, memory.vector, memory.mask)
    assert (
        torch.equal(net.teach(blind, GIVEN), net.teach(memory, GIVEN))
        and net.step(GIVEN[:, 0], net.begin(memory), memory)[2] is None
    )
    assert close(net.begin(memory)[0], memory.vector.tanh()) and torch.equal(net.begin(memory)[1], memory.vector)
    looks = fresh(Recurrent, 1, LETTERS, SOUNDS, "lstm", "additive", 5, 12).eval()
    memory = looks.read(X)
    blind = Memory(torch.full_like(memory.states, 9.0), memory.keys, memory.vector, memory.mask)
    assert not close(looks.teach(blind, GIVEN), looks.teach(memory, GIVEN))


# ---- copying ----


def test_what_is_copied_by_hand():
    """Each token that may be said gets its share of the vocabulary, and the attention on every place where it stands."""
    random = seeded(3)
    gate, vocabulary, weights = (torch.rand(2, 4, n, generator=random) for n in (1, 5, 3))
    copies = torch.tensor([[[4, 6, 4]], [[0, 5, 6]]])
    found = models.pointed(gate, vocabulary.softmax(2), weights.softmax(2), copies, 7)
    assert found.shape == (2, 4, 7) and close(found.sum(2), torch.ones(2, 4))
    for n, t, w in product(range(2), range(4), range(7)):
        generated = float(gate[n, t] * vocabulary.softmax(2)[n, t, w]) if w < 5 else 0.0
        pointed = sum(float(weights.softmax(2)[n, t, i]) for i in range(3) if copies[n, 0, i] == w)
        assert found[n, t, w].item() == pytest.approx(generated + (1 - float(gate[n, t])) * pointed, abs=1e-6)


@torch.no_grad()
def test_a_token_outside_the_vocabulary_is_read_as_the_last_one_and_can_only_be_copied():
    net = fresh(Recurrent, 1, 7, 6, "gru", "multiplicative", 5, 12, 1, 0.0, (0, 0, 0, 3, 4, 5, 5, 6, 7)).eval()
    x = torch.tensor([[3, 7, 4], [3, 8, 4], [3, 6, 4]])
    memory, given = net.read(x), torch.tensor([[BOS, 3]]).expand(3, -1)
    logp, looked = net.along(memory, given)
    p, (one, other, vocabulary) = logp.exp(), looked[:, :, 1]
    assert close(memory.states[0], memory.states[1]) and close(memory.states[0], memory.states[2])
    assert p.shape[2] == 8 and close(p.sum(2), torch.ones(3, 2)) and close(looked[0], looked[1])
    state = net.step(given[:, 0], net.begin(memory), memory)[1]
    copied = (1 - state[-1][:, 0]) * torch.stack((one, other, vocabulary))[:, 0]
    assert p[0, 0, 6].item() == pytest.approx(float(copied[0]), abs=1e-6) and p[0, 0, 7] < 1e-8
    assert p[1, 0, 7].item() == pytest.approx(float(copied[1]), abs=1e-6) and p[1, 0, 6] < 1e-8
    assert p[2, 0, 5] > p[0, 0, 5], "here the token of the vocabulary itself is copied"


# ---- attention by hand ----


def test_scores_by_hand():
    query, keys = torch.tensor([[1.0, -2.0]]), torch.tensor([[[0.5, 1.0], [2.0, 0.0]]])
    v = torch.tensor([2.0, 3.0])
    by_hand = [
        2 * torch.tensor(1.5).tanh() + 3 * torch.tensor(-1.0).tanh(),
        2 * torch.tensor(3.0).tanh() + 3 * torch.tensor(-2.0).tanh(),
    ]
    assert models.additive(query, keys, v)[0].tolist() == pytest.approx([float(each) for each in by_hand])
    assert models.multiplicative(query, keys)[0].tolist() == pytest.approx([(0.5 - 2) / 2**0.5, 2 / 2**0.5])


def test_weights_and_context_by_hand():
    scores, mask = torch.tensor([[0.0, torch.tensor(3.0).log(), 50.0]]), torch.tensor([[True, True, False]])
    context, weights = models.attend(scores, mask, torch.tensor([[[4.0], [8.0], [1e6]]]))
    assert weights[0].tolist() == pytest.approx([0.25, 0.75, 0.0]) and context.item() == pytest.approx(7.0)


def test_heads_against_pytorch():
    ours, theirs, random = fresh(Heads, 0, 8, 2), nn.MultiheadAttention(8, 2, batch_first=True), seeded(0)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([layer.weight for layer in (ours.query, ours.key, ours.value)]))
        theirs.in_proj_bias.copy_(torch.cat([layer.bias for layer in (ours.query, ours.key, ours.value)]))
        theirs.out_proj.load_state_dict(ours.out.state_dict())
    asks, holds = torch.randn(3, 4, 8, generator=random), torch.randn(3, 5, 8, generator=random)
    there = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0]], dtype=torch.bool)
    found, weights = ours(asks, holds, there.unsqueeze(1))
    expected, looked = theirs(asks, holds, holds, key_padding_mask=~there)
    assert close(found, expected) and close(weights, looked)
    q, k, v = (
        layer(x).unflatten(2, (2, 4)).transpose(1, 2)
        for layer, x in ((ours.query, asks), (ours.key, holds), (ours.value, holds))
    )
    flash = F.scaled_dot_product_attention(q, k, v, attn_mask=there[:, None, None]).transpose(1, 2).flatten(2)
    assert close(found, ours.out(flash))
