"""How an answer is drawn from a network that gives one distribution after the other: greedy, sampled, forced, or by beam search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.seq2seq.memory import Memory
from core.seq2seq.tokens import BOS, EOS, PAD

NEVER = (PAD, BOS)  # tokens that are no answer


@dataclass(frozen=True)
class Spoken:
    """What was said to a batch: tokens (N, T), of which those behind <EOS> mean nothing; the network's probability of each
    (N, T); attention (N, T, S), None where there is none; p_gen (N, T) of a network that can copy, else None."""

    tokens: Tensor
    sure: Tensor
    looked: Tensor | None
    generated: Tensor | None = None


@torch.inference_mode()
def speak(
    net: nn.Module, memory: Memory, choose: Callable[[Tensor], Tensor], longest: int, forced: Sequence[int] = ()
) -> Spoken:
    """From <BOS> on, token after token, each output read as the next input, until all have said <EOS> or `longest` tokens.

    choose: from logits (N, V) to tokens (N,). forced: tokens that are said first, whatever the network would have said.
    """
    token = torch.full((len(memory.mask),), BOS)
    state, ended, tokens, sure, looked = net.begin(memory), torch.zeros(len(token), dtype=torch.bool), [], [], []
    gates = []
    for t in range(longest):
        logits, state, weights = net.step(token, state, memory)
        logits = possible(logits)
        token = torch.full_like(token, forced[t]) if t < len(forced) else choose(logits)
        tokens.append(token)
        sure.append(logits.softmax(1).gather(1, token.unsqueeze(1)).squeeze(1))
        looked.append(weights)
        gates += [state[-1]] if net.copies else []
        ended |= token == EOS
        if ended.all():
            break
    attention = None if looked[0] is None else torch.stack(looked, 1)
    return Spoken(torch.stack(tokens, 1), torch.stack(sure, 1), attention, torch.cat(gates, 1) if net.copies else None)


def possible(logits: Tensor) -> Tensor:
    """The same logits (…, V), with padding and <BOS> ruled out: nobody ever says them."""
    return logits.index_fill(-1, torch.tensor(NEVER), -torch.inf)


def likeliest(logits: Tensor) -> Tensor:
    """Greedy: y_t = argmax p(y | y_<t, x). logits: (N, V). Returns (N,)."""
    return logits.argmax(1)


def greedy(net: nn.Module, memory: Memory, longest: int) -> Spoken:
    """`speak`, always taking the likeliest token; in one step where a network says all tokens at once."""
    return parallel(net, memory, longest) if hasattr(net, "at_once") else speak(net, memory, likeliest, longest)


@torch.inference_mode()
def parallel(net: nn.Module, memory: Memory, longest: int) -> Spoken:
    """ŷ_t = argmax p(y_t | x, T) at every place, none after the other; the answer ends at the first <EOS> (Gu et al. 2018)."""
    logp, looked = net.at_once(memory, longest)
    p, tokens = possible(logp).softmax(2).max(2)
    ended = (tokens == EOS).int()
    last = torch.where(ended.any(1), ended.argmax(1), longest - 1)  # of each answer
    many = int(last.max()) + 1
    return Spoken(tokens[:, :many], p[:, :many], looked[:, :many])


def tempered(logits: Tensor, temperature: float, top_k: int = 0) -> Tensor:
    """p_i = exp(V_i / T) / Σ_j exp(V_j / T), over the `top_k` largest only where that is not 0. logits: (N, V). Returns (N, V)."""
    if top_k:
        least = logits.topk(min(top_k, logits.shape[1]), 1).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    return (logits / temperature).softmax(1)


def sampled(
    net: nn.Module, memory: Memory, longest: int, temperature: float, top_k: int, random: torch.Generator
) -> Spoken:
    """`speak`, each token drawn from the tempered distribution (Fan et al. 2018, section 5.2)."""

    def draw(logits: Tensor) -> Tensor:
        return torch.multinomial(tempered(logits, temperature, top_k), 1, generator=random).squeeze(1)

    return speak(net, memory, draw, longest)


# ---- beam search ----


@dataclass(frozen=True)
class Hypothesis:
    """One answer: its tokens with <EOS> where it has ended, log p of all of them, and the score that it was ranked by."""

    tokens: tuple[int, ...]
    logp: float
    score: float

    @property
    def ended(self) -> bool:
        return self.tokens[-1:] == (EOS,)


@dataclass(frozen=True)
class BeamStep:
    """One step of beam search for one input, the best candidate first: (parent's place, token, log p, score) of those that were
    kept and of the best that were cut. A hypothesis that had ended stands again in every later round, with the token PAD."""

    kept: tuple[tuple[int, int, float, float], ...]
    cut: tuple[tuple[int, int, float, float], ...]


def normalised(logp: Tensor, length: Tensor | int, alpha: float) -> Tensor:
    """s(y) = log p(y | x) / |y|^α: without it (α = 0) short answers win, since every token makes log p smaller.

    Of Wu et al. 2016, section 7, without their constant 5; |y| counts <EOS> and not <BOS>.
    """
    return logp / length**alpha


@torch.inference_mode()
def beam(
    net: nn.Module,
    memory: Memory,
    width: int,
    alpha: float,
    longest: int,
    watch: list[BeamStep] | None = None,
    cut: int = 0,
) -> list[list[Hypothesis]]:
    """For each input the best `width` hypotheses, best first; all inputs are searched at once (Graves 2012; Sutskever et al. 2014, 3.2).

    Each round every living hypothesis is continued by every token; of all continuations, and of those that have ended, the
    `width` best by score stay; of equal ones the one whose parent is better, then the token with the smaller number, which is
    also the one that greedy takes: width 1 is greedy. The search ends when all that stay have ended, not when the first one has.
    watch: gets a BeamStep for each step of the only input, with `cut` of those that were left out.
    """
    many = len(memory.mask)
    answers: list[list[Hypothesis]] = [[] for _ in range(many)]
    alive, wide = torch.arange(many), memory.at(torch.arange(many).repeat_interleave(width))
    state, token = net.begin(wide), torch.full((many * width,), BOS)
    logp = torch.full((many, width), -torch.inf, dtype=torch.float64)  # sums keep apart what is only nearly equal
    logp[:, 0] = 0.0  # all begin alike: only one of them may be continued, or each answer would be there `width` times
    length, ended = torch.zeros(many, width), torch.zeros(many, width, dtype=torch.bool)
    said = torch.zeros(many, width, 0, dtype=torch.long)
    for t in range(longest):
        logits, state, _ = net.step(token, state, wide)
        candidates, sizes = continued(
            logp, possible(logits).double().log_softmax(1).unflatten(0, (-1, width)), length, ended
        )
        scores = normalised(candidates, sizes, alpha).flatten(1)
        best = ranked(scores)[:, :width]
        if watch is not None:
            watch.append(_step_of(scores[0], candidates[0].flatten(), logits.shape[1], width, cut))
        parent, token = best // logits.shape[1], best % logits.shape[1]
        logp, length = candidates.flatten(1).gather(1, best), sizes.flatten(1).gather(1, best)
        ended = ended.gather(1, parent) | (token == EOS)
        said = torch.cat((said.gather(1, parent.unsqueeze(2).expand(-1, -1, t)), token.unsqueeze(2)), 2)
        over = (ended | logp.isinf()).all(1) if t < longest - 1 else torch.ones(len(alive), dtype=torch.bool)
        for i in over.nonzero().flatten().tolist():
            answers[int(alive[i])] = _hypotheses(said[i], logp[i], length[i], alpha)
        if over.all():
            break
        rows = (torch.arange(len(alive)).unsqueeze(1) * width + parent)[~over].flatten()
        if over.any():  # inputs whose search is over need no further steps
            wide = wide.at(rows)
            alive, said, logp, length, ended, token = (
                each[~over] for each in (alive, said, logp, length, ended, token)
            )
        state, token = tuple(part[rows] for part in state), token.flatten()
    return answers


def ranked(scores: Tensor) -> Tensor:
    """Places from the best score to the worst, equal ones in their own order: `topk` would leave that to chance. (…, M) to (…, M)."""
    return scores.argsort(dim=-1, descending=True, stable=True)


def continued(logp: Tensor, following: Tensor, length: Tensor, ended: Tensor) -> tuple[Tensor, Tensor]:
    """log p and length of every continuation, each (N, K, V): log p(y_≤t) = log p(y_<t) + log p(y_t | y_<t, x).

    logp, length, ended: (N, K) of the hypotheses. following: (N, K, V), log p of each next token. What has ended has a single
    continuation, itself, under the token PAD.
    """
    candidates = torch.where(ended.unsqueeze(2), -torch.inf, logp.unsqueeze(2) + following)
    candidates[:, :, PAD] = torch.where(ended, logp, -torch.inf)
    return candidates, (length + ~ended).unsqueeze(2).expand_as(candidates)


def _step_of(scores: Tensor, logp: Tensor, vocabulary: int, width: int, cut: int) -> BeamStep:
    """The best candidates of one input. scores, logp: (K · V,)."""
    rows = [
        (i // vocabulary, i % vocabulary, float(logp[i]), float(scores[i]))
        for i in ranked(scores)[: width + cut].tolist()
        if scores[i] > -torch.inf
    ]
    return BeamStep(tuple(rows[:width]), tuple(rows[width:]))


def _hypotheses(said: Tensor, logp: Tensor, length: Tensor, alpha: float) -> list[Hypothesis]:
    """The hypotheses of one input, best first. said: (K, T), logp, length: (K,)."""
    scores = normalised(logp, length.clamp(min=1), alpha)
    return [
        Hypothesis(tuple(said[k, : int(length[k])].tolist()), float(logp[k]), float(scores[k]))
        for k in ranked(scores).tolist()
        if not logp[k].isinf()
    ]
