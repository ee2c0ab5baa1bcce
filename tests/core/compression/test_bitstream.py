"""A network as bytes and back: bit by bit the same, counted honestly, refused when damaged."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression import bitstream, prune, quantize
from core.compression.models import weighted
from core.data import digits
from core.nets import DigitNet, count, predict


def compressed(net, sparsity=80, bits=4):
    """Pruned, shared and settled: ready to be coded."""
    net = prune.pruned(net, sparsity)
    for layer in weighted(net):
        layer.weight.data = quantize.share_survivors(layer.weight.data, 2**bits).weights()
    return bitstream.settle(net)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from([0, 50, 90, 99, 100]), st.integers(2, 8), st.integers(2, 8), st.integers(0, 99))
def test_a_network_comes_back_bit_by_bit(sparsity, bits, index_bits, seed):
    torch.manual_seed(seed)
    net = compressed(DigitNet((3, 4), (6,), separable=bool(seed % 2)), sparsity, bits)
    stream = bitstream.encode(net, index_bits)
    back = bitstream.decode(stream)
    assert back.arch == net.arch
    for name, tensor in net.state_dict().items():
        if "num_batches" not in name:
            assert torch.equal(back.state_dict()[name], tensor), name
    assert bitstream.encode(back, index_bits) == stream


def test_the_decoded_network_answers_the_same(small_teacher):
    net, data = compressed(small_teacher), digits.load()
    back = bitstream.decode(bitstream.encode(net))
    # the weights are the same to the last bit (above); on some processors their place in memory changes the order of the sums
    torch.testing.assert_close(predict(back, data.test_x[:200]), predict(net, data.test_x[:200]), rtol=1e-5, atol=1e-5)


def test_settling_changes_next_to_nothing(small_teacher):
    data = digits.load()
    settled = bitstream.settle(copy.deepcopy(small_teacher))
    assert torch.allclose(predict(settled, data.test_x[:50]), predict(small_teacher, data.test_x[:50]), atol=0.05)


def test_every_step_makes_it_smaller(small_teacher):
    pruned = prune.pruned(small_teacher, 80)
    net = compressed(small_teacher)
    sizes = [
        4 * count(small_teacher),
        prune.relative_index_bytes(pruned),
        bitstream.shared_bytes(net),
        len(bitstream.encode(net)),
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert bitstream.compression_rate(count(small_teacher), sizes[-1]) == sizes[0] / sizes[-1]


def test_the_stream_is_as_long_as_its_parts(small_teacher):
    """Header, codebooks, tables, BatchNorm, bias and Huffman's words, counted from the symbols alone."""
    from core.compression.huffman import code_lengths

    net = compressed(small_teacher)
    bits, total = 0, 6 + len(str(net.arch).replace(" ", "").replace("False", "false"))
    for row in bitstream.symbol_counts(net):
        total += 7 + 2 * len(row["codebook"]) + len(row["codebook"]) + 32
        bits += sum(
            c * n for counts in (row["weights"], row["gaps"]) for c, n in zip(counts, code_lengths(counts), strict=True)
        )
    halves = 2 * sum(u.norm.num_features for u in net.units()) + 10
    assert len(bitstream.encode(net)) == total + 2 * halves + -(-bits // 8)


def test_what_is_not_ready_is_refused(small_teacher):
    with pytest.raises(ValueError, match="settled"):
        bitstream.encode(small_teacher)


def test_foreign_and_damaged_bytes_are_refused(small_teacher):
    stream = bitstream.encode(compressed(small_teacher))
    with pytest.raises(ValueError, match="not a compressed"):
        bitstream.decode(b"PK" + stream)
    for cut in (10, 60, len(stream) // 2, len(stream) - 20):
        with pytest.raises(ValueError):
            bitstream.decode(stream[:cut])
