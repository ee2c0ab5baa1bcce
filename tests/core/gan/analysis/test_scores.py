"""What D's scores mean, and how far they tell real examples and fakes apart."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from core.gan import pictures
from core.gan.analysis import scores
from core.gan.settings import GanSettings
from core.settings import build
from tests.core.gan.tiny import cases, record


def test_d_is_counted_as_by_hand():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0.6, 0.2, 300), rng.normal(0.4, 0.2, 200)
    expected = mannwhitneyu(real, fake).statistic / (300 * 200)
    assert scores.ranking(real, fake) == pytest.approx(100 * expected)
    assert scores.ranking(np.ones(5), np.ones(5)) == 50
    settings = build(GanSettings, {})
    assert scores.accuracy(settings, np.array([0.9, 0.4]), np.array([0.1, 0.2])) == 75
    assert scores.opinion(settings, np.array([0.0, np.inf, -np.inf])) == pytest.approx([0.5, 1, 0])
    least = build(GanSettings, {"method": "ls"})
    assert scores.opinion(least, np.array([0.3])) == pytest.approx([0.3]) and scores.border(least) == 0.5
    assert scores.border(build(GanSettings, {"method": "hinge"})) == 0


def test_slow_motion_does_not_lengthen_the_looks():
    slow = record("slow")
    found = scores.by_step(slow)
    assert len(slow.pictures(pictures.SCORES)) > len(found)
    last = scores.opinion(slow.settings, slow.pictures(pictures.SCORES)[-1].array)
    assert np.array_equal(list(found.values())[-1], last)


def test_bins_hold_all_looks():
    edges = scores.edges(record("plane"))
    assert (edges[0], edges[-1], len(edges)) == (0, 1, scores.BINS + 1), "of a probability"
    found = np.stack(list(scores.by_step(record("critic")).values()))
    edges = scores.edges(record("critic"))
    outside = ((found < edges[0]) | (found > edges[-1])).mean()
    assert 0 < outside < 0.011 and np.allclose(np.diff(edges), edges[1] - edges[0])


def test_what_the_scores_mean_for_g():
    wanted = ["scores-apart", "scores-overlap", "scores-alike", "scores-behind"]
    assert [scores.overlap(pairs).case for pairs in (99, 70, 50, 30)] == wanted
    real, fake = np.array([0.9, 0.8, 0.4]), np.array([0.1, 0.2, 0.3])
    first, second, third = scores.told_apart(build(GanSettings, {}), real, fake)
    assert first.numbers == pytest.approx({"real": 0.7, "fake": 0.2})
    assert second.case == "scores-right" and second.numbers == pytest.approx({"right": 500 / 6, "pairs": 100})
    assert third.case == "scores-apart"
    critic = scores.told_apart(build(GanSettings, {"method": "hinge"}), real, fake)
    assert cases(critic) == ["scores-means", "scores-pairs", "scores-apart"], "a height has no border at one half"


def test_the_axis_is_explained_for_every_kind_of_score():
    found = {name: scores.about_axis(build(GanSettings, {"method": name})).case for name in ("saturating", "ls", "gp")}
    assert found == {"saturating": "axis-probability", "ls": "axis-target", "gp": "axis-height"}
