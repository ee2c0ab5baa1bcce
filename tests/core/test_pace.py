"""How fast a run goes, as the page says it: by the last few seconds, or by the last two reports of a run that reports seldom."""

import numpy as np
import pytest

from core.events import Metrics, Picture, Started, Warned
from core.pace import speed


def told(total, *reports):
    """Events and when they came: a beginning at 100 s, then reports (seconds after it, step) of two events each."""
    events, arrived = [Started(total)], [100.0]
    for at, step in reports:
        events += [Metrics(step, {"loss": 1.0}), Picture(step, "said", np.zeros(1))]
        arrived += [100.0 + at, 100.0 + at]
    return events, arrived


def test_a_run_that_reports_often_goes_by_its_last_seconds():
    slow_then_fast = told(1000, *[(n, n) for n in range(1, 21)], *[(20 + n / 2, 20 + 10 * n) for n in range(1, 21)])
    assert speed(*slow_then_fast, "running") == pytest.approx((0.22, 20, 39))


@pytest.mark.parametrize("gap", [4, 6, 60, 600])
def test_a_run_that_reports_seldom_has_a_speed_and_a_time_to_go(gap):
    progress, rate, eta = speed(*told(1000, (1, 2), (1 + gap, 102), (1 + 2 * gap, 202)), "running")
    assert (progress, rate, eta) == pytest.approx((0.202, 100 / gap, 798 * gap / 100))


def test_the_first_report_counts_from_the_beginning():
    assert speed(*told(100, (8, 20)), "running") == pytest.approx((0.2, 2.5, 32))


def test_nothing_is_said_before_anything_is_known():
    assert speed([], [], "queued") == speed(*told(100), "running") == (0, 0, None)
    assert speed([Started(100), Warned(0, "odd", "Odd.")], [1.0, 9.0], "running") == (0, 0, None)
    assert speed(*told(100, (0, 0)), "running") == (0, 0, None), "a report before the first step"


def test_what_a_checkpoint_tells_again_is_no_speed():
    again = told(1000, (0, 100), (0, 200))  # all at once
    assert speed(*again, "running") == (0.2, 0, None)
    assert speed(*told(1000, (0, 100), (0, 200), (30, 260)), "running") == pytest.approx((0.26, 2, 370))


def test_a_pause_is_no_time_of_training():
    events, arrived = told(1000, (10, 100), (20, 200), (1000, 300))  # went on at 990
    assert speed(events, arrived, "running", since=1090.0)[1] == pytest.approx(10)
    assert speed(events[:-2], arrived[:-2], "running", since=1090.0)[1] == pytest.approx(10), (
        "as fast as before, until the next report"
    )


def test_an_ended_run_is_whole_and_has_no_time_to_go():
    assert speed(*told(100, (1, 50), (2, 100)), "finished")[::2] == (1, None)
    assert speed(*told(100, (1, 50)), "stopped")[::2] == (0.5, None)
    assert speed(*told(100, (1, 150)), "running")[0] == 1
