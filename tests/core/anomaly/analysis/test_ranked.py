"""Ranked detectors: what is drawn is what the table says, and every sentence has its case."""

import numpy as np
import pytest
from scipy.stats import rankdata

from core import yardsticks
from core.anomaly.analysis.ranked import FILE, about, ranked, table
from core.anomaly.benchmark import DATASETS, DETECTORS
from core.anomaly.ranking import Ranking
from tests.core.anomaly.analysis.conftest import cases


def test_every_cell_is_measured_with_five_seeds():
    rows = yardsticks.read("anomaly", FILE)
    assert len(rows) == 5 * len(DATASETS) * len(DETECTORS) and all(row["state"] == "finished" for row in rows)
    assert set(table()) == {(name, method) for name in DATASETS for method in DETECTORS}
    assert all(0 <= value <= 100 for value in table().values())


@pytest.mark.parametrize("chosen", [DATASETS, ("wine", "mnist"), DATASETS[3:7]], ids=len)
def test_ranks_follow_the_chosen_data_sets(chosen):
    found = ranked(chosen)
    rows = [[table()[name, method] for method in found.detectors] for name in found.datasets]
    assert found.auroc == pytest.approx(np.array(rows)) and set(found.datasets) == set(chosen)
    means = np.mean([rankdata([-value for value in row]) for row in rows], 0)
    assert found.ranking.ranks == pytest.approx(means) and (np.diff(means) >= -1e-9).all()
    assert cases(found.about)[1] == "ranked-pairs" and found.ranking.datasets == len(chosen)


def test_over_one_data_set_nothing_is_ranked():
    assert ranked(("wine",)) is None and ranked(()) is None


def test_what_is_said():
    names = ("knn", "kde", "pca")
    said = about(names, Ranking(np.array([1.0, 1.5, 3.0]), 9.0, 0.01, 1.2, 8))
    assert cases(said) == ["ranked-differ", "ranked-pairs", "ranked-best"]
    assert said[1].numbers == {"critical": 1.2, "told": 2, "pairs": 3} and said[2].numbers["near"] == ("kde",)
    rival = about(("knn", "mean"), Ranking(np.array([1.4, 1.6]), 0.4, 0.5, 0.9, 5))
    assert cases(rival)[2:] == ["ranked-best", "ranked-rival"]
    alone = about(names, Ranking(np.array([1.0, 2.4, 2.6]), 3.0, 0.2, 1.2, 8))
    assert cases(alone) == ["ranked-alike", "ranked-pairs", "ranked-best-alone"]
