"""Which class detects by which method, and the detector of a run: learned now, or read from a stored one."""

from functools import lru_cache

from threadpoolctl import threadpool_limits

from core import runs
from core.anomaly import models, nearest
from core.anomaly import settings as s
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import Detector
from core.anomaly.networks import NETWORKS
from core.record import Record
from core.runs import Run, RunError

AT_ONCE = {
    s.PCA: nearest.PCA,
    s.KMeans: nearest.KMeans,
    s.KNN: nearest.KNN,
    s.LOF: nearest.LOF,
    s.Forest: nearest.Forest,
    s.OneClassSVM: nearest.OneClassSVM,
    s.Mixture: nearest.Mixture,
    s.KDE: nearest.KDE,
}


@lru_cache(maxsize=64)
def learned(settings: s.AnomalySettings) -> Detector:
    """A detector that needs no training, which takes less time than to read it from a file, or a classifier that has learned
    elsewhere. Shared: never change it. Raises core.runs.RunError where that classifier's run is gone."""
    return fitted(settings)


def fitted(settings: s.AnomalySettings) -> Detector:
    """The same, newly learned."""
    there = dataset_of(settings)
    if type(settings.method) in NETWORKS:  # one that has learned elsewhere
        network = NETWORKS[type(settings.method)](settings.method, settings.seed)
        network.begin(there)
        return network
    detector = AT_ONCE[type(settings.method)](settings.method, settings.seed)
    with threadpool_limits(
        1
    ):  # the threads of scikit-learn's k-means wait for one another: on a busy server for seconds
        detector.fit(there.train_x)
    return detector


def of(run: Run) -> Detector:
    """The detector of a finished run. Raises RunError or BadSettings with a sentence, KeyError when it kept no network."""
    settings = run.settings
    if settings.method.at_once:
        return learned(settings)
    detector = NETWORKS[type(settings.method)](settings.method, settings.seed)
    detector.net = models.from_model(run.models["model"]).requires_grad_(False)
    return detector


def of_record(current: Record) -> Detector | None:
    """The detector of the run shown; None when it has none yet, or its settings are not known. Shared: never change it.

    Raises RunError with a sentence or BadSettings, KeyError when it kept no network.
    """
    if current.run is None or current.settings is None or final(current) is None:
        return None
    try:
        there = runs.path_of(current.id).is_file()
    except RunError:
        there = False
    return stored(current.id) if there else of(current.run)  # a full disk may have kept it out of the store


@lru_cache(maxsize=32)
def stored(run_id: str) -> Detector:
    """The detector of a stored run that ended. Shared: never change it. Raises as `of` does."""
    return of(runs.load(run_id))
