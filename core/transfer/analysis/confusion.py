"""Which classes of the target are taken for which others: swapped with one another, or swallowed."""

import numpy as np

from core.verdict import Verdict, verdict

WORTH = 5.0  # percent of a class: below that a mistake is not told
LARGE, MOST = 15.0, 50.0  # percent from which on a class loses to another, and is lost to it
SWAP = 0.5  # the smaller direction's share of the larger from which on it goes both ways
OFTEN = 1.3  # times as often as it occurs: a class that swallows others
TOLD = 3  # mistakes that are told


def percent(counts: np.ndarray) -> np.ndarray:
    """Each row of counts (classes, classes) as percentages of its class's examples."""
    return 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)


def accuracy(counts: np.ndarray) -> float:
    """Share of the diagonal, in percent."""
    return float(100 * np.trace(counts) / counts.sum())


def mistakes(shares: np.ndarray) -> list[tuple[int, int]]:
    """All pairs (true, answered) of different classes that occur, the largest share first. shares (or counts): rows true."""
    wrong = np.where(np.eye(len(shares), dtype=bool), 0, shares)
    order = np.argsort(-wrong, axis=None, kind="stable")
    pairs = [divmod(int(place), len(shares)) for place in order]
    return [(i, j) for i, j in pairs if wrong[i, j] > 0]


def about_mistakes(counts: np.ndarray) -> list[Verdict]:
    """The largest mistakes, and a class that is answered far too often. counts: (classes, classes), rows true."""
    shares, told = percent(counts), []
    for i, j in mistakes(shares):
        if shares[i, j] < WORTH or len(told) == TOLD:
            break
        if (j, i) not in told:
            told.append((i, j))
    said = [about_pair(shares, i, j) for i, j in told] or [verdict("few-mistakes", most=WORTH)]
    often = np.where(counts.any(1), counts.sum(0) / np.maximum(counts.sum(1), 1), 0)  # a class may have no pictures
    if often.max() >= OFTEN:
        said.append(verdict("swallows-others", which=int(often.argmax()), times=float(often.max())))
    return said


def about_pair(shares: np.ndarray, true: int, answered: int) -> Verdict:
    """One mistake, and whether it goes both ways. shares: (classes, classes) in percent, rows true."""
    there, back = float(shares[true, answered]), float(shares[answered, true])
    numbers = {"true": true, "answered": answered, "there": there, "back": back}
    if back >= SWAP * there:
        if there >= MOST:
            return verdict("swapped", **numbers)
        return verdict("mixed-up", **numbers) if there >= LARGE else verdict("few-both-ways", **numbers)
    if there >= MOST:
        return verdict("swallowed", **numbers)
    return verdict("takes-from", **numbers) if there >= LARGE else verdict("few-one-way", **numbers)


def surest(said: np.ndarray, labels: np.ndarray, true: int, answered: int) -> np.ndarray:
    """Places of the examples of class `true` that were answered `answered`, the surest first: (k,). said: probabilities
    (N, classes)."""
    own = np.flatnonzero((labels == true) & (said.argmax(1) == answered))
    return own[np.argsort(-said[own, answered], kind="stable")]
