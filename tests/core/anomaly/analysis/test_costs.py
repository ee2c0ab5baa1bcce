"""What mistakes cost: the cheapest threshold of each table of costs, and what is said of the two."""

import numpy as np
import pytest

from core.anomaly.analysis import costs
from core.anomaly.analysis.costs import Prices
from core.anomaly.analysis.scores import final
from tests.core.anomaly.analysis.conftest import BLIND, EXTREMES, LONELY, SEPARATE, brute, cases, made, record


def cheapest(found, prices, share):
    """Lowest cost of 100 examples over every threshold there is, by trying all of them."""
    tried = [brute(found, at, share) for at in [*np.unique(found.test), np.inf]]
    return min(100 * (prices.miss * each[1] + prices.alarm * each[2]) for each in tried)


def test_the_lectures_example_comes_out():
    assert costs.lecture_costs() == {"1": [104, 401], "2": [603, 306]}
    assert costs.lecture().numbers == {"a": "1", "b": "2"}


@pytest.mark.parametrize("prices", [Prices(1, 100), Prices(100, 1), Prices(3, 8), Prices(30, 0)])
@pytest.mark.parametrize("share", [0.5, 0.1])
def test_the_best_threshold_is_the_cheapest_of_all(prices, share):
    for found in (final(record("tumours")), final(record("moons")), *EXTREMES.values()):
        best = costs.best(found, prices, share)
        assert 100 * best.cost == pytest.approx(cheapest(found, prices, share))
        assert costs.cost_at(found, prices, share, np.array([best.threshold]))[0] == pytest.approx(best.cost)
        assert best.never == (best.threshold == np.inf) and best.always == (best.threshold == found.test.min())
        never, always = costs.blind(prices, share)
        assert (never, always) == pytest.approx(
            [
                each.miss * table[1] + each.alarm * table[2]
                for each in [prices]
                for table in (brute(found, np.inf, share), brute(found, found.test.min(), share))
            ]
        )


def test_costs_at_a_threshold_are_those_of_counting():
    found = final(record("moons"))
    at = np.array([found.test.min() - 1, *np.quantile(found.test, [0, 0.2, 0.5, 0.77, 1]), found.test[7], np.inf])
    told = costs.cost_at(found, Prices(3, 8), 0.2, np.sort(at))
    tried = [brute(found, each, 0.2) for each in np.sort(at)]
    assert told == pytest.approx([3 * each[1] + 8 * each[2] for each in tried])


def test_both_curves_hold_the_cheapest_threshold():
    found = final(record("tumours"))
    ends = float(found.test.min()), float(found.test.max())
    for curves in (costs.over_positions(found, costs.LECTURE, 0.4), costs.over_scores(found, costs.LECTURE, 0.4, ends)):
        for name, prices in costs.LECTURE.items():
            assert curves.costs[name].min() == pytest.approx(cheapest(found, prices, 0.4))
            assert curves.costs[name][curves.best[name]] == pytest.approx(cheapest(found, prices, 0.4))
        assert (np.diff(curves.at) > 0).all()
    assert curves.at[0] == ends[0] and curves.at[-1] == ends[1]


def test_decisions_are_held_against_those_that_need_no_detector():
    found = final(record("tumours"))
    decided = costs.decisions(found, costs.LECTURE, 0.4)
    assert list(decided) == ["A", "B", "never", "always"]
    for name, each in decided.items():
        table = brute(found, each.threshold, 0.4)
        for table_name, prices in costs.LECTURE.items():
            assert each.costs[table_name] == pytest.approx(100 * (prices.miss * table[1] + prices.alarm * table[2]))
            assert each.costs[table_name] >= decided[table_name].costs[table_name] - 1e-9
        assert each.shares.recall == pytest.approx(table[0] / 0.4), name
    assert decided["never"].shares.silent and decided["always"].shares.recall == 1


def test_a_threshold_chosen_on_one_half_costs_more_on_the_other():
    found = final(record("moons"))
    for prices in costs.LECTURE.values():
        assert costs.elsewhere(found, prices, 0.5) >= costs.best(found, prices, 0.5).cost
    assert costs.elsewhere(SEPARATE, Prices(1, 1), 0.5) < 0.5
    assert costs.elsewhere(LONELY, Prices(1, 1), 0.5) is None
    assert cases(costs.flattered(LONELY, costs.LECTURE, 0.5)) == ["costs-flattered", "costs-few"]


