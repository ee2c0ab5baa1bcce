"""The store as a list: own runs first, and what the header of each says."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import catalogue, labs, runs
from core.catalogue import Result
from core.events import Metrics, Started
from core.keeping import maker_of
from core.settings import flatten, union_members

ABOUT = runs.load("gan-the-duel").about


def of(lab, summary=(), **more):
    return replace(ABOUT, lab=lab, shipped=False, summary=dict(summary), **more)


def test_own_runs_stand_first_the_newest_of_them_on_top(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTERN_RUNS", str(tmp_path))
    log = [Started(3), Metrics(1, {"good": 1.0})]
    flat = flatten(labs.of("gan").settings())
    for number, name in enumerate(("old", "new", "secret")):
        run = runs.make(
            f"gan-{name}", "gan", flat, log, 1.0, "stopped", maker=maker_of("ann"), private=name == "secret"
        )
        runs.save(replace(run, about=replace(run.about, created=1000.0 + number)))
    (tmp_path / "torn.safetensors").write_bytes(b"")
    found, skipped = catalogue.rows(maker_of("bob"))
    ids = [row.about.id for row in found]
    assert ids[:2] == ["gan-new", "gan-old"] and all(row.about.shipped for row in found[2:]) and "gan-secret" not in ids
    assert ["torn" in sentence for sentence in skipped] == [True]
    assert [row.about.id for row in catalogue.rows(maker_of("ann"))[0]][0] == "gan-secret"


def test_a_row_says_what_the_header_says():
    row = catalogue.row(
        of("compression", {"bytes": 2500, "accuracy": 91.5}, settings={"method": "prune"}, created=86400.0)
    )
    assert row.kilobytes == 2.5 and row.result == Result(labs.of("compression").metrics["accuracy"].label, 91.5)
    assert row.made == datetime(1970, 1, 2, tzinfo=UTC) and row.seed == 0 and row.scene is None
    bare = catalogue.row(ABOUT)
    assert bare.made is None and bare.scene == "the-duel" and bare.kilobytes is None


@pytest.mark.parametrize(
    "lab, summary, name, percent",
    [
        ("lifelong", {"average": 50.0, "accuracy": 60.0}, "Accuracy", 60.0),
        ("lifelong", {"average": 50.0}, labs.of("lifelong").metrics["average"].label, 50.0),
        ("anomaly", {"auroc": 98}, labs.of("anomaly").metrics["auroc"].label, 98.0),
        ("lifelong", {"accuracy": float("nan"), "average": 7.0}, labs.of("lifelong").metrics["average"].label, 7.0),
        ("nobody's", {"accuracy": 60.0}, "Accuracy", 60.0),
    ],
)
def test_the_result_that_says_most(lab, summary, name, percent):
    assert catalogue.result(of(lab, summary)) == Result(name, percent)


def test_without_them_the_first_percentage_of_the_lab_and_otherwise_none():
    metrics = labs.of("gan").metrics
    first, second = [name for name, metric in metrics.items() if metric.unit == "%"][:2]
    assert catalogue.result(of("gan", {second: 2.0, first: 1.0})) == Result(metrics[first].label, 1.0)
    assert catalogue.result(of("gan", {"steps": 3.0, first: "many"})) is None


def test_what_a_run_did_in_the_words_of_its_knobs():
    (said,) = catalogue.did("lifelong", {"method": "ewc"})
    assert said == catalogue.value_of("lifelong", {"method": "ewc"}, "method") != "ewc"
    assert catalogue.did("nobody's", {"method": "magic"}) == ("magic",) and catalogue.did("nobody's", {}) == ()
    assert catalogue.value_of("lifelong", {"tasks": 7}, "tasks") == "7"


def test_a_lab_without_a_method_says_its_first_choices():
    lab = next(lab for lab in labs.LABS.values() if "method" not in lab.settings.model_fields)
    flat = flatten(lab.settings())
    chosen = [name for name, field in lab.settings.model_fields.items() if union_members(field)]
    assert catalogue.did(lab.id, flat) == tuple(catalogue.value_of(lab.id, flat, name) for name in chosen[:2]) != ()


def test_a_run_belongs_to_the_scene_that_it_is_called_after():
    assert catalogue.scene(replace(ABOUT, shipped=False)) is None, "a run of one's own is none of the page's"
    assert catalogue.scene(replace(ABOUT, id="gan-of-no-scene")) is None
    assert catalogue.scene(replace(ABOUT, lab="nobody's")) is None
