"""Take away: everything about a run leaves the house, and what leaves is right."""

import csv
import io
import json

import pytest

from core import runs
from core.events import Metrics
from pages.shared import takeaway
from tests.pages.conftest import check, text_of

PAGE = "pages/network_compression.py"


@pytest.fixture(scope="module")
def run(trained):
    return trained()


def test_the_csv_holds_every_number(run):
    rows = list(csv.DictReader(io.StringIO(takeaway.history(run))))
    measured = [event for event in run.events if isinstance(event, Metrics)]
    assert [int(row["step"]) for row in rows] == [event.step for event in measured]
    for row, event in zip(rows, measured, strict=True):
        assert {name: float(value) for name, value in row.items() if name != "step" and value} == event.values


def test_the_json_holds_settings_results_code_and_machine(run):
    facts = json.loads(takeaway.facts(run))
    assert facts["settings"] == run.about.settings and facts["summary"]["accuracy"] == run.about.summary["accuracy"]
    assert facts["code"] and facts["machine"]["processor"]


def test_the_figure_is_one_page_with_every_curve_and_asks_nobody(run):
    page = takeaway.figure(run)
    assert "Test accuracy" in page and "Loss" in page and run.about.id in page
    assert "<script src=" not in page and 'cdn' not in page.split("plotly.js")[0].lower()


def test_the_weights_come_back(run):
    back = runs.from_bytes(runs.to_bytes(run))
    assert back.about == run.about and list(back.models) == list(run.models)


def test_the_script_repeats_the_run(run, python):
    """It runs in a process of its own and prints the accuracy that the page shows."""
    done = python(takeaway.script(run))
    assert done.returncode == 0, done.stderr
    assert f"'accuracy': {run.about.summary['accuracy']}" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("about", [about for about in runs.listing()[0] if about.shipped], ids=lambda about: about.id)
def test_the_script_of_every_shipped_run_builds_its_settings(about):
    run = runs.load(about.id)
    source = takeaway.script(run)
    head = source.partition("\nfor event")[0]
    scope: dict = {}
    exec(compile(head.replace("torch.set_num_threads(1)", ""), "script", "exec"), scope)
    assert scope["settings"] == run.settings


def test_the_tab_offers_five_files_and_shows_the_script(visit, run, own_store):
    runs.save(run)
    visitor = visit(PAGE, run=run.about.id)
    visitor.session_state["compression/tab"] = "Take away"
    check(visitor.run())
    assert len(visitor.get("download_button")) == 5
    assert run.about.id in visitor.code[0].value
    assert "yours" in text_of(visitor)
