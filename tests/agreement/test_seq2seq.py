"""Our networks against PyTorch's own parts, put together as slowly as can be; BLEU against sacrebleu."""

import numpy as np
import pytest
import sacrebleu
import torch
from torch import nn

from core.loop import fresh
from core.seq2seq.bleu import bleu
from core.seq2seq.models import Recurrent
from core.seq2seq.tokens import BOS, PAD
from core.seq2seq.transformer import Layer

X = torch.tensor([[3, 4, 5, 6], [6, 5, PAD, PAD], [4, PAD, PAD, PAD]])


@pytest.mark.parametrize("layers", [1, 2])
def test_the_encoder_is_pytorchs_lstm_on_each_word_by_itself(layers):
    net = fresh(Recurrent, 0, 7, 7, "lstm", "additive", 5, 8, layers).eval()
    memory = net.read(X)
    for i, many in enumerate((X != PAD).sum(1).tolist()):
        states, (h, _) = net.encoder(net.letters(X[i : i + 1, :many]))
        assert torch.allclose(memory.states[i, :many], states[0], atol=1e-6)
        assert torch.allclose(memory.vector[i], net.bridge(torch.cat((h[-2, 0], h[-1, 0]))), atol=1e-6)


def test_the_decoder_is_an_lstm_cell_that_reads_its_context():
    net = fresh(Recurrent, 0, 7, 7, "lstm", "additive", 5, 8).eval()
    memory, given = net.read(X[:1]), torch.tensor([[BOS, 4, 6]])
    h, c = memory.vector.tanh()[0], memory.vector[0]
    w_x, w_h, b_x, b_h = net.decoder.weight_ih, net.decoder.weight_hh, net.decoder.bias_ih, net.decoder.bias_hh
    for t, token in enumerate(given[0]):
        e = torch.stack([net.v @ torch.tanh(net.query.weight @ h + net.key.weight @ s) for s in memory.states[0]])
        a = e.exp() / e.exp().sum()
        context = sum(weight * s for weight, s in zip(a, memory.states[0]))
        i, f, g, o = (w_x @ torch.cat((net.sounds.weight[token], context)) + b_x + w_h @ h + b_h).chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        logits = net.out.weight @ torch.cat((h, context)) + net.out.bias
        assert torch.allclose(net.teach(memory, given)[0, t], logits, atol=1e-5)


def test_a_layer_is_pytorchs_with_the_same_weights():
    ours = fresh(Layer, 0, 16, 4, 0.0, False).eval()
    theirs = nn.TransformerEncoderLayer(16, 4, 32, 0.0, batch_first=True, norm_first=True).eval()
    with torch.no_grad():
        _same_attention(theirs.self_attn, ours.own)
        for mine, other in (
            (ours.norms[0], theirs.norm1),
            (ours.norms[1], theirs.norm2),
            (ours.dense[0], theirs.linear1),
            (ours.dense[2], theirs.linear2),
        ):
            other.load_state_dict(mine.state_dict())
    x, mask = torch.randn(3, 4, 16), X != PAD
    found = ours(x, ours.norms[0](x), mask.unsqueeze(1))[0]
    assert torch.allclose(found[mask], theirs(x, src_key_padding_mask=~mask)[mask], atol=1e-5)


def _same_attention(theirs, ours):
    theirs.in_proj_weight.copy_(torch.cat([layer.weight for layer in (ours.query, ours.key, ours.value)]))
    theirs.in_proj_bias.copy_(torch.cat([layer.bias for layer in (ours.query, ours.key, ours.value)]))
    theirs.out_proj.load_state_dict(ours.out.state_dict())


@pytest.mark.parametrize("seed", range(6))
def test_bleu_is_that_of_sacrebleu(seed):
    """Random answers over few signs, with one to three right ones each, some of them near."""
    rng = np.random.default_rng(seed)

    def drawn(near=None):
        if near is not None and rng.random() < 0.7:
            return [sign if rng.random() < 0.8 else "z" for sign in near][: rng.integers(3, 12)]
        return [str(sign) for sign in rng.choice(list("abcd"), rng.integers(1, 12))]

    said = [drawn() for _ in range(40)]
    ways = [[drawn(mine) for _ in range(rng.integers(1, 4))] for mine in said]
    streams = [[" ".join(each[k]) if k < len(each) else None for each in ways] for k in range(3)]
    lines = [" ".join(mine) for mine in said]
    theirs = sacrebleu.corpus_bleu(lines, streams, tokenize="none", smooth_method="none", force=True)
    ours = bleu(said, ways)
    assert ours.score == pytest.approx(theirs.score, abs=1e-6) and ours.score > 5
    assert ours.precisions == pytest.approx(theirs.precisions) and ours.brevity == pytest.approx(theirs.bp)
