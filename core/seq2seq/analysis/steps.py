"""The distribution over the next token after a beginning that a visitor chose, and what that choice changes."""

from dataclasses import dataclass

import numpy as np
import torch

from core.record import Record
from core.seq2seq import decode
from core.seq2seq.analysis.network import opened
from core.seq2seq.analysis.own_words import Heard
from core.seq2seq.tokens import BOS, EOS
from core.verdict import Verdict, verdict

MOST_NATS = 50  # of a difference that is told as a ratio


@dataclass(frozen=True)
class After:
    """p: (V,), of each next token. ended: whether there is none. follows: the tokens of the whole answer when the rest is greedy,
    sure: p of each, logp: their sum of log p, in nats."""

    p: np.ndarray
    ended: bool
    follows: tuple[int, ...]
    sure: tuple[float, ...]
    logp: float

    @property
    def order(self) -> np.ndarray:
        """The tokens that may follow, the likeliest first."""
        return np.argsort(-self.p)[: int((self.p > 0).sum())]


def after(record: Record, text: str, said: tuple[int, ...]) -> After:
    """What follows a beginning. said: its tokens."""
    net, dataset = opened(record)
    memory = net.read(dataset.example(text))
    with torch.inference_mode():
        p = decode.possible(net.teach(memory, torch.tensor([(BOS, *said)]))[0, -1]).softmax(0).numpy()
    whole = decode.speak(net, memory, decode.likeliest, max(dataset.longest, len(said)), said)
    return After(
        p,
        EOS in said or len(said) >= dataset.longest,
        tuple(whole.tokens[0].tolist()),
        tuple(whole.sure[0].tolist()),
        float(whole.sure[0].log().sum()),
    )


def times(nats: float) -> float:
    """How many times as likely, from a difference of log p."""
    return float(np.exp(min(abs(nats), MOST_NATS)))


def changed(said: tuple[int, ...], at: After, own: Heard) -> Verdict:
    """What a forced token has changed. own: the answer that nobody touched."""
    if said == own.ids[: len(said)]:
        return verdict("untouched")
    first = next((i for i, (a, b) in enumerate(zip(said, own.ids)) if a != b), min(len(said), len(own.ids)))
    behind = sum(a != b for a, b in zip(at.follows[first + 1 :], own.ids[first + 1 :]))
    gap = at.logp - own.logp
    return verdict(
        "forced-less-likely" if gap < 0 else "forced-more-likely", step=first + 1, behind=behind, times=times(gap)
    )
