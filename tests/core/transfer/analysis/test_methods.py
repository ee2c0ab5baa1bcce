"""All methods between the two bounds."""

import pytest

from core.transfer.analysis.methods import about_bounds, bounds, closed, first_of_each, targets
from core.verdict import verdict
from tests.core.transfer.tiny import made, record, saved


@pytest.mark.parametrize(
    "target, lower, upper, share",
    [
        (75, 50, 100, 50),
        (40, 50, 90, -25),
        (95, 50, 95, 100),
        (75, None, 90, None),
        (75, 50, None, None),
        (75, 90, 90, None),
    ],
)
def test_the_share_of_the_gap_that_is_closed(target, lower, upper, share):
    assert closed(target, (lower, upper)) == share
    assert bool(about_bounds((lower, upper))) == (share is None)


def test_why_the_gap_is_not_known():
    cases = {(None, None): "no-bounds", (None, 9): "no-lower-bound", (9, None): "no-upper-bound"}
    assert {within: about_bounds(within)[0].case for within in cases} == cases
    assert about_bounds((90, 90.9)) == [verdict("no-gap", least=1)] == about_bounds((90, 80))


def test_the_bounds_are_source_only_and_the_target_itself():
    every = [made(name).about for name in ("dann", "source", "target")]
    assert bounds(every) == (every[1].summary["target"], every[2].summary["target"])
    assert bounds(every[:1]) == (None, None) == bounds([made("source", granted=2).about])


def test_a_comparison_begins_with_one_run_of_each_method_and_the_own():
    first, again, own, other = (made(name).about for name in ("dann", "dann", "dann", "source"))
    assert first_of_each([first, again, own, other], own.id) == [first.id, own.id, other.id]


def test_a_curve_holds_what_the_evaluations_measured(own_runs):
    current = saved("rotated")
    steps, values = targets(current.id)
    assert steps[-1] == 50 and values == [v for v in record("rotated").table[1]["target"] if v is not None]
