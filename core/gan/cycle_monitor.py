"""What is seen of two translators: the same digits there and back, whether their class can still be read, and what is lost."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.events import Event, Finished, Metrics
from core.gan import pictures, quality, sets
from core.nets import count, to_model

LOOKS = 30  # in a run, evenly spread; and a few at its very beginning
EARLY = (1, 10, 20, 40)  # steps after which it looks as well
READ = 100  # digits of either set that every evaluation reads; at the end all test digits
SHOWN = 10  # digits of either set, one of each class


class CycleMonitor:
    """Measures beside the training and never changes it. there, back: the two duels of `cycle.Pair`."""

    def __init__(self, settings: Any, there: Any, back: Any):
        self.settings, self.there, self.back = settings, there, back
        self.total, self.change = settings.data.steps, settings.data.change
        self.every = max(1, self.total // LOOKS)

    def facts(self) -> dict[str, Any]:
        """What is known before the first step."""
        return {"parameters_G": count(self.there.G), "parameters_D": count(self.there.D), "whole": True}

    def wants(self, step: int) -> bool:
        """Whether one is due after this step."""
        return step < self.total and (step in EARLY or step % self.every == 0)

    def begins(self) -> Iterator[Event]:
        yield from self.seen(0)
        yield Metrics(0, self.measured(READ))

    def observe(self, step: int, d_loss: Tensor, g_loss: Tensor) -> Iterator[Event]:
        """What is seen and what is measured."""
        yield from self.seen(step)
        yield Metrics(step, self.measured(READ) | {"d_loss": d_loss.item(), "g_loss": g_loss.item()})

    def phase(self, step: int, who: str, d_loss: Tensor, g_loss: Tensor) -> Iterator[Event]:
        """One phase of a step in slow motion: `who` has just learned."""
        yield from self.observe(step, d_loss, g_loss)
        yield pictures.PHASE.at(step, np.array([0 if who == "D" else 1], np.uint8))

    def run_ends(self, step: int) -> Iterator[Event]:
        """The last evaluation, with all test digits, and all four networks."""
        yield from self.seen(step)
        found = self.measured(None)
        yield Metrics(step, found)
        nets = {"G": self.there.G, "F": self.back.G, "D of G": self.there.D, "D of F": self.back.D}
        summary = found | self.distances()
        yield Finished(step, summary, {name: to_model(net) for name, net in nets.items()})

    @torch.inference_mode()
    def seen(self, step: int) -> Iterator[Event]:
        """The same digits of both sets, what is made of them, and what comes back."""
        rows = []
        for first, one, other in ((self.back, self.there, self.back), (self.there, self.back, self.there)):
            x = first.world.test_x[one_of_each(first.world.test_y)]
            made = still(one.G, x)
            rows.append(torch.stack([x, made, still(other.G, made)]))
        yield pictures.CYCLE.at(step, as_bytes(torch.stack(rows)))

    @torch.inference_mode()
    def measured(self, most: int | None) -> dict[str, float]:
        """How many digits can still be read as what they were, either way, and how far they come back from where they began.
        most: so many digits of either set."""
        x, y = spread(self.back.world, most), spread(self.there.world, most)
        made, back = still(self.there.G, x[0]), still(self.back.G, y[0])
        return {
            "kept": quality.as_asked(quality.answers(sets.undone(made, self.change)), x[1]),
            "kept_back": quality.as_asked(quality.answers(back), y[1]),
            "lost": (still(self.back.G, made) - x[0]).abs().mean().item() / 2,
        }

    @torch.inference_mode()
    def distances(self) -> dict[str, float]:
        """The Fréchet distance of what G makes from the digits of the other set, as the judge sees both once the change is undone;
        and what digits that are left as they are reach in this and in `kept`."""
        x, y = (duel.world for duel in (self.back, self.there))
        aim = quality.features(sets.undone(y.test_x, self.change))

        def far(made: Tensor) -> float:
            return quality.frechet(quality.features(sets.undone(made, self.change)), aim)

        alone = quality.answers(sets.undone(x.test_x, self.change))
        return {
            "distance": far(still(self.there.G, x.test_x)),
            "left_distance": far(x.test_x),
            "left_kept": quality.as_asked(alone, x.test_y),
            "floor": quality.frechet(quality.features(x.test_x), aim),
        }


def spread(world: sets.DigitSet, most: int | None) -> tuple[Tensor, Tensor]:
    """Test digits of a set, evenly from the first to the last, and their classes; all of them where `most` is None."""
    n = len(world.test_x)
    index = torch.arange(most or n) * n // (most or n)
    return world.test_x[index], world.test_y[index]


def one_of_each(y: Tensor) -> Tensor:
    """The place of the first digit of each class in classes (N,): (SHOWN,)."""
    return torch.stack([(y == digit).nonzero()[0, 0] for digit in range(SHOWN)])


def still(net: torch.nn.Module, x: Tensor) -> Tensor:
    """What the network makes of pictures while it stands still, one by one."""
    was = net.training
    net.eval()
    made = torch.cat([net(part) for part in x.split(200)])
    net.train(was)
    return made


def as_bytes(x: Tensor) -> np.ndarray:
    """Grey pictures (..., 1, H, W) in [−1, 1] as 8-bit (..., H, W)."""
    return (127.5 * (x.clamp(-1, 1) + 1)).round().byte().squeeze(-3).numpy()
