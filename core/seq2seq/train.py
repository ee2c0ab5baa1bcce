"""Training in the sequence-to-sequence lab: a flat loop over batches of equally long inputs."""

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.events import Event, Started
from core.loop import adam_cycle, broken, diverged, fresh, seeded
from core.seq2seq import checkpoint, score
from core.seq2seq.checkpoint import Learner
from core.seq2seq.models import Recurrent
from core.seq2seq.monitor import Monitor
from core.seq2seq.networks import ParallelTransformer, SmallTransformer
from core.seq2seq.parallel import Parallel
from core.seq2seq.settings import Long, Seq2SeqSettings
from core.seq2seq.tasks import Dataset, Part, dataset_of, spelling, trimmed
from core.seq2seq.tokens import EOS, PAD
from core.seq2seq.transformer import Transformer

EMBED = 64  # numbers of a letter and of a sound in the recurrent networks
HEADS = 4  # of a transformer
LONGEST_STEP = 1.0  # of a gradient; longer ones are shortened (Pascanu et al. 2013)
SLOPE = 15  # of the inverse sigmoid, with the run in percent


def train(settings: Seq2SeqSettings) -> Iterator[Event]:
    """The run that `settings` describe. The same settings give the same events, also when a long run was resumed between."""
    dataset = dataset_of(settings.task)
    part = dataset.train.first(learned(settings, dataset))
    total = steps_of(settings, part)
    learner, monitor = begin(settings, dataset, total), Monitor(settings, dataset, total)
    smoothing, guide = 0.0 if learner.net.copies else settings.smoothing, getattr(settings.network, "guide", 0.0)
    step, log, losses = checkpoint.resume(settings, learner) if isinstance(settings.effort, Long) else (0, [], [])
    monitor.recall(log)
    log = log or [Started(total, monitor.facts(learner.net, part))]
    yield from log
    while step < total:
        for index in bucketed(part.lengths, settings.batch, learner.random)[: total - step]:
            step += 1
            share = teacher_share(settings, step, total)
            loss = learn(learner, trimmed(part.x[index]), trimmed(part.y[index]), share, smoothing, guide)
            if broken(loss):
                yield from diverged(step)
                return
            losses.append(loss.item())
            if monitor.wants(step):
                seen = monitor.evaluate(step, learner.net, sum(losses) / len(losses), share)
                log, losses = log + seen, []
                yield from seen
        if isinstance(settings.effort, Long):
            checkpoint.save(settings, learner, step, log, losses)
    yield from monitor.run_ends(total, learner.net)


def prepare() -> None:
    """Reads the dictionary, which takes two seconds, before anybody waits for it."""
    spelling()


def learned(settings: Seq2SeqSettings, dataset: Dataset) -> int:
    """How many examples there are to learn from."""
    share = 100 if isinstance(settings.effort, Long) else settings.effort.share
    return max(1, len(dataset.train) * share // 100)


def steps_of(settings: Seq2SeqSettings, part: Part) -> int:
    """How many batches the run has."""
    if not isinstance(settings.effort, Long):
        return settings.effort.steps
    each_pass = sum(math.ceil(int(many) / settings.batch) for many in part.lengths.bincount())
    return settings.effort.epochs * each_pass


def begin(settings: Seq2SeqSettings, dataset: Dataset, total: int) -> Learner:
    """A fresh network and what it learns with, before the first step."""
    net = network(settings, dataset)
    adam, schedule = adam_cycle(net.parameters(), settings.learning_rate, total)
    return Learner(net, adam, schedule, seeded(settings.seed))


def network(settings: Seq2SeqSettings, dataset: Dataset) -> nn.Module:
    """A fresh network for the vocabularies of the task."""
    kind, letters, sounds = settings.network, dataset.source.size, dataset.target.size
    if isinstance(kind, SmallTransformer):
        return fresh(
            Parallel if isinstance(kind, ParallelTransformer) else Transformer,
            settings.seed,
            letters,
            sounds,
            kind.width,
            HEADS,
            kind.encoder_layers,
            kind.decoder_layers,
            settings.dropout,
        )
    score = getattr(kind, "score", "none")
    sizes = (letters, sounds, kind.cell, score, EMBED, kind.hidden, kind.layers, settings.dropout)
    return fresh(Recurrent, settings.seed, *sizes, copies_of(dataset) if getattr(kind, "copy_input", False) else None)


def copies_of(dataset: Dataset) -> list[int]:
    """What each input token is in an answer, by its number; PAD for one that no answer has."""
    return [dataset.target.numbers.get(token, PAD) if i > EOS else PAD for i, token in enumerate(dataset.source.tokens)]


def bucketed(lengths: Tensor, size: int, random: torch.Generator) -> list[Tensor]:
    """Indices of one pass in batches of equally long inputs, so that no recurrent state ever reads padding; in random order."""
    order = torch.randperm(len(lengths), generator=random)
    batches = [batch for n in lengths.unique() for batch in order[lengths[order] == n].split(size)]
    return [batches[i] for i in torch.randperm(len(batches), generator=random).tolist()]


def teacher_share(settings: Seq2SeqSettings, step: int, total: int) -> float:
    """How many of the last tokens given are the right ones at this step (Bengio et al. 2015, section 2.4).

    constant: ε. linear and sigmoid: from (nearly) 1 down to ε; the inverse sigmoid is k / (k + exp(i/k)), i the run in percent.
    """
    done = step / total
    fall = {"constant": 0.0, "linear": 1 - done, "sigmoid": SLOPE / (SLOPE + math.exp(100 * done / SLOPE))}[
        settings.sampling
    ]
    return settings.teacher + (1 - settings.teacher) * fall


def learn(learner: Learner, x: Tensor, y: Tensor, share: float, smoothing: float, guide: float = 0.0) -> Tensor:
    """One step; returns its loss in nats per token, without the `guide` times the guided attention loss that is learned as well.

    x: (N, S), y: (N, T) from <BOS> to <EOS>: the decoder is given y without its last column and shall say y without its first.
    share: how many of the tokens given are right; the others are the decoder's own, each drawn by itself (Bengio et al. 2015,
    section 2.2, where the whole sequence is not drawn at once).
    """
    given, right = y[:, :-1], y[:, 1:]
    own = torch.rand(given.shape, generator=learner.random) >= share if share < 1 else None
    with torch.random.fork_rng(devices=[]):  # dropout draws from PyTorch's own randomness, which others use as well
        torch.manual_seed(int(torch.randint(2**31, (), generator=learner.random)))
        logits, looked = learner.net.along(learner.net.read(x), given, own)
    loss = token_loss(logits, right, smoothing)
    guided = guide * score.guided(looked, x != PAD, right != PAD) if guide else 0.0
    learner.adam.zero_grad()
    (loss + guided).backward()
    nn.utils.clip_grad_norm_(learner.net.parameters(), LONGEST_STEP)
    learner.adam.step()
    learner.schedule.step()
    return loss.detach()


def token_loss(logits: Tensor, right: Tensor, smoothing: float = 0.0) -> Tensor:
    """L = −Σ_t log p(y_t | y_<t, x) / T, over tokens that are there. logits: (N, T, V), right: (N, T); the last of the V tokens
    stands for all that are outside the vocabulary.

    smoothing: this much of the target is spread evenly over all V tokens (Szegedy et al. 2016, section 7).
    """
    right = right.clamp(max=logits.shape[2] - 1)
    return F.cross_entropy(logits.flatten(0, 1), right.flatten(), ignore_index=PAD, label_smoothing=smoothing)
