"""Compare: runs over one another, with what differs in words."""

import pytest

from core import runs
from pages.shared import compare
from tests.pages.conftest import charts, check

PAGE = "pages/network_compression.py"


@pytest.fixture
def two(trained):
    made = [trained(), trained({"neurons": 32})]
    for run in made:
        runs.save(run)
    return made


def test_only_what_differs_is_in_the_table(two):
    table = compare.differences([run.about for run in two])
    names = table.pop("")
    assert {"seed", "neurons", "accuracy"} <= set(names) and not {"epochs", "method", "channels"} & set(names)
    assert len(table) == 2 and all(len(column) == len(names) for column in table.values())
    row = names.index("neurons")
    assert [column[row] for column in table.values()] == ["16", "32"]


def test_runs_of_different_methods_can_be_compared(two):
    shipped = [about for about in runs.listing("compression")[0] if about.shipped]
    table = compare.differences([two[0].about, *shipped[:2]])
    assert "–" in {value for column in table.values() for value in column}, "what a run does not have is a dash"


def test_runs_with_the_same_name_both_get_a_column(trained):
    run = trained()
    twin = runs.make("compression-tiny-twin", "compression", run.about.settings | {"neurons": 32}, list(run.events), 1, "finished")
    table = compare.differences([run.about, twin.about])
    assert len(table) == 3


def test_chosen_runs_are_laid_over_the_live_picture_and_stay_chosen(visit, two):
    visitor = visit(PAGE)
    visitor.session_state["compression/tab"] = "Compare"
    check(visitor.run())
    pick = visitor.multiselect(key="compression/compare/pick")
    check(pick.set_value([two[0].about.id]).run())
    laid_over = [layer["name"] for chart in charts(visitor) for layer in chart.figure.get("layers", []) if layer.get("faint")]
    assert any(two[0].about.id[-6:] in name for name in laid_over)
    assert visitor.table
    visitor.session_state["compression/tab"] = "Theory"
    check(visitor.run())
    visitor.session_state["compression/tab"] = "Compare"
    check(visitor.run())
    assert visitor.multiselect(key="compression/compare/pick").value == [two[0].about.id]


def test_a_chosen_run_that_is_deleted_meanwhile_is_forgotten(visit, two):
    visitor = visit(PAGE)
    visitor.session_state["compression/tab"] = "Compare"
    check(visitor.run())
    check(visitor.multiselect(key="compression/compare/pick").set_value([two[0].about.id]).run())
    runs.delete(two[0].about.id)
    check(visitor.run())
    assert visitor.multiselect(key="compression/compare/pick").value == []
