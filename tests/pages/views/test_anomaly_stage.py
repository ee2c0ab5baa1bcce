"""The stage of the anomaly detection page, and the landscape of the plane."""

import subprocess
import sys
from functools import cache
from itertools import count

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.anomaly import decide, monitor, pictures
from core.anomaly.analysis import landscape as analysis
from core.anomaly.analysis.scores import final
from core.anomaly.settings import AnomalySettings
from core.settings import build, flatten
from pages.parts import shown
from pages.views.anomaly import landscape
from tests.pages.conftest import ROOT, charts, text_of

PAGE = "pages/anomaly_detection.py"
RUNS = {
    "pca": {},
    "local": {"method": "autoencoder", "net": "local", "bottleneck": 60, "steps": 20},
    "lof": {"method": "lof"},
    "damaged": {"data": "damaged", "normal": "27"},
    "tumours": {"data": "tumours", "components": 5},
    "plane": {"data": "plane", "method": "confidence", "steps": 40},
    "plane-pca": {"data": "plane"},
}
NAMES = count()


@cache
def events(name):
    """Settings and all events of a real training, which evaluates less often."""
    settings = build(AnomalySettings, {"seed": 4711} | RUNS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "EVALUATIONS", 3)
        return settings, tuple(labs.of("anomaly").train(settings))


def saved(name, keep=None, state="finished"):
    """A small real run in this test's store, with a name of its own. keep: how many of its events."""
    settings, log = events(name)
    run = runs.make(f"anomaly-stage-{name}-{next(NAMES)}", "anomaly", flatten(settings), list(log[:keep]), 1.0, state)
    runs.save(run)
    return shown.of(run)


def drawn(name, run_id):
    """The stage or a view of a stored run, alone on a page."""
    from pages.parts import shown
    from pages.views.anomaly import landscape, stage

    current = shown.find(run_id)
    if name == "landscape":
        landscape.draw(current)
        return
    stage.picture(current)
    stage.beside(current)


def view(name, current):
    visitor = AppTest.from_function(drawn, default_timeout=60, args=(name, current.id)).run()
    return calm(visitor)


def calm(visitor):
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error and not visitor.warning
    return visitor


def keys(visitor):
    return {chart.key for chart in charts(visitor)}


def figure(visitor, key):
    return next(chart.figure for chart in charts(visitor) if chart.key == key)


# ---- the stage ----


@pytest.mark.parametrize(
    "name, below",
    [
        ("pca", "live/pictures"),
        ("lof", "live/pictures"),
        ("damaged", "live/pictures"),
        ("tumours", "live/costs"),
        ("plane", None),
    ],
)
def test_the_stage_shows_the_scores_and_what_they_are_of(name, below):
    current = saved(name)
    visitor, found = view("stage", current), final(current)
    assert keys(visitor) >= {"live/scores", *([below] if below else ["live/landscape"])}
    scores = figure(visitor, "live/scores")
    share = 100 * (found.anomalous >= decide.conformal_threshold(found.calibration, 0.1)).mean()
    assert scores["layout"]["title"]["text"] == f"{share:.0f} % of anomalies found at 10 % false alarms"
    assert [sum(layer["y"]) for layer in scores["data"][:2]] == pytest.approx([100, 100])
    shares = {"live/landscape": 1.0}
    assert all(each.figure["share"] == shares.get(each.key, 0.5) for each in charts(visitor))
    if name == "tumours":
        costs_of = figure(visitor, "live/costs")
        ends = costs_of["layout"]["xaxis"]["range"]
        assert ends == pytest.approx(scores["layout"]["xaxis"]["range"]), "one axis for both"
        for table in "AB":
            line, point = (
                next(t for t in costs_of["data"] if t["name"].startswith(start))
                for start in (f"{table}:", f"best for {table}")
            )
            assert point["y"][0] == pytest.approx(min(line["y"])) and line["line"]["shape"] == "vh"
    if name == "lof":
        assert figure(visitor, "live/pictures")["layout"]["yaxis"]["ticktext"] == ["picture"], "it expects nothing"


def test_before_the_end_the_stage_has_the_same_places():
    done, going = saved("local"), saved("local", keep=12, state="stopped")
    assert final(going) is None
    both = [view("stage", each) for each in (done, going)]
    assert keys(both[0]) == keys(both[1]) == {"live/scores", "live/pictures", "live/roc"}
    assert "after step" in figure(both[1], "live/scores")["layout"]["title"]["text"]


def test_the_landscape_stands_beside_the_live_scores(visit):
    assert "live/landscape" in keys(calm(visit(PAGE, run=saved("plane").id, tab="Theory")))


# ---- the landscape ----


@pytest.mark.parametrize("name", ["plane", "plane-pca"])
def test_the_landscape_opens(name):
    visitor = view("landscape", saved(name))
    assert keys(visitor) == {"landscape/plane"} and "raises the alarm" in text_of(visitor)
    solid = calm(visitor.get_by_key("landscape/solid").set_value(True).run())
    assert figure(solid, "landscape/surface")["data"][0]["type"] == "surface"


def test_only_a_run_on_the_plane_has_a_landscape():
    assert landscape.draw.fits(saved("plane")) and landscape.draw.fits(saved("plane-pca"))
    assert not landscape.draw.fits(saved("pca")) and not landscape.draw.fits(saved("tumours"))


def test_a_run_on_the_plane_that_was_stopped_has_its_landscape():
    visitor = view("landscape", saved("plane", 12, "stopped"))
    assert keys(visitor) == {"landscape/plane"} and "of the normals that are evaluated" in text_of(visitor)


def test_the_border_moves_with_the_promise():
    current = saved("plane")
    visitor, found, lines = view("landscape", current), final(current), {}
    for promise in (10, 50):
        calm(visitor.get_by_key("landscape/promise").set_value(promise).run())
        threshold = decide.conformal_threshold(found.calibration, promise / 100)
        assert f"**{100 * (current.last(pictures.FIELD) >= threshold).mean():.0f} %** of this plane" in text_of(visitor)
        assert f"**{100 * (found.anomalous >= threshold).mean():.1f} %**." in text_of(visitor)
        layers = figure(visitor, "landscape/plane")["data"]
        lines[promise] = next(layer for layer in layers if layer["name"] == "border of the alarm")
    assert lines[10]["x"] != lines[50]["x"]


def test_earlier_evaluations_can_be_looked_at():
    current = saved("plane")
    visitor = view("landscape", current)
    last = figure(visitor, "landscape/plane")["data"][0]
    calm(visitor.get_by_key("landscape/look").set_value(0).run())
    assert "of the normals that are evaluated" in text_of(visitor)
    assert figure(visitor, "landscape/plane")["data"][0] != last


def test_points_keep_their_colours_and_lie_under_the_lines():
    current = saved("plane-pca")
    layers = figure(view("landscape", current), "landscape/plane")["data"]
    named = {layer["name"]: layer for layer in layers if layer["name"]}
    points = analysis.points(current)
    assert len(named["normal"]["x"]) == len(points.normal) and named["normal"]["marker"]["symbol"] == "square"
    assert len(named["anomaly"]["x"]) == len(points.anomalous) and named["anomaly"]["marker"]["symbol"] == "x"
    assert np.allclose(named["anomaly"]["x"], points.anomalous[:, 0], atol=1e-3)
    assert layers[-1]["name"] == "border of the alarm" and layers[-1]["hoverinfo"] == "skip"


def test_the_first_picture_waits_for_no_pytorch():
    asked = "import sys; import pages.views.anomaly; print(sorted({'torch', 'sklearn', 'captum', 'lime'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
