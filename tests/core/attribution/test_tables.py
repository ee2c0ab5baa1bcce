"""Tables: LIME against models whose reasons are known, and what repeats say about it."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from core.attribution import tabular
from core.attribution.tabular import lime_tabular
from core.data import tables


@pytest.fixture(scope="module", params=["wine", "cancer"])
def table(request):
    return tables.load(request.param)


def test_a_table_is_split_once_and_keeps_the_shares_of_its_classes(table):
    assert tables.load("wine") is tables.load("wine")
    assert len(set(table.features)) == len(table.features) == table.train_x.shape[1] == table.test_x.shape[1]
    shares = [np.bincount(y, minlength=len(table.classes)) / len(y) for y in (table.train_y, table.test_y)]
    assert np.abs(shares[0] - shares[1]).max() < 0.02 and len(table.test_y) / len(table.train_y) == pytest.approx(
        3 / 7, abs=0.02
    )
    rows = {row.tobytes() for row in table.train_x}
    assert not any(row.tobytes() in rows for row in table.test_x)
    with pytest.raises(ValueError):
        table.test_x[0, 0] = 1


def test_names_say_what_was_measured():
    features = tables.load("cancer").features
    assert {"radius", "concave points (worst)", "area ±"} <= set(features) and not any(
        "mean" in name for name in features
    )
    assert "proline (mg/l)" in tables.load("wine").features
    with pytest.raises(ValueError, match="not a table"):
        tables.load("iris")


def test_the_forest_is_the_one_whose_accuracy_is_told(table):
    forest = tabular.forest(table)
    assert forest is tabular.forest(table)
    by_hand = accuracy_score(table.test_y, forest.predict_proba(table.test_x).argmax(1))
    assert tabular.accuracy(table) == pytest.approx(by_hand) and by_hand > 0.94


def steps(table, weights: dict[int, float]):
    """A model that is linear in what LIME sees: each feature in the row's quarter or not, p = ½ + Σ weight · (above median)."""
    medians = np.median(table.train_x, 0)

    def predict(x: np.ndarray) -> np.ndarray:
        p = 0.5 + sum(w * (x[:, i] > medians[i]) for i, w in weights.items())
        return np.stack([1 - p, p], 1)

    return predict


def test_a_linear_model_gets_its_own_weights_back():
    """A row in the highest quarter of each feature: leaving it, a sample stays above the median with one chance in three.

    So a feature that adds w above the median adds w · (1 − 1/3) for being in the row's quarter.
    """
    table, weights = tables.load("wine"), {0: 0.2, 5: -0.12, 9: 0.06}
    found = lime_tabular(table, table.train_x.max(0), 1, 5000, width=50, seed=1, predict=steps(table, weights))
    assert [w.feature for w in found.weights[:3]] == [0, 5, 9] and found.probability == pytest.approx(0.64)
    for weight in found.weights:
        assert weight.value == pytest.approx(weights.get(weight.feature, 0) * 2 / 3, abs=0.012)
    assert 0.3 < found.r2 < 1 and found.effective > 4900
    other = lime_tabular(table, table.train_x.max(0), 0, 5000, width=50, seed=1, predict=steps(table, weights))
    assert [w.value for w in other.weights] == pytest.approx([-w.value for w in found.weights], abs=1e-9)


def test_what_lime_can_say_exactly_it_explains_wholly():
    table = tables.load("wine")
    row, cut = table.train_x.max(0), np.percentile(table.train_x[:, 3], 75)

    def predict(x: np.ndarray) -> np.ndarray:
        p = 0.1 + 0.7 * (x[:, 3] > cut)
        return np.stack([1 - p, p], 1)

    found = lime_tabular(table, row, 1, 1000, predict=predict)
    assert found.r2 > 0.99 and found.weights[0].feature == 3 and found.weights[0].value == pytest.approx(0.7, abs=0.02)
    assert found.local == pytest.approx(0.8, abs=0.02) and found.top(1) == {3}


