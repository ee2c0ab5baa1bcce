"""Training in the transfer learning lab: one flat loop; what a method makes of a batch stands in its own file."""

from collections.abc import Iterator

from core.adam import Adam, one_cycle
from core.events import Event, Started
from core.loop import broken, diverged
from core.side_by_side import in_step
from core.transfer import adda, dann, dro, match, pada, selftrain, shift, tent, tune
from core.transfer import settings as s
from core.transfer.method import SourceOnly, World
from core.transfer.monitor import Monitor
from core.transfer.settings import TransferSettings, phases

MEMORY = 0.5  # Adam's β₁: a short one, for an opponent that changes as well (Radford et al. 2016, section 3)
METHODS = {
    s.SourceOnly: SourceOnly,
    s.DaNN: dann.DaNN,
    s.PADA: pada.PADA,
    s.MMD: match.MMD,
    s.CORAL: match.CORAL,
    s.ADDA: adda.ADDA,
    s.AdaBN: tune.AdaBN,
    s.SelfTraining: selftrain.SelfTraining,
    s.BBSE: shift.BBSE,
    s.Tent: tent.Tent,
    s.GroupDRO: dro.GroupDRO,
    s.FineTune: tune.FineTune,
    s.OnTarget: tune.OnTarget,
}


def train(settings: TransferSettings) -> Iterator[Event]:
    """The run that `settings` describe. The same settings give the same events."""
    if settings.together > 1:
        yield from in_step([train(one) for one in settings.each()], tiny=True)
        return
    world = World(settings)
    method = METHODS[type(settings.method)](world)
    monitor, step = Monitor(method), 0
    yield Started(monitor.total, monitor.facts())
    yield from monitor.begins()
    for phase, steps in enumerate(phases(settings)):
        learned = method.begin(phase)
        optimizer = Adam(learned, MEMORY)
        for now, rate in enumerate(one_cycle(method.rate(phase), steps)):
            p, step = now / steps, step + 1
            parts = method.losses(world.draw(), p)
            loss = sum(parts.values())
            if broken(loss):
                yield from diverged(step)
                return
            for weights in learned:
                weights.grad = None
            loss.backward()
            optimizer.step(rate)
            if last := now == steps - 1:
                method.end(phase)
            yield from monitor.after_step(step, p, parts, last)
        monitor.phase_ends(phase)
    yield from monitor.run_ends(step)
