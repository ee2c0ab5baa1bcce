"""Real bytes in int8, and formulas that functions keep."""

import inspect
import math

import pytest
import torch

from core.compression import (
    bitstream,
    distill,
    exits,
    factor,
    formulas,
    huffman,
    int8,
    lottery,
    models,
    quantize,
    slimmable,
    slimming,
)
from core.data import digits
from core.nets import predict


def test_int8_really_stores_bytes_and_answers_nearly_the_same(small_teacher):
    before, data = torch.backends.quantized.engine, digits.load()
    eight = int8.to_int8(small_teacher)
    assert torch.backends.quantized.engine == before
    kinds = {m.weight().dtype for m in eight.module.modules() if callable(getattr(m, "weight", None))}
    assert kinds == {torch.qint8}
    same = (eight(data.test_x[:500]).argmax(1) == predict(small_teacher, data.test_x[:500]).argmax(1)).float().mean()
    assert same > 0.97
    assert torch.backends.quantized.engine == before


@pytest.mark.parametrize("engine", int8.engines())
def test_int8_counts_the_scales_that_the_engine_has(engine, small_teacher):
    """From what the stored layers hold: one scale per output channel, or (qnnpack) one per layer."""
    eight, layers = int8.to_int8(small_teacher, engine, digits.load().train_x[:16]), models.weighted(small_teacher)
    outputs = [len(layer.weight) for layer in layers]
    scales = {"per channel": outputs, "per layer": [1] * len(layers)}[eight.scales]
    assert eight.scales == ("per layer" if engine == "qnnpack" else "per channel")
    assert eight.bytes == sum(layer.weight.numel() for layer in layers) + 4 * sum(outputs) + 4 * sum(scales) + 8 * (
        len(layers) + 1
    )
    held = [module.weight() for module in eight.module.modules() if callable(getattr(module, "weight", None))]
    each = [len(w.q_per_channel_scales()) if "channel" in str(w.qscheme()) else 1 for w in held]
    assert each == scales and len(held) == len(layers)


def test_a_missing_engine_is_one_sentence(small_teacher):
    with pytest.raises(int8.Int8Missing, match="eight-bit"):
        int8.to_int8(small_teacher, "abacus")


def silent(shape):
    """A network that gives every class the same."""
    torch.nn.init.zeros_(shape.net.head.weight)
    torch.nn.init.zeros_(shape.net.head.bias)
    return shape.eval()


V, Z, Y = torch.tensor([[2.0, 0.0, -1.0]]), torch.tensor([[1.0, 1.0, 0.0]]), torch.tensor([0])
ORACLES = {
    distill.softmax_with_temperature: lambda f: (f(V, 2.0)[0, 0].item(), math.e / (math.e + 1 + math.exp(-0.5))),
    distill.distillation_loss: lambda f: (f(Z, Z, Y, 3.0, 0.5, 2.0).item(), 2 * -math.log(math.e / (2 * math.e + 1))),
    distill.logit_matching_gradient: lambda f: (f(V, Z)[0, 0].item(), ((2 - 1 / 3) - (1 - 2 / 3)) / 3),
    distill.prior_correction: lambda f: (f(torch.zeros(2, 4), 1), math.log(1 / 9) - math.log(0.25 / 0.75)),
    slimming.sparsity_penalty: lambda f: (f(models.student(2), 0.5).item(), 0.5 * (2 + 4 + 8)),
    models.separable_cost_ratio: lambda f: (f(32, 3), (9 * 16 * 196 + 16 * 32 * 196) / (9 * 16 * 32 * 196)),
    quantize.uniform: lambda f: (f(torch.tensor([[0.3, -1.5]]), 3)[0][0, 0].item(), 0.5),
    quantize.kmeans_objective: lambda f: (f(torch.tensor([1.0, 2.0, 5.0]), torch.tensor([1.0, 4.0])).item(), 0 + 1 + 1),
    huffman.average_length: lambda f: (f([1, 1, 2]), 0.25 * 2 + 0.25 * 2 + 0.5),
    bitstream.compression_rate: lambda f: (f(1000, 100), 40),
    lottery.round_share: lambda f: (f(75, 2), 50),
    exits.joint_loss: lambda f: (f([Z, Z], Y, 2.0).item(), 3 * -math.log(math.e / (2 * math.e + 1))),
    exits.mean_macs: lambda f: (f(torch.tensor([0, 0, 0, 1]), [10, 50]), 20),
    factor.truncated: lambda f: (f(torch.tensor([[3.0, 0.0], [0.0, 2.0], [0.0, 0.0]]), 1).norm().item(), 3),
    factor.factored_cost: lambda f: (f(256, 576, 35), 35 * 832),
    slimmable.loss_of_widths: lambda f: (
        f(silent(slimmable.Switchable((4,))), torch.rand(1, 1, 28, 28), Y).item(),
        4 * math.log(10),
    ),
    lottery.signs_only: lambda f: (f(torch.tensor([3.0, -1.0]))[1].item(), -2),
}


@pytest.mark.parametrize("formula", formulas.THEORY, ids=lambda formula: formula.title)
def test_each_formula_and_its_function_agree(formula):
    value, expected = ORACLES[formula.function](formula.function)
    assert value == pytest.approx(expected, rel=1e-5)
    assert inspect.getsource(formula.function).startswith("def ") and formula.latex.strip()
