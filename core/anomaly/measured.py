"""Tables of seeds that no sweep makes: what the lecture says of single digits, of costs, and of kinds of damage."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import torch

from core import runs
from core.anomaly import decide, detectors, train, trivial, worlds
from core.anomaly.detector import scores
from core.anomaly.settings import KDE, KNN, LOF, PCA, SCENES, AnomalySettings, Mixture, OneClass
from core.anomaly.worlds import KINDS, World
from core.settings import flatten

SEEDS = range(5)
TABLES = {"table A": (1, 100), "table B": (100, 1)}  # what a miss costs, and a false alarm
Rows = Iterator[dict[str, Any]]


def scene(slug: str, seed: int) -> tuple[World, Any, np.ndarray]:
    """The data of a scene, its detector learned with this seed, and its scores of the test part (N,)."""
    settings = next(each.settings for each in SCENES if each.slug == slug).model_copy(update={"seed": seed})
    run = runs.make("anomaly-seed", "anomaly", flatten(settings), list(train.train(settings)), 0.0, "finished")
    world, detector = worlds.world(settings), detectors.of(run)
    return world, detector, scores(detector, world.test_x).numpy()


def digits() -> Rows:
    """Of the first scene: each other digit against the twos, by the detector and by the distance to the mean two, in %."""
    for seed in SEEDS:
        world, _, found = scene("what-is-normal", seed)
        mean, y, odd = trivial.mean_distance(world), world.test_y.numpy(), world.test_odd.numpy()
        for digit in np.unique(y[odd]):
            own = ~odd | (y == digit)
            yield {
                "seed": seed,
                "digit": int(digit),
                "auroc": 100 * decide.auroc(found[own], odd[own]),
                "mean_distance": 100 * decide.auroc(mean[own], odd[own]),
            }


def costs() -> Rows:
    """Of the scene of two costs: what the cheapest threshold of either table does, and pays for 100 patients.

    crossed: with the other table's threshold. elsewhere: chosen on one half of the patients, tried on the other. never,
    always: without a detector. frightened: of the healthy, found: of the ill, as counts.
    """
    for seed in SEEDS:
        world, _, found = scene("two-costs", seed)
        odd, best = world.test_odd.numpy(), {}
        share = float(odd.mean())
        for name, (miss, alarm) in TABLES.items():
            best[name] = decide.cheapest(found, odd, miss, alarm)[0]
        for name, (miss, alarm) in TABLES.items():
            other = next(each for each in TABLES if each != name)
            own, crossed = (
                decide.cost(decide.confusion(found, odd, best[each]), miss, alarm) for each in (name, other)
            )
            raised = found >= best[name]
            yield {
                "seed": seed,
                "table": name,
                "found": int(raised[odd].sum()),
                "frightened": int(raised[~odd].sum()),
                "cost": 100 * own,
                "crossed": 100 * crossed,
                "times": crossed / own,
                "elsewhere": 100 * decide.cost_elsewhere(found, odd, miss, alarm, share),
                "never": 100 * miss * share,
                "always": 100 * alarm * (1 - share),
            }


def damage() -> Rows:
    """Of the scene of the damage: pictures and pixels of each kind, in %; the rivals are the mean picture's distance, and itself
    as a map. place: by `trivial.place_by_place`."""
    for seed in SEEDS[:3]:
        world, detector, found = scene("find-the-damage", seed)
        odd, masks, mean = world.test_odd.numpy(), world.masks.flatten(1).numpy(), trivial.mean_distance(world)
        with torch.inference_mode():
            error = torch.cat([detector.error(part) for part in world.test_x.split(250)]).flatten(1).numpy()
        fixed = np.broadcast_to(world.fit_x.mean(0).flatten().numpy(), error.shape)
        kinds = np.full(len(odd), "", dtype="<U5")
        kinds[odd] = np.resize(KINDS, int(odd.sum()))
        for kind in ("all", *KINDS):
            own = odd if kind == "all" else kinds == kind
            pictures = own | ~odd
            yield {
                "seed": seed,
                "kind": kind,
                "picture": 100 * decide.auroc(found[pictures], odd[pictures]),
                "pixel": 100 * decide.auroc(error[own].ravel(), masks[own].ravel()),
                "place": 100 * trivial.place_by_place(error[own], masks[own]),
                "mean_distance": 100 * decide.auroc(mean[pictures], odd[pictures]),
                "mean_map": 100 * decide.auroc(fixed[own].ravel(), masks[own].ravel()),
            }


def promises() -> Rows:
    """Each digit normal once: false alarms in % where 10 % were promised, the threshold from held-out and from learned normals."""
    for seed, normal, method in product(SEEDS, "0123456789", (PCA(), KNN(), LOF(), Mixture(), KDE())):
        settings = AnomalySettings(data=OneClass(normal=normal), method=method, seed=seed)
        world, detector = worlds.world(settings), detectors.fitted(settings)
        held, test = (scores(detector, x).numpy() for x in (world.held_x, world.test_x))
        learned, fresh = detector.learned_scores(world.fit_x).numpy(), test[~world.test_odd.numpy()]
        yield {
            "seed": seed,
            "normal": normal,
            "method": method.name,
            "auroc": 100 * decide.auroc(test, world.test_odd.numpy()),
            "held": 100 * float((fresh >= decide.conformal_threshold(held, 0.1)).mean()),
            "learned": 100 * float((fresh >= decide.quantile_threshold(learned, 0.1)).mean()),
        }


FILES = {
    "digits-against-twos.csv": digits,
    "two-costs.csv": costs,
    "kinds-of-damage.csv": damage,
    "promises.csv": promises,
}
