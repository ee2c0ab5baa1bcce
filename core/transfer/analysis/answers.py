"""What a network of a run answers: its probabilities on the target, and which classes it takes for which."""

import numpy as np
import torch
from torch import Tensor

from core import loop, nets
from core.record import Record
from core.transfer import domains, pictures
from core.transfer.analysis.comparison import Network, run_of


def on_target(record: Record, network: Network) -> np.ndarray:
    """Probabilities (N, classes) on the target's test part. Raises RunError when the network has been deleted."""
    return _probabilities(record, network, domains.tested(record.settings).target.test_x)


def on_target_training(record: Record, network: Network) -> np.ndarray:
    """Probabilities (N, classes) on the target's training part, as the run had it."""
    return _probabilities(record, network, domains.pair(record.settings).target.train_x)


def on_source(record: Record, network: Network) -> np.ndarray:
    """Counts (classes, classes) on the source's test part, rows true."""
    source = domains.domains(record.settings.target).source
    return _counts(source.test_y, _probabilities(record, network, source.test_x))


def confusion(record: Record, network: Network) -> np.ndarray:
    """Counts (classes, classes) on the target's test part, rows true: as a run stored it, or counted now."""
    stored = pictures.CONFUSION.all(run_of(record, network).events) if network[1] == "model" else []
    if stored:
        return np.array(stored[-1].array)
    return _counts(domains.tested(record.settings).target.test_y, on_target(record, network))


def gained_most(record: Record, before: Network, after: Network) -> tuple[int, int]:
    """The target test picture that the second network answers best in comparison: its class and its number, from 1."""
    labels = domains.tested(record.settings).target.test_y.numpy()
    return most_gained(on_target(record, before), on_target(record, after), labels)


def most_gained(before: np.ndarray, after: np.ndarray, labels: np.ndarray) -> tuple[int, int]:
    """The class, and the number among its pictures from 1, whose right answer gained most. before, after: (N, classes)."""
    each = np.arange(len(labels))
    index = int((after[each, labels] - before[each, labels]).argmax())
    label = int(labels[index])
    return label, int((labels[:index] == label).sum()) + 1


def _probabilities(record: Record, network: Network, x: Tensor) -> np.ndarray:
    return nets.predict(run_of(record, network).net(network[1]), x).softmax(1).numpy().copy()


def _counts(y: Tensor, said: np.ndarray) -> np.ndarray:
    return loop.confusion(y, torch.from_numpy(said).argmax(1), said.shape[1])
