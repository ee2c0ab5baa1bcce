"""What is seen of a run: losses, errors of free-running answers, a film of fixed inputs, and where the decoder looks."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from core.events import Event, Finished, Metrics, Picture, Warned
from core.nets import count, to_model
from core.seq2seq import decode, pictures, score, trivial
from core.seq2seq.settings import Seq2SeqSettings
from core.seq2seq.tasks import Dataset, Part, padded
from core.seq2seq.tokens import EOS

EVALUATIONS = 40  # in a run, evenly spread; and a few at its very beginning
EARLY = (1, 5, 10, 20, 40, 80, 160)
HALF = 50  # percent
HARDLY = 0.9  # of the errors of guessing
HEARD = {"live": 300, "long": 1000}  # held-out examples that every evaluation judges


class Monitor:
    """Measures beside the training and never changes it."""

    def __init__(self, settings: Seq2SeqSettings, dataset: Dataset, total: int):
        self.settings, self.dataset, self.total = settings, dataset, total
        self.half: int | None = None  # the first evaluation with fewer wrong tokens than this share
        self.every = max(1, total // EVALUATIONS)
        self.dev, self.longest = dataset.dev.first(HEARD[settings.effort.name]), int(dataset.train.lengths.max())
        self.film = padded([dataset.source.encode(text) for text in dataset.film]).long()

    def recall(self, log: list[Event]) -> None:
        """What a resumed run had reached before."""
        self.half = next((e.step for e in log if isinstance(e, Metrics) and e.values["per"] < HALF), None)

    def facts(self, net: nn.Module, part: Part) -> dict[str, Any]:
        """What a viewer needs to know before the first number."""
        right = [[list(way) for way in self.dataset.known(text)] for text in self.dataset.film]
        return {
            "axis": "steps",
            "inputs": list(self.dataset.film),
            "answers": right,
            "learned": len(part),
            "weights": count(net),
            "tokens": list(self.dataset.target.tokens),
        }

    def wants(self, step: int) -> bool:
        return step % self.every == 0 or step in EARLY or step == self.total

    def evaluate(self, step: int, net: nn.Module, loss: float, share: float) -> list[Event]:
        """What can be said after `step` steps. loss: mean of the steps since the last evaluation. share: right tokens given."""
        net.eval()
        judged = score.judged(score.answers_of(net, self.dataset, self.dev), self.dev)
        dev_loss, forced, off_diagonal = score.forced(net, self.dev)
        values = {
            "per": score.per(judged.edits, judged.lengths),
            "wer": score.wer(judged.edits),
            "forced": forced,
            "loss": loss,
            "dev_loss": dev_loss,
            "teacher": 100 * share,
        }
        if self.dataset.source.outside:
            values["wer_unknown"] = score.wer(judged.edits[self.dev.unknown(self.dataset.source)])
        if self.settings.network.ATTENDS:
            values["off_diagonal"] = off_diagonal
        if values["per"] < HALF and self.half is None:
            self.half = step
        seen = [Metrics(step, values), *self.filmed(step, net)]
        net.train()
        return seen

    def filmed(self, step: int, net: nn.Module) -> list[Picture]:
        """What is said to the film's inputs: tokens (W, T), how sure (W, T), where the decoder looks (W, T, S), and p_gen (W, T)."""
        with torch.inference_mode():
            memory = net.read(self.film)
        found = decode.greedy(net, memory, self.dataset.longest)
        ends = (found.tokens == EOS).cumsum(1)
        behind = (ends > 1) | (ends == 1) & (found.tokens != EOS)
        seen = [
            pictures.SAID.at(step, found.tokens.masked_fill(behind, 0).to(torch.uint8).numpy()),
            pictures.SURE.at(step, found.sure.half().numpy()),
        ]
        for kind, array in ((pictures.LOOKED, found.looked), (pictures.GENERATED, found.generated)):
            seen += [] if array is None else [kind.at(step, array.half().numpy())]
        return seen

    def run_ends(self, step: int, net: nn.Module) -> list[Event]:
        """The end: errors on the test part, those on inputs longer than any that was learned by themselves."""
        net.eval()
        known, longer = self.dataset.test.up_to(self.longest), self.dataset.test.beyond(self.longest)
        judged = score.judged(score.answers_of(net, self.dataset, known), known)
        loss, forced, off_diagonal = score.forced(net, known)
        wer = score.wer(judged.edits)
        summary = {
            "per": score.per(judged.edits, judged.lengths),
            "wer": wer,
            "forced": forced,
            "test_loss": loss,
            "accuracy": 100 - wer,
            "weights": count(net),
            "repeats": 100 * float(score.doubled(judged).mean()),
            "steps_to_half": self.half or self.total,
        }
        if self.settings.network.ATTENDS:
            summary["off_diagonal"] = off_diagonal
        if self.dataset.source.outside:
            summary["wer_unknown"] = score.wer(judged.edits[known.unknown(self.dataset.source)])
        if len(longer):
            summary["wer_longer"] = score.wer(score.judged(score.answers_of(net, self.dataset, longer), longer).edits)
        return [
            *no_better_than_guessing(step, forced, trivial.level(self.settings.task, 2)),
            Finished(step, summary, {"network": to_model(net)}),
        ]


def no_better_than_guessing(step: int, forced: float, guessed: float) -> Iterator[Warned]:
    """A warning when a network that is given every last token says the next one hardly better than a rule that looks at nothing
    else: it has not learned to read. forced, guessed: wrong tokens in percent of both."""
    if forced > HARDLY * guessed:
        yield Warned(
            step,
            "no better than guessing",
            f"After {step} steps {forced:.0f} % of the next tokens are wrong. A rule that looks at the last token alone gets "
            f"{guessed:.0f} % wrong: the network is hardly better than guessing and does not use its input. More steps help where "
            "there were few; otherwise try a lower learning rate.",
        )
