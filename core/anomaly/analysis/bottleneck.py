"""The bottleneck: how much may come through before anomalies come through as well."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np

from core import runs
from core.anomaly import decide, pictures
from core.anomaly.analysis.rivals import rivals, same_dataset
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.models import CODE_SIDE
from core.anomaly.monitor import SHOWN, as_bytes, some_of_each
from core.anomaly.settings import PCA, AnomalySettings
from core.record import Record
from core.runs import About, RunError
from core.settings import bounds_of
from core.verdict import Verdict, verdict

MOST = int(bounds_of(PCA.model_fields["components"])[1])
USUAL = PCA.model_fields["components"].default  # components where no other number suggests itself
COPIED = 10.0  # %: where less than that of anomalies does not come back, they are copied


@dataclass(frozen=True)
class Curve:
    """PCA with 1, 2, 3 … components: AUROC, and how much of what makes held-out normals and anomalies differ from the mean
    normal does not come back, all in %, (K,). spread: mean squared distance to that mean, of held-out normals, of anomalies.
    near: how many other numbers of components may have as high an AUROC as the best, as far as chance lets one tell; falls: whether
    that of the most components is below it by more than chance. none: AUROC with no component at all, in %: the distance to the
    mean."""

    auroc: np.ndarray
    normal: np.ndarray
    anomalous: np.ndarray
    spread: tuple[float, float]
    near: int
    falls: bool
    none: float = 50.0


@dataclass(frozen=True)
class Network:
    """A stored autoencoder: the numbers that are left in the middle, whether by convolutions alone, and what it reached, in %.
    normal, anomalous: what does not come back, as in `Curve`; None where its score is no plain squared error."""

    about: About
    code: int
    local: bool
    auroc: float
    normal: float | None
    anomalous: float | None

    @property
    def id(self) -> str:
        return self.about.id


# ---- PCA with any number of components ----


@lru_cache(maxsize=8)
def axes(settings: AnomalySettings) -> tuple[np.ndarray, np.ndarray]:
    """Mean (D,) and principal components (K, D) of what is learned, K the most that PCA's knob allows. Shared: never change it."""
    x = dataset_of(settings).train_x.flatten(1).double().numpy()
    mean = x.mean(0)
    v = np.linalg.svd(x - mean, full_matrices=False)[2]
    return mean, v[: max(1, min(MOST, x.shape[1] - 1, len(x) - 1))].copy()


def _dataset(settings: AnomalySettings) -> AnomalySettings:
    """The same for all detectors on the same data, so that they share one decomposition."""
    return settings.model_copy(update={"method": PCA()})


def pca_curve(current: Record) -> Curve:
    """From one singular value decomposition: what k components leave over is the whole less k squared projections."""
    dataset, (mean, v) = dataset_of(current.settings), axes(_dataset(current.settings))
    is_anomaly = dataset.test_is_anomaly.numpy()
    parts = (x.flatten(1).double().numpy() - mean for x in (dataset.calibration_x, dataset.test_x))
    (normal, normal_whole), (test, whole) = (left_over(x, v) for x in parts)
    spread = float(normal_whole.mean()), float(whole[is_anomaly].mean())
    placed = [decide.placements(scores, is_anomaly) for scores in test.T]
    auroc = np.array([above.mean() for above, __ in placed])
    best, others = placed[int(auroc.argmax())], max(1, len(placed) - 1)
    behind = [decide.leads(best, each, others) for each in placed]
    return Curve(
        100 * auroc,
        100 * normal.mean(0) / spread[0],
        100 * test[is_anomaly].mean(0) / spread[1],
        spread,
        behind.count(False) - 1,
        behind[-1],
        100 * decide.auroc(whole, is_anomaly),
    )


