"""Which digits stand in the small picture, and where."""

import numpy as np
import pytest

from core.anomaly.analysis import scores, thumbnail
from core.anomaly.datasets import dataset_of
from tests.core.anomaly.analysis.conftest import record


def test_both_kinds_are_spread_over_their_own_scores():
    values = np.array([5.0, *range(100, 121), 3.0, *range(0, 2000, 100)])
    odd = np.array([True] + [False] * 21 + [True] + [True] * 20)
    found = thumbnail.chosen(values, odd)
    assert [values[place] for place in found if not odd[place]] == [102, 110, 118], "a tenth, a half, nine tenths"
    assert sum(odd[place] for place in found) == 5 and sorted(values[found]) == list(values[found])


def test_bars_and_digits_of_a_run():
    current = record("digit")
    found, known = thumbnail.thumbnail(current), scores.final(current)
    assert found.normal.max() == found.anomalous.max() == 1 and len(found.normal) == thumbnail.BINS
    end = np.quantile(known.test, thumbnail.FARTHEST)
    far = known.anomalous >= end
    assert found.anomalous[-1] > 0 and far.any(), "scores beyond the axis stand at its end"
    places = [example.place for example in found.examples]
    assert places == sorted(places) and 0 <= places[0] and places[-1] <= 1
    pictures = (255 * dataset_of(current.settings).test_x[:, 0]).round().byte().numpy()
    low = known.test.min()
    for example in found.examples:
        (i,) = [i for i, each in enumerate(pictures) if np.array_equal(each, example.picture)][:1]
        assert example.is_anomaly == known.is_anomaly[i]
        assert example.place == pytest.approx(min(1, (known.test[i] - low) / (end - low)), abs=1e-3)
