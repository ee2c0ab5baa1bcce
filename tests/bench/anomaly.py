"""How long an autoencoder takes to learn: ours, and PyOD's at the same network, batches and epochs; and every detector that is
learned at once, on the default digits."""

import time
from statistics import median
from types import ModuleType
from typing import Any

import torch

from core.adam import Adam, one_cycle
from core.anomaly import datasets, detectors
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.networks import NETWORKS, Network
from core.anomaly.settings import AnomalySettings
from core.loop import broken, seeded

METHOD = s.AutoEncoder()  # 784 – 128 – 32 – 128 – 784 with ReLU
EPOCHS = 30  # 300 steps


def pyod() -> ModuleType:
    """PyOD's module of autoencoders. Raises SystemExit with a sentence when it, or the numba that it imports, is missing."""
    try:
        from pyod.models import auto_encoder
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"This bench needs PyOD and the numba that PyOD imports (requirements-test.txt): {error}."
        ) from None
    return auto_encoder


def here() -> datasets.Dataset:
    return datasets.dataset_of(AnomalySettings(method=METHOD))


def started(method: s.AutoEncoder, seed: int = 0) -> Network:
    detector = NETWORKS[type(method)](method, seed)
    detector.begin(here())
    return detector


def ours(epochs: int, seed: int = 0) -> tuple[float, torch.Tensor]:
    """(CPU seconds, scores of the test part): as a run does it without its looks, then the scores of what was learned, as PyOD's
    fit gives them."""
    dataset, begun = here(), time.process_time()
    detector, generator = started(METHOD, seed), seeded(seed)
    steps = epochs * (len(dataset.train_x) // METHOD.batch)
    adam = Adam(detector.learned)
    for rate in one_cycle(METHOD.learning_rate, steps):
        loss = detector.backward(torch.randint(len(detector.x), (METHOD.batch,), generator=generator))
        if broken(loss):
            raise ArithmeticError("the loss is no longer a number")
        adam.step(rate)
    scores(detector, dataset.train_x)
    taken = time.process_time() - begun
    return taken, scores(detector, dataset.test_x)


# the same as ours; what stays different is a ReLU on the code, no sigmoid at the end, and a constant rate
THE_SAME = {
    "batch_norm": False,
    "dropout_rate": 0,
    "preprocessing": False,
    "optimizer_params": {},
    "optimizer_name": "adam",
    "hidden_activation_name": "relu",
}
AS_IT_COMES: dict[str, Any] = {}  # with BatchNorm, dropout, weight decay and each pixel in standard units


def theirs(epochs: int, seed: int = 0, knobs: dict[str, Any] | None = None) -> tuple[float, torch.Tensor]:
    """The same with PyOD: an autoencoder of the same sizes, at the same batch, rate and number of epochs."""
    dataset, module = here(), pyod()
    learned, asked = (x.flatten(1).numpy() for x in (dataset.train_x, dataset.test_x))
    with torch.random.fork_rng(devices=[]):  # it seeds everybody's random numbers
        begun = time.process_time()
        detector = module.AutoEncoder(
            hidden_neuron_list=[METHOD.hidden, METHOD.bottleneck],
            lr=METHOD.learning_rate,
            epoch_num=epochs,
            batch_size=METHOD.batch,
            random_state=seed,
            verbose=0,
            device="cpu",
            **(THE_SAME if knobs is None else knobs),
        )
        detector.fit(learned)
        taken = time.process_time() - begun
        return taken, torch.from_numpy(detector.decision_function(asked, batch_size=250))


def compare(rounds: int, epochs: int = EPOCHS) -> dict[str, list[float]]:
    """CPU seconds for so many epochs of ours, of PyOD's at the same network, and of PyOD's as it comes; turns taken, on one thread."""
    torch.set_num_threads(1)
    ways = {"ours": ours, "the same": theirs, "as it comes": lambda epochs: theirs(epochs, knobs=AS_IT_COMES)}
    for way in ways.values():
        way(2)  # numba compiles on its first call
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            taken[name].append(way(epochs)[0])
    return taken


def at_once(rounds: int) -> dict[str, list[float]]:
    """Seconds that each detector without a network needs to learn and to score everything that a run scores, by its name."""
    taken: dict[str, list[float]] = {}
    for _ in range(rounds + 1):  # the first turn warms up
        for method in detectors.AT_ONCE:
            settings = AnomalySettings(method=method())
            dataset, begun = datasets.dataset_of(settings), time.perf_counter()
            detector = detectors.fitted(settings)
            for x in (dataset.train_x, dataset.calibration_x, dataset.test_x):
                scores(detector, x)
            taken.setdefault(settings.method.name, []).append(time.perf_counter() - begun)
    return {name: times[1:] for name, times in taken.items()}


if __name__ == "__main__":
    seen = compare(5)
    for name, times in seen.items():
        print(
            f"autoencoder, {EPOCHS} epochs, {name}: {median(times):.3f} s of CPU, {median(times) / median(seen['ours']):.2f}×"
        )
    for name, times in at_once(3).items():
        print(f"{name:8} {median(times):.3f} s")
