"""Decisions: curves against brute force with ties, costs against trying every threshold, and what a conformal threshold promises."""

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from core.anomaly import datasets, decide, detectors
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.settings import AnomalySettings

# few different values, so that most scores are tied; and any number that a detector could give
COARSE = st.integers(-3, 3).map(float)
FINE = st.floats(-1e6, 1e6, width=32)


def labelled(values, least=1):
    """(scores, is_anomaly) with at least so many normals and anomalies."""
    return (
        st.lists(st.tuples(values, st.booleans()), min_size=2 * least, max_size=40)
        .map(lambda pairs: (np.array([v for v, _ in pairs]), np.array([truth for _, truth in pairs])))
        .filter(lambda both: least <= both[1].sum() <= len(both[1]) - least)
    )


EITHER = st.one_of(labelled(COARSE), labelled(FINE))


def shares_at(found, is_anomaly, threshold):
    """(false alarms, found), each a share of its own sort, counted one by one."""
    return (
        sum(bool(v >= threshold) for v, truth in zip(found, is_anomaly) if not truth) / int((~is_anomaly).sum()),
        sum(bool(v >= threshold) for v, truth in zip(found, is_anomaly) if truth) / int(is_anomaly.sum()),
    )


# ---- curves ----


@given(EITHER)
def test_auroc_is_the_share_of_pairs_in_the_right_order(both):
    found, is_anomaly = both
    pairs = [(a > b) + (a == b) / 2 for a in found[is_anomaly] for b in found[~is_anomaly]]
    assert decide.auroc(found, is_anomaly) == pytest.approx(sum(pairs) / len(pairs), abs=1e-12)
    assert decide.auroc(-found, is_anomaly) == pytest.approx(1 - decide.auroc(found, is_anomaly), abs=1e-12)


def test_auroc_by_hand():
    assert decide.auroc(np.array([1.0, 2, 3]), np.array([False, False, True])) == 1
    assert decide.auroc(np.array([3.0, 2, 1]), np.array([False, False, True])) == 0
    assert decide.auroc(np.array([1.0, 1, 1]), np.array([0, 0, 1])) == 0.5
    assert decide.auroc(np.array([1.0, 2, 2, 5]), np.array([0, 1, 0, 1])) == 3.5 / 4


@pytest.mark.parametrize("is_anomaly", [[], [True, True], [False, False, False]])
def test_a_curve_needs_both_sorts(is_anomaly):
    with pytest.raises(ValueError, match="normals and anomalies"):
        decide.auroc(np.arange(len(is_anomaly), dtype=float), np.array(is_anomaly, bool))


@given(EITHER)
def test_roc_is_what_every_threshold_gives(both):
    found, is_anomaly = both
    alarms, right, thresholds = decide.roc(found, is_anomaly)
    assert thresholds[0] == math.inf and thresholds[1:].tolist() == sorted(set(found.tolist()), reverse=True)
    for a, r, threshold in zip(alarms, right, thresholds, strict=True):
        assert (a, r) == shares_at(found, is_anomaly, threshold)
    assert (alarms[0], right[0], alarms[-1], right[-1]) == (0, 0, 1, 1)


@given(EITHER)
def test_the_area_under_the_curve_is_the_auroc(both):
    alarms, right, _ = decide.roc(*both)
    assert np.trapezoid(right, alarms) == pytest.approx(decide.auroc(*both), abs=1e-9)


@given(EITHER)
def test_average_precision_is_the_sum_over_thresholds(both):
    found, is_anomaly = both
    total = before = 0.0
    for threshold in sorted(set(found.tolist()), reverse=True):
        raised = found >= threshold
        recall, precision = raised[is_anomaly].mean(), is_anomaly[raised].mean()
        total, before = total + (recall - before) * precision, recall
    assert decide.average_precision(found, is_anomaly) == pytest.approx(total, abs=1e-12)


def several(found, is_anomaly, normals, anomalies):
    """Every normal and every anomaly so many times."""
    times = np.where(is_anomaly, anomalies, normals)
    return np.repeat(found, times), np.repeat(is_anomaly, times)


