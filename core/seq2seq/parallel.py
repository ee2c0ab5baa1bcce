"""A transformer that says all tokens at once, and therefore reads none of them (Gu et al. 2018)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.seq2seq.memory import Memory, State
from core.seq2seq.tokens import EOS
from core.seq2seq.transformer import LONGEST, Transformer

SURE, NEVER = 1 - 1e-6, 1e-6  # p of <EOS> behind the predicted length, and before it


class Parallel(Transformer):
    """p(y | x) = p(T | x) Π_t p(y_t | x, T): first the length, then every token by itself (Gu et al. 2018).

    The arguments are those of `Transformer`. Its decoder begins with encoder states, spread evenly over the places, and each place
    looks at all others. To decoding it looks like any other network: `step` gives the next place's distribution.
    """

    def __init__(self, *sizes, **more):
        super().__init__(*sizes, **more)
        del self.sounds  # no token that was said is read
        self.arch |= {"kind": "parallel seq2seq"}
        width = self.arch["width"]
        self.length = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, LONGEST))

    def lengths(self, memory: Memory) -> Tensor:
        """log p(T | x) of answers of 0, 1 … tokens before <EOS>: (N, LONGEST)."""
        return self.length(memory.vector).log_softmax(1)

    def at_once(self, memory: Memory, places: int = LONGEST) -> tuple[Tensor, Tensor]:
        """log p of each token at each place (N, places, sounds) when the length is the likeliest one, and attention (N, places, S):
        before it <EOS> is as good as ruled out, and behind it everything else is."""
        lengths = self.lengths(memory).argmax(1)
        ends = torch.arange(places) >= lengths.unsqueeze(1)
        return self._joined(memory, lengths, torch.where(ends, SURE, NEVER).log(), torch.where(ends, NEVER, SURE).log())

    def _joined(self, memory: Memory, lengths: Tensor, ends: Tensor, goes_on: Tensor) -> tuple[Tensor, Tensor]:
        """log p (N, T, sounds) and attention (N, T, S) of places that are made for these lengths (N,). ends, goes_on: log p of <EOS>
        and of all else, (N, T)."""
        logits, looked = self._places(memory, lengths.clamp(min=1))
        place = torch.arange(ends.shape[1]).expand(len(lengths), -1).minimum(lengths.clamp(min=1).unsqueeze(1) - 1)
        logits, looked = (each.gather(1, place.unsqueeze(2).expand(-1, -1, each.shape[2])) for each in (logits, looked))
        logp = logits.index_fill(2, torch.tensor([EOS]), -torch.inf).log_softmax(2) + goes_on.unsqueeze(2)
        return torch.cat((logp[:, :, :EOS], ends.unsqueeze(2), logp[:, :, EOS + 1 :]), 2), looked

    def _places(self, memory: Memory, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (N, T, sounds) and attention (N, T, S) of as many places as the longest answer has; none sees another's padding."""
        t, read = torch.arange(int(lengths.max())), memory.mask.sum(1, keepdim=True)
        source = (t * read // lengths.unsqueeze(1)).minimum(read - 1)
        x = memory.states.gather(1, source.unsqueeze(2).expand(-1, -1, memory.states.shape[2]))
        x, weights = self.dropout(x + self.turns[: len(t)]), None
        there = (t < lengths.unsqueeze(1)).unsqueeze(1)
        for layer in self.decoder:
            x, weights = layer(x, layer.norms[0](x), there, memory)
        return self.out(self.out_norm(x)), weights

    def begin(self, memory: Memory) -> State:
        """Everything is said before the first step: log p (N, LONGEST, sounds), attention (N, LONGEST, S), and the place (N,)."""
        return (*self.at_once(memory), torch.zeros(len(memory.mask), dtype=torch.long))

    def step(self, token: Tensor, state: State, memory: Memory) -> tuple[Tensor, State, Tensor]:
        """The next place's distribution, whatever `token` was."""
        logp, looked, place = state
        rows = torch.arange(len(place))
        return logp[rows, place], (logp, looked, place + 1), looked[rows, place]

    def teach(self, memory: Memory, given: Tensor, own: Tensor | None = None) -> Tensor:
        """log p (N, T, sounds) of the first places, of which `given` (N, T) says only how many."""
        return self.at_once(memory, given.shape[1])[0]

    def along(self, memory: Memory, given: Tensor, own: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """For the loss: log p of T and of all tokens together, at places for the right length; `given` begins with <BOS>."""
        lengths = (given > EOS).sum(1)  # shorter answers of a batch have their <EOS> given, too
        ends, goes_on = (each[:, : given.shape[1]] for each in hazard(self.lengths(memory)))
        return self._joined(memory, lengths, ends, goes_on)


def hazard(length: Tensor) -> tuple[Tensor, Tensor]:
    """From log p(T) (N, L) to what is asked place by place: log p(T = t | T ≥ t), and log p(T > t | T ≥ t), each (N, L)."""
    at_least = length.flip(1).logcumsumexp(1).flip(1)  # log p(T ≥ t)
    more = F.pad(at_least[:, 1:], (0, 1), value=-torch.inf)
    return length - at_least, more - at_least
