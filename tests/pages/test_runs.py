"""Runs: everything that is stored is listed; own runs can be opened and deleted, shipped ones only opened."""

from dataclasses import replace

import pytest

from core import catalogue, labs, runs
from core.settings import build, flatten
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


# ---- the shelf ----


def test_runs_are_found_by_words_and_by_lab(visit, own):
    visitor = check(visit(PAGE))
    everything = len(visitor.dataframe[0].value)
    check(visitor.text_input(key="runs/words").set_value("GAN the-duel").run())
    assert list(visitor.dataframe[0].value["Run"]) == ["gan-the-duel"]
    visitor.text_input(key="runs/words").set_value("").run()
    check(visitor.pills(key="runs/labs").set_value(["compression", "attack"]).run())
    labs_left = set(visitor.dataframe[0].value["Lab"])
    assert labs_left == {"Network compression", "Adversarial attack"} and len(visitor.dataframe[0].value) < everything


def test_a_run_is_seen_named_and_its_network_opens_elsewhere(visit, own):
    visitor = choose(visit(PAGE), own.about.id)
    assert charts(visitor), "what its lab draws of it"
    assert {link.proto.page for link in visitor.page_link} == {
        "network_compression",
        "anomaly_detection",
        "explainable_ai",
        "adversarial_attack",
    }
    check(visitor.text_input(key=f"runs/name/{own.about.id}").set_value("My first net").run())
    assert runs.load(own.about.id).about.title == "My first net"
    named = check(visit(PAGE)).dataframe[0].value.set_index("Run")
    assert named.loc[own.about.id]["Name"] == "My first net"


@pytest.mark.parametrize("about", [about for about in runs.listing()[0] if about.models], ids=lambda about: about.id)
def test_every_network_opens_where_it_is_said_to(about):
    for lab, query in catalogue.opens_in(about).items():
        settings = build(labs.of(lab).settings, query)
        assert about.id in flatten(settings).values()


def test_a_file_is_taken_in_and_a_broken_one_is_told(visit, own, own_store):
    data = runs.to_bytes(runs.Run(replace(own.about, id="compression-from-elsewhere"), own.events))
    visitor = visit(PAGE)
    visitor.file_uploader(key="runs/file").set_value(("run.safetensors", data, "application/octet-stream")).run()
    check(visitor)
    assert runs.load("compression-from-elsewhere").about.summary == own.about.summary
    visitor.file_uploader(key="runs/file").set_value(("bad.safetensors", b"no run", "application/octet-stream")).run()
    assert not visitor.exception and "not a run that Lectern can read" in visitor.error[0].value
