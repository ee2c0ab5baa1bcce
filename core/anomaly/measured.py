"""Tables of seeds that no sweep makes: what the lecture says of single digits, of costs, and of kinds of damage."""

from collections.abc import Iterator
from itertools import product
from statistics import mean
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from core import runs, yardsticks
from core.anomaly import benchmark as bench
from core.anomaly import by_kind, datasets, decide, detectors, train, trivial
from core.anomaly.datasets import KINDS, Dataset
from core.anomaly.detector import scores
from core.anomaly.networks import unsure
from core.anomaly.settings import KDE, KNN, LOF, PCA, SCENES, AnomalySettings, Mixture, Oddities, OneClass
from core.anomaly.yardsticks import AUROC, ONE_CLASS, ONE_MEAN
from core.settings import flatten

SEEDS = range(5)
TABLES = {"table A": (1, 100), "table B": (100, 1)}  # what a miss costs, and a false alarm
Rows = Iterator[dict[str, Any]]


def scene(slug: str, seed: int) -> tuple[Dataset, Any, np.ndarray]:
    """The data of a scene, its detector learned with this seed, and its scores of the test part (N,)."""
    settings = next(each.settings for each in SCENES if each.slug == slug).model_copy(update={"seed": seed})
    run = runs.make("anomaly-seed", "anomaly", flatten(settings), list(train.train(settings)), 0.0, "finished")
    dataset, detector = datasets.dataset_of(settings), detectors.of(run)
    return dataset, detector, scores(detector, dataset.test_x).numpy()


def classifier(settings: AnomalySettings) -> tuple[Any, dict[str, float]]:
    """A classifier learned with these settings, and the numbers of its run."""
    log = list(train.train(settings))
    run = runs.make("anomaly-seed", "anomaly", flatten(settings), log, 0.0, "finished")
    return detectors.of(run), run.about.summary


def digits() -> Rows:
    """Of the first scene: each other digit against the twos, by the detector and by the distance to the mean two, in %."""
    for seed in SEEDS:
        dataset, _, found = scene("what-is-normal", seed)
        mean, y, is_anomaly = trivial.mean_distance(dataset), dataset.test_y.numpy(), dataset.test_is_anomaly.numpy()
        for digit in np.unique(y[is_anomaly]):
            own = ~is_anomaly | (y == digit)
            yield {
                "seed": seed,
                "digit": int(digit),
                "auroc": 100 * decide.auroc(found[own], is_anomaly[own]),
                "mean_distance": 100 * decide.auroc(mean[own], is_anomaly[own]),
            }


def costs() -> Rows:
    """Of the scene of two costs: what the cheapest threshold of either table does, and pays for 100 patients.

    crossed: with the other table's threshold. elsewhere: chosen on one half of the patients, tried on the other. never,
    always: without a detector. frightened: of the healthy, found: of the ill, as counts.
    """
    for seed in SEEDS:
        dataset, _, found = scene("two-costs", seed)
        is_anomaly, best = dataset.test_is_anomaly.numpy(), {}
        share = float(is_anomaly.mean())
        for name, (miss, alarm) in TABLES.items():
            best[name] = decide.cheapest(found, is_anomaly, miss, alarm)[0]
        for name, (miss, alarm) in TABLES.items():
            other = next(each for each in TABLES if each != name)
            own, crossed = (
                decide.cost(decide.confusion(found, is_anomaly, best[each]), miss, alarm) for each in (name, other)
            )
            raised = found >= best[name]
            yield {
                "seed": seed,
                "table": name,
                "found": int(raised[is_anomaly].sum()),
                "frightened": int(raised[~is_anomaly].sum()),
                "cost": 100 * own,
                "crossed": 100 * crossed,
                "times": crossed / own,
                "elsewhere": 100 * decide.cost_elsewhere(found, is_anomaly, miss, alarm, share),
                "never": 100 * miss * share,
                "always": 100 * alarm * (1 - share),
            }


def damage() -> Rows:
    """Of the scene of the damage: pictures and pixels of each kind, in %; the rivals are the mean picture's distance, and itself
    as a map. place: by `trivial.place_by_place`."""
    for seed in SEEDS[:3]:
        dataset, detector, found = scene("find-the-damage", seed)
        is_anomaly, masks, mean = (
            dataset.test_is_anomaly.numpy(),
            dataset.masks.flatten(1).numpy(),
            trivial.mean_distance(dataset),
        )
        with torch.inference_mode():
            error = torch.cat([detector.error(part) for part in dataset.test_x.split(250)]).flatten(1).numpy()
        fixed = np.broadcast_to(dataset.train_x.mean(0).flatten().numpy(), error.shape)
        kinds = np.full(len(is_anomaly), "", dtype="<U5")
        kinds[is_anomaly] = np.resize(KINDS, int(is_anomaly.sum()))
        for kind in ("all", *KINDS):
            own = is_anomaly if kind == "all" else kinds == kind
            pictures = own | ~is_anomaly
            yield {
                "seed": seed,
                "kind": kind,
                "picture": 100 * decide.auroc(found[pictures], is_anomaly[pictures]),
                "pixel": 100 * decide.auroc(error[own].ravel(), masks[own].ravel()),
                "place": 100 * trivial.place_by_place(error[own], masks[own]),
                "mean_distance": 100 * decide.auroc(mean[pictures], is_anomaly[pictures]),
                "mean_map": 100 * decide.auroc(fixed[own].ravel(), masks[own].ravel()),
            }


