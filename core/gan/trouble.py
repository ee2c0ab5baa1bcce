"""Trouble between the two players, by its name and with a remedy."""

from collections.abc import Iterator

import torch

from core.events import Event, Warned
from core.gan import losses, quality
from core.gan.settings import GanSettings

PATIENCE = 3  # evaluations in a row that something must be seen
FEW = 0.5  # of the kinds there are: fewer in effect is a collapse
FAINT = 0.02  # gradient of G's loss by the score, where 1 is the most
SURE = 0.98  # D's accuracy on both
RESTLESS = 0.25  # of all fakes change their kind between two evaluations
SOON = 0.05  # of the run is over before anything counts
LATER = 0.3  # of the run is over before a collapse counts: every G begins in one place

SENTENCES = {
    "strong": "D is too strong: it tells {0:.0f} % of real ones and fakes apart, and its field is flat where the fakes lie. Remedies: "
    "fewer steps of D, a lower learning rate of D, R1, or a gradient penalty.",
    "vanishing": "Vanishing gradient: the gradient of G's loss by D's score is only {0:.4f}, because D is sure of the fakes. Remedy: "
    "the non-saturating loss, whose gradient there is 1.",
    "collapse": "Mode collapse: the fakes are spread over {0:.1f} kinds in effect, of {1} that there are. Remedies: R1 together with "
    "less momentum, a gradient penalty, packing.",
    "oscillation": "Oscillation: between two looks {0:.0f} % of the fakes change their kind; G runs, and D runs after it. Remedies: R1, "
    "lower or falling learning rates, less momentum.",
}


class Troubles:
    """Remembers what was seen at the last evaluations; each kind of trouble is told once."""

    def __init__(self, total: int):
        self.total, self.seen, self.told, self.last = total, {}, set(), None
        self.moves: list[float] = []

    def observe(self, step: int, now: GanSettings, seen) -> Iterator[Event]:
        """What is in trouble after this step. seen: the monitor's evaluation."""
        share = quality.shares(seen.kind, len(seen.kinds))
        many = quality.effective_number(share)
        self.moves = [*self.moves[-5:], 0.5 * (share - self.last).abs().sum().item() if self.last is not None else 0.0]
        self.last = share
        moved = sum(self.moves) / len(self.moves)
        begun, late = step > SOON * self.total, step > LATER * self.total
        told_apart = accuracy(now, seen.real_score, seen.fake_score)
        yield from self._tell(step, "strong", begun and not now.critic and told_apart > SURE, 100 * told_apart)
        gradient, sure_of_fakes = pull(now, seen.fake_score), seen.fake_score.mean() < border(now)
        yield from self._tell(step, "vanishing", begun and sure_of_fakes and gradient < FAINT, gradient)
        yield from self._tell(step, "collapse", late and many < FEW * len(seen.kinds), many, len(seen.kinds))
        yield from self._tell(step, "oscillation", late and moved > RESTLESS, 100 * moved)

    def _tell(self, step: int, kind: str, seen: bool, *numbers: float) -> Iterator[Event]:
        self.seen[kind] = self.seen.get(kind, 0) + 1 if seen else 0
        if self.seen[kind] >= PATIENCE and kind not in self.told:
            self.told.add(kind)
            yield Warned(step, kind, SENTENCES[kind].format(*numbers))


def accuracy(now: GanSettings, real, fake) -> float:
    """The share of real examples and of fakes that D gets right: scores against the border of its loss."""
    return 0.5 * ((real > border(now)).float().mean() + (fake < border(now)).float().mean()).item()


def border(now: GanSettings) -> float:
    """The score between real and fake."""
    return 0.5 if now.method.score == "target" else 0.0


def pull(now: GanSettings, scores) -> float:
    """How strongly G is pulled: the mean gradient of its loss by D's score, whatever its sign. scores: (N,) of fakes."""
    scores = scores.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(losses.LOSSES[now.method.name][1](scores), scores)
    return len(scores) * gradient.abs().mean().item()
