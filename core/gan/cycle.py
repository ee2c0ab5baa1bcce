"""CycleGAN: two translators between two sets without pairs, each against a D of its own, and both together there and back."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from core.events import Event, Started
from core.gan import losses, models, sets
from core.gan.cycle_monitor import CycleMonitor
from core.gan.settings import GanSettings
from core.gan.train import PAUSE, D_learns, Duel, optimizer, set_rates
from core.loop import broken, diverged, seeded
from core.steering import Steering


class Pair(NamedTuple):
    """there: G makes changed digits of upright ones, against the D of changed ones. back: F the other way round."""

    there: Duel
    back: Duel


def train(settings: GanSettings, steering: Steering | None = None) -> Iterator[Event]:
    """The run that `settings` describe. The same settings, and the same turns of the knobs, give the same events."""
    steering, pair, total = steering or Steering(settings), begin(settings), settings.data.steps
    monitor = CycleMonitor(settings, pair.there, pair.back)
    yield Started(total, monitor.facts())
    yield from steering.report(monitor.begins())
    lost_D = lost_G = torch.zeros(())
    for step in range(1, total + 1):
        yield from steering.take(step - 1)
        now = steering.settings
        for duel in pair:
            set_rates(duel, now, step)
        for k in range(now.method.critic_steps):
            x, y = (duel.world.sample(now.data.batch, duel.random)[0] for duel in (pair.back, pair.there))
            with torch.set_grad_enabled(k == now.method.critic_steps - 1 and now.players != "d"):
                made_y, made_x = pair.there.G(x), pair.back.G(y)
            if now.players != "g":
                lost_D = D_learns(pair.there, now, y, made_y.detach(), None)
                lost_D = lost_D + D_learns(pair.back, now, x, made_x.detach(), None)
        if now.motion == "phases" and now.players != "g":
            yield from steering.report(monitor.phase(step, "D", lost_D, lost_G), PAUSE)
        if now.players != "d":
            lost_G = translators_learn(pair, now, x, y, made_x, made_y)
        if broken(lost_D, lost_G):
            yield from diverged(step)
            return
        if now.motion == "phases" and now.players != "d":
            yield from steering.report(monitor.phase(step, "G", lost_D, lost_G), PAUSE)
        if now.motion == "whole" and monitor.wants(step):
            yield from steering.report(monitor.observe(step, lost_D, lost_G))
    yield from steering.report(monitor.run_ends(total))


def begin(settings: GanSettings) -> Pair:
    """Both translators and both D before their first step."""
    upright, changed = sets.both(settings.data.change)
    found, random = [], seeded(settings.seed)
    for world, seed in ((changed, settings.seed), (upright, settings.seed + 2)):
        G, D = models.translator(settings, seed)
        found.append(Duel(world, G, D, *(optimizer(net, settings.beta) for net in (G, D)), random))
    return Pair(*found)


def translators_learn(pair: Pair, now: GanSettings, x: Tensor, y: Tensor, made_x: Tensor, made_y: Tensor) -> Tensor:
    """One step of both translators at once: each fools its D, and there and back again must lead to the same picture
    (Zhu et al. 2017, equation 3). x, y: pictures of either set; made_y = G(x), made_x = F(y). Returns the loss."""
    fool = losses.LOSSES[now.method.name][1]
    for duel in pair:
        duel.D.requires_grad_(False)
        duel.adam_G.zero_grad()
    loss = fool(pair.there.D(made_y)) + fool(pair.back.D(made_x))
    if now.data.cycle:
        loss = loss + now.data.cycle * losses.cycle_loss(x, pair.back.G(made_y), y, pair.there.G(made_x))
    loss.backward()
    for duel in pair:
        duel.adam_G.step()
        duel.D.requires_grad_(True)
    return loss.detach()