def left_over(x: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squared error with the first 1 … K components (N, K), and with none (N,), of x (N, D) about the mean; v (K, D)."""
    whole = np.square(x).sum(1)
    return np.maximum(whole[:, None] - np.square(x @ v.T).cumsum(1), 0), whole


def counts(settings: AnomalySettings, most: int) -> tuple[list[int], int]:
    """Numbers of components to choose from, evenly on a logarithmic scale, with the run's own among them; and the latter, or
    what is usual where the run has none. most: how many there are."""
    own = getattr(settings.method, "components", USUAL if most > USUAL else -(-most // 3))
    own = min(own, most)
    return sorted({*np.rint(np.geomspace(1, most, 40)).astype(int).tolist(), own}), own


def about_pca(found: Curve, k: int) -> list[Verdict]:
    """What k components give back and find, and which number finds most."""
    here = verdict(
        "pca-here", k=k, auroc=found.auroc[k - 1], normal=found.normal[k - 1], anomalous=found.anomalous[k - 1]
    )
    best, most = int(found.auroc.argmax()), len(found.auroc)
    if most == 1:
        return [here]
    top = {"k": best + 1, "auroc": found.auroc[best], "others": most - 1}
    said = [here, verdict("pca-highest", near=found.near, **top) if found.near else verdict("pca-best", **top)]
    if found.falls:
        said.append(verdict("pca-all", k=most, normal=found.normal[-1], auroc=found.auroc[-1]))
    return said


# ---- stored autoencoders ----


def networks(current: Record, spread: tuple[float, float]) -> list[Network]:
    """Every stored autoencoder on the same data with the same seed. spread: of `Curve`."""
    return [network(about, spread) for about in same_dataset(current.run.about) if "bottleneck" in about.settings]


def network(about: About, spread: tuple[float, float]) -> Network:
    """A stored autoencoder as a point. spread: of `Curve`."""
    chosen, summary = about.settings, about.summary
    plain = chosen.get("smooth", 0) == 0 and chosen.get("judge", "error") == "error"
    normal, anomalous = (
        100 * summary[name] / whole if plain else None for name, whole in zip(("held_score", "odd_score"), spread)
    )
    return Network(about, code_size(chosen), chosen.get("net") == "local", summary["auroc"], normal, anomalous)


def code_size(settings: dict[str, Any]) -> int:
    """The numbers that are left in the middle: of convolutions alone a whole picture for each channel."""
    d = settings["bottleneck"]
    return CODE_SIDE**2 * ceil(d / CODE_SIDE**2) if settings.get("net") == "local" else d


def better(current: Record, first: str, second: str) -> bool:
    """Whether a stored run's AUROC is above another one's by more than chance; not where the scores of one are gone."""
    is_anomaly = final(current).is_anomaly
    placed = [decide.placements(each.test, is_anomaly) for each in rivals(current, (first, second))]
    return len(placed) == 2 and decide.leads(*placed)


def about_networks(found: Sequence[Network], curve: Curve, better: Callable[[str, str], bool]) -> list[Verdict]:
    """Whether the smallest error on held-out normals finds anomalies best; networks stand in it by their ids.

    better: whether the first of two is so by more than chance.
    """
    known = [each for each in found if each.normal is not None]
    if not known:
        return [verdict("networks-blurred")]
    best, faithful = max(known, key=lambda each: each.auroc), min(known, key=lambda each: each.normal)
    if len(known) == 1:
        k = int(curve.auroc.argmax())
        return [verdict("networks-one", **_numbers(best)), verdict("networks-pca", k=k + 1, auroc=curve.auroc[k])]
    said = [verdict("networks-faithful", n=len(known), **_numbers(faithful))]
    if best is faithful:
        return [*said, verdict("networks-best-as-well")]
    if not better(best.id, faithful.id):
        return [*said, verdict("networks-as-good")]
    said.append(verdict("networks-best", **_numbers(best)))
    return [*said, verdict("networks-copy" if faithful.anomalous < COPIED else "networks-not-best")]


def _numbers(each: Network) -> dict[str, Any]:
    return {
        "network": each.id,
        "code": each.code,
        "normal": each.normal,
        "anomalous": each.anomalous,
        "auroc": each.auroc,
    }


# ---- ten pictures ----


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """Ten test pictures, first the normals and then as many anomalies, and what came back, 8-bit (10, H, W)."""

    inputs: np.ndarray
    expected: np.ndarray

    @property
    def about(self) -> Verdict:
        """Mean squared errors, summed over the pixels of each picture in units of white."""
        half = len(self.inputs) // 2
        error = np.square((self.inputs.astype(float) - self.expected.astype(float)) / 255).sum((1, 2))
        return verdict("rebuilt", normal=float(error[:half].mean()), anomalous=float(error[half:].mean()))


def by_run(run_id: str) -> Rebuilt | None:
    """What a stored run expected; None when it is gone, or was made by a Lectern that kept no pictures."""
    try:
        log = runs.load(run_id).events
        return Rebuilt(*(np.array(kind.all(log)[-1].array) for kind in (pictures.INPUTS, pictures.EXPECTED)))
    except (RunError, IndexError):
        return None


def by_pca(settings: AnomalySettings, k: int) -> Rebuilt:
    """What comes back through k components."""
    dataset, (mean, v) = dataset_of(settings), axes(_dataset(settings))
    x = dataset.test_x[some_of_each(dataset, 2 * SHOWN)]
    flat = x.flatten(1).double().numpy() - mean
    back = x.new_tensor(mean + flat @ v[:k].T @ v[:k]).view(x.shape)
    return Rebuilt(as_bytes(x), as_bytes(back))
