"""Sweeps: which runs they are, what they show of results made by hand, and that a knob that does nothing shows nothing."""

from importlib import import_module
from statistics import mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from core import labs, runs, sweeps
from core.events import Finished, Metrics, Started
from core.record import Record
from core.settings import BadSettings, build, flatten, key
from core.sweeps import Point, Progress, Sweep

LAB = "lifelong"
BASE = labs.of(LAB).settings()


def points(*results):
    return [Point(value, dict(enumerate(each))) for value, each in enumerate(results)]


def test_each_value_is_trained_with_each_seed_and_all_else_stays():
    cells = Sweep(BASE, LAB, "epochs", (1, 2, 3), 2).cells()
    assert [(cell.value, cell.seed) for cell in cells] == [(1, 0), (2, 0), (3, 0), (1, 1), (2, 1), (3, 1)]
    for cell in cells:
        assert flatten(cell.settings) == flatten(BASE) | {"epochs": cell.value, "seed": cell.seed}
        assert cell.id == key(LAB, cell.settings, labs.code_version()), "the same run as everybody's"


def test_no_run_of_a_sweep_has_seeds_of_another():
    five = BASE.model_copy(update={"epochs": 1, "seeds": 5})
    assert {(cell.settings.seed, cell.settings.together) for cell in Sweep(five, LAB, "tasks", (2, 3), 2).cells()} == {
        (0, 1),
        (1, 1),
    }


def test_another_method_brings_its_own_knobs_at_their_defaults():
    cells = Sweep(BASE, LAB, "method", ("ewc", "mas", "finetune"), 1).cells()
    assert [cell.settings.method.name for cell in cells] == ["ewc", "mas", "finetune"]
    model = labs.of(LAB).settings
    assert cells[1].settings.method == build(model, {"method": "mas"}).method


def test_what_no_knob_accepts_is_said():
    with pytest.raises(BadSettings, match="accepts a whole number from 1"):
        Sweep(BASE, LAB, "epochs", (1, 10**6), 1).cells()
    for values, seeds in (((1,), 1), (tuple(range(1, 9)), 1), ((1, 2), 0), ((1, 2), 6)):
        with pytest.raises(BadSettings, match="A sweep takes"):
            Sweep(BASE, LAB, "epochs", values, seeds)


@given(st.text(max_size=40))
def test_a_link_may_hold_anything(text):
    found = sweeps.from_text(text)
    assert found is None or (found[0].isidentifier() and 1 <= len(found[1]) <= sweeps.VALUES and 1 <= found[2] <= 5)


def test_a_link_gives_back_what_was_written():
    text = sweeps.to_text(Sweep(BASE, LAB, "learning_rate", (0.1 + 0.2, 1e-07), 4))
    assert text == "learning_rate:0.3,1e-07:4" and sweeps.from_text(text) == ("learning_rate", ["0.3", "1e-07"], 4)


# ---- what came out ----


def record(name, results, summary=None, state="finished", seconds=2.0):
    log = [Started(3), *(Metrics(step, {"acc": value}) for step, value in results.items())]
    log.append(Finished(3, summary or {}, {}))
    run = runs.make(name, LAB, flatten(BASE), log, seconds, state)
    return Record(name, BASE, log, run)