@given(EITHER, st.integers(1, 7), st.integers(1, 7))
def test_another_share_of_anomalies_is_as_if_there_were_more_of_them(both, normals, anomalies):
    """Each figure with `share` against the same examples, each counted several times."""
    found, is_anomaly = both
    many, which = several(found, is_anomaly, normals, anomalies)
    share = float(which.mean())
    assert decide.average_precision(found, is_anomaly, share) == pytest.approx(
        decide.average_precision(many, which), abs=1e-9
    )
    for threshold in {math.inf, float(np.median(found)), float(found.min())}:
        one, other = decide.confusion(found, is_anomaly, threshold, share), decide.confusion(many, which, threshold)
        for name in ("found", "missed", "alarms", "passed", "precision", "recall", "false_alarms"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9)
    (t1, c1), (t2, c2) = decide.costs(found, is_anomaly, 3, 1, share), decide.costs(many, which, 3, 1)
    assert np.array_equal(t1, t2) and np.allclose(c1, c2)
    assert decide.auroc(many, which) == pytest.approx(decide.auroc(found, is_anomaly)), "AUROC does not depend on it"
    assert decide.missed_at(many, which) == pytest.approx(decide.missed_at(found, is_anomaly), abs=1e-9)


# ---- how sure a curve is ----


@given(EITHER)
def test_placements_are_counted_one_by_one_and_average_to_the_auroc(both):
    found, is_anomaly = both

    def beats(a, b):
        return (a > b) + (a == b) / 2

    above, below = decide.placements(found, is_anomaly)
    assert above == pytest.approx(
        [np.mean([beats(a, b) for b in found[~is_anomaly]]) for a in found[is_anomaly]], abs=1e-12
    )
    assert below == pytest.approx(
        [np.mean([beats(a, b) for a in found[is_anomaly]]) for b in found[~is_anomaly]], abs=1e-12
    )
    assert above.mean() == pytest.approx(decide.auroc(found, is_anomaly)) == pytest.approx(below.mean())


@given(labelled(COARSE, 2), st.integers(0, 99))
def test_the_error_of_a_difference_is_that_of_delong_s_covariances(both, seed):
    """DeLong, DeLong, Clarke-Pearson 1988, equation 6, of two scores on the same examples: S10 / m + S01 / n, by numpy's cov."""
    found, is_anomaly = both
    other = found + np.random.default_rng(seed).integers(-2, 3, len(found))
    one, two = decide.placements(found, is_anomaly), decide.placements(other, is_anomaly)
    covariance = sum(np.cov(a, b) / len(a) for a, b in zip(one, two))
    assert decide.error_of(one) ** 2 == pytest.approx(covariance[0, 0], abs=1e-12)
    assert decide.error_of(one, two) ** 2 == pytest.approx(
        covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], abs=1e-12
    )
    assert decide.error_of(one, one) == 0


def test_the_error_of_pixels_is_how_far_other_pictures_move_their_auroc():
    """Held against the spread over many draws of pictures, each of which is easy or hard as a whole."""

    def draw():
        truth = np.broadcast_to(np.arange(30) < 10, (40, 30)).copy()
        ease = rng.normal(1, 1, (40, 1))
        return ease * truth + rng.normal(size=(40, 30)), truth

    rng, found, errors = np.random.default_rng(0), [], []
    for _ in range(300):
        values, truth = draw()
        found.append(decide.auroc(values, truth))
        errors.append(decide.error_of_pixels(values, truth))
    assert np.mean(errors) == pytest.approx(np.std(found), rel=0.1)
    alone = decide.error_of(decide.placements(values.ravel(), truth.ravel()))
    assert alone < 0.6 * errors[-1], "as if every pixel were a draw of its own"


def test_of_equally_good_scores_one_leads_as_seldom_as_is_promised():
    """By chance one of two leads in one of twenty draws; one that is better by far leads in all."""
    rng, is_anomaly, led = np.random.default_rng(0), np.arange(200) >= 100, 0
    for _ in range(400):
        one, two = (decide.placements(is_anomaly + rng.normal(size=200), is_anomaly) for _ in range(2))
        led += decide.leads(one, two)
        assert not decide.leads(one, two, 20) or decide.leads(one, two), "the more are held against, the more it takes"
        assert not (decide.leads(one, two) and decide.leads(two, one)) and not decide.leads(one, one)
    assert abs(led - 20) < 3 * np.sqrt(400 * 0.05 * 0.95)
    assert decide.leads(decide.placements(4.0 * is_anomaly + rng.normal(size=200), is_anomaly), two, 20)


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_the_interval_holds_the_truth_as_often_as_it_says(level):
    """Of normal scores one standard deviation apart the AUROC is Φ(1/√2)."""
    rng, truth, draws = np.random.default_rng(6), norm.cdf(1 / math.sqrt(2)), 2000
    is_anomaly = np.arange(120) >= 80
    found = [decide.interval(rng.normal(size=120) + is_anomaly, is_anomaly, level) for _ in range(draws)]
    calibration = np.mean([low <= truth <= high for low, high in found])
    assert calibration == pytest.approx(level, abs=0.03) and all(0 <= low < high <= 1 for low, high in found)


