"""What the encoder leaves for the decoder, and the state that a decoder carries from token to token."""

from dataclasses import dataclass

from torch import Tensor

State = tuple[Tensor, ...]  # each (N, ...): rows may be chosen, repeated and reordered, as beam search does


@dataclass(frozen=True)
class Memory:
    """What the encoder leaves: states (N, S, D), keys (N, S, A) for attention, vector (N, D'), mask (N, S), true at tokens.

    copies: (N, S), what each input token would be in an answer, for a decoder that can copy; else None.
    """

    states: Tensor
    keys: Tensor
    vector: Tensor
    mask: Tensor
    copies: Tensor | None = None

    def at(self, rows: Tensor) -> "Memory":
        """The memory of these rows, in this order; a row may come twice."""
        copies = None if self.copies is None else self.copies[rows]
        return Memory(self.states[rows], self.keys[rows], self.vector[rows], self.mask[rows], copies)