def test_a_threshold_tried_elsewhere_is_held_against_no_detector_at_all():
    few = made([0], [0], [1, 2, 3, 9], [0, 4, 5, 6])
    told = costs.flattered(few, costs.LECTURE, 0.5)
    for each, (name, prices) in zip(told[1:], costs.LECTURE.items()):
        never, always = costs.blind(prices, 0.5)
        cost = costs.elsewhere(few, prices, 0.5)
        assert each.numbers["table"] == name and each.numbers["cost"] == costs.rounded(100 * cost)
        assert each.numbers["least"] == costs.rounded(100 * costs.best(few, prices, 0.5).cost)
        worse = cost > min(never, always)
        assert each.case == ("costs-tried" if not worse else f"costs-tried-{'never' if never <= always else 'always'}")
    assert {each.case for each in told[1:]} == {"costs-tried-never", "costs-tried-always"}
    equal = {"A": Prices(1, 1), "B": Prices(2, 2)}
    assert cases(costs.flattered(SEPARATE, equal, 0.5))[1:] == ["costs-tried", "costs-tried"]


def test_a_blind_detector_is_best_not_asked():
    told = costs.two_thresholds(BLIND, costs.LECTURE, BLIND.prevalence)
    assert cases(told) == ["costs-two", "costs-wrong", "costs-never", "costs-always"]
    assert [each.numbers["table"] for each in told[2:]] == ["A", "B"]


def test_the_wrong_table_costs_what_its_threshold_costs():
    found = final(record("tumours"))
    a, b = (costs.best(found, prices, 0.4).threshold for prices in costs.LECTURE.values())
    two, wrong = costs.two_thresholds(found, costs.LECTURE, 0.4)[:2]
    assert (two.case, wrong.case) == ("costs-two", "costs-wrong")
    for name, table, at in (("b_by_a", "B", a), ("a_by_b", "A", b), ("a_least", "A", a), ("b_least", "B", b)):
        each, prices = brute(found, at, 0.4), costs.LECTURE[table]
        cost = 100 * (prices.miss * each[1] + prices.alarm * each[2])
        assert wrong.numbers[name] == pytest.approx(cost, abs=0.0051 if cost < 10 else 0.51)


def test_costs_of_nothing():
    """A miss that costs nothing is never worth an alarm; an alarm that costs nothing finds everything; and then nothing costs anything."""
    found = final(record("tumours"))
    free_miss, free_alarm = Prices(0, 100), Prices(100, 0)
    assert "costs-never" in cases(costs.two_thresholds(found, {"A": free_miss, "B": Prices(100, 1)}, 0.4))
    assert costs.best(found, free_alarm, 0.4).cost == 0 and costs.best(found, free_alarm, 0.4).threshold <= min(
        found.anomalous
    )
    nothing = {"A": Prices(0, 0), "B": free_alarm}
    assert cases(costs.two_thresholds(found, nothing, 0.4)) == ["costs-nothing"]
    assert costs.odds(Prices(0, 0)).case == "costs-odds-none"
    assert costs.odds(Prices(1, 3)).numbers == {"share": 75}


def test_equal_tables_want_one_threshold():
    equal = {"A": Prices(1, 1), "B": Prices(2, 2)}
    assert cases(costs.two_thresholds(SEPARATE, equal, 0.5)) == ["costs-same"]


def test_a_threshold_that_saves_nearly_nothing_is_told_so():
    poor = made([0], [0], [-9, *range(1, 100)], [*range(99), 200])  # one of a hundred stands out on either side
    said = costs.two_thresholds(poor, {"A": Prices(1, 2), "B": Prices(2, 1)}, 0.5)
    assert "costs-nearly-never" in cases(said) and "costs-nearly-always" in cases(said)
    assert [each.numbers["cost"] for each in said if each.case.startswith("costs-nearly")] == [50, 50]


@pytest.mark.parametrize("cost, said", [(0, "0"), (5.126, "5.13"), (9.999, "10"), (12.6, "13"), (12345.4, "12,345")])
def test_a_cost_is_said_in_as_many_digits_as_it_is_worth(cost, said):
    assert f"{costs.rounded(cost):,}" == said
