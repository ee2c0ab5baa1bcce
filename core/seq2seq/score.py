"""What is measured: edits to the nearest right answer, free-running; what teacher forcing hides; length, confusions."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.seq2seq import decode
from core.seq2seq.edits import aligned as path_of_edits
from core.seq2seq.edits import distance
from core.seq2seq.memory import Memory
from core.seq2seq.tasks import Dataset, Part, Tokens, spoken, trimmed
from core.seq2seq.tokens import EOS, PAD
from core.together import both

AT_ONCE = 100  # sequences that are decoded together
WIDTH = 0.2  # g of the guided attention loss: how far from the diagonal attention may look
ENOUGH = 30  # examples that a percentage needs
T = TypeVar("T")


def nearest(said: Tokens, answers: tuple[Tokens, ...]) -> tuple[int, Tokens]:
    """(edits, answer) of the right answer that is nearest; of equal ones the longer, whose edits weigh less."""
    return min(((distance(said, right), right) for right in answers), key=lambda pair: (pair[0], -len(pair[1])))


def per(edits: np.ndarray, lengths: np.ndarray) -> float:
    """PER = Σ edits / Σ tokens of the nearest answers, in percent: over all sequences together, not a mean of rates."""
    return 100 * float(edits.sum()) / float(lengths.sum())


def wer(edits: np.ndarray) -> float:
    """WER = share of sequences with at least one edit, in percent."""
    return 100 * float((edits > 0).mean())


def alike(x: Tensor, size: int = AT_ONCE) -> list[Tensor]:
    """Indices of all rows in batches of about equal length, so that little padding is read. x: (N, S)."""
    return list((x != PAD).sum(1).argsort(stable=True).split(size))


def answers_of(net: nn.Module, dataset: Dataset, part: Part) -> list[Tokens]:
    """What the network says greedily, free-running, to every example."""
    return _in_order(
        part, lambda memory: [spoken(row) for row in decode.greedy(net, memory, dataset.longest).tokens.tolist()], net
    )


def beamed(net: nn.Module, dataset: Dataset, part: Part, width: int, alpha: float) -> list[Tokens]:
    """The best answer of a beam search to every example."""
    return [answers[0] for answers in finalists(net, dataset, part, width, alpha)]


def finalists(net: nn.Module, dataset: Dataset, part: Part, width: int, alpha: float) -> list[list[Tokens]]:
    """All answers that a beam search ends with, the best first, to every example."""
    return _in_order(
        part,
        lambda memory: [
            [spoken(each.tokens) for each in found] for found in decode.beam(net, memory, width, alpha, dataset.longest)
        ],
        net,
    )


def _in_order(part: Part, answer: Callable[[Memory], list[T]], net: nn.Module) -> list[T]:
    """The answers to every example in the order of the part, though they were decoded in batches of equal length."""

    @torch.inference_mode()
    def answered(index: Tensor) -> list[tuple[int, T]]:
        return list(zip(index.tolist(), answer(net.read(trimmed(part.x[index])))))

    said = dict(chain.from_iterable(_for_all(part, answered)))
    return [said[i] for i in range(len(part))]


def _for_all(part: Part, judge: Callable[[Tensor], T]) -> list[T]:
    """What `judge` finds out about each batch of about equally long inputs: about the shorter ones on one core and the longer ones
    on the other."""
    batches = alike(part.x)
    read = np.cumsum([int(part.lengths[index].sum()) for index in batches])
    cut = int(np.abs(read - read[-1] / 2).argmin()) + 1  # where half of all tokens have been read
    shorter, longer = both(lambda: list(map(judge, batches[:cut])), lambda: list(map(judge, batches[cut:])))
    return shorter + longer


def forced(net: nn.Module, part: Part) -> tuple[float, float, float]:
    """(loss in nats per token, share of wrong next tokens in percent, distance of attention from the diagonal in % of the length)
    over all tokens of the right answers, when every last token given is the right one. The distance is NaN without attention."""

    @torch.inference_mode()
    def sums(index: Tensor) -> tuple[float, int, float, int]:
        x, y = trimmed(part.x[index]), trimmed(part.y[index])
        (logits, looked), right = net.along(net.read(x), y[:, :-1]), y[:, 1:]
        there = right != PAD
        many = int(there.sum())
        known = right[there].clamp(max=logits.shape[2] - 1)  # what is outside the vocabulary is its last token
        lost = float(F.cross_entropy(logits[there], known, reduction="sum"))
        wrong = int((logits.argmax(2) != right)[there].sum())
        off = math.nan if looked is None else many * float(off_diagonal(looked, x != PAD, there))
        return lost, wrong, off, many

    lost, wrong, off, many = map(sum, zip(*_for_all(part, sums)))
    return lost / many, 100 * wrong / many, 100 * off / many


# ---- the diagonal ----


def guided(looked: Tensor, letters: Tensor, tokens: Tensor) -> Tensor:
    """W_nt = 1 − exp(−(n/N − t/T)² / 2g²), weighed by the attention: mean over t of Σ_n A_nt W_nt (Tachibana et al. 2018,
    g = 0.2; there it is also divided by N).

    looked: A (N, T, S); letters: (N, S), tokens: (N, T), true where there is one. Between 0, on the diagonal, and 1.
    """
    return _along_it(looked, 1 - torch.exp(-_apart(letters, tokens).square() / (2 * WIDTH**2)), tokens)


def off_diagonal(looked: Tensor, letters: Tensor, tokens: Tensor) -> Tensor:
    """The mean distance |n/N − t/T| of attention from the diagonal; even attention has about 1/3. As for `guided`."""
    return _along_it(looked, _apart(letters, tokens).abs(), tokens)


def _apart(letters: Tensor, tokens: Tensor) -> Tensor:
    """n/N − t/T, with n and t from 1: (N, T, S)."""
    n, t = (each.cumsum(1) / each.sum(1, keepdim=True) for each in (letters, tokens))
    return n.unsqueeze(1) - t.unsqueeze(2)


def _along_it(looked: Tensor, weights: Tensor, tokens: Tensor) -> Tensor:
    return (looked * weights).sum(2)[tokens].mean()


@dataclass(frozen=True)
class Judged:
    """What a network said to every example of a part, free-running, against the nearest right answer.

    edits, lengths: (N,), the latter of the nearest answers. reads: (N,) tokens of the inputs.
    """

    said: tuple[Tokens, ...]
    right: tuple[Tokens, ...]
    edits: np.ndarray
    lengths: np.ndarray
    reads: np.ndarray


def judged(said: list[Tokens], part: Part) -> Judged:
    """Answers against the right ones."""
    found = [nearest(mine, theirs) for mine, theirs in zip(said, part.answers)]
    edits, right = np.array([edits for edits, _ in found]), tuple(answer for _, answer in found)
    return Judged(tuple(said), right, edits, np.array([len(answer) for answer in right]), part.lengths.numpy())


def doubled(judged: Judged) -> np.ndarray:
    """Which answers say a token twice in a row though the right one does not, (N,) bool: without the tokens before it nobody knows
    which of several answers the neighbour has begun (Gu et al. 2018, the multimodality problem)."""

    def pairs(tokens: Tokens) -> set[int]:
        return {one for one, other in zip(tokens, tokens[1:]) if one == other}

    return np.array([bool(pairs(said) - pairs(right)) for said, right in zip(judged.said, judged.right)])


def by_length(judged: Judged) -> list[tuple[int, int, float, float]]:
    """(tokens read, how many examples, wrong answers in %, wrong tokens in %) for every length of input."""
    rows = []
    for length in np.unique(judged.reads):
        at = judged.reads == length
        rows.append((int(length), int(at.sum()), wer(judged.edits[at]), per(judged.edits[at], judged.lengths[at])))
    return rows


def aligned(said: Tokens, right: Tokens) -> list[tuple[int, int]]:
    """(said, right) token by token along a cheapest path of edits; PAD stands where one of them has none."""
    return path_of_edits(said, right, PAD)


def confusions(judged: Judged, tokens: int) -> np.ndarray:
    """How often `right` (row) was said as `said` (column): (tokens, tokens) int64; row 0 was added, column 0 left out."""
    table = np.zeros((tokens, tokens), np.int64)
    for said, right in zip(judged.said, judged.right):
        for mine, theirs in aligned(said, right) if said != right else zip(said, right):
            table[theirs, mine] += 1
    return table


@dataclass(frozen=True)
class Exposure:
    """What teacher forcing hides. Against the first right answer of every example.

    positions: 1, 2 …; forced: wrong next tokens there in % when all tokens before are right ones; astray: answers in % that
    have left the right one by then, free-running. rest: tokens that follow first mistakes; after_free, after_forced: wrong ones
    among them in %, left to itself (edits) and told the right token before each.
    """

    positions: tuple[int, ...]
    forced: tuple[float, ...]
    astray: tuple[float, ...]
    rest: int
    after_free: float
    after_forced: float


def exposure(net: nn.Module, dataset: Dataset, part: Part) -> Exposure:
    """Teacher-forced and free-running answers beside each other (Bengio et al. 2015, section 1; Ranzato et al. 2016, section 2)."""
    y = part.y[:, 1:].long()
    there, wrong = y != PAD, _forced_wrong(net, part)
    right = [(*spoken(row), EOS) for row in y.tolist()]
    said = [(*mine, EOS) for mine in answers_of(net, dataset, part)]
    first = np.array(
        [
            next((t for t, pair in enumerate(zip(mine, theirs)) if pair[0] != pair[1]), len(theirs))
            for mine, theirs in zip(said, right)
        ]
    )
    left = [(mine[t + 1 :], theirs[t + 1 :]) for mine, theirs, t in zip(said, right, first) if t < len(theirs)]
    rest = sum(len(theirs) for _, theirs in left)
    after = there & (torch.arange(y.shape[1]) > torch.from_numpy(first).unsqueeze(1))
    shown = [t for t in range(y.shape[1]) if int(there[:, t].sum()) >= ENOUGH]
    reach = there.sum(1).numpy()
    return Exposure(
        tuple(t + 1 for t in shown),
        tuple(100 * float(wrong[there[:, t], t].float().mean()) for t in shown),
        tuple(100 * float((first[reach > t] <= t).mean()) for t in shown),
        rest,
        100 * sum(distance(*pair) for pair in left) / max(1, rest),
        100 * int((wrong & after).sum()) / max(1, rest),
    )


@torch.inference_mode()
def _forced_wrong(net: nn.Module, part: Part) -> Tensor:
    """Whether the likeliest next token is wrong when all before are right ones: (N, T - 1) bool, false at padding."""
    wrong = torch.zeros(part.y[:, 1:].shape, dtype=torch.bool)
    for index in alike(part.x):
        y = trimmed(part.y[index])
        likeliest = net.teach(net.read(trimmed(part.x[index])), y[:, :-1]).argmax(2)
        wrong[index, : y.shape[1] - 1] = (likeliest != y[:, 1:]) & (y[:, 1:] != PAD)
    return wrong