def promises() -> Rows:
    """Each digit normal once: false alarms in % where 10 % were promised, the threshold from held-out and from learned normals."""
    for seed, normal, method in product(SEEDS, "0123456789", (PCA(), KNN(), LOF(), Mixture(), KDE())):
        settings = AnomalySettings(data=OneClass(normal=normal), method=method, seed=seed)
        dataset, detector = datasets.dataset_of(settings), detectors.fitted(settings)
        calibration, test = (scores(detector, x).numpy() for x in (dataset.calibration_x, dataset.test_x))
        learned, fresh = detector.learned_scores(dataset.train_x).numpy(), test[~dataset.test_is_anomaly.numpy()]
        yield {
            "seed": seed,
            "normal": normal,
            "method": method.name,
            "auroc": 100 * decide.auroc(test, dataset.test_is_anomaly.numpy()),
            "held": 100 * float((fresh >= decide.conformal_threshold(calibration, 0.1)).mean()),
            "learned": 100 * float((fresh >= decide.quantile_threshold(learned, 0.1)).mean()),
        }


def calibration() -> Rows:
    """Of the scene of calibration, with dense layers and with convolutions: how sure and how right it is, the calibration error and
    the AUROC of the largest probability, in %, at T = 1 and at the temperature that suits held-out digits best."""
    base = next(each.settings for each in SCENES if each.slug == "how-sure-is-sure")
    for layers, seed in product(("dense", "conv"), SEEDS):
        settings = base.model_copy(update={"method": base.method.model_copy(update={"layers": layers}), "seed": seed})
        detector, found = classifier(settings)
        dataset = datasets.dataset_of(settings)
        with torch.inference_mode():
            logits = torch.cat([detector.logits(part) for part in dataset.test_x.split(250)], 1)
        is_anomaly = dataset.test_is_anomaly.numpy()
        at_one, at_fitted = (
            100 * decide.auroc(unsure(logits, "softmax", t).numpy(), is_anomaly) for t in (1.0, found["fitted"])
        )
        numbers = {name: found[name] for name in ("sure", "right", "ece", "fitted", "fitted_ece")}
        yield {"seed": seed, "layers": layers} | numbers | {"auroc": at_one, "fitted_auroc": at_fitted}


def known_oddities() -> Rows:
    """Of the scene of known oddities: AUROC in % of each kind where no oddity was known, and where twenty of one kind were; and the
    share of right answers among normals in %. shown, unseen: of the kind that was shown, and the mean of all others."""
    base = next(each.settings for each in SCENES if each.slug == "a-few-known-oddities")
    for shown, seed in product(("none", *by_kind.KINDS), SEEDS):
        data = Oddities(known=0) if shown == "none" else Oddities(known=base.data.known, kind=shown)
        _, found = classifier(base.model_copy(update={"data": data, "seed": seed}))
        row = {"seed": seed, "shown": shown} | {name: found[name] for name in (*by_kind.KINDS, "right", "auroc")}
        yield row | {"on_known": "" if shown == "none" else found["on_known"], "on_unseen": found["on_unseen"]}


def benchmark() -> Rows:
    """AUROC in % of each untuned detector that needs no training on each data set of the benchmark; that of the ten digits comes from
    the sweeps that the grid of the ten digits is made of."""
    for name, seed, (method, settings) in product(bench.DATASETS, SEEDS, bench.DETECTORS.items()):
        with threadpool_limits(1):
            found = swept(method, seed) if name == "mnist" else bench.auroc(name, settings, seed)
        yield {"dataset": name, "seed": seed, "method": method, "auroc": found}


def swept(method: str, seed: int) -> float:
    """Mean AUROC in % over the ten digits, as the tables of sweeps have it."""
    sweep, wanted = (ONE_MEAN, "kmeans") if method == bench.MEAN else (ONE_CLASS, method)
    rows = yardsticks.read("anomaly", yardsticks.Yardstick("", sweep, AUROC, "", "", "").table)
    own = [row for row in rows if (row["method"], row["seed"], row["contamination"]) == (wanted, str(seed), "0")]
    return mean(float(row[AUROC]) for row in own)


FILES = {
    "digits-against-twos.csv": digits,
    "two-costs.csv": costs,
    "kinds-of-damage.csv": damage,
    "promises.csv": promises,
    "calibration.csv": calibration,
    "known-oddities.csv": known_oddities,
    "benchmark.csv": benchmark,
}
