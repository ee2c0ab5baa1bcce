"""Compare: runs over one another, with what differs in words."""

from dataclasses import replace

import pytest

from core import labs, runs
from core.settings import TEN_DIGITS, Chance
from pages.parts import compare
from tests.pages.conftest import behind, check

PAGE = "pages/network_compression.py"


@pytest.fixture
def two(trained):
    made = [trained(), trained({"neurons": 32})]
    better = {"accuracy": made[0].about.summary["accuracy"] + 1}  # two runs so short may be as good as each other
    made[1] = runs.with_summary(made[1], better)
    for run in made:
        runs.save(run)
    return made


def test_only_what_differs_is_in_the_table(two):
    table = compare.differences([run.about for run in two])
    names = table.pop("")
    assert {"Seed", "Neurons"} <= set(names) and any(name.startswith("Test accuracy (%)") for name in names)
    assert not any(name.startswith(("Epochs", "Method", "Channels", "accuracy")) for name in names), names
    assert len(table) == 2 and all(len(column) == len(names) for column in table.values())
    row = names.index("Neurons")
    assert [column[row] for column in table.values()] == ["16", "32"]


def test_runs_of_different_methods_can_be_compared(two):
    shipped = [about for about in runs.listing("compression")[0] if about.shipped]
    table = compare.differences([two[0].about, *shipped[:2]])
    assert "–" in {value for column in table.values() for value in column}, "what a run does not have is a dash"


def test_choices_and_numbers_have_the_names_units_and_rivals_that_the_page_gives_them():
    made = [runs.load(f"transfer-{slug}").about for slug in ("dann", "it-worked-in-the-lab")]
    table = compare.differences(made)
    words = dict(zip(table.pop(""), zip(*table.values())))
    assert words["Method"] == ("DaNN", "Source only")
    assert any(name.startswith("Target (%)") for name in words)


def test_what_guessing_reaches_stands_in_the_head_or_beside_each_number(monkeypatch):
    metrics = labs.of("transfer").metrics
    made = [runs.load(f"transfer-{slug}").about for slug in ("dann", "it-worked-in-the-lab")]
    for chance, head, cells in (
        (TEN_DIGITS, " · guessing: 10", ("", "")),
        (None, "", ("", "")),
        (Chance(lambda s: 10.0 if s.method.name == "dann" else 20.0), "", (" (guessing: 10)", " (guessing: 20)")),
    ):
        monkeypatch.setitem(metrics, "target", replace(metrics["target"], chance=chance))
        table = compare.differences(made)
        words = dict(zip(table.pop(""), zip(*table.values())))
        assert words[f"Target (%){head}"] == tuple(
            f"{about.summary['target']:.4g}{cell}" for about, cell in zip(made, cells)
        )


def test_runs_with_the_same_name_both_get_a_column(trained):
    run = trained()
    twin = runs.make(
        "compression-tiny-twin", "compression", run.about.settings | {"neurons": 32}, list(run.events), 1, "finished"
    )
    table = compare.differences([run.about, twin.about])
    assert len(table) == 3


def test_chosen_runs_are_laid_over_the_live_picture_and_stay_chosen(visit, two):
    visitor = visit(PAGE)
    visitor.session_state["compression/tab"] = "Compare"
    check(visitor.run())
    pick = visitor.multiselect(key="compression/compare/pick")
    check(pick.set_value([two[0].about.id]).run())
    laid_over = behind(visitor)
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
