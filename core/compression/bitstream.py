"""Deep Compression's third step for real: a network as a stream of bytes, and back (Han, Mao, Dally 2016, section 4).

Layout, little endian: "LDC1" · length and JSON of the description · for every layer with weights: index bits (u8),
entries of the codebook (u16), entries of the sparse list (u32), the codebook (float16), the lengths of the code words
for places in the codebook and for gaps (u8 each) · BatchNorm's scale and shift and the head's bias (float16) ·
Huffman's bits of all layers, first all places of a layer, then all its gaps. Nothing else is needed to classify.
"""

import json
import math
import struct

import numpy as np
import torch

from core.compression.huffman import code_lengths, from_bytes, read_bits, to_bytes, write_bits
from core.compression.models import weighted
from core.compression.prune import from_gaps, gaps
from core.nets import DigitNet, build

MAGIC = b"LDC1"
LARGEST_CODEBOOK = 256


@torch.no_grad()
def settle(net: DigitNet) -> DigitNet:
    """Brings every number to what the stream can hold; changes and returns `net`, in evaluation mode.

    BatchNorm folds into one scale γ/σ and one shift β − μγ/σ per channel; they, the head's bias and the shared weights
    are rounded to float16. Weights keep their zeros.
    """
    for unit in net.units():
        norm = unit.norm
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        norm.bias.copy_((norm.bias - norm.running_mean * scale).half())
        norm.weight.copy_(scale.half())
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
    for layer in weighted(net):
        layer.weight.copy_(layer.weight.half())
    net.head.bias.copy_(net.head.bias.half())
    return net.eval()


def encode(net: DigitNet, index_bits: int = 5) -> bytes:
    """The network as bytes. It must be settled, each layer with at most 256 different weights; ValueError otherwise."""
    arch = json.dumps(net.arch, separators=(",", ":")).encode()
    stream, bits = [MAGIC, struct.pack("<H", len(arch)), arch], []
    for layer in weighted(net):
        codebook, places, steps = _symbols(layer.weight.detach().numpy(), index_bits)
        tables = [
            code_lengths(np.bincount(places, minlength=len(codebook)).tolist()),
            code_lengths(np.bincount(steps, minlength=2**index_bits).tolist()),
        ]
        stream += [struct.pack("<BHI", index_bits, len(codebook), len(places)), codebook.tobytes(), *map(bytes, tables)]
        bits += [write_bits(places.tolist(), tables[0]), write_bits(steps.tolist(), tables[1])]
    for unit in net.units():
        stream += [_half(unit.norm.weight), _half(unit.norm.bias)]
    return b"".join([*stream, _half(net.head.bias), to_bytes("".join(bits))])


@torch.no_grad()
def decode(stream: bytes) -> DigitNet:
    """The network that `encode` was given, every weight the same. Raises ValueError on foreign or damaged bytes."""
    if stream[:4] != MAGIC:
        raise ValueError("These bytes are not a compressed network.")
    try:
        return _decode(stream)
    except (struct.error, KeyError, TypeError, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"The compressed network is damaged ({error}).") from error


def _decode(stream: bytes) -> DigitNet:
    (size,) = struct.unpack_from("<H", stream, 4)
    net, at, layers = build(json.loads(stream[6 : 6 + size])).eval(), 6 + size, []
    for layer in weighted(net):
        index_bits, k, entries = struct.unpack_from("<BHI", stream, at)
        codebook = np.frombuffer(stream, np.float16, k, at + 7).astype(np.float32)
        tables = at + 7 + 2 * k
        at = tables + k + 2**index_bits
        layers.append((layer, codebook, entries, list(stream[tables : tables + k]), list(stream[tables + k : at])))
    halves = [tensor for unit in net.units() for tensor in (unit.norm.weight, unit.norm.bias)] + [net.head.bias]
    for tensor in halves:
        tensor.copy_(torch.from_numpy(np.frombuffer(stream, np.float16, tensor.numel(), at).astype(np.float32)))
        at += 2 * tensor.numel()
    for unit in net.units():
        unit.norm.running_mean.zero_()
        unit.norm.running_var.fill_(1 - unit.norm.eps)
    bits, position = from_bytes(stream[at:]), 0
    for layer, codebook, entries, place_lengths, step_lengths in layers:
        places, position = read_bits(bits, position, entries, place_lengths)
        steps, position = read_bits(bits, position, entries, step_lengths)
        values = codebook[np.array(places, dtype=np.int64)]
        flat = from_gaps(np.array(steps, dtype=np.int64), values, layer.weight.numel())
        layer.weight.copy_(torch.from_numpy(flat).view_as(layer.weight))
    return net


def symbol_counts(net: DigitNet, index_bits: int = 5) -> list[dict[str, list]]:
    """For every layer its codebook, and how often each place in it and each gap occurs: what Huffman's code sees."""
    rows = []
    for layer in weighted(net):
        codebook, places, steps = _symbols(layer.weight.detach().numpy(), index_bits)
        rows.append(
            {
                "codebook": codebook.astype(float).tolist(),
                "weights": np.bincount(places, minlength=len(codebook)).tolist(),
                "gaps": np.bincount(steps, minlength=2**index_bits).tolist(),
            }
        )
    return rows


def shared_bytes(net: DigitNet, index_bits: int = 5) -> int:
    """Bytes with codes and gaps of fixed length, before Huffman; codebooks, BatchNorm and bias count as float16."""
    total = 2 * (2 * sum(unit.norm.num_features for unit in net.units()) + net.head.bias.numel())
    for layer in weighted(net):
        codebook, places, _ = _symbols(layer.weight.detach().numpy(), index_bits)
        bits = max(1, math.ceil(math.log2(max(2, len(codebook)))))
        total += math.ceil(len(places) * (bits + index_bits) / 8) + 2 * len(codebook)
    return total


def compression_rate(parameters: int, stream_bytes: int) -> float:
    """How many times smaller than float32: 4 bytes per parameter over the bytes of the stream."""
    return 4 * parameters / stream_bytes


def _symbols(weights: np.ndarray, index_bits: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    steps, values = gaps(weights.flatten(), index_bits)
    codebook, places = np.unique(values, return_inverse=True)
    if len(codebook) > LARGEST_CODEBOOK or not np.array_equal(codebook.astype(np.float16), codebook):
        raise ValueError("Before it is coded a network must share its weights and be settled to float16.")
    return codebook.astype(np.float16), places.reshape(-1), steps


def _half(tensor: torch.Tensor) -> bytes:
    halves = tensor.detach().half()
    if not torch.equal(halves.float(), tensor.detach()):
        raise ValueError("Before it is coded a network must be settled to float16.")
    return halves.numpy().tobytes()