def progress_of(*curves):
    """Two values with as many seeds as there are curves for each."""
    cells = Sweep(BASE, LAB, "epochs", (1, 2), len(curves) // 2).cells()
    return Progress(cells, {cell.id: record(cell.id, curve) for cell, curve in zip(cells, curves)}, {}, None)


def test_a_band_is_mean_and_deviation_at_the_steps_that_all_seeds_share():
    progress = progress_of({1: 10.0, 2: 20.0}, {1: 0.0}, {2: 24.0, 3: 9.0}, {1: 4.0})
    one, two = sweeps.bands(progress, "acc")
    assert (one.value, one.steps, one.mean) == (1, [2], [22.0]) and one.sd == pytest.approx([8**0.5])
    assert (two.value, two.steps, two.mean) == (2, [1], [2.0]) and two.sd == pytest.approx([8**0.5])
    assert sweeps.bands(progress, "loss") == []


def test_the_summary_counts_before_the_last_report():
    assert sweeps.result(record("lifelong-a", {1: 5.0, 2: 6.0}), "acc") == 6.0
    assert sweeps.result(record("lifelong-a", {1: 5.0, 2: 6.0}, {"acc": 7}), "acc") == 7.0
    assert sweeps.result(record("lifelong-a", {1: 5.0}, {"acc": float("nan")}), "acc") == 5.0
    assert sweeps.result(record("lifelong-a", {1: 5.0}), "loss") is None


def test_seeds_without_a_result_are_left_out():
    progress = progress_of({1: 1.0}, {1: 2.0}, {1: 3.0}, {1: 6.0})
    lost = Progress(progress.cells, dict(list(progress.ended.items())[:3]), {progress.cells[3].id: "It broke."}, None)
    found = sweeps.points(lost, "acc")
    assert [(point.value, point.results) for point in found] == [(1, {0: 1.0, 1: 3.0}), (2, {0: 2.0})]
    assert found[0].mean == 2 and found[0].sd == pytest.approx(2**0.5) and found[1].sd is None
    assert lost.left == [] and lost.seconds == 2.0


def test_the_interval_is_that_of_the_paired_t_test():
    first, second = [60.0, 62.5, 59.0, 61.0], [64.0, 65.0, 64.5, 62.0]
    (change,) = sweeps.changes(points(first, second))
    low, high = ttest_rel(second, first).confidence_interval(0.95)
    assert (change.low, change.high) == pytest.approx((low, high))
    assert change.difference == pytest.approx(mean(second) - mean(first)) and change.seeds == 4
    wider = sweeps.changes(points(first, second, first))[0]
    assert wider.low < change.low and wider.high > change.high, "of two comparisons each is wider"


def test_pairs_are_of_the_same_seed():
    (change,) = sweeps.changes([Point("a", {0: 1.0, 1: 5.0, 2: 9.0}), Point("b", {2: 10.1, 0: 2.0, 1: 6.0, 3: 99.0})])
    assert change.difference == pytest.approx(1.0333, abs=1e-3) and change.seeds == 3 and change.low > 0


@pytest.mark.parametrize(
    "results, case, value",
    [
        (([50.0],), None, None),
        (([50.0], [60.0]), "one-seed", None),
        (([50.0, 51, 52], [50.2, 50.8, 52.1]), "not-shown", 1),
        (([50.0, 51, 52], [60.0, 61.1, 62], [50.1, 51, 52]), "shown", 1),
        (([50.0, 51, 52], [40.0, 99.0, 52], [51.0, 52.1, 53]), "shown", 2),
    ],
)
def test_the_verdict_names_what_the_seeds_show(results, case, value):
    found = sweeps.conclude(points(*results))
    assert (found and found.case) == case and (found.numbers.get("value") if found else None) == value


def test_of_knobs_that_do_nothing_at_most_one_in_twenty_seems_to_do_something():
    rng = np.random.default_rng(0)
    for values, seeds in ((2, 3), (5, 5)):
        cases = [sweeps.conclude(points(*rng.normal(80, 2, (values, seeds)))).case for _ in range(1500)]
        assert cases.count("shown") / len(cases) < 0.065
    moved = [sweeps.conclude(points(*rng.normal([[80], [90]], 1, (2, 5)))).case for _ in range(200)]
    assert moved.count("shown") / len(moved) > 0.95


@pytest.mark.parametrize("lab, module", [("attack", "smaller"), ("lifelong", "elsewhere")])
def test_the_tables_of_the_stories_hold_five_seeds_of_everything(lab, module):
    found = import_module(f"core.{lab}.analysis.{module}")
    for column in found.COLUMNS:
        points = found.points(column)
        assert [point.value for point in points] == list(found.NAMES)
        assert all(set(point.results) == set(range(5)) for point in points)
