"""Cached numbers behind the views of the compression page: computed once per network, shared by all visitors."""

from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.runs import RunError
from pages.parts.shown import Shown
from pages.parts.words import _

once = st.cache_data(max_entries=64, show_spinner="Measuring this network once …")


@st.cache_resource(max_entries=32, show_spinner=False)
def net(run_id: str, model: str) -> Any:
    """A network in evaluation mode, shared by all visitors: never written into."""
    return runs.load(run_id).net(model)


@st.cache_data(max_entries=64, show_spinner=False)
def _logits(run_id: str, model: str) -> np.ndarray:
    from core.data import digits
    from core.nets import predict

    return predict(net(run_id, model), digits.load().test_x).numpy()


def _as_tensor(values: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(values)


def soft_target(run_id: str, model: str, index: int, T: float) -> tuple[list[float], float]:
    """Probabilities of a test digit's classes at temperature T, and their entropy in bits."""
    from core.compression.distill import entropy, softmax_with_temperature

    soft = softmax_with_temperature(_as_tensor(_logits(run_id, model)[index]), T)
    return soft.tolist(), entropy(soft).item()


@once
def gradient_norms(teacher: tuple[str, str], student: tuple[str, str] | None = None) -> dict[str, list[float]] | None:
    """Norm of the soft loss's gradient against T on the test digits; None when the run has no student yet."""
    from core.compression.distill import gradient_norms as norms

    if student is None:
        return None
    return norms(_as_tensor(_logits(*student)), _as_tensor(_logits(*teacher)))


def curve(run_id: str, model: str, name: str) -> list[dict[str, Any]]:
    """A curve of `core.compression.formulas.curves`: what the shipped run carries, or measured now and kept."""
    carried = runs.load(run_id).about.summary.get("curves", {}).get(model, {})
    return carried[name] if name in carried else _measured(run_id, model, name)


@once
def _measured(run_id: str, model: str, name: str) -> list[dict[str, Any]]:
    from core.compression.formulas import curve as measure

    return measure(net(run_id, model), name)


def unit_names(run_id: str, model: str) -> list[str]:
    return layer_names(run_id, model)[:-1]


def layer_names(run_id: str, model: str) -> list[str]:
    from core.compression.models import weight_names

    return weight_names(net(run_id, model))


def gammas(run_id: str, model: str, relative: bool) -> np.ndarray:
    """|γ| of all channels and neurons; relative: as a share of the largest of its layer."""
    from core.compression.slimming import gammas as of

    scales = [scale.numpy() for scale in of(net(run_id, model))]
    return np.concatenate([scale / scale.max() if relative else scale for scale in scales])


def gamma_threshold(run_id: str, model: str, ratio: int, relative: bool) -> float:
    """Where the histogram of γ is cut at this ratio."""
    return float(np.quantile(gammas(run_id, model, relative), ratio / 100))


def rounded_layer(run_id: str, model: str, layer: str, bits: int, scheme: str) -> tuple[np.ndarray, np.ndarray]:
    """The weights of one layer, and the different values that rounding leaves."""
    from core.compression.models import weighted
    from core.compression.quantize import SCHEMES, round_weights

    w = weighted(net(run_id, model))[layer_names(run_id, model).index(layer)].weight.detach()
    rounded = round_weights(w, bits, *SCHEMES[scheme])
    return w.flatten().numpy(), np.unique(rounded.numpy())


@st.cache_data(max_entries=64, ttl=600, show_spinner="Measuring …")
def sparse_latency(run_id: str, model: str, sparsity: int) -> dict[str, list[str]]:
    """Milliseconds of the largest dense layer and of the network, full and with zeros."""
    from core.compression.formulas import pruning_latency

    rows = pruning_latency(net(run_id, model), sparsity)
    return {_("What, batch of 64"): list(rows), _("Median"): [f"{ms:.3f} ms" for ms in rows.values()]}


@st.cache_data(max_entries=64, ttl=600, show_spinner="Measuring …")
def architectures(channels: int, kernel: int) -> list[dict[str, Any]]:
    """Standard against depthwise-separable: parameters, multiply–adds, latency."""
    from core.compression.formulas import redesign_report

    return redesign_report(channels, kernel)


@st.cache_data(max_entries=64, ttl=600, show_spinner="Measuring …")
def int8_latency(run_id: str, model: str) -> list[dict[str, Any]]:
    """float32 against every eight-bit engine of this machine. Raises RunError with a sentence when there is none."""
    from core.compression.formulas import int8_report
    from core.compression.int8 import Int8Missing

    try:
        return int8_report(net(run_id, model))
    except Int8Missing as error:
        raise RunError(str(error)) from error


def deep_steps(current: Shown) -> dict[str, int]:
    """Bytes after each step of a Deep Compression run, by the step's name; empty for any other run."""
    return dict(current.summary.get("steps", []))


def code_table(current: Shown, layer: str) -> tuple[list[float], list[int], list[int]]:
    """A layer's codebook, how often each value occurs, and the length of its code word in bits."""
    from core.compression.huffman import code_lengths

    names = layer_names(current.id, "model")
    symbols = current.summary["symbols"][names.index(layer)]
    return symbols["codebook"], symbols["weights"], code_lengths(symbols["weights"])


def tried() -> list[runs.About]:
    """Every stored run of the lab that holds a network."""
    return [about for about in runs.listing("compression")[0] if about.models and "accuracy" in about.summary]


@st.cache_data(max_entries=8, ttl=600, show_spinner="Measuring every network in turn …")
def latencies(run_ids: tuple[str, ...], batch: int) -> dict[str, float]:
    """Median milliseconds of the networks on a batch of test digits; they take turns."""
    from core.compression.formulas import latency
    from core.data import digits

    return latency({run_id: net(run_id, "model") for run_id in run_ids}, digits.load().test_x[:batch])
