"""A whole live run against the same steps in a bare loop, and a batched beam search against one word after the other."""

import time

import torch
import torch.nn.functional as F

from core import runs
from core.loop import seeded
from core.seq2seq import decode, models, score, train
from core.seq2seq.settings import Seq2SeqSettings
from core.seq2seq.tasks import dataset_of, trimmed
from core.seq2seq.tokens import PAD

SETTINGS = Seq2SeqSettings()
STEPS, WARM = 60, 10
WIDTH, WORDS, ALONE = 5, 1000, 100  # of the beam; words in a batch; of them said one by one


def batches() -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The same batches for both loops."""
    part = dataset_of(SETTINGS.task).train.first(20_000)
    index = train.bucketed(part.lengths, SETTINGS.batch, seeded(0))[: STEPS + WARM]
    return [(trimmed(part.x[i]), trimmed(part.y[i])) for i in index]


def ours() -> float:
    """CPU seconds of STEPS steps as a run makes them, without its looks."""
    learner = train.begin(SETTINGS, dataset_of(SETTINGS.task), STEPS + WARM)
    for step, (x, y) in enumerate(batches()):
        if step == WARM:
            begun = time.process_time()
        train.learn(learner, x, y, 1.0, SETTINGS.smoothing)
    return time.process_time() - begun


def bare() -> float:
    """CPU seconds of the same steps, written down without anything else."""
    net = train.network(SETTINGS, dataset_of(SETTINGS.task))
    adam = torch.optim.Adam(net.parameters(), SETTINGS.learning_rate, fused=True)
    for step, (x, y) in enumerate(batches()):
        if step == WARM:
            begun = time.process_time()
        logits = net.teach(net.read(x), y[:, :-1])
        loss = F.cross_entropy(
            logits.flatten(0, 1), y[:, 1:].flatten(), ignore_index=PAD, label_smoothing=SETTINGS.smoothing
        )
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), train.LONGEST_STEP)
        adam.step()
    return time.process_time() - begun


def compare(rounds: int) -> tuple[list[float], list[float]]:
    """Ours and the bare loop, turns taken."""
    ours(), bare()
    pairs = [(ours(), bare()) for _ in range(rounds)]
    return [mine for mine, _ in pairs], [theirs for _, theirs in pairs]


def searches(rounds: int) -> tuple[list[float], list[float]]:
    """CPU seconds for 1,000 words of a beam search of width 5 by the shipped network: in batches, and one word after the other."""
    net, dataset = models.speller(runs.load("seq2seq-say-it").models["network"]), dataset_of(SETTINGS.task)
    part, batched, single = dataset.test.first(WORDS), [], []
    score.beamed(net, dataset, part.first(ALONE), WIDTH, 1.0)
    for _ in range(rounds):
        begun = time.process_time()
        score.beamed(net, dataset, part, WIDTH, 1.0)
        batched.append(time.process_time() - begun)
        begun = time.process_time()
        for x in part.x[:ALONE].split(1):
            with torch.inference_mode():
                memory = net.read(trimmed(x))
            decode.beam(net, memory, WIDTH, 1.0, dataset.longest)
        single.append((time.process_time() - begun) * WORDS / ALONE)
    return batched, single


if __name__ == "__main__":
    for name, (mine, theirs) in (
        ("a step, against a bare loop", compare(3)),
        ("a beam over 1,000 words, against one by one", searches(3)),
    ):
        print(name, [round(a / b, 3) for a, b in zip(mine, theirs)])
