"""Huffman's code: frequent symbols get short words (Huffman 1952). Canonical, so that the lengths alone restore it."""

import heapq
from collections.abc import Sequence

import numpy as np


def code_lengths(counts: Sequence[int]) -> list[int]:
    """Length in bits of each symbol's code word, 0 for a symbol that never occurs. counts: how often each occurs.

    The two rarest groups are joined again and again; every join makes the words of both one bit longer. An alphabet of
    one symbol gets one bit, so that something is written.
    """
    lengths = [0] * len(counts)
    groups = [(count, symbol, [symbol]) for symbol, count in enumerate(counts) if count > 0]
    if len(groups) == 1:
        lengths[groups[0][1]] = 1
    heapq.heapify(groups)
    while len(groups) > 1:
        rare, least, some = heapq.heappop(groups)
        next_rare, _, others = heapq.heappop(groups)
        for symbol in some + others:
            lengths[symbol] += 1
        heapq.heappush(groups, (rare + next_rare, least, some + others))
    return lengths


def code_words(lengths: Sequence[int]) -> dict[int, str]:
    """The canonical code: symbol → word of "0" and "1", counted upwards in the order of length, then symbol."""
    words, value, before = {}, 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths) if length):
        value <<= length - before
        words[symbol] = format(value, f"0{length}b")
        value, before = value + 1, length
    return words


def average_length(counts: Sequence[int]) -> float:
    """Mean bits per symbol, Σ_i p_i · l_i: at least the entropy, and less than one bit more."""
    return sum(c * length for c, length in zip(counts, code_lengths(counts), strict=True)) / sum(counts)


def entropy_bits(counts: Sequence[int]) -> float:
    """H = −Σ_i p_i log₂ p_i: the bits per symbol that no code can beat."""
    p = np.array([c for c in counts if c], dtype=float)
    p /= p.sum()
    return float(-(p * np.log2(p)).sum())


def write_bits(symbols: Sequence[int], lengths: Sequence[int]) -> str:
    """The symbols' words one after the other. Raises KeyError for a symbol without a word."""
    words = code_words(lengths)
    return "".join([words[symbol] for symbol in symbols])


def read_bits(bits: str, start: int, n: int, lengths: Sequence[int]) -> tuple[list[int], int]:
    """The first n symbols from position `start`, and the position after them. Raises ValueError when bits run out."""
    symbols_of = {word: symbol for symbol, word in code_words(lengths).items()}
    longest = max(lengths, default=0)
    symbols = []
    for _ in range(n):
        end = start + 1
        while (symbol := symbols_of.get(bits[start:end])) is None:
            end += 1
            if end > len(bits) or end - start > longest:
                raise ValueError("The bit stream ends, or is damaged, in the middle of a code word.")
        symbols.append(symbol)
        start = end
    return symbols, start


def to_bytes(bits: str) -> bytes:
    """A text of "0" and "1" as bytes, the last one filled up with zeros."""
    return np.packbits(np.frombuffer(bits.encode(), dtype=np.uint8) - ord("0")).tobytes()


def from_bytes(data: bytes) -> str:
    """The inverse of `to_bytes`, its filling included."""
    return (np.unpackbits(np.frombuffer(data, dtype=np.uint8)) + ord("0")).tobytes().decode()
