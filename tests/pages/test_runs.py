"""Runs: everything that is stored is listed; own runs can be opened and deleted, shipped ones only opened."""

import pytest

from core import runs
from pages.parts import lecture
from tests.pages.conftest import charts, check, said, shown, text_of

PAGE = "pages/runs.py"


@pytest.fixture
def own(trained):
    """A run of the visitor's own, in the store."""
    run = trained()
    runs.save(run)
    return run


def choose(visitor, run_id):
    row = list(visitor.dataframe[0].value["Run"]).index(run_id)
    table = f"runs/table/{visitor.session_state['runs/deleted']}"
    visitor.session_state[table] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return check(visitor.run())


def test_all_runs_are_listed_with_what_they_reached(visit, own):
    visitor = check(visit(PAGE))
    table = visitor.dataframe[0].value.set_index("Run")
    found, _ = runs.listing()
    assert set(table.index) == {about.id for about in found} and table.index[0] == own.about.id, (
        "one's own runs come first"
    )
    mine, shipped = table.loc[own.about.id], table.loc[found[0].id]
    assert (
        mine["Result"] == f"{own.about.summary['accuracy']:.1f} % · Test accuracy"
        and mine["Seed"] == own.about.settings["seed"]
    )
    assert (mine["Lab"], mine["What was done"], mine["Scene"]) == ("Network compression", "Train a teacher", "–")
    scene = table.loc["transfer-when-alignment-hurts"]
    assert (scene["Lab"], scene["Scene"]) == (
        "Transfer learning",
        lecture.read("transfer").scenes["when-alignment-hurts"].title,
    )
    assert not table.isna().any(axis=None), "what a run does not have is said in words"
    slugs = {str(value) for about in found for value in (about.lab, about.settings.get("method"))}
    assert not slugs & set(table["Lab"]) and not slugs & set(table["What was done"]), "names for people"
    assert mine["Made"].endswith("UTC") and shipped["Made"] == "shipped"
    assert not visitor.button, "nothing to press before a row is chosen"


def test_a_run_opens_in_its_lab(visit, own):
    visitor = choose(visit(PAGE), own.about.id)
    link = visitor.page_link[0]
    assert link.proto.page == "network_compression"
    assert link.proto.query_string == f"run={own.about.id}"
    lab_page = check(visit("pages/network_compression.py", run=own.about.id))
    assert shown(lab_page, "compression") == own.settings and charts(lab_page)
    assert "Your run" in text_of(lab_page)


def test_an_own_run_can_be_deleted(visit, own):
    visitor = choose(visit(PAGE), own.about.id)
    check(visitor.button(key="runs/delete").click().run())
    assert own.about.id not in list(visitor.dataframe[0].value["Run"])
    assert own.about.id not in [about.id for about in runs.listing()[0]]


def test_after_a_deletion_no_other_run_is_chosen(visit, trained):
    for _ in range(2):
        runs.save(trained())
    visitor = visit(PAGE)
    newest = next(
        r for r, made in zip(visitor.dataframe[0].value["Run"], visitor.dataframe[0].value["Made"]) if made != "shipped"
    )
    choose(visitor, newest)
    visitor.button(key="runs/delete").click().run()
    assert not visitor.button, "a second press must not delete the next run"


def test_a_shipped_run_cannot_be_deleted(visit):
    shipped = next(about for about in runs.listing()[0] if about.shipped)
    visitor = choose(visit(PAGE), shipped.id)
    assert visitor.button(key="runs/delete").disabled


def test_on_a_public_host_nobody_deletes_what_another_may_have_trained(visit, own, monkeypatch):
    monkeypatch.setenv("LECTERN_PUBLIC", "1")
    assert choose(visit(PAGE), own.about.id).button(key="runs/delete").disabled


def test_a_run_that_somebody_else_deleted_meanwhile_gives_a_sentence(visit, own):
    visitor = choose(visit(PAGE), own.about.id)
    runs.delete(own.about.id)
    visitor.button(key="runs/delete").click().run()
    assert not visitor.exception


def test_a_stopped_run_is_listed_and_opens(visit, trained):
    run = trained(state="stopped")
    runs.save(run)
    table = check(visit(PAGE)).dataframe[0].value.set_index("Run")
    assert table.loc[run.about.id]["State"] == "stopped"
    visitor = check(visit("pages/network_compression.py", run=run.about.id))
    assert charts(visitor)
    for tab in ("Explain", "Compare", "Take away"):
        visitor.session_state["compression/tab"] = tab
        check(visitor.run())


@pytest.mark.parametrize("content", [b"", b"\x00" * 8, b"\xff" * 100, b"not a run at all"])
def test_a_torn_file_gives_one_sentence_and_the_rest_is_listed(visit, own_store, content):
    own_store.mkdir()
    (own_store / "torn.safetensors").write_bytes(content)
    visitor = visit(PAGE)
    assert not visitor.exception
    assert ["torn.safetensors" in sentence for sentence in said(visitor)] == [True]
    assert len(visitor.dataframe[0].value) == len(runs.listing()[0]) > 0


def test_an_empty_store_is_said_in_words(visit, own_store, monkeypatch, tmp_path):
    monkeypatch.setattr(runs, "SHIPPED", tmp_path / "nothing")
    visitor = visit(PAGE)
    assert not visitor.exception
