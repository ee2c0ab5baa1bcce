"""The encoder–decoders: recurrent with one vector between the halves, the same with attention; a small transformer (transformer.py),
and one that says all tokens at once (parallel.py).

All speak one language. `read` encodes a batch, `begin` gives the decoder's first state, `step` takes one token and
gives the next distribution. Every kind of decoding and the step-by-step view call nothing else; `teach` is `step` along a
given answer, and training calls `along`, which is `teach` with the attention.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import nets
from core.events import Model
from core.seq2seq.memory import Memory, State
from core.seq2seq.parallel import Parallel
from core.seq2seq.tokens import PAD
from core.seq2seq.transformer import Transformer

LEAST = 1e-9  # added to p before its logarithm is taken, for what can be neither said nor copied


def additive(query: Tensor, keys: Tensor, v: Tensor) -> Tensor:
    """e_i = vᵀ tanh(q + k_i) (Bahdanau et al. 2015, appendix A.1.2). query: (N, A), keys: (N, S, A), v: (A,). Returns (N, S)."""
    return torch.tanh(query.unsqueeze(1) + keys) @ v


def multiplicative(query: Tensor, keys: Tensor) -> Tensor:
    """e_i = qᵀ k_i / √A (Luong et al. 2015, equation 8; scaled as in Vaswani et al. 2017, section 3.2.1).

    query: (N, A), keys: (N, S, A). Returns (N, S).
    """
    return (keys @ query.unsqueeze(2)).squeeze(2) / keys.shape[2] ** 0.5


def attend(scores: Tensor, mask: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
    """a = softmax(e) over the tokens that are there, c = Σ a_i h_i (Bahdanau et al. 2015, equations 5 and 6).

    scores, mask: (N, S), states: (N, S, D). Returns the context (N, D) and the weights (N, S), which sum to 1.
    """
    weights = scores.masked_fill(~mask, -torch.inf).softmax(1)
    return (weights.unsqueeze(1) @ states).squeeze(1), weights


def pointed(gate: Tensor, vocabulary: Tensor, weights: Tensor, copies: Tensor, size: int) -> Tensor:
    """P(w) = p_gen P_vocab(w) + (1 − p_gen) Σ_{i: w_i = w} a_i (See, Liu, Manning 2017, equation 9).

    gate: p_gen (…, 1), vocabulary: P_vocab (…, V), weights: a (…, S), copies: w_i (…, S), below `size`. Returns (…, size): with
    the tokens that are no part of the vocabulary but may stand in the input.
    """
    generated = F.pad(gate * vocabulary, (0, size - vocabulary.shape[-1]))
    return generated.scatter_add(-1, copies.expand_as(weights), (1 - gate) * weights)


class Recurrent(nn.Module):
    """A bidirectional LSTM or GRU reads; one of a single direction writes.

    letters, sounds: sizes of the vocabularies. embed: of either embedding. hidden: of the decoder, and of both directions of
    the encoder together. layers: of the encoder. attention: none, additive or multiplicative; without it the decoder knows
    of the input only the one vector that it begins with (Sutskever et al. 2014, section 2). copies: what each input token would
    be in an answer, for a decoder that can copy; tokens outside the vocabularies stand at the end. Each is read as the last
    token of the vocabulary.
    """

    def __init__(
        self,
        letters: int,
        sounds: int,
        cell: str = "lstm",
        attention: str = "additive",
        embed: int = 32,
        hidden: int = 128,
        layers: int = 1,
        dropout: float = 0.0,
        copies: Sequence[int] | None = None,
    ):
        super().__init__()
        self.arch = {
            "kind": "recurrent seq2seq",
            "letters": letters,
            "sounds": sounds,
            "cell": cell,
            "attention": attention,
            "embed": embed,
            "hidden": hidden,
            "layers": layers,
            "dropout": dropout,
        } | ({} if copies is None else {"copies": list(copies)})
        self.cell, self.attention, self.copies = cell, attention, copies is not None
        self.letters, self.sounds = nn.Embedding(letters, embed, PAD), nn.Embedding(sounds, embed, PAD)
        rnn = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.encoder = rnn(
            embed, hidden // 2, layers, batch_first=True, bidirectional=True, dropout=dropout if layers > 1 else 0.0
        )
        self.bridge = nn.Linear(hidden, hidden)
        context = 0 if attention == "none" else hidden
        self.decoder = {"lstm": nn.LSTMCell, "gru": nn.GRUCell}[cell](embed + context, hidden)
        if attention != "none":
            self.query, self.key = nn.Linear(hidden, hidden, bias=False), nn.Linear(hidden, hidden, bias=False)
        if attention == "additive":
            self.v = nn.Parameter(torch.empty(hidden).uniform_(-1, 1) / hidden**0.5)
        self.out = nn.Linear(hidden + context, sounds)
        self.dropout = nn.Dropout(dropout)
        if copies is not None:
            self.gate = nn.Linear(hidden + context + embed, 1)
            self.register_buffer("answers", torch.tensor(copies), persistent=False)
            self.size = max(sounds, 1 + max(copies))

    def read(self, x: Tensor) -> Memory:
        """x: (N, S) tokens, PAD behind each sequence, none of them empty."""
        return self.read_embedded(self.embedded(x), x != PAD, x)

    def embedded(self, x: Tensor) -> Tensor:
        """What is read of the tokens x (N, S): (N, S, embed)."""
        return self.letters(x.clamp(max=self.letters.num_embeddings - 1))

    def read_embedded(self, embedded: Tensor, mask: Tensor, x: Tensor | None = None) -> Memory:
        """embedded: (N, S, embed) with mask (N, S). What stands behind a sequence is never read. x: the tokens (N, S), to be copied."""
        copies = self.answers[x] if self.copies else None
        embedded, lengths = self.dropout(embedded), mask.sum(1)
        if mask.all():  # every sequence is as long as the batch: nothing to leave out, and twice as fast
            states, last = self.encoder(embedded)
        else:
            packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
            states, last = self.encoder(packed)
            states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=embedded.shape[1])
        h = last[0] if self.cell == "lstm" else last
        vector = self.bridge(torch.cat((h[-2], h[-1]), 1))
        states = self.dropout(states)
        keys = self.key(states) if self.attention != "none" else states[:, :, :0]
        return Memory(states, keys, vector, mask, copies)

    def begin(self, memory: Memory) -> State:
        """The one vector becomes the decoder's state: an LSTM's cell, with h = tanh c; a GRU's h. One that can copy keeps p_gen there
        as well, (N, 1), at the end."""
        state = (memory.vector.tanh(), memory.vector) if self.cell == "lstm" else (memory.vector.tanh(),)
        return (*state, torch.ones_like(memory.vector[:, :1])) if self.copies else state

    def step(self, token: Tensor, state: State, memory: Memory) -> tuple[Tensor, State, Tensor | None]:
        """One token (N,) is read; returns logits (N, sounds) of the next one, the new state, and attention (N, S) or None."""
        e = self._said(token)
        features, state, weights = self.advance(e, state, memory)
        logits, gate = self._next(self.dropout(features), e, weights, memory.copies)
        return logits, state if gate is None else (*state, gate), weights

    def _said(self, token: Tensor) -> Tensor:
        """Embedded tokens of an answer."""
        return self.sounds(token.clamp(max=self.sounds.num_embeddings - 1))

    def _next(
        self, features: Tensor, e: Tensor, weights: Tensor | None, copies: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        """Logits (…, sounds) of the next token, and None; of a decoder that can copy log p (…, size), and p_gen (…, 1) =
        σ(wᵀ[s; c; x] + b) (See, Liu, Manning 2017, equation 8). features: (…, hidden + context), e: (…, embed) of the last token."""
        if not self.copies:
            return self.out(features), None
        gate = self.gate(torch.cat((features, e), -1)).sigmoid()
        p = pointed(gate, self.out(features).softmax(-1), weights, copies, self.size)
        return (p + LEAST).log(), gate

    def advance(self, embedded: Tensor, state: State, memory: Memory) -> tuple[Tensor, State, Tensor | None]:
        """One embedded token (N, embed) is read: first where to look, by the state so far, then the cell. Features for `out`."""
        if self.attention == "none":
            state = self._cell(embedded, state)
            return state[0], state, None
        query = self.query(state[0])
        scores = (
            additive(query, memory.keys, self.v) if self.attention == "additive" else multiplicative(query, memory.keys)
        )
        context, weights = attend(scores, memory.mask, memory.states)
        state = self._cell(torch.cat((embedded, context), 1), state)
        return torch.cat((state[0], context), 1), state, weights

    def teach(self, memory: Memory, given: Tensor, own: Tensor | None = None) -> Tensor:
        """Logits (N, T, sounds) along the given tokens (N, T), BOS first.

        Where `own` (N, T) is true the decoder's own last answer is read instead.
        """
        return self.along(memory, given, own)[0]

    def along(self, memory: Memory, given: Tensor, own: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """What `teach` returns, and the attention (N, T, S), or None."""
        state, said, looked, read = self.begin(memory), [], [], []
        embedded = self.dropout(self._said(given))
        if own is None and self.attention == "none":
            return self.out(self.dropout(self._cells(embedded, state))), None
        for t in range(given.shape[1]):
            e = embedded[:, t]
            if own is not None and t:
                likeliest = self._next(said[-1], read[-1], looked[-1], memory.copies)[0].argmax(1)
                e = self.dropout(self._said(torch.where(own[:, t], likeliest, given[:, t])))
            features, state, weights = self.advance(e, state, memory)
            for each, new in ((said, features), (looked, weights), (read, e)):
                each.append(new)
        weights = None if looked[0] is None else torch.stack(looked, 1)
        copies = None if memory.copies is None else memory.copies.unsqueeze(1)
        features = self.dropout(torch.stack(said, 1))
        return self._next(features, torch.stack(read, 1) if self.copies else embedded, weights, copies)[0], weights

    def _cells(self, x: Tensor, state: State) -> Tensor:
        """The states (N, T, hidden) along x (N, T, embed) in one call, since no step waits for what the one before looked at."""
        cell, first = self.decoder, [part.unsqueeze(0) for part in state]
        weights = [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh]
        rest = (
            weights,
            True,
            1,
            0.0,
            self.training,
            False,
            True,
        )  # biases, one layer, no dropout, one direction, batch first
        return torch.lstm(x, first, *rest)[0] if self.cell == "lstm" else torch.gru(x, first[0], *rest)[0]

    def _cell(self, x: Tensor, state: State) -> State:
        return self.decoder(x, state[:2]) if self.cell == "lstm" else (self.decoder(x, state[0]),)


KINDS = {"recurrent seq2seq": Recurrent, "transformer seq2seq": Transformer, "parallel seq2seq": Parallel}


def build(arch: dict[str, Any]) -> nn.Module:
    """A fresh network from its description; raises KeyError or TypeError when it is none."""
    return KINDS[arch["kind"]](**{name: value for name, value in arch.items() if name != "kind"})


def speller(model: Model) -> nn.Module:
    """A stored network again, in evaluation mode."""
    return nets.from_model(model, build)