def test_an_interval_that_cannot_be_told():
    is_anomaly = np.array([False, False, True, True])
    assert decide.interval(np.array([1.0, 2, 3, 4]), is_anomaly) is None, "no pair in disorder"
    assert (
        decide.interval(np.array([1.0, 2, 3]), is_anomaly[:3]) is None
        and decide.interval(np.array([1.0, 3, 2, 4]), is_anomaly) is not None
    )


# ---- one threshold ----


@given(EITHER, st.data())
def test_a_confusion_matrix_is_counted_one_by_one(both, data):
    found, is_anomaly = both
    threshold = data.draw(st.one_of(st.sampled_from(sorted(set(found.tolist()))), st.floats(-4, 4)))
    table, n = decide.confusion(found, is_anomaly, threshold), len(is_anomaly)
    raised = np.array([v >= threshold for v in found])
    assert [table.found, table.missed, table.alarms, table.passed] == pytest.approx(
        [
            (raised & is_anomaly).sum() / n,
            (~raised & is_anomaly).sum() / n,
            (raised & ~is_anomaly).sum() / n,
            (~raised & ~is_anomaly).sum() / n,
        ],
        abs=1e-12,
    )
    assert table.precision == pytest.approx(is_anomaly[raised].mean() if raised.any() else 1.0, abs=1e-12)
    assert table.recall == pytest.approx(raised[is_anomaly].mean(), abs=1e-12)
    assert table.false_alarms == pytest.approx(raised[~is_anomaly].mean(), abs=1e-12)


def test_a_score_at_the_threshold_raises_the_alarm():
    table = decide.confusion(np.array([1.0, 2.0, 2.0]), np.array([0, 0, 1]), 2.0)
    assert [table.found, table.missed, table.alarms, table.passed] == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3])


def test_one_sort_alone_has_a_confusion_matrix():
    calm = decide.confusion(np.array([1.0, 2.0]), np.array([False, False]), 5)
    assert (calm.passed, calm.recall, calm.precision, calm.false_alarms) == (1, 0, 1, 0)
    is_anomaly = decide.confusion(np.array([1.0, 2.0]), np.array([True, True]), 2)
    assert (is_anomaly.found, is_anomaly.missed, is_anomaly.recall, is_anomaly.precision, is_anomaly.false_alarms) == (
        0.5,
        0.5,
        0.5,
        1,
        0,
    )


# The lecture's slides on evaluation (Hung-yi Lee 2019, "Anomaly Detection"): 100 normal pictures and 5 anomalies. The strict
# threshold finds one anomaly and rings once in vain, the lax one finds two and rings six times in vain.
STRICT, LAX = 0.8, 0.5
LECTURE = (np.array([0.9] + [0.6] * 5 + [0.1] * 94 + [0.9, 0.6] + [0.2] * 3), np.array([False] * 100 + [True] * 5))


@pytest.mark.parametrize(
    "miss, alarm, strict, lax", [(1, 100, 104, 603), (100, 1, 401, 306)], ids=["table A", "table B"]
)
def test_the_two_cost_tables_of_the_lecture(miss, alarm, strict, lax):
    for threshold, expected in ((STRICT, strict), (LAX, lax)):
        assert 105 * decide.cost(decide.confusion(*LECTURE, threshold), miss, alarm) == pytest.approx(expected)
    thresholds, found = decide.costs(*LECTURE, miss, alarm)
    assert dict(zip(thresholds.tolist(), (105 * found).round(6).tolist())) == {
        math.inf: 5 * miss,
        0.9: strict,
        0.6: lax,
        0.2: 6 * alarm,
        0.1: 100 * alarm,
    }


def test_which_mistake_costs_more_moves_the_best_threshold():
    best = [decide.costs(*LECTURE, miss, alarm) for miss, alarm in ((1, 100), (100, 1))]
    assert [thresholds[found.argmin()] for thresholds, found in best] == [math.inf, 0.2], (
        "ring never; ring for every anomaly"
    )


