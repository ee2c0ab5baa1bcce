"""Bytes after each step, and the code of each shared value."""

from dataclasses import replace

from core.compression.analysis import deep_compression
from core.compression.huffman import code_lengths
from tests.core.compression.analysis.conftest import shipped

RUN = shipped("deep-compression")


def test_bytes_after_each_step():
    found = deep_compression.steps(RUN)
    assert list(found) == ["float32", "pruned", "shared", "Huffman"] and found["Huffman"] == RUN.summary["bytes"]
    assert deep_compression.steps(shipped("two-bits")) == {}


def test_a_code_is_sorted_by_its_values():
    symbols = [{"codebook": [0.5, -0.5, 0.0], "weights": [1, 2, 5]}]
    about = replace(RUN.run.about, summary={"symbols": symbols})
    code = deep_compression.code(replace(RUN, run=replace(RUN.run, about=about)), 0)
    assert (code.values, code.occurrences, code.lengths) == ([-0.5, 0.0, 0.5], [2, 5, 1], [2, 1, 2])


def test_shared_values_ascend_with_their_own_counts_and_words():
    symbols, code = RUN.summary["symbols"][2], deep_compression.code(RUN, 2)
    assert code.values == sorted(symbols["codebook"])
    rows = zip(symbols["codebook"], symbols["weights"], code_lengths(symbols["weights"]))
    assert set(zip(code.values, code.occurrences, code.lengths)) == set(rows)
