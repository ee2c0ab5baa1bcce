"""The detectors that PyOD has too, on the default digits: learned, what was learned scored (which PyOD's fit always does, for its
threshold) and the test part scored. The result is the AUROC of the test part."""

import time
from collections.abc import Callable
from typing import Any

import torch
from pyod.models import auto_encoder, iforest, knn, lof

from core.adam import Adam, one_cycle
from core.anomaly import datasets, decide
from core.anomaly import settings as s
from core.anomaly.detector import Detector, scores
from core.anomaly.detectors import AT_ONCE
from core.anomaly.networks import NETWORKS, Network
from core.anomaly.settings import AnomalySettings
from core.loop import broken, seeded
from tests.bench.peers.rows import Row, Way

METHOD = s.AutoEncoder()  # 784 – 128 – 32 – 128 – 784 with ReLU
EPOCHS = 30  # 300 steps
AGAIN = 5  # times that what takes milliseconds is done in one turn

# the same network as ours; what stays different is a ReLU on the code, no sigmoid at the end, and a constant rate
THE_SAME = {
    "batch_norm": False,
    "dropout_rate": 0,
    "preprocessing": False,
    "optimizer_params": {},
    "optimizer_name": "adam",
    "hidden_activation_name": "relu",
}
AS_IT_COMES: dict[str, Any] = {}  # with BatchNorm, dropout, weight decay and each pixel in standard units


def here() -> datasets.Dataset:
    return datasets.dataset_of(AnomalySettings())


def ours(seed: int) -> tuple[float, torch.Tensor]:
    """(CPU seconds, scores of the test part) of the autoencoder as a run learns it, without its looks."""
    dataset, begun = here(), time.process_time()
    detector, generator = started(seed), seeded(seed)
    adam = Adam(detector.learned)
    for rate in one_cycle(METHOD.learning_rate, EPOCHS * (len(dataset.train_x) // METHOD.batch)):
        loss = detector.backward(torch.randint(len(detector.x), (METHOD.batch,), generator=generator))
        if broken(loss):
            raise ArithmeticError("the loss is no longer a number")
        adam.step(rate)
    scores(detector, dataset.train_x)
    found = scores(detector, dataset.test_x)
    return time.process_time() - begun, found


def started(seed: int = 0) -> Network:
    detector = NETWORKS[type(METHOD)](METHOD, seed)
    detector.begin(here())
    return detector


def theirs(seed: int, knobs: dict[str, Any]) -> tuple[float, torch.Tensor]:
    """The same with PyOD: an autoencoder of the same sizes, at the same batch, rate and number of epochs."""
    learned, asked = (x.flatten(1).numpy() for x in (here().train_x, here().test_x))
    with torch.random.fork_rng(devices=[]):  # it seeds everybody's random numbers
        begun = time.process_time()
        detector = auto_encoder.AutoEncoder(
            hidden_neuron_list=[METHOD.hidden, METHOD.bottleneck],
            lr=METHOD.learning_rate,
            epoch_num=EPOCHS,
            batch_size=METHOD.batch,
            random_state=seed,
            verbose=0,
            device="cpu",
            **knobs,
        )
        detector.fit(learned)
        found = detector.decision_function(asked, batch_size=250)
        return time.process_time() - begun, torch.from_numpy(found)


def judged(way: Callable[[int], tuple[float, torch.Tensor]]) -> Way:
    """The same with the AUROC in % in the place of scores (N,) of the test part."""

    def timed(seed: int) -> tuple[float, float]:
        taken, found = way(seed)
        return taken, 100 * decide.auroc(found.numpy(), here().test_is_anomaly.numpy())

    return timed


def at_once(method: s.Detection) -> Way:
    """A detector of ours that needs no training."""

    def way(seed: int) -> tuple[float, torch.Tensor]:
        dataset, begun = here(), time.process_time()
        for _ in range(AGAIN):
            detector: Detector = AT_ONCE[type(method)](method, seed)
            detector.fit(dataset.train_x)
            detector.learned_scores(dataset.train_x)
            found = scores(detector, dataset.test_x)
        return time.process_time() - begun, found

    return judged(way)


def pyod(make: Callable[[int], Any]) -> Way:
    """PyOD's, made from a seed."""

    def way(seed: int) -> tuple[float, torch.Tensor]:
        learned, asked = (x.flatten(1).numpy() for x in (here().train_x, here().test_x))
        begun = time.process_time()
        for _ in range(AGAIN):
            detector = make(seed)
            detector.fit(learned)
            found = detector.decision_function(asked)
        return time.process_time() - begun, torch.from_numpy(found)

    return judged(way)


FOREST = s.Forest(cuts="values")  # along the values, as PyOD's
AUROC = "AUROC of the test part, %"
ROWS = [
    Row(
        f"an autoencoder, {EPOCHS} epochs, PyOD's at the same network",
        "pyod",
        judged(ours),
        judged(lambda seed: theirs(seed, THE_SAME)),
        AUROC,
        4,  # over three seeds PyOD's standard deviation is 3.3, ours 0.5
    ),
    Row(
        f"the same, PyOD's with its own defaults, {EPOCHS} epochs",
        "pyod",
        judged(ours),
        judged(lambda seed: theirs(seed, AS_IT_COMES)),
        AUROC,
        8,  # with each pixel in standard units, BatchNorm and dropout PyOD's is 6.5 points worse
    ),
    Row(
        f"{s.KNN().neighbours} nearest neighbours, {AGAIN} times",
        "pyod",
        at_once(s.KNN()),
        pyod(lambda seed: knn.KNN(n_neighbors=s.KNN().neighbours, method="mean")),
        AUROC,
        0.01,  # nothing is drawn
    ),
    Row(
        f"local outlier factor, {s.LOF().neighbours} neighbours, {AGAIN} times",
        "pyod",
        at_once(s.LOF()),
        pyod(lambda seed: lof.LOF(n_neighbors=s.LOF().neighbours, novelty=True)),
        AUROC,
        0.01,
    ),
    Row(
        f"isolation forest of {FOREST.trees} trees, {AGAIN} times",
        "pyod",
        at_once(FOREST),
        pyod(lambda seed: iforest.IForest(n_estimators=FOREST.trees, random_state=seed)),
        AUROC,
        0.01,  # the same trees from the same seed
    ),
]