@given(EITHER, st.floats(0, 100), st.floats(0, 100), st.one_of(st.none(), st.floats(0, 1)))
def test_the_least_cost_is_that_of_trying_every_threshold(both, miss, alarm, share):
    found, is_anomaly = both
    thresholds, all_costs = decide.costs(found, is_anomaly, miss, alarm, share)
    part = is_anomaly.mean() if share is None else share
    tried = {}
    for threshold in [math.inf, *np.unique(found)]:
        a, r = shares_at(found, is_anomaly, threshold)
        tried[threshold] = miss * part * (1 - r) + alarm * (1 - part) * a
    assert dict(zip(thresholds.tolist(), all_costs.tolist())) == pytest.approx(tried, abs=1e-9)
    between = [
        decide.cost(decide.confusion(found, is_anomaly, t, share), miss, alarm)
        for t in np.linspace(found.min(), found.max(), 23)
    ]
    assert all_costs.min() <= min(between) + 1e-9, "no threshold between two scores is cheaper"


@given(EITHER, st.sampled_from([0.5, 0.8, 0.95, 1.0]))
def test_false_alarms_where_most_are_found(both, recall):
    found, is_anomaly = both
    enough = [t for t in sorted(set(found.tolist())) if shares_at(found, is_anomaly, t)[1] >= recall]
    assert decide.missed_at(found, is_anomaly, recall) == shares_at(found, is_anomaly, max(enough))[0]


@given(st.lists(FINE, min_size=1, max_size=60), st.floats(0, 1))
def test_a_quantile_leaves_that_share_above_it(values, share):
    found = np.array(values)
    threshold = decide.quantile_threshold(found, share)
    assert (found > threshold).mean() <= share + 1 / len(found) + 1e-9 and (
        found >= threshold
    ).mean() >= share - 1 / len(found) - 1e-9


# ---- without a single anomaly ----


@given(st.lists(COARSE, min_size=1, max_size=30), st.lists(COARSE, min_size=1, max_size=10))
def test_a_p_value_counts_held_out_normals_that_score_as_high(calibration, found):
    expected = [(1 + sum(h >= v for h in calibration)) / (len(calibration) + 1) for v in found]
    assert decide.p_values(np.array(found), np.array(calibration)) == pytest.approx(expected, abs=1e-15)


ALPHAS = [
    0.001,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.25,
    0.29,
    0.3,
    0.5,
    0.57,
    0.7,
    0.9,
    0.99,
    1.0,
]  # 100 × 0.29 is 28.999… in doubles


@pytest.mark.parametrize("alpha", ALPHAS)
def test_the_alarm_is_raised_exactly_where_p_is_small_enough(alpha):
    """p ≤ α in whole numbers: 1 + how many score as high ≤ α (n + 1). Held-out scores of three sorts: all different, many tied, all
    the same."""
    rng = np.random.default_rng(3)
    for n in [*range(1, 41), 99, 100, 199, 250, 999]:
        for calibration in (rng.normal(size=n), rng.integers(-2, 3, n).astype(float), np.full(n, 1.5)):
            asked = np.unique(
                np.concatenate(
                    [calibration, np.nextafter(calibration, np.inf), np.nextafter(calibration, -np.inf), [-9.0, 9.0]]
                )
            )
            as_high = (calibration[None] >= asked[:, None]).sum(1)
            expected = [1 + int(k) <= Fraction(str(alpha)) * (n + 1) for k in as_high]
            assert (asked >= decide.conformal_threshold(calibration, alpha)).tolist() == expected
            assert (decide.p_values(asked, calibration) <= alpha).tolist() == expected


@pytest.mark.parametrize("alpha, few, enough", [(0.5, 0, 1), (0.1, 8, 9), (0.05, 18, 19), (0.01, 98, 99)])
def test_too_few_held_out_normals_never_raise_the_alarm(alpha, few, enough):
    assert decide.conformal_threshold(np.arange(few), alpha) == math.inf
    assert decide.conformal_threshold(np.arange(enough), alpha) == np.nextafter(enough - 1.0, math.inf), (
        "above all of them"
    )


def test_the_conformal_threshold_falls_as_more_false_alarms_are_allowed():
    calibration = np.random.default_rng(0).normal(size=250)
    found = [decide.conformal_threshold(calibration, alpha) for alpha in ALPHAS[:-1]]
    assert found == sorted(found, reverse=True) and found[-1] < np.sort(calibration)[3]


