"""What the accuracy matrix says. A[i, j] is the accuracy on task j, in percent, after task i was learned."""

import numpy as np


def average_accuracy(matrix: np.ndarray) -> float:
    """1/T Σ_j A[T, j]: the mean over all tasks at the end (Lopez-Paz 2017, section 2). matrix: (T, T)."""
    return float(matrix[-1].mean())


def forgetting(matrix: np.ndarray) -> float:
    """1/(T−1) Σ_{j<T} (max_{l<T} A[l, j] − A[T, j]): from the best it ever was (Chaudhry 2018, section 3), in points.

    Some measure from A[j, j] instead; that is `backward_transfer` with its sign turned. Only rows from j on count:
    before task j was learned there was nothing of it to forget, and its column may be NaN. The same during a run: rows of
    the tasks that have ended, then one of the accuracies now. A network that never learned anything forgets nothing.
    """
    last = len(matrix) - 1
    return float(np.mean([matrix[j:last, j].max() - matrix[last, j] for j in range(last)]))


def backward_transfer(matrix: np.ndarray) -> float:
    """1/(T−1) Σ_{j<T} (A[T, j] − A[j, j]), in points (Lopez-Paz 2017, section 2)."""
    return float((matrix[-1] - np.diag(matrix))[:-1].mean())


def forward_transfer(matrix: np.ndarray, untrained: np.ndarray) -> float:
    """1/(T−1) Σ_{j>1} (A[j−1, j] − b_j), with b the accuracies before training, in points (Lopez-Paz 2017, section 2)."""
    return float((np.diag(matrix, 1) - untrained[1:]).mean())
