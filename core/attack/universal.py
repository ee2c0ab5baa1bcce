"""One change for all pictures, learned from some and tried on others."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.attack import pictures, report
from core.attack import settings as s
from core.attack.ball import LEVELS, Ball, saved
from core.attack.gradient import gradient
from core.attack.models import Aim, Victims, aim_for, answers, ask, victims
from core.attack.notes import note
from core.data import digits, photos
from core.events import Event, Finished, Metrics, Started
from core.loop import batches, hits, seeded, steps_of
from core.subject.models import as_bytes
from core.verdict import Verdict, verdict

CLIP = 9.0  # β: a picture whose loss is larger is fooled for good and pushes no more
STRIDE = 0.1  # length of a step, as a share of ε
LEARNED_FROM = 1000  # training digits
BATCH = {True: 4, False: 100}  # photos, digits
REPORTS = 20  # points of the curves
NOISY = 20  # pictures under noise, at least: one picture is drawn as often


@dataclass(frozen=True)
class Clipped(Aim):
    """As Aim, with the loss cut off at β."""

    def loss(self, logits: Tensor) -> Tensor:
        return super().loss(logits).clamp_max(CLIP)

    def only(self, index: Tensor) -> "Clipped":
        return Clipped(self.label[index], self.targeted)


def universal(
    net: nn.Module, x: Tensor, aim: Aim, ball: Ball, rounds: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """Stochastic gradient ascent on the mean clipped loss of x + δ (Shafahi et al. 2020, algorithm 2); x (N, C, H, W).

    Yields the change δ (1, C, H, W) after each mini-batch. It stays in the ball around 0, and is not clamped to [0, 1]:
    that happens to picture + δ. Moosavi-Dezfooli et al. 2017, who found such changes, add up the smallest changes
    (DeepFool) of one picture after the other; the sum over a mini-batch costs one gradient per picture and goes further.
    """
    aim, delta, size = Clipped(aim.label, aim.targeted), torch.zeros_like(x[:1]), BATCH[x.shape[1] == 3]
    for _, index, _ in batches(len(x), size, rounds, generator):
        rise, _ = gradient(net, (x[index] + delta).clamp(0, 1), aim.only(index))
        delta = ball.inside(delta + STRIDE * ball.steepest(rise.mean(0, keepdim=True)))
        yield delta


def train_universal(method: s.Universal, subject: s.Subject, goal: s.Goal, seed: int) -> Iterator[Event]:
    """Learns δ from training digits, or from the shipped photos but the one shown, and tries it on the pictures chosen.

    Every number and picture is that of the 8-bit picture. Percentages of the pictures tried: right, those still
    right with δ, and noise, those under random noise of the same size; truth and wrong, the mean probability of the
    right answer, and of the best wrong or the wanted one. Raises RunError or BadPicture for a subject that is not there.
    """
    generator, tried, ball = seeded(seed), victims(subject), Ball(method.norm, method.epsilon / LEVELS)
    learned = others(subject, tried, generator)
    wanted = wish(learned, goal)
    noise = under_noise(tried, ball, generator)
    total = steps_of(len(learned.x), BATCH[tried.photo], method.rounds)
    aim, first, before = aim_at(tried, wanted), tried.only(slice(0, 1)), answers(tried.net, tried.x)
    yield Started(
        total,
        report.facts(first, aim.only(slice(0, 1)))
        | {"axis": "steps", "count": len(tried.x), "learned_from": len(learned.x)},
    )
    yield pictures.CLEAN.at(0, as_bytes(tried.x[0]))
    for step, delta in enumerate(
        universal(learned.net, learned.x, aim_at(learned, wanted), ball, method.rounds, generator), 1
    ):
        if step * REPORTS // total > (step - 1) * REPORTS // total:
            attacked = added(tried.x, delta, ball)
            now = report.measured(tried, aim, before, attacked) | ({"noise": noise} if len(tried.x) > 1 else {})
            yield Metrics(step, now)
            yield pictures.ATTACKED.at(step, as_bytes(attacked[0]))
            yield pictures.CHANGE.at(step, as_bytes(attacked[0]).astype(np.int16) - as_bytes(tried.x[0]))
    noisy = saved(first.x, ball.noise(first.x, generator), ball)
    after = {
        "answers_after": report.best(first, ask(first.net, attacked[:1])),
        "answers_noise": report.best(first, ask(first.net, noisy)),
    }
    after |= {"noise": noise} | ({} if tried.photo else held_out(tried, delta, ball, generator))
    yield Finished(total, now | after | {"note": note(outcome(len(learned.x), after))})


def outcome(count: int, end: dict) -> list[Verdict]:
    """What the change does to this picture, and to all test digits. count: from how many pictures it was learned."""
    said = [
        verdict("universal", count=count),
        verdict("universal-says", name=end["answers_after"][0][0], noise=end["answers_noise"][0][0]),
    ]
    if "held_out" in end:
        said.append(verdict("universal-held-out", right=end["held_out"], noise=end["noise_held_out"]))
    return said


def others(subject: s.Subject, tried: Victims, generator: torch.Generator) -> Victims:
    """What δ is learned from: training digits and the truth, or photos other than the one shown and the network's answers."""
    if tried.photo:
        shown = getattr(subject, "photo", None)
        x = torch.stack([photos.load(name) for name in photos.FILES if name != shown])
        return Victims(tried.net, x, answers(tried.net, x), tried.names)
    data = digits.load()
    index = torch.randperm(len(data.train_x), generator=generator)[:LEARNED_FROM]
    return Victims(tried.net, data.train_x[index], data.train_y[index], tried.names)


def wish(learned: Victims, goal: s.Goal) -> int | None:
    """The one answer wanted of all pictures; None for any wrong one. Least: the least likely on average."""
    if isinstance(goal, s.Away):
        return None
    if isinstance(goal, s.Least):
        return int(ask(learned.net, learned.x).softmax(1).mean(0).argmin())
    return int(aim_for(learned, goal).label[0])


def aim_at(pictures: Victims, wanted: int | None) -> Aim:
    """Away from the right answers, or towards the one wanted."""
    return Aim(pictures.y) if wanted is None else Aim(torch.full_like(pictures.y, wanted), targeted=True)


def added(x: Tensor, delta: Tensor, ball: Ball) -> Tensor:
    """Pictures (N, C, H, W) with the change δ (1, C, H, W), clamped and saved with 8 bits."""
    return saved(x, ball.project(x, x + delta), ball)


def under_noise(tried: Victims, ball: Ball, generator: torch.Generator) -> float:
    """The control: how many, in percent, stay right under noise of the same size."""
    often = -(-NOISY // len(tried.x))
    x, y = tried.x.repeat(often, 1, 1, 1), tried.y.repeat(often)
    return hits(ask(tried.net, saved(x, ball.noise(x, generator), ball)), y)


def held_out(tried: Victims, delta: Tensor, ball: Ball, generator: torch.Generator) -> dict[str, float]:
    """Of all test digits, in percent, those still right with δ, and those under noise of the same size."""
    data = digits.load()
    every = Victims(tried.net, data.test_x, data.test_y, tried.names)
    return {
        "held_out": hits(ask(every.net, added(every.x, delta, ball)), every.y),
        "noise_held_out": under_noise(every, ball, generator),
    }
