"""The stage of low-rank factors: the singular values of each layer. Without PyTorch, as a first picture wants it."""

from dataclasses import dataclass

import numpy as np

from core.compression import pictures
from core.record import Record


@dataclass(frozen=True)
class Spectrum:
    """The singular values of a layer, descending, as shares of the largest one before: as they were, and now without those that
    are gone. rank: None where the layer is whole."""

    name: str
    before: np.ndarray
    now: np.ndarray
    rank: int | None


def spectra(record: Record) -> list[Spectrum]:
    """Of all layers, as measured first and last."""
    found = record.pictures(pictures.SPECTRUM)
    first, last = (np.array(found[i].array, np.float64) for i in (0, -1))
    layers = zip(record.facts["layers"], first, last, record.facts["ranks"], strict=True)
    return [_spectrum(name, before, now, rank or None) for name, before, now, rank in layers]


def _spectrum(name: str, before: np.ndarray, now: np.ndarray, rank: int | None) -> Spectrum:
    known = np.isfinite(before)
    top = before[known].max()
    return Spectrum(name, before[known] / top, now[known][:rank] / top, rank)
