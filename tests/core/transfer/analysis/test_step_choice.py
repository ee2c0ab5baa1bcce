"""Which step to keep without labels: what counts, what is chosen, and what the rank correlation says."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core.transfer.analysis.step_choice import (
    JUDGEMENTS,
    Choice,
    about_correlation,
    about_rank,
    choices,
    counted,
    evaluations,
)
from core.verdict import verdict
from tests.core.transfer.tiny import record

LOOKS = {
    "step": [0, 10, 21, 40, 60, 80, 100],
    "target": [99.0, 98, 50, 70, 90, 80, 60],
    "entropy": [0.0, 0, 2, 1, 0.5, 0.9, 0.4],
    "information": [9.0, 9, 1, 1.5, 2, 1.2, 1.1],
    "snd": [9.0, 9, 1, 2, 3, 5, 4],
}


def test_only_evaluations_after_the_first_fifth_count():
    assert counted(LOOKS["step"], LOOKS, 100)["step"].tolist() == [21, 40, 60, 80, 100]
    assert counted(LOOKS["step"], LOOKS, 500) == {}, "stopped within its first fifth"
    holes = LOOKS | {"target": [None, None, 50, float("nan"), 90, 80, None]}
    assert counted(LOOKS["step"], holes, 100)["step"].tolist() == [21, 60, 80]
    run = record("dann")
    assert evaluations(run)["step"].min() > 10 and evaluations(record("dann", 8, "stopped")) == {}


def test_each_judgement_chooses_its_step_and_pays_for_it():
    found = choices(counted(LOOKS["step"], LOOKS, 100))
    assert found["entropy"] == Choice(100, 60, 30), "the lowest"
    assert found["information"] == found["oracle"] == Choice(60, 90, 0)
    assert found["snd"] == Choice(80, 80, 10)
    assert found["last"] == Choice(100, 60, 30)


@pytest.mark.parametrize("name", JUDGEMENTS)
def test_the_rank_correlation_is_spearmans_of_what_is_preferred(name):
    found = counted(LOOKS["step"], LOOKS, 100)
    said = about_rank(found, name)[0]
    rho = spearmanr({"entropy": -1}.get(name, 1) * found[name], found["target"]).statistic
    assert said == verdict("rank", count=5, rho=pytest.approx(rho))


def test_without_an_order_there_is_no_rank_correlation():
    found, none = counted(LOOKS["step"], LOOKS, 100), [verdict("no-rank")]
    assert about_rank(found | {"snd": np.ones(5)}, "snd") == none == about_rank(found | {"target": np.ones(5)}, "snd")
    assert about_rank({name: values[:2] for name, values in found.items()}, "snd") == none


@pytest.mark.parametrize(
    "rho, spread, case",
    [
        (0.9, 20.0, "rank-right"),
        (0.5, 20.0, "rank-leans-right"),
        (0.2, 20.0, "rank-nothing"),
        (-0.2, 20.0, "rank-nothing"),
        (-0.5, 20.0, "rank-leans-wrong"),
        (-0.9, 20.0, "rank-wrong"),
        (-0.5, 1.6, "rank-of-chance"),
    ],
)
def test_the_rank_correlation_is_judged(rho, spread, case):
    first, second = about_correlation(rho, 16, spread)
    assert first == verdict("rank", count=16, rho=rho) and second.case == case
