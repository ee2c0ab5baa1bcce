"""How long an autoencoder takes to learn: ours, and PyOD's at the same network, batches and epochs; and every detector that is
learned at once, on the default digits."""

import time
from types import ModuleType

import torch

from core.anomaly import detectors, worlds
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.networks import NETWORKS
from core.anomaly.settings import AnomalySettings
from core.loop import adam_cycle, broken, seeded

METHOD = s.AutoEncoder()  # 784 – 128 – 32 – 128 – 784 with ReLU
EPOCHS = 30  # 300 steps


def pyod() -> ModuleType:
    """PyOD's module of autoencoders. Raises SystemExit with a sentence when it, or the numba that it imports, is missing."""
    try:
        from pyod.models import auto_encoder
    except ModuleNotFoundError as error:
        raise SystemExit(f"The bench of the anomaly lab needs PyOD and numba, which it imports (see requirements-test.txt): {error}.") from None
    return auto_encoder


def here() -> worlds.World:
    return worlds.world(AnomalySettings(method=METHOD))


def ours(epochs: int, seed: int = 0) -> tuple[float, torch.Tensor]:
    """(CPU seconds, scores of the test part): as a run does it without its looks, then the scores of what was learned, as PyOD's
    fit gives them."""
    world = here()
    started = time.process_time()
    detector, generator = NETWORKS[type(METHOD)](METHOD, seed), seeded(seed)
    detector.begin(world)
    steps = epochs * (len(world.fit_x) // METHOD.batch)
    optimizer, schedule = adam_cycle(detector.net.parameters(), METHOD.learning_rate, steps)
    for _ in range(steps):
        loss = detector.loss(torch.randint(len(detector.x), (METHOD.batch,), generator=generator))
        if broken(loss):
            raise AssertionError("the loss is no longer a number")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    scores(detector, world.fit_x)
    taken = time.process_time() - started
    return taken, scores(detector, world.test_x)


def theirs(epochs: int, seed: int = 0) -> tuple[float, torch.Tensor]:
    """The same with PyOD: the same sizes and activation, Adam at the same rate, no BatchNorm, dropout, weight decay or rescaling.

    What stays different: it has a ReLU on the code and no sigmoid at the end, and its rate is constant.
    """
    world, module = here(), pyod()
    learned, asked = (x.flatten(1).numpy() for x in (world.fit_x, world.test_x))
    with torch.random.fork_rng(devices=[]):  # it seeds everybody's random numbers
        started = time.process_time()
        detector = module.AutoEncoder(hidden_neuron_list=[METHOD.hidden, METHOD.bottleneck], hidden_activation_name="relu",
                                      batch_norm=False, dropout_rate=0, preprocessing=False, lr=METHOD.learning_rate,
                                      epoch_num=epochs, batch_size=METHOD.batch, optimizer_name="adam", optimizer_params={},
                                      random_state=seed, verbose=0, device="cpu")
        detector.fit(learned)
        taken = time.process_time() - started
        return taken, torch.from_numpy(detector.decision_function(asked, batch_size=250))


def compare(rounds: int, epochs: int = EPOCHS) -> tuple[list[float], list[float]]:
    """(ours, PyOD's) CPU seconds for so many epochs, turns taken, on one thread."""
    torch.set_num_threads(1)
    ours(2), theirs(2)  # numba compiles on its first call
    mine, library = [], []
    for _ in range(rounds):
        mine.append(ours(epochs)[0])
        library.append(theirs(epochs)[0])
    return mine, library


def at_once(rounds: int) -> dict[str, list[float]]:
    """Seconds that each detector without a network needs to learn and to score everything that a run scores, by its name."""
    taken: dict[str, list[float]] = {}
    for _ in range(rounds + 1):  # the first turn warms up
        for method, cls in detectors.AT_ONCE.items():
            settings = AnomalySettings(method=method())
            world = worlds.world(settings)
            started = time.perf_counter()
            detector = cls(settings.method, settings.seed)
            detector.fit(world.fit_x, world.held_x)
            for x in (world.fit_x, world.held_x, world.test_x):
                scores(detector, x)
            taken.setdefault(settings.method.name, []).append(time.perf_counter() - started)
    return {name: times[1:] for name, times in taken.items()}


if __name__ == "__main__":
    mine, library = compare(3)
    print(f"autoencoder, {EPOCHS} epochs: ours {mine}, PyOD's {library}: {sum(library) / sum(mine):.2f}×")
    for name, times in at_once(3).items():
        print(f"{name:8} {sorted(times)[1]:.3f} s")
