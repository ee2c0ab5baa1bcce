"""All tokens at once: what it saves beside one token after the other, and which mistakes it makes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.loop import fresh
from core.record import Record
from core.seq2seq import decode, score
from core.seq2seq.analysis.network import opened, tested
from core.seq2seq.tasks import trimmed
from core.seq2seq.transformer import Transformer
from core.verdict import Verdict, verdict

TIMED, TURNS = 20, 3  # inputs whose answers are timed, one by one; how often, of which the fastest counts
JUDGED = 500  # inputs whose mistakes are counted; of a toy all
LISTED = 6  # answers with a repeat, or with something left out
TWIN = 0  # of the seed with which the decoder to compare with is drawn


@dataclass(frozen=True)
class Timed:
    """Milliseconds for the answer to one input, all tokens at once and one after the other, and how many tokens an answer has."""

    at_once: float
    one_by_one: float
    tokens: float

    @property
    def times(self) -> float:
        """How many times as fast."""
        return self.one_by_one / self.at_once


def timed(record: Record) -> Timed:
    """The network's own answers, said at once, and said again by a transformer of the same size, one token after the other.

    The other one is not trained: it is made to say the same tokens, so that both do the work for the same answers.
    """
    net, dataset = opened(record)
    sizes = {name: value for name, value in net.arch.items() if name != "kind"}
    twin = fresh(lambda: Transformer(**sizes), TWIN).eval()
    inputs = [trimmed(x.unsqueeze(0)) for x in dataset.test.x[:TIMED]]
    answers = [decode.greedy(net, net.read(x), dataset.longest).tokens for x in inputs]
    pairs = list(zip(inputs, answers))
    fast = _fastest(lambda: [decode.parallel(net, net.read(x), dataset.longest) for x in inputs])
    slow = _fastest(lambda: [said_again(twin, x, tokens) for x, tokens in pairs])
    return Timed(fast / len(inputs), slow / len(inputs), float(np.mean([tokens.shape[1] for tokens in answers])))


@torch.inference_mode()
def said_again(net: nn.Module, x: Tensor, tokens: Tensor) -> decode.Spoken:
    """The given tokens (1, T), said one after the other: each step reads the one before."""
    return decode.speak(net, net.read(x), decode.likeliest, tokens.shape[1], tokens[0].tolist())


def _fastest(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest of a few turns."""
    found = []
    for _ in range(TURNS):
        start = time.perf_counter()
        with torch.inference_mode():
            work()
        found.append(1000 * (time.perf_counter() - start))
    return min(found)


@dataclass(frozen=True)
class Mistakes:
    """Of `many` held-out inputs in %: wrong answers, answers with a repeat, answers of the wrong length. examples: (input, what is
    said, the nearest right answer) of some with a repeat."""

    many: int
    wrong: float
    repeats: float
    length: float
    examples: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]


def mistakes(record: Record) -> Mistakes:
    """On examples of the test part."""
    net, dataset = opened(record)
    part = tested(record, JUDGED)
    judged = score.judged(score.answers_of(net, dataset, part), part)
    doubled = score.doubled(judged)
    lengths = [len(said) != len(right) for said, right in zip(judged.said, judged.right)]
    examples = [
        (
            "".join(dataset.source.decode(part.x[i].tolist())),
            *map(dataset.target.decode, (judged.said[i], judged.right[i])),
        )
        for i in np.flatnonzero(doubled)[:LISTED]
    ]
    return Mistakes(
        len(part), score.wer(judged.edits), 100 * float(doubled.mean()), 100 * float(np.mean(lengths)), tuple(examples)
    )


def concluded(time_of: Timed, found: Mistakes) -> list[Verdict]:
    """What is saved, and what it costs."""
    saved = verdict(
        "at-once-faster", times=time_of.times, fast=time_of.at_once, slow=time_of.one_by_one, tokens=time_of.tokens
    )
    return [
        saved,
        verdict("at-once-mistakes", many=found.many, wrong=found.wrong, repeats=found.repeats, length=found.length),
    ]
