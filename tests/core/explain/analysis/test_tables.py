"""Tables as the page shows them: the forest's answer, what speaks against LIME's, and what a moved value does."""

import numpy as np
import pytest

from core.attribution import tabular
from core.data import tables as source
from core.explain.analysis import tables


def cases(found):
    return [each.case for each in found]


@pytest.mark.parametrize("name", source.TITLES)
def test_the_answer_is_the_forests(name):
    table = source.load(name)
    for row in (0, 17):
        found, said = tables.answer(name, row), tabular.forest(table).predict_proba(table.test_x[row][None])[0]
        assert found.said == said.argmax() and found.sure == pytest.approx(100 * said.max())
        assert found.true == table.test_y[row]
        assert found.accuracy == 100 * tabular.accuracy(table) > found.commonest == 100 * tabular.commonest(table) > 0


@pytest.mark.parametrize("name", source.TITLES)
def test_the_packages_own_width_can_be_chosen(name):
    widths, own = tables.widths(name)
    assert own in widths and widths == sorted(set(widths)) and widths[0] == 0.3 and widths[-1] == 30


def test_reasons_are_repeated_lime():
    found, table = tables.reasons("wine", 3, 1, 200, 2.0, 3), source.load("wine")
    again = tabular.repeats(table, table.test_x[3], 1, 200, 2.0, range(3))
    assert found.found.mean.weights == again.mean.weights and found.found.sd == again.sd
    assert found.chance == tabular.chance_jaccard(13) and tables.reasons("wine", 3, 1, 200, 2.0, 3) is found


@pytest.mark.parametrize(
    "effective, r2, expected",
    [
        (12.9, 0.9, ["kernel-too-narrow"]),
        (12.9, 0.1, ["kernel-too-narrow"]),  # learned by heart: R² says nothing
        (100, 0.9, []),
        (100, 0.1, ["table-low-fit"]),
        (950, 0.9, ["kernel-too-wide"]),
        (950, 0.1, ["kernel-too-wide", "table-low-fit"]),
    ],
)
def test_what_speaks_against_the_weights(effective, r2, expected):
    assert cases(tables.believed(effective, r2, 1000, 13)) == expected


def test_real_kernels_are_told_apart():
    assert cases(tables.reasons("wine", 0, 0, 100, 0.3, 1).verdicts) == ["kernel-too-narrow"]
    assert "kernel-too-wide" in cases(tables.reasons("wine", 0, 0, 100, 30.0, 1).verdicts)


def test_features_move_between_the_ends_of_the_table():
    table = source.load("cancer")
    for feature in tables.movable("cancer", 5, (0, 22)):
        every = np.concatenate([table.train_x[:, feature.number], table.test_x[:, feature.number]])
        assert (feature.low, feature.high) == (every.min(), every.max())
        assert feature.value == table.test_x[5, feature.number] and feature.low <= feature.value <= feature.high


def test_a_moved_value_is_what_the_forest_is_asked_about():
    table = source.load("cancer")
    target = tables.answer("cancer", 0).said
    row = table.test_x[0]
    assert tables.moved("cancer", 0, target, {}) == (tables.answer("cancer", 0).sure, 0.0)
    far = {i: float(table.train_x[table.train_y != target].mean(0)[i]) for i in range(30)}
    now, change = tables.moved("cancer", 0, target, far)
    changed = np.array([far[i] for i in range(30)])
    assert now == pytest.approx(100 * tabular.forest(table).predict_proba(changed[None])[0, target])
    assert change == pytest.approx(now - tables.answer("cancer", 0).sure) and change < -10
    assert np.array_equal(row, source.load("cancer").test_x[0]), "the table itself stays"


def test_the_most_important_features_come_first():
    found, (mean, sd) = tables.importance("wine", 5), tabular.permutation(source.load("wine"))
    lost = [each[1] for each in found]
    assert len(found) == 5 and lost == sorted(lost, reverse=True) and lost[0] == pytest.approx(100 * mean.max())
    assert found[0] == (source.load("wine").features[mean.argmax()], 100 * mean.max(), 100 * sd[mean.argmax()])