@pytest.mark.parametrize("n, alpha", [(9, 0.1), (19, 0.1), (50, 0.1), (99, 0.05), (30, 0.25)])
@pytest.mark.parametrize("heavy", [False, True], ids=["normal", "heavy-tailed"])
def test_the_promise_is_kept_whatever_the_distribution(n, alpha, heavy):
    """The share of fresh normals that ring, mean over many draws of held-out and of one fresh normal, is ⌊α (n + 1)⌋ / (n + 1):
    never above α. Draws are independent, so that a binomial says how far off it may be; 1 in 100,000 would be further."""
    rng, draws = np.random.default_rng(n), 4000
    all_scores = rng.standard_cauchy((draws, n + 1)) if heavy else rng.normal(size=(draws, n + 1))
    rang = sum(bool(row[0] >= decide.conformal_threshold(row[1:], alpha)) for row in all_scores)
    exact = int(alpha * (n + 1) + 1e-9) / (n + 1)
    assert exact <= alpha
    low, high = binom.ppf([0.5e-5, 1 - 0.5e-5], draws, exact)
    assert low <= rang <= high


def test_ties_only_make_it_ring_less():
    rng, draws = np.random.default_rng(5), 2000
    all_scores = rng.integers(0, 4, (draws, 20)).astype(float)
    rang = sum(bool(row[0] >= decide.conformal_threshold(row[1:], 0.1)) for row in all_scores)
    assert rang <= binom.ppf(1 - 1e-5, draws, 0.1)


def test_the_promise_is_kept_on_real_digits():
    """PCA on ten digits by three seeds: which normals are learned and which are held out is drawn anew each time, and the test's
    normals are fresh.

    Given its held-out part, a run's chance of ringing is Beta(k, n + 1 − k), k = ⌊α (n + 1)⌋ (Vovk 2012), and each of its 100
    fresh normals rings with that chance: beta-binomial. Runs of one digit share its test normals and much of what they learn, so
    the error of all three is taken to be that of one, which can only widen the band.
    """
    alpha, seeds, wanted = 0.1, range(3), "0123456789"
    rates, errors = [], []
    for digit in wanted:
        for seed in seeds:
            settings = AnomalySettings(data=s.OneClass(normal=digit), seed=seed)
            here, detector = datasets.dataset_of(settings), detectors.learned(settings)
            calibration, fresh = (
                scores(detector, x).numpy() for x in (here.calibration_x, here.test_x[~here.test_is_anomaly])
            )
            k, n, m = int(alpha * (len(calibration) + 1) + 1e-9), len(calibration), len(fresh)
            rates.append(np.mean(fresh >= np.float64(decide.conformal_threshold(calibration, alpha))))
        mean, spread = k / (n + 1), k * (n + 1 - k) / ((n + 1) ** 2 * (n + 2))
        errors.append(mean * (1 - mean) / m + spread * (m - 1) / m)  # variance of the rate of one run
    error = math.sqrt(sum(errors)) / len(wanted)
    assert np.mean(rates) == pytest.approx(k / (n + 1), abs=3 * error) and 3 * error < 0.05
    assert max(rates) < 0.3, "four of its standard deviations"


def test_scores_of_single_precision_are_held_against_the_same_threshold():
    """Detectors give float32: a fresh score that equals the threshold's held-out one must not ring, for p is too large."""
    calibration = torch.linspace(0, 1, 19).numpy()
    for alpha in (0.1, 0.15, 0.3, 0.5):
        threshold, small_enough = (
            decide.conformal_threshold(calibration, alpha),
            (decide.p_values(calibration, calibration) <= alpha).tolist(),
        )
        assert 0 < sum(small_enough) < 19
        assert [
            bool(decide.confusion(calibration[[i]], np.array([False]), threshold).alarms) for i in range(19)
        ] == small_enough
        assert (calibration >= threshold).tolist() == small_enough, (
            "compared as it is, the threshold must not be rounded onto the score"
        )


# ---- the luck of the held-out part ----


@pytest.mark.parametrize("n", [1, 9, 10, 19, 99, 100, 250])
def test_the_threshold_lies_at_that_place_from_the_oddest(n):
    calibration = np.random.default_rng(n).normal(size=n)
    oddest = np.sort(calibration)[::-1]
    for alpha in ALPHAS[:-1]:
        place = int(decide.allowed(n, alpha))
        assert place == math.floor(Fraction(str(alpha)) * (n + 1))
        if place:
            assert decide.conformal_threshold(calibration, alpha) == np.nextafter(oddest[place - 1], math.inf)
    assert decide.allowed(n, np.array(ALPHAS)).tolist() == [int(decide.allowed(n, alpha)) for alpha in ALPHAS]


