"""Training in the anomaly detection lab: one flat loop for networks; whatever needs none is learned at once."""

from collections.abc import Iterator

import torch

from core.adam import Adam, one_cycle
from core.anomaly import datasets, detectors
from core.anomaly.monitor import Monitor
from core.anomaly.networks import NETWORKS
from core.anomaly.settings import AnomalySettings
from core.events import Event, Started
from core.loop import broken, diverged, seeded
from core.side_by_side import in_step


def train(settings: AnomalySettings) -> Iterator[Event]:
    """The run that `settings` describe. The same settings give the same events."""
    if settings.together > 1:
        yield from in_step([learn(one) for one in settings.each()])
    else:
        yield from at_once(settings) if settings.method.at_once else learn(settings)


def at_once(settings: AnomalySettings) -> Iterator[Event]:
    """A detector that is there as soon as it has seen the normals, or that has learned elsewhere. Raises core.runs.RunError where
    that run is not there."""
    dataset, detector = datasets.dataset_of(settings), detectors.learned(settings)
    monitor = Monitor(dataset, detector, 1)
    yield Started(1, monitor.facts())
    yield from monitor.begins()
    yield from monitor.run_ends(1)


def learn(settings: AnomalySettings) -> Iterator[Event]:
    """A network that learns from batches of normals; no anomaly and no label of one enters its loss."""
    dataset, method = datasets.dataset_of(settings), settings.method
    detector, generator = NETWORKS[type(method)](method, settings.seed), seeded(settings.seed)
    detector.begin(dataset)
    adam = Adam(detector.learned)
    monitor = Monitor(dataset, detector, method.steps)
    yield Started(method.steps, monitor.facts())
    yield from monitor.begins()
    yield from monitor.evaluate(0)
    for step, rate in enumerate(one_cycle(method.learning_rate, method.steps), 1):
        loss = detector.backward(torch.randint(len(detector.x), (method.batch,), generator=generator))
        if broken(loss):
            yield from diverged(step)
            return
        adam.step(rate)
        yield from monitor.after_step(step)
    yield from monitor.run_ends(method.steps)
