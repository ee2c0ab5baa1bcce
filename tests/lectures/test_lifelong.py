"""What the lecture on life-long learning says without a number, or promises of what to turn next."""

import numpy as np
import pytest

from core import yardsticks
from core.lifelong.yardsticks import CHOSEN, CLASS, DREAMT, ESTIMATES, KEPT, METHODS, ORDERED, PACKED, STRENGTHS, THREE
from core.yardsticks import Yardstick
from tests.lectures.claims import Near, agrees, run, sweep


def mean(arguments: str, column: str = "average", **where: str) -> float:
    return sweep("lifelong", arguments, f"result_{column}", **where).mean


def test_nothing_of_the_first_task_comes_back():
    matrix = np.array(run("lifelong-forget-everything").pictures("matrix")[-1].array)
    assert (np.diff(matrix[:, 0]) < 0).all() and matrix[-1].argmin() == 0, "it is worst"


def test_without_a_method_the_oldest_tasks_are_worst_with_every_seed():
    rows = [
        row
        for row in yardsticks.read("lifelong", Yardstick("", METHODS, "", "", "", "").table)
        if row["method"] == "finetune"
    ]
    ends = np.array([[float(row[f"result_task_{i}"]) for i in range(1, 6)] for row in rows])
    assert len(ends) == 5 and (ends[:, :2].max(1) < ends[:, 2:].min(1)).all()


def test_too_little_strength_forgets_and_too_much_learns_nothing_new():
    forgotten = mean(METHODS, "task_1", method="finetune")
    assert mean(STRENGTHS, "task_1", lam="0.1") == pytest.approx(forgotten, abs=5)
    assert agrees("88", Near(mean(STRENGTHS, "task_1", lam="1000.0"), 1)) and agrees(
        "38", Near(mean(STRENGTHS, "task_5", lam="1000.0"), 1)
    )
    assert mean(STRENGTHS, "task_1", lam="10000.0") < 75 < mean(STRENGTHS, "task_1", lam="1000.0"), "unstable steps"


def test_in_the_hard_scenario_holding_is_no_better_than_nothing():
    none, held = (mean(arguments, incremental="class") for arguments in (f"{THREE} finetune", f"{THREE} ewc --lam 100"))
    assert held == pytest.approx(none, abs=1)
    last_pair = run("lifelong-class-incremental").about.summary
    assert max(last_pair[f"task_{i}"] for i in range(1, 5)) == 0 and last_pair["task_5"] > 90, (
        "the last pair and nothing else"
    )


def test_what_is_said_of_the_memories():
    assert agrees("66", Near(mean(f"{CLASS} replay --budget 50 500", budget="50"), 1))
    others = f"{CLASS} si lwf gem agem joint"
    assert agrees("88", Near(mean(others, method="gem"), 1)) and mean(others, method="agem") < 25, (
        "little more than the last pair"
    )


def test_the_true_label_is_nearly_as_good_as_the_exact_fisher():
    exact, empirical, batch = (mean(ESTIMATES, estimate=name) for name in ("exact", "empirical", "batch"))
    assert exact - empirical < 2 and exact - batch > 5
    assert mean("--method ewc --estimate batch --lam 10000 --seed 0 1 2") == pytest.approx(exact, abs=1.5)


def test_what_is_said_of_other_shares_that_are_pruned():
    assert agrees("73", Near(mean(PACKED, "task_5", pruned="25"), 1)) and mean(PACKED, "task_5", pruned="75") > 85
    assert all(mean(PACKED, f"task_{i}", pruned="95") == pytest.approx(90.5, abs=1) for i in range(1, 6))


def test_what_is_said_of_chosen_digits():
    assert agrees("80", Near(mean(CHOSEN, budget="50"), 1)) and agrees("71", Near(mean(KEPT, method="icarl"), 1))
    assert agrees("48", Near(mean(KEPT, method="replay"), 1))


def test_what_is_said_of_dreams_that_are_blots():
    assert agrees("33", Near(mean(DREAMT, generator_steps="50"), 1))
    dreamt = mean(DREAMT, generator_steps="600")
    assert (
        mean(f"{CLASS} replay --budget 50 500", budget="500")
        > dreamt
        > 4 * mean(f"{THREE} finetune", incremental="class")
    )


def test_the_order_matters_where_tasks_are_neighbours_and_nowhere_else():
    assert all(mean(ORDERED, "f", stream="rotated") > 10 > 3 > mean(ORDERED, "f", stream=s) for s in ("permuted",))
    assert agrees("1", Near(mean(ORDERED, "spread", stream="permuted"), 0.5))
    assert agrees("2", Near(mean(ORDERED, "f", stream="permuted"), 0.5))
    last = [mean(ORDERED, f"last_{i}", stream="rotated") for i in (1, 2, 3)]
    assert last[1] > max(last[0], last[2]) + 2


def test_the_neighbouring_angle_keeps_more_than_the_others():
    left = [mean("--stream rotated --method finetune", f"task_{i}") for i in range(1, 5)]
    assert left[3] > max(left[:3]) + 20