def drawn(n, alpha, draws=20_000):
    """The true rates of false alarms of so many thresholds, each from its own n held-out normals: of uniform scores it is what lies
    above the threshold."""
    calibration = np.random.default_rng(4).random((draws, n))
    return 1 - np.array([decide.conformal_threshold(row, alpha) for row in calibration])


@pytest.mark.parametrize("n, alpha", [(19, 0.1), (80, 0.1), (80, 0.05), (9, 0.5)])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_luck_is_where_the_rates_of_most_draws_lie(n, alpha, share):
    rates, (low, high) = drawn(n, alpha), decide.luck(n, alpha, share)
    for edge, part in ((low, (1 - share) / 2), (high, (1 + share) / 2)):
        assert (rates <= edge).mean() == pytest.approx(part, abs=5 * math.sqrt(part * (1 - part) / len(rates)))
    assert low < int(decide.allowed(n, alpha)) / (n + 1) < high
    assert np.allclose(decide.luck(n, np.array([alpha, alpha]), share), [[low, low], [high, high]])
    assert np.isnan(decide.luck(n, 0.001)).all(), "nothing can be promised"
    assert decide.luck(1, 0.5) == pytest.approx((0.05, 0.95)), "one held-out normal: every rate is as likely"


@pytest.mark.parametrize("n, alpha, fresh", [(19, 0.1, 30), (80, 0.1, 100), (9, 0.5, 5)])
def test_surprise_is_how_often_chance_does_it_too(n, alpha, fresh):
    rang = np.random.default_rng(8).binomial(fresh, drawn(n, alpha))
    for alarms in (0, 1, fresh // 10, fresh // 5, fresh // 2, fresh):
        likely = (rang >= alarms).mean()
        assert decide.surprise(n, fresh, alarms, alpha) == pytest.approx(
            likely, abs=5 * math.sqrt(max(likely, 0.001) / len(rang))
        )
    assert decide.surprise(n, fresh, 0, alpha) == pytest.approx(1)


def test_where_nothing_can_ring_any_alarm_is_a_surprise():
    assert (decide.surprise(5, 10, 0, 0.1), decide.surprise(5, 10, 1, 0.1)) == (1, 0)


def test_the_interval_of_the_auroc_is_delongs():
    """Against the definition, pair by pair; and of continuous scores about as wide as a bootstrap's."""
    rng = np.random.default_rng(3)
    is_anomaly = np.arange(150) >= 90
    for found in (rng.normal(size=150) + is_anomaly, rng.integers(0, 6, 150) + 2.0 * is_anomaly):
        pairs = (found[is_anomaly][:, None] > found[~is_anomaly][None]) + (
            found[is_anomaly][:, None] == found[~is_anomaly][None]
        ) / 2
        variance = pairs.mean(1).var(ddof=1) / 60 + pairs.mean(0).var(ddof=1) / 90
        half = norm.ppf(0.975) * math.sqrt(variance)
        assert decide.interval(found, is_anomaly) == pytest.approx((pairs.mean() - half, pairs.mean() + half))
    found = rng.normal(size=150) + is_anomaly
    draws = [np.concatenate([rng.integers(0, 90, 90), rng.integers(90, 150, 60)]) for __ in range(500)]
    low, high = np.quantile([decide.auroc(found[draw], is_anomaly) for draw in draws], [0.025, 0.975])
    assert decide.interval(found, is_anomaly) == pytest.approx((low, high), abs=0.02)


def test_how_surprising_so_many_false_alarms_are_is_what_counting_all_orders_gives():
    """Three held-out and four fresh normals in every order: of 7 places 3 are held-out, all choices equally likely."""
    n, fresh = 3, 4
    for alpha in (0.25, 0.5):
        many = []
        for places in combinations(range(n + fresh), n):
            calibration, others = (
                np.array(places, float),
                np.array([i for i in range(n + fresh) if i not in places], float),
            )
            many.append(int((decide.p_values(others, calibration) <= alpha).sum()))
        assert len(many) == math.comb(7, 3)
        for alarms in range(fresh + 1):
            assert decide.surprise(n, fresh, alarms, alpha) == pytest.approx(np.mean(np.array(many) >= alarms))
    assert decide.surprise(3, 4, 0, 0.1) == 1 and decide.surprise(3, 4, 1, 0.1) == 0
