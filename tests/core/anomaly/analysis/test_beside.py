"""Detectors side by side: the table, the votes on one example, and how far they agree."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core import runs
from core.anomaly import decide, detectors, trivial
from core.anomaly.analysis import beside
from core.anomaly.analysis.rivals import Rival, candidates
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import scores
from tests.core.anomaly.analysis.conftest import cases, saved


def rival(name, test, calibration=None, method="pca"):
    about = runs.make(name, "anomaly", {"method": method}, [], 0.0, "finished").about
    calibration = np.arange(100.0) if calibration is None else calibration
    return Rival(name, about, calibration, np.asarray(test, float), 1.0, lambda: None)


@pytest.mark.usefixtures("store")
def test_the_rows_are_those_of_brute_force_the_best_first():
    current = saved("pca")
    at_once = [each for each in candidates(current) if each.startswith("{")]
    found = beside.compare(current, (current.id, *at_once))
    there, wanted = dataset_of(current.settings), {}
    for method in detectors.AT_ONCE:
        detector = detectors.learned(current.settings.model_copy(update={"method": method()}))
        calibration, test = (scores(detector, x).numpy() for x in (there.calibration_x, there.test_x))
        wanted[method] = 100 * decide.auroc(test, there.test_is_anomaly.numpy()), decide.p_values(test, calibration)
    *own, together, mean = [row.auroc for row in found.rows]
    assert own == pytest.approx(sorted((value for value, __ in wanted.values()), reverse=True))
    assert [each.method for each in found.rivals] == sorted(wanted, key=lambda method: -wanted[method][0])
    whole = -np.mean([p for __, p in wanted.values()], 0)
    assert together == pytest.approx(100 * decide.auroc(whole, there.test_is_anomaly.numpy()), abs=0.01), (
        "but for rounding"
    )
    assert mean == pytest.approx(trivial.auroc(current.settings))
    assert found.lessons[0].numbers["best"] == found.rivals[0].id
    assert len(set(there.test_y[found.disputed].tolist())) == len(found.disputed) == 6, "six digits, not six sevens"


def test_the_error_of_a_row_is_how_far_another_test_part_would_move_it():
    rng = np.random.default_rng(0)
    is_anomaly = rng.random(120) < 0.4
    a, b = (np.round(rng.normal(size=120) + is_anomaly, 1) for _ in range(2))  # rounded: with ties
    below = np.array([[np.mean((x > y) + (x == y) / 2) for y in [a[~is_anomaly]]] for x in a[is_anomaly]]).ravel()
    first, second = decide.placements(a, is_anomaly), decide.placements(b, is_anomaly)
    np.testing.assert_allclose(first[0], below)
    assert first[0].mean() == pytest.approx(decide.auroc(a, is_anomaly)) == pytest.approx(first[1].mean())
    draws = []
    for _ in range(1500):
        i = np.concatenate([rng.choice(np.flatnonzero(part), part.sum()) for part in (is_anomaly, ~is_anomaly)])
        draws.append((decide.auroc(a[i], is_anomaly[i]), decide.auroc(b[i], is_anomaly[i])))
    one, other = np.array(draws).T
    assert decide.error_of(first) == pytest.approx(one.std(), rel=0.1)
    assert decide.error_of(first, second) == pytest.approx((one - other).std(), rel=0.1)
    assert decide.error_of(first, first) == 0


@pytest.mark.usefixtures("store")
def test_of_none_nothing_follows():
    assert beside.compare(saved("pca"), ()).rivals == ()


def test_all_together_are_praised_only_where_they_are_better_than_chance():
    rng = np.random.default_rng(3)
    is_anomaly = np.arange(400) >= 200
    noisy = [rival(f"r{i}", 40 + 15 * is_anomaly + 25 * rng.normal(size=400)) for i in range(9)]
    noisy.sort(key=lambda each: -decide.auroc(each.test, is_anomaly))
    assert cases(beside.about_together(noisy, is_anomaly)) == ["beside-together", "beside-together-better"]
    good = rival("good", 40 + 60 * is_anomaly + rng.normal(size=400))
    one_good = [good, *(rival(f"bad{i}", 50 + 20 * rng.normal(size=400)) for i in range(8))]
    said = beside.about_together(one_good, is_anomaly)
    assert cases(said) == ["beside-together", "beside-together-safe"] and said[0].numbers["better"] == 8
    three = [rival(f"good{i}", 40 + 30 * is_anomaly + 10 * rng.normal(size=400)) for i in range(3)]
    upside_down = [*three, *(rival(f"bad{i}", 70 - 30 * is_anomaly + 10 * rng.normal(size=400)) for i in range(2))]
    upside_down.sort(key=lambda each: -decide.auroc(each.test, is_anomaly))
    assert cases(beside.about_together(upside_down, is_anomaly))[1] == "beside-together-worse"
    assert cases(beside.about_together([good, rival("twin", good.test)], is_anomaly))[1] == "beside-together-alike"


def test_the_best_is_alone_only_where_chance_does_not_part_it():
    rng = np.random.default_rng(3)
    is_anomaly = np.arange(400) >= 200
    good, bad = rival("good", 40 + 60 * is_anomaly + rng.normal(size=400)), rival("bad", 50 + 20 * rng.normal(size=400))
    assert cases(beside.about_best([good, bad], is_anomaly)) == ["beside-best", "beside-best-alone"]
    *__, near = beside.about_best([good, rival("twin", good.test), bad], is_anomaly)
    assert near.case == "beside-best-near" and near.numbers == {"n": 1, "others": 2, "names": ("twin",)}


def test_the_most_disputed_have_the_largest_spread():
    rng = np.random.default_rng(0)
    those = [rival(str(i), rng.integers(0, 100, 50)) for i in range(4)]
    spread = np.std([[(1 + sum(h >= s for h in each.calibration)) / 101 for s in each.test] for each in those], 0)
    found = beside.most_disputed(those)
    assert len(found) == 6 and spread[found].min() >= np.delete(spread, found).max()
    kinds = np.arange(50) % 3
    found = beside.most_disputed(those, kinds)
    assert sorted(kinds[found]) == [0, 1, 2] and all(spread[i] == spread[kinds == kinds[i]].max() for i in found)


@pytest.mark.parametrize(
    "raised, is_anomaly, said, names",
    [
        ("ABC", True, ["votes-all", "votes-anomaly-all-right"], None),
        ("", True, ["votes-none", "votes-anomaly-all-wrong"], None),
        ("A", False, ["votes-some", "votes-loud", "votes-normal-some-right"], ("A",)),
        ("AB", None, ["votes-some", "votes-quiet"], ("C",)),
        ("", False, ["votes-none", "votes-normal-all-right"], None),
        ("ABC", False, ["votes-all", "votes-normal-all-wrong"], None),
        ("AB", True, ["votes-some", "votes-quiet", "votes-anomaly-some-right"], ("C",)),
    ],
)
def test_how_the_votes_fall(raised, is_anomaly, said, names):
    found = beside.votes({each: 0.1 if each in raised else 0.11 for each in "ABC"}, 0.1, is_anomaly)
    assert cases(found) == said
    assert names is None or found[1].numbers["names"] == names
    assert "right" not in found[-1].numbers or found[-1].numbers["right"] == 2


def test_all_together_have_twice_the_mean_p_value_and_never_more_than_one():
    assert beside.p_together([0.1, 0.2]) == pytest.approx(0.3) and beside.p_together([0.9, 0.9]) == 1


def test_rank_correlations_are_spearmans():
    rng = np.random.default_rng(0)
    is_anomaly = rng.random(60) < 0.5
    those = [rival("a", rng.integers(0, 9, 60)), rival("b", rng.normal(size=60)), rival("flat", np.ones(60))]
    found = beside.rank_correlations(those, is_anomaly)
    assert (
        found[0, 1]
        == pytest.approx(spearmanr(those[0].test[is_anomaly], those[1].test[is_anomaly]).statistic)
        == found[1, 0]
    )
    assert np.isnan(found[2]).all() and np.isnan(np.diag(found)).all()


def test_who_agrees_and_whether_families_hold_together():
    those = [rival("A", [0], method="pca"), rival("B", [0], method="vae"), rival("C", [0], method="lof")]
    rho = np.array([[np.nan, 0.9, -0.2], [0.9, np.nan, 0.4], [-0.2, 0.4, np.nan]])
    most, least, families = beside.about_agreement(those, rho)
    assert (most.case, most.numbers) == ("agreement-most", {"first": "A", "second": "B", "rho": 0.9})
    assert (least.case, least.numbers) == ("agreement-least", {"first": "A", "second": "C", "rho": -0.2})
    assert families.numbers == {"kin": pytest.approx(0.9), "rest": pytest.approx(0.1)}
    assert beside.about_agreement(those[:1], rho[:1, :1]) == []
