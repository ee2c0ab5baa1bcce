"""A small transformer: attention alone, with several heads, without a recurrent state."""

import torch
from torch import Tensor, nn

from core.seq2seq.memory import Memory, State
from core.seq2seq.tokens import PAD

LONGEST = 64  # tokens for which a transformer has positions


class Heads(nn.Module):
    """Attention with several heads, each looking by its own rule (Vaswani et al. 2017, section 3.2)."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, asks: Tensor, holds: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor]:
        """asks: (N, T, D), holds: (N, S, D), allowed: (N or 1, T or 1, S). Returns (N, T, D) and the heads' mean weights (N, T, S)."""
        q, k, v = (
            layer(x).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for layer, x in ((self.query, asks), (self.key, holds), (self.value, holds))
        )
        scores = q @ k.transpose(2, 3) / q.shape[3] ** 0.5
        weights = scores.masked_fill(~allowed.unsqueeze(1), -torch.inf).softmax(3)
        return self.out((weights @ v).transpose(1, 2).flatten(2)), weights.mean(1)


class Layer(nn.Module):
    """Attention to oneself, attention to the encoder where `crossed`, a small dense network; each added to what came in, which is
    normalised first (Xiong et al. 2020, figure 1b)."""

    def __init__(self, width: int, heads: int, dropout: float, crossed: bool):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3 if crossed else 2))
        self.own, self.cross = Heads(width, heads), Heads(width, heads) if crossed else None
        self.dense = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, holds: Tensor, allowed: Tensor, memory: Memory | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """x: (N, T, D); holds: what may be looked at, already normalised, (N, S, D). Returns (N, T, D) and the weights on the memory."""
        x = x + self.dropout(self.own(self.norms[0](x), holds, allowed)[0])
        weights = None
        if self.cross is not None:
            found, weights = self.cross(self.norms[1](x), memory.states, memory.mask.unsqueeze(1))
            x = x + self.dropout(found)
        return x + self.dropout(self.dense(self.norms[-1](x))), weights


class Transformer(nn.Module):
    """A small transformer (Vaswani et al. 2017) with learned positions.

    letters, sounds: sizes of the vocabularies. width: of every vector. layers, writers: of the encoder and of the decoder.
    """

    def __init__(
        self,
        letters: int,
        sounds: int,
        width: int = 96,
        heads: int = 4,
        layers: int = 3,
        writers: int = 2,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.arch = {
            "kind": "transformer seq2seq",
            "letters": letters,
            "sounds": sounds,
            "width": width,
            "heads": heads,
            "layers": layers,
            "writers": writers,
            "dropout": dropout,
        }
        self.copies = False
        self.letters, self.sounds = (nn.Embedding(many, width, PAD) for many in (letters, sounds))
        self.places, self.turns = (nn.Parameter(torch.randn(LONGEST, width) * 0.1) for _ in range(2))
        self.encoder = nn.ModuleList(Layer(width, heads, dropout, crossed=False) for _ in range(layers))
        self.decoder = nn.ModuleList(Layer(width, heads, dropout, crossed=True) for _ in range(writers))
        self.read_norm, self.out_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.out = nn.Linear(width, sounds)
        self.dropout = nn.Dropout(dropout)

    def read(self, x: Tensor) -> Memory:
        """x: (N, S) tokens, PAD behind each sequence, none of them empty."""
        return self.read_embedded(self.embedded(x), x != PAD)

    def embedded(self, x: Tensor) -> Tensor:
        """What is read of the tokens x (N, S): (N, S, width)."""
        return self.letters(x.clamp(max=self.letters.num_embeddings - 1))

    def read_embedded(self, embedded: Tensor, mask: Tensor, x: Tensor | None = None) -> Memory:
        """embedded: (N, S, width) with mask (N, S); x is not asked for. Its one vector, only to be looked at, is the mean of the states."""
        x = self.dropout(embedded + self.places[: embedded.shape[1]])
        for layer in self.encoder:
            x, _ = layer(x, layer.norms[0](x), mask.unsqueeze(1))
        states = self.read_norm(x)
        there = mask.unsqueeze(2).float()
        return Memory(states, states[:, :, :0], (states * there).sum(1) / there.sum(1), mask)

    def begin(self, memory: Memory) -> State:
        """Nothing has been said: for each layer what it may look at, (N, 0, D)."""
        return tuple(memory.states[:, :0] for _ in self.decoder)

    def step(self, token: Tensor, state: State, memory: Memory) -> tuple[Tensor, State, Tensor]:
        """One token (N,) is read; returns logits (N, sounds) of the next one, the new state, and attention (N, S) of the last layer."""
        x = (self._said(token) + self.turns[state[0].shape[1]]).unsqueeze(1)
        kept, weights = [], None
        for layer, before in zip(self.decoder, state):
            holds = torch.cat((before, layer.norms[0](x)), 1)
            x, weights = layer(x, holds, memory.mask.new_ones(1, 1, holds.shape[1]), memory)
            kept.append(holds)
        return self.out(self.out_norm(x[:, 0])), tuple(kept), weights[:, 0]

    def teach(self, memory: Memory, given: Tensor, own: Tensor | None = None) -> Tensor:
        """Logits (N, T, sounds) along the given tokens (N, T), BOS first. Where `own` (N, T) is true the answer of a first pass
        along the given ones is read instead (Mihaylova, Martins 2019, section 3): a transformer reads all tokens at once."""
        return self.along(memory, given, own)[0]

    def along(self, memory: Memory, given: Tensor, own: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """What `teach` returns, and the attention (N, T, S) of the last layer."""
        if own is not None and own[:, 1:].any():
            with torch.no_grad():
                said = self.along(memory, given)[0].argmax(2)
            given = torch.cat((given[:, :1], torch.where(own[:, 1:], said[:, :-1], given[:, 1:])), 1)
        many, weights = given.shape[1], None
        x = self.dropout(self._said(given) + self.turns[:many])
        past = torch.ones(1, many, many, dtype=torch.bool, device=x.device).tril()  # nobody sees what comes later
        for layer in self.decoder:
            x, weights = layer(x, layer.norms[0](x), past, memory)
        return self.out(self.out_norm(x)), weights

    def _said(self, token: Tensor) -> Tensor:
        """Embedded tokens of an answer."""
        return self.sounds(token.clamp(max=self.sounds.num_embeddings - 1))
