"""Which class detects by which method, and the detector of a run: learned now, or read from a stored one."""

from functools import lru_cache

from threadpoolctl import threadpool_limits

from core.anomaly import models, nearest
from core.anomaly import settings as s
from core.anomaly.detector import Detector
from core.anomaly.networks import NETWORKS
from core.anomaly.worlds import world
from core.runs import Run

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
    """A detector that needs no training, which takes less time than to read it from a file. Shared: never change it."""
    return fitted(settings)


def fitted(settings: s.AnomalySettings) -> Detector:
    """The same, newly learned."""
    detector, there = AT_ONCE[type(settings.method)](settings.method, settings.seed), world(settings)
    with threadpool_limits(
        1
    ):  # the threads of scikit-learn's k-means wait for one another: on a busy server for seconds
        detector.fit(there.fit_x)
    return detector


def of(run: Run) -> Detector:
    """The detector of a finished run. Raises RunError or BadSettings with a sentence, KeyError when it kept no network."""
    settings = run.settings
    if type(settings.method) in AT_ONCE:
        return learned(settings)
    detector = NETWORKS[type(settings.method)](settings.method, settings.seed)
    detector.net = models.from_model(run.models["model"]).requires_grad_(False)
    return detector
