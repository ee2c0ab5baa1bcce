"""The steps of a live run against the same steps in a bare loop."""

import time

import torch
import torch.nn.functional as F

from core.loop import seeded
from core.seq2seq import train
from core.seq2seq.settings import Seq2SeqSettings
from core.seq2seq.tasks import dataset_of, trimmed
from core.seq2seq.tokens import PAD

SETTINGS = Seq2SeqSettings()
STEPS, WARM = 60, 10


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


if __name__ == "__main__":
    print("a step, against a bare loop", [round(a / b, 3) for a, b in zip(*compare(3))])
