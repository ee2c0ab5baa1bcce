"""What a stored network says to what somebody typed, moment by moment, and where it looks."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.stats import entropy

from core.data import dates, words
from core.record import Record
from core.seq2seq import decode, tasks
from core.seq2seq.analysis.network import opened
from core.seq2seq.settings import Dates, Pronounce, Task
from core.verdict import Verdict, verdict

MOST = 12  # words of a line
LEARNED, HELD_OUT = "was there to learn from", "held out, never learned"
LONGER, NO_LONGER = "longer than any learned", "no longer than those learned"  # a toy's sequences
STILL = 0.5  # letters that the centre of attention may move and still count as staying


@dataclass(frozen=True)
class Heard:
    """One input as it was read, the answer with <EOS> where it came to an end, p of each token, where the decoder looked (T, S), and
    p_gen of each token, where it can copy.

    known: all right answers, where anybody knows them. recurrent: the encoder reads in both directions, into one vector of
    `size` numbers. at_once: no token waits for the one before.
    """

    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    sure: tuple[float, ...]
    looked: np.ndarray | None
    known: tuple[tuple[str, ...], ...]
    recurrent: bool = True
    size: int = 0
    generated: tuple[float, ...] | None = None
    at_once: bool = False

    @property
    def said(self) -> list[str]:
        """The answer without <EOS>."""
        return [token for token in self.tokens if token != "<EOS>"]

    @property
    def logp(self) -> float:
        """log p of the whole answer, in nats."""
        return float(np.log(self.sure).sum())

    @property
    def p(self) -> float:
        """The probability of the whole answer."""
        return float(np.prod(self.sure))

    @property
    def moments(self) -> int:
        """So many things happen, one after the other: each letter is read, each token said."""
        return len(self.text) + len(self.tokens)


def readable(record: Record, text: str) -> tuple[list[str], list[str], bool]:
    """(what of a typed line can be read, a sentence for each thing that cannot, whether there are more than MOST words).

    Only spelling takes several words at once.
    """
    dataset = opened(record)[1]
    parts = tasks.sayings(text) if isinstance(record.settings.task, Pronounce) else [text]
    good, complaints = [], []
    for part in parts[:MOST] or [""]:
        try:
            tasks.understood(dataset, part)
            good.append(part)
        except ValueError as error:
            complaints.append(str(error))
    return list(dict.fromkeys(good)), list(dict.fromkeys(complaints)), len(parts) > MOST


def heard(record: Record, text: str) -> Heard:
    """Greedily, free-running. Raises ValueError with a sentence for what cannot be read."""
    net, dataset = opened(record)
    text = tasks.understood(dataset, text)
    found = decode.greedy(net, net.read(dataset.example(text)), dataset.longest)
    ids = tuple(found.tokens[0].tolist())
    return Heard(
        text,
        ids,
        tuple(dataset.target.tokens[i] for i in ids),
        tuple(found.sure[0].tolist()),
        None if found.looked is None else found.looked[0].numpy(),
        tuple(tuple(way) for way in dataset.known(text)),
        record.settings.network.RECURRENT,
        record.settings.network.size,
        None if found.generated is None else tuple(found.generated[0].tolist()),
        record.settings.network.AT_ONCE,
    )


@lru_cache(maxsize=3)
def _learned(task: Task) -> dict[str, bool]:
    """Whether a word or phrase was there to learn from; those that were held out are false."""
    data = dates.load() if isinstance(task, Dates) else words.load(task.stress)
    texts = data.phrases if isinstance(task, Dates) else data.words
    return {texts[i]: part is data.train for part in (data.train, data.dev, data.test) for i in part}


def origin(task: Task, text: str) -> str:
    """Whether a network of this task had met the input when it learned, in words."""
    if isinstance(task, Pronounce | Dates):
        return {True: LEARNED, False: HELD_OUT}.get(_learned(task).get(text), task.NEW)
    return LONGER if len(text) > task.longest else NO_LONGER


def unknown(task: Task) -> Verdict:
    """Why an answer to an input that nobody knows is not judged."""
    if isinstance(task, Dates):
        first, last = dates.FIRST.year, dates.LAST.year
        return verdict("unknown-date", languages=len(dates.LANGUAGES), first=first, last=last)
    return verdict("unknown-word")


def moment(one: Heard, now: int) -> list[Verdict]:
    """What happens at this moment: first the letters are read, then the tokens are said."""
    letters = len(one.text)
    if now == 0:
        return [verdict("nothing-read")]
    if now <= letters:
        return [verdict("letters-read" if one.recurrent else "letter-of-transformer", now=now, letters=letters)]
    t = now - letters - 1
    before, token, p = one.tokens[t - 1] if t else "", one.tokens[t], 100 * one.sure[t]
    if one.at_once:
        ends = token == "<EOS>"
        said = [verdict("place-ends" if ends else "place-says", place=t + 1, token=token, p=p)]
        return [*said, verdict("answer-ends")] if ends else said
    if token == "<EOS>":
        said = verdict("ends" if t else "ends-at-once", step=t + 1, before=before, p=p)
        return [said, verdict("answer-ends")]
    said = verdict("says" if t else "says-first", step=t + 1, before=before, token=token, p=p)
    return [said, verdict("never-ends")] if now == one.moments else [said]


def attention(one: Heard) -> Verdict:
    """How attention moves from token to token, and how many letters it covers: 2 to its entropy in bits."""
    weights = np.asarray(one.looked, np.float64)
    if weights.shape[1] < 2:
        return verdict("attention-one-letter")
    moves = np.diff(weights @ np.arange(weights.shape[1]))
    on, back = (float(np.mean(where)) if len(moves) else 0.0 for where in (moves > STILL, moves < -STILL))
    bits = float(entropy(weights, base=2, axis=1).mean())
    return verdict("attention-moves", on=100 * on, back=100 * back, letters=2**bits, bits=bits)
