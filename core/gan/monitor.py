"""What is seen of the duel: fakes, D's field and its gradient at them, the same codes through time; and trouble, by its name."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.events import Event, Finished, Metrics
from core.gan import clouds, losses, models, pictures, quality, rivals, worlds
from core.gan.settings import JUDGED, REACH, GanSettings
from core.gan.trouble import Troubles
from core.gan.worlds import DigitData
from core.loop import seeded
from core.nets import count, to_model

LOOKS = {
    "plane": 60,
    "drawn": 60,
    "clouds": 60,
    "digits": 40,
}  # in a run, evenly spread; and a few at its very beginning
EARLY = (1, 5, 10, 20, 40)  # steps after which it looks as well
ASKED = {
    "plane": JUDGED,
    "drawn": JUDGED,
    "clouds": JUDGED,
    "digits": 200,
}  # fakes that every evaluation judges; at the end all of them
NEARBY = 500  # points of either kind whose neighbours every evaluation searches
SHOWN, ARROWS = 300, 60  # points drawn of either kind, and fakes at which D's gradient is drawn
ROWS = 4  # of ten pictures in the film
GRID, LATTICE = 41, 13  # places along each side of the field, and lines of the codes' grid each way


@dataclass(frozen=True)
class Evaluation:
    """What both players give at one moment, while they stand still; each network is asked once.

    fake: G's answers to the first codes (N, ...). said: what the judge reads in them (N, 10), None on the plane. real_score,
    fake_score: D's scores (n,) of real examples and of the first fakes. kind: of the first fakes (n,). kinds: all there are.
    """

    fake: Tensor
    said: Tensor | None
    real_score: Tensor
    fake_score: Tensor
    kind: Tensor
    kinds: range


class Monitor:
    """Measures beside the training and never changes it."""

    def __init__(self, settings: GanSettings, world, G, D):
        self.settings, self.world, self.G, self.D = settings, world, G, D
        self.total, self.of_digits = settings.data.steps, isinstance(world, DigitData)
        self.every = max(1, self.total // LOOKS[settings.data.name])
        self.latent = settings.data.latent
        self.z, self.y, self.real, self.real_y = worlds.probe(world, settings.seed, JUDGED)
        self.troubles = Troubles(self.total)

    def facts(self) -> dict[str, Any]:
        """What is known before the first step."""
        return {"parameters_G": count(self.G), "parameters_D": count(self.D), "whole": True, "modes": len(self.kinds)}

    @property
    def kinds(self) -> range:
        """Numbers of what should be covered: classes of digits, spots of a shape, sectors around the middle."""
        if self.of_digits:
            return range(len(self.world.classes))
        return range(8 if self.world.modes is None else len(self.world.modes))

    def begins(self) -> Iterator[Event]:
        if self.of_digits:
            yield pictures.REAL.at(0, as_bytes(self.real[:: max(1, len(self.real) // (10 * ROWS))][: 10 * ROWS]))
        else:
            yield pictures.REAL.at(0, self.real[:SHOWN].half().numpy())
        evaluation = self.look(self.settings)
        yield from self.seen(0, self.settings, evaluation)
        yield Metrics(0, self.measured(self.settings, evaluation))

    def wants(self, step: int) -> bool:
        """Whether one is due after this step."""
        return step < self.total and (step in EARLY or step % self.every == 0)

    def observe(self, step: int, now: GanSettings, d_loss: Tensor, g_loss: Tensor) -> Iterator[Event]:
        """What is seen, what is measured, and what is in trouble."""
        evaluation = self.look(now)
        yield from self.seen(step, now, evaluation)
        yield from self.troubles.observe(step, now, evaluation)
        yield Metrics(step, self.numbers(now, evaluation, d_loss, g_loss))

    def phase(self, step: int, who: str, now: GanSettings, d_loss: Tensor, g_loss: Tensor) -> Iterator[Event]:
        """One phase of a step in slow motion: `who` has just learned."""
        evaluation = self.look(now)
        yield from self.seen(step, now, evaluation)
        yield Metrics(step, self.numbers(now, evaluation, d_loss, g_loss))
        yield pictures.PHASE.at(step, np.array([0 if who == "D" else 1], np.uint8))

    # ---- what both give ----

    def look(self, now: GanSettings) -> Evaluation:
        """What both give now, of as many fakes as every evaluation judges."""
        self.latent = now.data.latent
        return self.evaluate(ASKED[now.data.name])

    @torch.inference_mode()
    def evaluate(self, n: int) -> Evaluation:
        """Asks G for n fakes, the judge about all of them where they are digits, and D about the first."""
        fake = self.fakes(n)
        said = quality.answers(fake) if self.of_digits else None
        first = fake[: ASKED["digits"]]
        kind = self.kind_of(first, None if said is None else said[: len(first)])
        return Evaluation(fake, said, *self.score_pair(first), kind, self.kinds)

    def codes_now(self, n: int) -> tuple[Tensor, Tensor | None]:
        """The first n of the codes that never change, as far as they are drawn now, and their classes."""
        return worlds.silenced(self.z[:n], self.latent), None if self.y is None else self.y[:n]

    def fakes(self, n: int) -> Tensor:
        """G's answers to the first n codes, as it would give them one by one."""
        z, y = self.codes_now(n)
        self.G.eval()
        with torch.inference_mode():
            made = self.G(z, y)
        self.G.train()
        return made.clone()

    def scores(self, x: Tensor, y: Tensor | None) -> Tensor:
        """D's raw score of every example alone: (N,)."""
        was = self.D.training
        self.D.eval()
        found = models.alone(self.D, x, y)
        self.D.train(was)
        return found

    def score_pair(self, fake: Tensor) -> tuple[Tensor, Tensor]:
        """D's scores of as many real examples, which it may not have seen, and of the first fakes (n, ...)."""
        n = len(fake)
        index = torch.arange(n) * len(self.real) // n  # test digits are sorted by class: evenly from first to last
        real = self.scores(self.real[index], None if self.real_y is None else self.real_y[index])
        return real, self.scores(fake, self.codes_now(n)[1])

    # ---- pictures ----

    def seen(self, step: int, now: GanSettings, evaluation: Evaluation) -> Iterator[Event]:
        """The pictures of one evaluation."""
        if self.of_digits:
            yield pictures.FILM.at(step, as_bytes(evaluation.fake[: 10 * ROWS]))
        else:
            fake = evaluation.fake[:SHOWN]
            yield pictures.FAKE.at(step, fake.half().numpy())
            yield pictures.FIELD.at(step, self.field(now, fake))
            yield pictures.ARROWS.at(step, self.arrows(now, fake[:ARROWS]).half().numpy())
            yield pictures.LATTICE.at(step, self.lattice().half().numpy())
        yield pictures.SCORES.at(
            step, torch.stack([evaluation.real_score, evaluation.fake_score]).numpy().astype(np.float16)
        )

    @torch.inference_mode()
    def field(self, now: GanSettings, fake: Tensor) -> np.ndarray:
        """How real D finds every place of the plane: (GRID, GRID) uint8, rows from below, 255 is real."""
        axis = torch.linspace(-REACH, REACH, GRID)
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        found = self.scores(torch.stack([x.flatten(), y.flatten()], 1), None)
        if now.method.score == "target":
            share = found.clamp(0, 1)
        elif now.critic:  # scores without a zero: the middle between real and fake is grey
            real = self.scores(self.real[:SHOWN], None)
            middle, width = (real.mean() + self.scores(fake, None).mean()) / 2, found.std() + 1e-6
            share = ((found - middle) / width).sigmoid()
        else:
            share = found.sigmoid()
        return (255 * share).round().byte().view(GRID, GRID).numpy()

    def arrows(self, now: GanSettings, fake: Tensor) -> Tensor:
        """Where G's loss pushes each of these fakes: −N ∂L/∂x, (N, 2)."""
        x = fake.clone().requires_grad_(True)
        loss = losses.LOSSES[now.method.name][1](self.scores(x, None))
        return -len(x) * torch.autograd.grad(loss, x)[0]

    @torch.inference_mode()
    def lattice(self) -> Tensor:
        """A grid of codes, evenly likely, bent over the plane by G: (LATTICE, LATTICE, 2); of one number a line."""
        axis = torch.special.ndtri(torch.linspace(0.02, 0.98, LATTICE))
        a, b = torch.meshgrid(axis, axis if self.latent > 1 else torch.zeros(1), indexing="ij")
        z = torch.zeros(a.numel(), self.world.places)
        z[:, 0], z[:, 1] = a.flatten(), b.flatten()
        return self.G(z).view(*a.shape, 2)

    # ---- numbers ----

    def kind_of(self, x: Tensor, said: Tensor | None) -> Tensor:
        """Which of the kinds each example is of: (N,). said: what the judge reads in pictures (N, 10)."""
        if self.of_digits:
            return said[:, self.world.classes].argmax(1)
        if self.world.modes is not None:
            return torch.cdist(x, self.world.modes).argmin(1)
        return ((torch.atan2(x[:, 1], x[:, 0]) / (2 * torch.pi) + 0.5) * 8).long().clamp(0, 7)

    def numbers(self, now: GanSettings, evaluation: Evaluation, d_loss: Tensor, g_loss: Tensor) -> dict[str, float]:
        """What is measured during a run."""
        return self.measured(now, evaluation) | {"d_loss": d_loss.item(), "g_loss": g_loss.item()}

    @torch.inference_mode()
    def measured(self, now: GanSettings, evaluation: Evaluation) -> dict[str, float]:
        """The numbers of one evaluation, over all its fakes."""
        found, fake = opinions(now, evaluation.real_score, evaluation.fake_score), evaluation.fake
        if self.of_digits:
            read = quality.of_classes(evaluation.said, self.world.classes)
            return found | {"kinds": read["kinds"], "confidence": read["confidence"]} | self.asked(evaluation)
        if self.world.modes is not None:
            met = quality.modes_met(fake, self.world.modes, self.settings.data.spread)
            if self.world.shape == "clouds":
                return self.measures(now, evaluation) | found | {"good": met.good}
            return found | {"good": met.good, "strict": met.strict, "lenient": met.covered}
        near = quality.neighbourhoods(self.real[:NEARBY], fake[:NEARBY])
        return found | {"precision": near["precision"], "coverage": near["coverage"]}

    def measures(self, now: GanSettings, evaluation: Evaluation) -> dict[str, float]:
        """What D measures between two clouds, beside the exact value; how strongly it pushes the fakes; and how far they lie."""
        real, fake = evaluation.real_score, evaluation.fake_score
        place = clouds.Place(round(self.G.middle.norm().item(), 2), 0.0, round(self.G.width.item(), 2), now.data.spread)
        with torch.inference_mode(False):
            push = self.arrows(now, evaluation.fake[:ARROWS]).norm(dim=1).mean().item()
        found = {"apart": place.distance, "push": push}
        if now.method.score == "logit":
            bound = (math.log(4) - losses.d_logistic(real, fake).item()) / 2
            return found | {"js": clouds.js(place), "js_seen": bound}
        if losses.LOSSES[now.method.name][0] is losses.d_wasserstein and push:
            height = (real.mean() - fake.mean()).item()
            return found | {
                "w1": clouds.w1(place),
                "w1_seen": height / push,
            }  # of a critic that is nowhere steeper than 1
        return found

    def run_ends(self, step: int, now: GanSettings) -> Iterator[Event]:
        """The last evaluation, with all examples, and both players."""
        self.latent = now.data.latent
        evaluation = self.evaluate(JUDGED)
        yield from self.seen(step, now, evaluation)
        found, summary = self.measured(now, evaluation), self.judged(evaluation)
        yield Metrics(step, found | {name: summary[name] for name in ("precision", "recall", "coverage", "frechet")})
        yield Finished(step, found | summary, {"G": to_model(self.G), "D": to_model(self.D)})

    def others(self) -> Tensor:
        """As many other real examples: their distance from the first ones is what no fake can beat."""
        return self.world.sample(len(self.real), seeded(self.settings.seed + 20_000))[0]

    @torch.inference_mode()
    def judged(self, evaluation: Evaluation) -> dict[str, float]:
        """How good the fakes of a finished run are, and the Fréchet distance between real examples and others of them."""
        return rivals.scores(self.world, self.real, evaluation.fake, evaluation.said) | {"floor": self.floor()}

    def asked(self, evaluation: Evaluation) -> dict[str, float]:
        """How many fakes are read as the class that G was asked for, where it is told one."""
        if not self.settings.data.conditional:
            return {}
        return {"asked": quality.as_asked(evaluation.said, self.y[: len(evaluation.said)])}

    def floor(self) -> float:
        """The Fréchet distance of other real examples: what no fake can be expected to beat."""
        pair = self.real, self.others()
        return quality.frechet(*(map(quality.features, pair) if self.of_digits else pair))


def opinions(now: GanSettings, real: Tensor, fake: Tensor) -> dict[str, float]:
    """What D thinks on average: a probability where the loss has one, the raw score where not."""
    if now.critic:
        return {"c_real": real.mean().item(), "c_fake": fake.mean().item()}
    as_share = (lambda s: s) if now.method.score == "target" else torch.sigmoid
    return {"d_real": as_share(real).mean().item(), "d_fake": as_share(fake).mean().item()}


def as_bytes(x: Tensor) -> np.ndarray:
    """Grey pictures (N, 1, H, W) in [−1, 1] as 8-bit (N, H, W)."""
    return (127.5 * (x.clamp(-1, 1) + 1)).round().byte().squeeze(1).numpy()
