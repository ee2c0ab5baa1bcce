"""Accuracy against how much is taken away, without fine-tuning: what sliders move over."""

from contextlib import suppress
from typing import Any

from torch import nn

from core.compression import prune, quantize, slimming
from core.nets import DigitNet
from core.record import Record

RATIOS = tuple(range(0, 96, 2))  # in percent; a slider moves over them, so each is measured beforehand
CURVES = ("ratio/relative", "ratio/absolute", "sparsity/global", "sparsity/layer", "bits")


def measured(net: DigitNet, name: str) -> list[dict[str, Any]]:
    """One of CURVES for a network, a row for each place of the slider; takes a second or two.

    name: ratio/… (channels removed, |γ| compared within its layer or itself), sparsity/… (weights removed, by one
    threshold or layer by layer), or bits. Raises ValueError for the ratios of a network that cannot be slimmed.
    """
    match name.split("/"):
        case "ratio", how:
            return slimming.ratio_curve(net, RATIOS, relative=how == "relative")
        case "sparsity", scope:
            return prune.sparsity_curve(net, scope=scope)
        case _:
            return quantize.bits_curve(net)


def curves_of(net: nn.Module) -> dict[str, list[dict[str, Any]]]:
    """All of CURVES that a network has: one without BatchNorm, or a separable one, has no ratios."""
    found = {}
    for name in CURVES:
        with suppress(ValueError):
            found[name] = measured(net, name)
    return found


def curve(record: Record, model: str, name: str) -> list[dict[str, Any]]:
    """One of CURVES for a network of a run: what a shipped run carries, or `measured` now."""
    carried = record.summary.get("curves", {}).get(model, {})
    return carried[name] if name in carried else measured(record.run.net(model), name)
