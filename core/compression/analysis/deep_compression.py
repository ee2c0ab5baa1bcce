"""Deep Compression: the bytes after each step, and the code of each shared value."""

from dataclasses import dataclass

from core.compression.huffman import code_lengths
from core.record import Record


def steps(record: Record) -> dict[str, int]:
    """Bytes after each step, by the step's name; empty for a run of any other method."""
    return dict(record.summary.get("steps", []))


@dataclass(frozen=True)
class Code:
    """A layer's shared values, ascending, how often each occurs in the stream, and the bits of its code word."""

    values: list[float]
    occurrences: list[int]
    lengths: list[int]


def code(record: Record, layer: int) -> Code:
    """Of a run of Deep Compression."""
    symbols = record.summary["symbols"][layer]
    columns = zip(symbols["codebook"], symbols["weights"], code_lengths(symbols["weights"]))
    return Code(*map(list, zip(*sorted(columns))))
