"""Huffman's code: undone exactly, as short as theory says, prefix-free, and the stream of a whole network."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.compression import huffman

alphabets = st.lists(st.integers(0, 60), min_size=1, max_size=40).filter(any)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=300))
def test_round_trip(symbols):
    lengths = huffman.code_lengths([symbols.count(s) for s in range(31)])
    bits = huffman.from_bytes(huffman.to_bytes("110" + huffman.write_bits(symbols, lengths)))
    assert huffman.read_bits(bits, 3, len(symbols), lengths) == (symbols, 3 + sum(lengths[s] for s in symbols))


@given(alphabets)
def test_no_word_begins_another_and_none_is_wasted(counts):
    lengths = huffman.code_lengths(counts)
    words = huffman.code_words(lengths)
    assert [bool(length) for length in lengths] == [count > 0 for count in counts]
    assert all(not b.startswith(a) for a, b in itertools.permutations(words.values(), 2))
    if len(words) > 1:
        assert sum(2.0 ** -len(word) for word in words.values()) == 1  # Kraft's inequality, tight


@given(alphabets.filter(lambda counts: sum(c > 0 for c in counts) > 1))
def test_the_average_lies_within_one_bit_of_the_entropy(counts):
    entropy = huffman.entropy_bits(counts)
    assert entropy - 1e-9 <= huffman.average_length(counts) < entropy + 1


def test_equal_powers_of_two_reach_the_entropy():
    counts = [8, 4, 2, 1, 1]
    assert huffman.code_lengths(counts) == [1, 2, 3, 4, 4]
    assert huffman.average_length(counts) == huffman.entropy_bits(counts) == 1.875


def test_damaged_bits_are_refused():
    lengths = huffman.code_lengths([5, 3, 1])
    with pytest.raises(ValueError, match="damaged"):
        huffman.read_bits("1", 0, 1, lengths)
    with pytest.raises(KeyError):
        huffman.write_bits([1], huffman.code_lengths([4, 0]))
