"""Which runs may be compared, what each cost, and what guessing gets."""

import pytest

from core import runs
from core.lifelong.analysis.methods import (
    averages,
    chosen_first,
    comparable_runs,
    cost_of,
    guessing,
    method_of,
    stream_of,
)
from core.lifelong.settings import SHIPPED, LifelongSettings
from core.settings import build
from core.verdict import verdict


def test_methods_are_compared_on_the_same_tasks_only():
    about = runs.load("lifelong-ewc-against-forgetting").about
    found = comparable_runs(about)
    assert about.id in {each.id for each in found} and len(found) >= 14
    assert {stream_of(each.settings) for each in found} == {stream_of(about.settings)}
    assert "lifelong-class-incremental" not in {each.id for each in found}


def test_a_comparison_begins_with_one_run_of_every_idea_and_the_own():
    found = comparable_runs(runs.load("lifelong-scp").about)
    first = chosen_first(found, "lifelong-scp")
    assert len(first) <= 8 and {"lifelong-scp", "lifelong-forget-everything", "lifelong-joint"} <= set(first)
    assert "lifelong-gem" not in first


@pytest.mark.parametrize("run_id", SHIPPED)
def test_every_run_says_what_its_method_keeps_and_costs(run_id):
    about = runs.load(run_id).about
    assert method_of(about) is type(SHIPPED[run_id].method) and method_of(about).KEEPS
    cost = cost_of(about)
    assert (cost.memory == 0) == (method_of(about).KEEPS in ("nothing", "every old column"))
    assert cost.seconds == about.seconds and cost.parameters == about.summary["parameters"]


def test_the_average_over_training_ends_at_the_summary():
    steps, values = averages("lifelong-mas")
    assert steps == sorted(steps) and values[-1] == pytest.approx(runs.load("lifelong-mas").about.summary["average"])


@pytest.mark.parametrize(
    "flat, expected",
    [
        ({}, verdict("guessing", share=10)),
        ({"stream": "split"}, verdict("guessing", share=50)),
        ({"incremental": "class"}, verdict("guessing", share=2)),
        (
            {"stream": "split", "incremental": "task", "tasks": 3},
            verdict("guessing-differs", low=25, high=pytest.approx(33.33, abs=0.01)),
        ),
    ],
)
def test_guessing_is_of_these_settings(flat, expected):
    found = guessing(build(LifelongSettings, flat))
    assert found.case == expected.case and found.numbers == expected.numbers
