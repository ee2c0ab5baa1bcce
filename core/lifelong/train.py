"""Training in the life-long learning lab: one flat loop over the stream; what a method does stands in its own file."""

from collections.abc import Iterator

import torch

from core.adam import Adam
from core.events import Event, Started
from core.lifelong import dreams, expand, icarl, lwf, models, orders, packnet, penalties, rehearsal
from core.lifelong import settings as s
from core.lifelong.method import Context, Finetune
from core.lifelong.monitor import Monitor
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.loop import batches, broken, diverged, fresh, seeded, steps_of
from core.side_by_side import in_step

METHODS = {
    s.Finetune: Finetune,
    s.L2: penalties.L2,
    s.EWC: penalties.EWC,
    s.OnlineEWC: penalties.OnlineEWC,
    s.MAS: penalties.MAS,
    s.SI: penalties.SI,
    s.RWalk: penalties.RWalk,
    s.SCP: penalties.SCP,
    s.Replay: rehearsal.Replay,
    s.ICaRL: icarl.ICaRL,
    s.Generative: dreams.Dreams,
    s.GEM: rehearsal.GEM,
    s.AGEM: rehearsal.AGEM,
    s.LwF: lwf.LwF,
    s.Progressive: expand.Progressive,
    s.PackNet: packnet.PackNet,
    s.Joint: rehearsal.Joint,
}


def train(settings: LifelongSettings, watched: type[Monitor] = Monitor) -> Iterator[Event]:
    """The run that `settings` describe. The same settings give the same events.

    θ is one vector with all weights. Every step: L_B, the penalty, their gradients, one step of Adam.
    """
    if isinstance(settings.method, s.Orders):
        yield from orders.train(settings)
        return
    if settings.together > 1:
        yield from in_step([train(one, watched) for one in settings.each()])
        return
    tasks, widths, generator = stream(settings), models.widths_of(settings), seeded(settings.seed)
    method = METHODS[type(settings.method)](Context(settings, tasks, widths, generator))
    theta = models.flat(fresh(models.network, settings.seed, settings))
    monitor, step = watched(method), 0
    total = sum(steps_of(len(task.train_y), settings.batch, settings.epochs) for task in tasks)
    yield Started(total, monitor.facts(len(theta)))
    for task in tasks:
        theta = method.begin_task(task, theta).detach().requires_grad_()
        digits = method.prepared(task.train_x)
        yield from monitor.task_begins(step, task, theta)
        adam = Adam([theta])  # new for each task: no momentum of the old one
        for now, index, _ in batches(len(task.train_y), settings.batch, settings.epochs, generator, step):
            batch = x, y = digits.index_select(0, index), task.train_y[index]  # in a third of the time of digits[index]
            loss, (penalty, pull) = method.loss(theta, x, y, task), method.pull(theta, index, task)
            if broken(loss if penalty is None else loss + penalty):
                yield from diverged(now)
                return
            (gradient,) = torch.autograd.grad(loss, theta)
            direction = method.direction(theta, gradient, task)
            theta.grad = direction if pull is None else direction + pull
            before = theta.detach().clone() if method.looks_back else None
            adam.step(settings.learning_rate)
            method.after_step(before, gradient, theta.detach(), batch, task)
            yield from monitor.after_step(now, theta.detach(), loss, penalty)
        step, theta = now, theta.detach()
        method.end_task(task, theta)
        yield from monitor.task_ends(step, theta)
    yield from monitor.run_ends(step, theta)
