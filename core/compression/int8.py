"""Real eight-bit inference: weights and activations are bytes, and the processor multiplies bytes.

Not "fake" rounding: the network runs on PyTorch's quantised kernels, through `torch.ao.quantization` (deprecated, but
in torch 2.13 the only road that needs no compiler on the visitor's machine). Jacob et al. 2018, section 2.
"""

import contextlib
import copy
import warnings
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.data import digits
from core.nets import DigitNet

ENGINES = ("onednn", "x86", "fbgemm", "qnnpack")


class Int8Missing(RuntimeError):
    """This PyTorch cannot run eight-bit networks; the message is one sentence for people."""


@dataclass(frozen=True)
class Int8:
    """A network on eight-bit kernels. Call it like a network: images (N, 1, 28, 28) to logits (N, 10).

    scales: “per channel” when each output channel's weights have a scale of their own, “per layer” when a layer has one.
    """

    module: nn.Module
    engine: str
    bytes: int
    scales: str

    def __call__(self, x: Tensor) -> Tensor:
        with using(self.engine), torch.inference_mode():
            return self.module(x)


def engines() -> list[str]:
    """The kernels this PyTorch has for this processor, the usually fastest for small convolutions first."""
    return [engine for engine in ENGINES if engine in torch.backends.quantized.supported_engines]


@contextlib.contextmanager
def using(engine: str):
    """Within, PyTorch's quantised kernels are those of `engine`; then again what they were."""
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = engine
    try:
        yield
    finally:
        torch.backends.quantized.engine = before


def to_int8(net: DigitNet, engine: str | None = None, calibration: Tensor | None = None) -> Int8:
    """`net` on eight-bit kernels. Activations have one scale per layer; weights what the engine's default gives them: one per
    output channel (onednn, x86, fbgemm), or one per layer (qnnpack).

    calibration: images (N, 1, 28, 28) that show how large activations get (by default 256 training digits).
    Raises Int8Missing when this PyTorch cannot do it.
    """
    engine = engine or next(iter(engines()), "")
    x = digits.load().train_x[:256] if calibration is None else calibration
    try:
        with warnings.catch_warnings(), using(engine):
            warnings.simplefilter("ignore")  # "deprecated": known, see above
            from torch.ao.quantization import get_default_qconfig_mapping
            from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

            plain = copy.deepcopy(net).to(memory_format=torch.contiguous_format).eval()
            observed = prepare_fx(plain, get_default_qconfig_mapping(engine), x[:1])
            with torch.no_grad():
                observed(x)
            module = convert_fx(observed)
            return Int8(module, engine, *stored(module))
    except (ImportError, AttributeError, RuntimeError, NotImplementedError) as error:
        raise Int8Missing(f"PyTorch {torch.__version__} has no eight-bit kernels that run here: {error}") from error


def stored(module: nn.Module) -> tuple[int, str]:
    """(bytes, “per channel” or “per layer”) of a converted network, counted on its own layers.

    One byte per weight; each scale of weights and each bias (BatchNorm folded in) as float32; for the activations of each
    layer, and for the input, a scale and a zero point (8 bytes).
    """
    total, scales = 8, "per layer"
    for layer in module.modules():
        if callable(getattr(layer, "weight", None)):
            weight, bias, own = layer.weight(), layer.bias(), 1
            if weight.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric):
                own, scales = len(weight.q_per_channel_scales()), "per channel"
            total += weight.numel() + 4 * own + (0 if bias is None else 4 * len(bias)) + 8
    return total, scales
