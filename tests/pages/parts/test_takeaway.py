"""Take away: everything about a run leaves the house, and what leaves is right."""

import ast
import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.events import Metrics
from core.jobs import View
from core.settings import TEN_DIGITS
from pages.parts import figures, takeaway
from pages.parts.shown import Shown
from tests.pages.conftest import ROOT, check, text_of

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


def test_the_json_says_what_a_trivial_rival_reaches(run, monkeypatch):
    metrics = labs.of("compression").metrics
    monkeypatch.setitem(metrics, "accuracy", replace(metrics["accuracy"], chance=TEN_DIGITS))
    monkeypatch.setitem(metrics, "loss", replace(metrics["loss"], chance=None))
    told = json.loads(takeaway.facts(run))["metrics"]
    assert told["accuracy"] == {"label": "Test accuracy", "unit": "%", "rival": "guessing", "rival reaches": 10.0}
    assert told["loss"] == {"label": "Loss", "unit": "", "rival": "", "rival reaches": None}


def test_the_figure_is_one_page_with_every_curve_and_asks_nobody(run):
    page = takeaway.figure(run)
    assert "Test accuracy (%)" in page and "Loss" in page and "Network compression: Train a teacher" in page
    assert "<script src=" not in page and "cdn" not in page.split("plotly.js")[0].lower()


def test_no_figure_that_leaves_the_house_has_a_button_that_uploads_it(run):
    for made in (run, runs.load("explain-cat-smoothgrad")):  # curves, and a map
        page = takeaway.figure(made)
        options = page.rpartition("Plotly.newPlot(")[2]
        assert '"showSendToCloud": false' in options and "plotlyServerURL" not in options
    for file in Path(takeaway.__file__).parents[1].rglob("*.py"):
        source = file.read_text()
        assert "showSendToCloud" in source or not re.search(r"plotly_chart\(|to_html\(|write_html\(", source), file


def test_no_two_curves_of_one_picture_share_a_colour():
    for lab in labs.LABS:
        metrics = labs.of(lab).metrics
        names = [name for name in metrics if metrics[name].chart]
        hues = takeaway._hues(metrics, names)
        for chart in {metrics[name].chart for name in names}:
            found = [hues[name] for name in names if metrics[name].chart == chart]
            assert len(found) <= len(set(found)) or len(found) > len(figures.TASKS), (lab, chart)


def tab(current):
    from pages.parts import takeaway

    takeaway.draw(current)


@pytest.mark.parametrize(
    "state, words",
    [
        ("queued", "waits for its turn"),
        ("running", "still training"),
        ("paused", "still training"),
        ("stopped", "stopped before it had measured anything"),
        ("failed", "failed before its end"),
    ],
)
def test_a_run_that_left_nothing_says_why(run, state, words):
    view = View(run.about.id, "compression", run.settings, state, 0, False, 0.0, 0.0, None, [], 0, "", 1, None)
    visitor = AppTest.from_function(tab, args=(Shown(run.about.id, run.settings, [], None, view),)).run()
    assert not visitor.exception and [words in info.value for info in visitor.info] == [True]
    assert not visitor.get("download_button")


WORDS = ["true", "not false at all", "null and void", 3 * '"', 3 * "'", "{}", "\\"]
PLAIN = (
    st.sampled_from(WORDS)
    | st.text()
    | st.booleans()
    | st.none()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.dictionaries(st.text(min_size=1), PLAIN))
def test_the_script_holds_the_settings_whatever_they_are(run, settings):
    """Words such as “true” in a photo that was turned into text, quotes, braces, signs that end a line."""
    source = takeaway.script(runs.Run(replace(run.about, settings=settings), run.events))
    call = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "build"
    )
    assert ast.literal_eval(call.args[1]) == settings


def test_the_script_runs_from_elsewhere_and_says_how(run, tmp_path):
    """The file may lie anywhere; it is started in Lectern's folder, as its first lines say."""
    source = takeaway.script(run)
    assert "app.py" in source.partition("import sys")[0] and f"python {run.about.id}.py" in source
    (tmp_path / "again.py").write_text(source)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, tmp_path / "again.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (
        f"'accuracy': {run.about.summary['accuracy']}" in done.stdout.splitlines()[-1] and "array(" not in done.stdout
    )


def test_the_weights_come_back(run):
    back = runs.from_bytes(runs.to_bytes(run))
    assert back.about == run.about and list(back.models) == list(run.models)


@pytest.mark.parametrize("about", [about for about in runs.listing()[0] if about.shipped], ids=lambda about: about.id)
def test_the_script_of_every_shipped_run_builds_its_settings(about):
    run = runs.load(about.id)
    source = takeaway.script(run)
    head = source.partition("\nfor event")[0]
    scope: dict = {}
    exec(compile(head.replace("torch.set_num_threads(1)", ""), "script", "exec"), scope)
    assert scope["settings"] == run.settings


def test_the_notebook_repeats_the_run_and_draws_it(run, tmp_path):
    made = json.loads(takeaway.notebook(run))
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5) and len({cell["id"] for cell in made["cells"]}) == 5
    kinds = [cell["cell_type"] for cell in made["cells"]]
    assert kinds == ["markdown", *["code"] * 4] and all("outputs" in cell for cell in made["cells"][1:])
    code = "\n\n".join(cell["source"] for cell in made["cells"][1:])
    quiet = "import plotly.io\n\nplotly.io.renderers.default = ''  # no browser opens\n"
    told = "print(summary['accuracy'], len(curves.data), len(pictures))"
    (tmp_path / "notebook.py").write_text(f"{quiet}{code}\n{told}")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, tmp_path / "notebook.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    accuracy, lines, shown = done.stdout.splitlines()[-1].split()
    assert float(accuracy) == run.about.summary["accuracy"] and int(lines) >= 2 and int(shown) >= 1


def test_the_tab_offers_six_files_and_shows_the_script(visit, run, own_store):
    runs.save(run)
    visitor = visit(PAGE, run=run.about.id)
    visitor.session_state["compression/tab"] = "Take away"
    check(visitor.run())
    assert len(visitor.get("download_button")) == 6
    assert run.about.id in visitor.code[0].value
    assert "yours" in text_of(visitor)
