"""Curves over what is taken away: carried by shipped runs, measured for others."""

from dataclasses import replace

import pytest

from core.compression import formulas, models, prune, quantize, slimming
from core.compression.analysis import curves
from core.record import Record
from tests.core.compression.analysis.conftest import shipped


def test_a_name_stands_for_one_measurement(monkeypatch):
    monkeypatch.setattr(slimming, "ratio_curve", lambda net, ratios, relative: (net, tuple(ratios), relative))
    monkeypatch.setattr(prune, "sparsity_curve", lambda net, scope: (net, scope))
    monkeypatch.setattr(quantize, "bits_curve", lambda net: net)
    assert [curves.measured("net", name) for name in curves.CURVES] == [
        ("net", curves.RATIOS, True),
        ("net", curves.RATIOS, False),
        ("net", "global"),
        ("net", "layer"),
        "net",
    ]


def test_what_a_run_carries_is_not_measured_again(monkeypatch):
    teacher = shipped("teacher")
    carried = teacher.summary["curves"]["model"]
    monkeypatch.setattr(curves, "measured", lambda net, name: name)
    assert set(carried) == set(curves.CURVES)
    assert all(curves.curve(teacher, "model", name) is carried[name] for name in curves.CURVES)
    about = replace(teacher.run.about, summary={})
    bare = Record(teacher.id, teacher.settings, teacher.events, replace(teacher.run, about=about))
    assert curves.curve(bare, "model", "bits") == "bits"


def test_every_curve_of_every_model_is_carried(monkeypatch):
    monkeypatch.setattr(curves, "measured", lambda net, name: name)
    every = {name: name for name in curves.CURVES}
    run = shipped("thin-by-gamma").run
    assert formulas.examine(run) == {"curves": {model: every for model in run.models}} and len(run.models) == 3
    assert list(formulas.examine(shipped("leave-early").run)["curves"]) == ["model", "control"], (
        "digit classifiers alone"
    )


def test_a_separable_network_has_no_ratios():
    with pytest.raises(ValueError, match="separable"):
        curves.measured(models.redesigned("separable", 4), "ratio/relative")