def test_the_seed_decides_and_nothing_else_is_touched(table):
    before = np.random.get_state()[1].copy()
    first, again, other = (lime_tabular(table, table.test_x[3], 0, 300, seed=seed) for seed in (1, 1, 2))
    assert first == again and first != other
    assert (np.random.get_state()[1] == before).all()


def test_the_default_width_is_the_packages(table):
    row = table.test_x[5]
    assert tabular.default_width(table) == pytest.approx(0.75 * len(table.features) ** 0.5)
    assert lime_tabular(table, row, 0, 300) == lime_tabular(table, row, 0, 300, tabular.default_width(table))


def test_a_narrow_kernel_leaves_no_samples():
    table = tables.load("cancer")
    wide, narrow = (lime_tabular(table, table.test_x[0], 0, 500, width) for width in (None, 0.5))
    assert narrow.effective < 3 < len(table.features) < wide.effective < 500


def test_the_samples_that_count_are_those_of_the_kernel():
    """A feature leaves its quarter with chance ¾, so E[wᵏ] = (¼ + ¾ exp(−k / 2σ²))^features."""
    table = tables.load("wine")
    found, share = (
        lime_tabular(table, table.test_x[0], 0, 4000, width=1.5),
        [0.25 + 0.75 * np.exp(-k / 4.5) for k in (1, 2)],
    )
    assert found.effective == pytest.approx(4000 * (share[0] ** 2 / share[1]) ** 13, rel=0.1)


def test_a_condition_is_true_and_names_the_quarter(table):
    for feature in range(len(table.features)):
        column = table.train_x[:, feature]
        low, middle, high = np.percentile(column, [25, 50, 75])
        assert tabular.condition(table, feature, column.min()) == f"{table.features[feature]} ≤ {low:.4g}"
        assert tabular.condition(table, feature, column.max()) == f"{table.features[feature]} > {high:.4g}"
        if middle > low:
            assert tabular.condition(table, feature, middle) == f"{low:.4g} < {table.features[feature]} ≤ {middle:.4g}"


def test_jaccard_by_hand():
    a, b, c = frozenset({1, 2, 3}), frozenset({2, 3, 4}), frozenset({7})
    assert tabular.jaccard([a, b]) == pytest.approx(2 / 4)
    assert (
        tabular.jaccard([a, b, c]) == pytest.approx((0.5 + 0 + 0) / 3)
        and tabular.jaccard([a]) == tabular.jaccard([a, a]) == 1
    )


def test_two_random_sets_agree_by_chance():
    rng = np.random.default_rng(0)
    drawn = [frozenset(rng.choice(30, 5, replace=False).tolist()) for _ in range(400)]
    assert tabular.jaccard(drawn) == pytest.approx(tabular.chance_jaccard(30), abs=0.005)
    assert tabular.chance_jaccard(5) == tabular.chance_jaccard(3) == 1


def test_repeats_are_the_mean_of_their_seeds_and_agree_more_with_more_samples():
    table = tables.load("wine")
    few, many = (tabular.repeats(table, table.test_x[7], 0, samples, None, range(4)) for samples in (100, 1500))
    single = [lime_tabular(table, table.test_x[7], 0, 100, None, seed) for seed in range(4)]
    feature = few.mean.weights[0].feature
    values = [next(w.value for w in one.weights if w.feature == feature) for one in single]
    assert few.mean.weights[0].value == pytest.approx(np.mean(values)) and few.sd[feature] == pytest.approx(
        np.std(values, ddof=1)
    )
    assert few.mean.r2 == pytest.approx(np.mean([one.r2 for one in single]))
    assert many.jaccard > few.jaccard and np.mean(list(many.sd.values())) < 0.6 * np.mean(list(few.sd.values()))
    assert set(tabular.repeats(table, table.test_x[7], 0, 100, None, [3]).sd.values()) == {0.0}


def test_permutation_falls_only_for_what_the_forest_uses():
    table = tables.load("wine")
    mean, sd = tabular.permutation(table)
    assert (
        mean.shape == sd.shape == (13,)
        and mean.argmax() == np.argmax(mean)
        and table.features[mean.argmax()].startswith("proline")
    )
    assert mean.max() > 0.05 and abs(mean[2]) < 0.02, "ash says little about the grower"
