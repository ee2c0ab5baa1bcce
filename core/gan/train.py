"""Training in the GAN lab: D's steps, then one of G, in a flat loop that turning the knobs may steer."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.events import Event, Started
from core.gan import losses, models, worlds
from core.gan.monitor import Monitor
from core.gan.settings import GanSettings
from core.gan.several import Several
from core.loop import broken, diverged, seeded
from core.side_by_side import stacked
from core.steering import Steering

PAUSE = 0.9  # seconds that a phase is shown in slow motion


@dataclass(frozen=True)
class Duel:
    """The two players, what each learns with (Adam, but for a cloud), and the world between them. Of several seeds all pairs of
    players, side by side: then everything that is computed has one dimension more, the seeds, before all others."""

    world: worlds.PlaneData | worlds.DigitData | worlds.Several
    G: nn.Module
    D: nn.Module
    adam_G: torch.optim.Optimizer
    adam_D: torch.optim.Optimizer
    random: torch.Generator | list[torch.Generator]


def train(settings: GanSettings, steering: Steering | None = None) -> Iterator[Event]:
    """The run that `settings` describe. The same settings, and the same turns of the knobs, give the same events."""
    if settings.data.name == "sets":
        from core.gan import cycle  # which takes the steps of D from here

        yield from cycle.train(settings, steering)
        return
    steering, duel, total = steering or Steering(settings), begin(settings), settings.data.steps
    monitor = (Monitor if settings.together == 1 else Several)(settings, duel.world, duel.G, duel.D)
    yield Started(total, monitor.facts())
    yield from steering.report(monitor.begins())
    lost_D = lost_G = torch.zeros(())
    for step in range(1, total + 1):
        yield from steering.take(step - 1)
        now = steering.settings
        set_rates(duel, now, step)
        put_cloud(duel, now)
        for k in range(now.method.critic_steps):
            real, fake, y = examples(duel, now, teaches_G=k == now.method.critic_steps - 1 and now.players != "d")
            if now.players != "g":
                lost_D = D_learns(duel, now, real, fake.detach(), y)
        if now.motion == "phases" and now.players != "g":
            yield from steering.report(monitor.phase(step, "D", now, lost_D, lost_G), PAUSE)
        if now.players != "d":
            lost_G = G_learns(duel, now, fake, y)
        if broken(lost_D.sum(), lost_G.sum()):
            yield from diverged(step)
            return
        if now.motion == "phases" and now.players != "d":
            yield from steering.report(monitor.phase(step, "G", now, lost_D, lost_G), PAUSE)
        if now.motion == "whole" and monitor.wants(step):
            yield from steering.report(monitor.observe(step, now, lost_D, lost_G))
    yield from steering.report(monitor.run_ends(total, steering.settings))


def begin(settings: GanSettings) -> Duel:
    """Fresh players before their first step. Raises ValueError with a sentence when a drawing shows nothing."""
    if settings.together == 1:
        world, (G, D), random = worlds.world_of(settings), models.players(settings), seeded(settings.seed)
    else:
        each = settings.each()
        G, D = (stacked(nets) for nets in zip(*map(models.players, each)))
        world, random = worlds.Several(worlds.world_of(settings)), [seeded(one.seed) for one in each]
    return Duel(world, G, D, *(optimizer(net, settings.beta) for net in (G, D)), random)


def optimizer(net: nn.Module, beta: float) -> torch.optim.Optimizer:
    """Adam; for a cloud plain gradient descent: Adam would make a step as large out of a gradient that has all but vanished."""
    if isinstance(net, models.CloudG):
        return torch.optim.SGD(net.parameters())
    return torch.optim.Adam(net.parameters(), betas=(beta, 0.999), fused=True)


def put_cloud(duel: Duel, now: GanSettings) -> None:
    """Fakes that are a cloud go where its knobs have just been turned to."""
    if isinstance(duel.G, models.CloudG):
        duel.G.put(now.data.distance, now.data.angle, now.data.width)


def set_rates(duel: Duel, now: GanSettings, step: int) -> None:
    """The learning rates of both, as the knobs stand and as far as the run is."""
    share = fall(step, now.data.steps) if now.decay else 1.0
    for adam, rate in ((duel.adam_G, now.data.g_rate), (duel.adam_D, now.data.d_rate)):
        adam.param_groups[0]["lr"] = rate * share


def fall(step: int, total: int) -> float:
    """1 for half of the run, then down to nearly 0: two players that both keep moving never come to rest."""
    return min(1.0, 2 * (1 - (step - 1) / total))


def examples(duel: Duel, now: GanSettings, teaches_G: bool) -> tuple[Tensor, Tensor, Tensor | None]:
    """A batch of real examples, as many fakes, and the classes of the first, which the others were asked for.

    teaches_G: the fakes keep the way back into G; only the last ones of a step need it.
    """
    real, y = duel.world.sample(now.data.batch, duel.random)
    z, __ = duel.world.codes(now.data.batch, duel.random, now.data.latent)
    with torch.set_grad_enabled(teaches_G):
        return real, duel.G(z, y), y


def D_learns(duel: Duel, now: GanSettings, real: Tensor, fake: Tensor, y: Tensor | None) -> Tensor:
    """One step of D; returns its loss with what it pays for its gradient. Of several seeds each has its own, and learns by that alone."""
    loss = losses.LOSSES[now.method.name][0](*scored(duel.D, real, fake, y)) + penalties(duel, now, real, fake, y)
    duel.adam_D.zero_grad()
    loss.sum().backward()
    duel.adam_D.step()
    if now.method.name == "wgan":
        losses.clip_weights(duel.D, now.method.clip)
    return loss.detach()


def G_learns(duel: Duel, now: GanSettings, fake: Tensor, y: Tensor | None) -> Tensor:
    """One step of G on fakes that it has already made; returns its loss. D's own gradients are not needed, so they are not computed."""
    duel.D.requires_grad_(False)
    loss = losses.LOSSES[now.method.name][1](duel.D(fake, y))
    duel.adam_G.zero_grad()
    loss.sum().backward()
    duel.adam_G.step()
    duel.D.requires_grad_(True)
    return loss.detach()


def scored(D: nn.Module, real: Tensor, fake: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
    """D's scores of real examples and of fakes. With BatchNorm each have a batch of their own; without, one pass serves both.

    Where y is not None, D judges every example by the class that it should be of (Mirza, Osindero 2014, equation 2).
    """
    if D.arch.get("normed"):
        return D(real, y), D(fake, y)
    both = D(torch.cat([real, fake], along(real)), None if y is None else torch.cat([y, y]))
    return both.chunk(2, -1)


def along(x: Tensor) -> int:
    """The dimension of a batch: points of several seeds side by side, (S, N, 2), have them before it."""
    return int(x.dim() == 3)


def penalties(duel: Duel, now: GanSettings, real: Tensor, fake: Tensor, y: Tensor | None) -> Tensor:
    """What D pays for its gradient: near 1 between real and fake, near 0 at real examples. Examples that are packed count as one."""
    cost, pack = torch.zeros(()), duel.D.pack
    batch = along(real)
    packs, fakes = models.packed(real, pack, batch), models.packed(fake, pack, batch)

    def judged(x: Tensor) -> Tensor:
        return duel.D(x.flatten(batch, batch + 1), y)

    if now.method.name == "gp":
        between = worlds.evenly(packs.shape[batch], duel.random)
        cost = cost + now.method.penalty * losses.gradient_penalty(judged, packs, fakes, between)
    if now.r1:
        cost = cost + now.r1 * losses.r1_penalty(judged, packs)
    return cost
