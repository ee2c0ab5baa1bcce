"""Answers drawn at a temperature, among the likeliest k: which come, how often, and how many of them are right."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import entropy as entropy_of

from core.loop import seeded
from core.record import Record
from core.seq2seq import decode, tasks
from core.seq2seq.analysis.network import opened
from core.seq2seq.analysis.own_words import Heard
from core.seq2seq.analysis.steps import after
from core.seq2seq.tokens import BOS, EOS
from core.verdict import Verdict, verdict

DRAWS = 200
RARE = 0.0005  # a probability that is not told to a tenth of a percent


@dataclass(frozen=True)
class Drawn:
    """One answer, without <EOS>, how often it was drawn, and log p that the network itself gives it, in nats."""

    names: tuple[str, ...]
    many: int
    logp: float

    @property
    def percent(self) -> float:
        """Of all draws."""
        return 100 * self.many / DRAWS


def draws(record: Record, text: str, temperature: float, top_k: int, seed: int) -> list[Drawn]:
    """Different answers, the most frequent first. The same seed draws the same."""
    net, dataset = opened(record)
    memory = net.read(dataset.example(text)).at(torch.zeros(DRAWS, dtype=torch.long))
    found = decode.sampled(net, memory, dataset.longest, temperature, top_k, seeded(seed))
    over = (found.tokens == EOS).cumsum(1) - (found.tokens == EOS).long()  # what stands behind <EOS> means nothing
    logp = torch.where(over > 0, 0, found.sure.log()).sum(1).tolist()
    said = [tuple(row[: row.index(EOS) + 1] if EOS in row else row) for row in found.tokens.tolist()]
    first = dict(zip(reversed(said), reversed(logp)))
    return [Drawn(dataset.target.decode(ids), many, first[ids]) for ids, many in Counter(said).most_common()]


def chance(record: Record, text: str, temperature: float, top_k: int) -> float | None:
    """How probable it is that a draw is right: Π p_t of every right answer, summed. None where no answer is known."""
    net, dataset = opened(record)
    known = dataset.known(tasks.understood(dataset, text))
    if not known:
        return None
    memory, whole = net.read(dataset.example(text)), 0.0
    for way in known:
        ids = torch.tensor([(BOS, *dataset.target.encode(way), EOS)])
        if ids.shape[1] - 1 <= dataset.longest:
            with torch.inference_mode():
                logits = decode.possible(net.teach(memory, ids[:, :-1])[0])
            p = decode.tempered(logits, temperature, top_k).gather(1, ids[0, 1:].unsqueeze(1))
            whole += float(p.prod())
    return whole


def next_token(
    record: Record, text: str, said: tuple[int, ...], temperature: float, top_k: int
) -> tuple[np.ndarray, np.ndarray]:
    """p of each token (V,) that may follow what was said, as the network gives it and as it is drawn from."""
    p = after(record, text, said).p
    logits = torch.from_numpy(p).log().unsqueeze(0)  # those of padding and <BOS> are −∞: they are never drawn
    return p, decode.tempered(logits, temperature, top_k)[0].numpy()


def entropy(drawn: list[Drawn]) -> float:
    """Of the drawn answers, in bits: at most log₂ of the number of draws."""
    return float(entropy_of([each.many for each in drawn], base=2)) + 0.0


def variety(one: Heard, drawn: list[Drawn], temperature: float, top_k: int, right: float | None) -> list[Verdict]:
    """How different the answers are, how many of them are right, and how many should be. right: `chance`."""
    said = [
        verdict(
            "different-answers-top-k" if top_k else "different-answers",
            different=len(drawn),
            draws=DRAWS,
            temperature=temperature,
            top_k=top_k,
            bits=entropy(drawn),
            most=float(np.log2(DRAWS)),
        )
    ]
    if right is not None:
        hits = sum(each.percent for each in drawn if each.names in one.known)
        told = right >= RARE or right == 0
        said.append(verdict("right-draws" if told else "right-draws-rare", hits=hits, expected=100 * right))
    return said


def next_likeliest(one: Heard, step: int, own: np.ndarray, drawn_from: np.ndarray, tokens: tuple[str, ...]) -> Verdict:
    """What temperature and top k make of the likeliest token. step: from 1; own, drawn_from: (V,)."""
    best = int(own.argmax())
    token, p, drawn, before = tokens[best], 100 * own[best], 100 * drawn_from[best], " ".join(one.tokens[: step - 1])
    return verdict("likeliest-next" if step > 1 else "likeliest-first", token=token, p=p, drawn=drawn, before=before)
