"""The stages of probes, concepts and walks: what they draw of the shipped runs, of a stopped one, and of a drawing of one's own."""

import base64

import numpy as np
import pytest

from core import labs, runs
from core.explain.analysis import concepts
from core.explain.settings import ExplainSettings
from core.settings import build, flatten
from pages.parts import shown
from tests.core.explain.records import record
from tests.pages.conftest import PAGES, charts, check, text_of
from tests.pages.views.conftest import figure, keys

PAGE = PAGES["explain"]
SKETCH = base64.b64encode(bytes(range(196)) * 4).decode()


def test_each_probe_has_a_curve_over_all_layers_for_network_control_and_before_training(visit):
    visitor = check(visit(PAGE, scene="what-does-layer-k-know", tab="Compare"))
    found = record("explain-what-does-layer-k-know")
    for task in ("digit", "trait"):
        drawn = figure(visitor, f"explain/stage/probe/{task}")
        for which, trace in zip(("", "_untrained", "_control"), drawn["data"]):
            assert trace["y"] == pytest.approx(found.series(f"{task}{which}")[1])
        assert drawn["layout"]["xaxis"]["ticktext"] == found.facts["layers"] and len(drawn["data"]) == 3
    assert "explain/stage/traits" in keys(visitor) and "chart/selectivity" in keys(visitor)


def test_a_score_that_random_concepts_reach_stands_in_brackets(visit):
    visitor = check(visit(PAGE, scene="your-own-concept", tab="Compare"))
    squares, words = figure(visitor, "explain/stage/concept")["data"]
    found = concepts.scores(record("explain-your-own-concept"))
    assert [word.startswith("(") for word in words["text"]] == (~found.shown).ravel().tolist()
    assert np.array(squares["z"]) == pytest.approx((found.values - 50) * found.shown)
    assert f"{found.false_alarms} of 40 scores" in text_of(visitor)


def test_the_two_ways_stand_below_one_another_with_what_two_networks_say(visit):
    visitor = check(visit(PAGE, scene="what-would-it-be", tab="Compare"))
    titles = [each["text"] for each in figure(visitor, "explain/stage/walk")["layout"]["annotations"]]
    end = runs.load("explain-what-would-it-be").about.summary
    for way in ("", "_pixels"):
        assert f"<b>{end[f'goal{way}']:.0f} % · {end[f'judge{way}']:.0f} %</b>" in titles
    assert "probability of the 1" in text_of(visitor)


@pytest.mark.parametrize(
    "flat", [{"method": "probe", "examples": 200}, {"method": "concept"}, {"method": "counterfactual"}], ids=str
)
def test_what_was_stopped_at_once_still_opens(visit, flat):
    settings = build(ExplainSettings, {"subject": "digit", "seed": 4713} | flat)
    events = labs.of("explain").train(settings)
    log = [next(events) for _ in range(4)]
    events.close()
    runs.save(runs.make("explain-stopped", "explain", flatten(settings), log, 1.0, "stopped"))
    visitor = check(visit(PAGE, run="explain-stopped", tab="Compare"))
    assert [chart for chart in charts(visitor) if chart.key.startswith("explain/stage/")]


def test_a_concept_of_ones_own_is_drawn_tested_and_private(visit):
    flat = {"subject": "digit", "method": "concept", "concept": "own", "sketch": SKETCH, "sets": 5, "each": 10}
    settings = build(ExplainSettings, flat)
    log = list(labs.of("explain").train(settings))
    run = runs.make("explain-own-concept", "explain", flatten(settings), log, 1.0, "finished")
    runs.save(run)
    assert shown.of(run).settings.method.sketch == SKETCH
    visitor = check(visit(PAGE, run="explain-own-concept", tab="Compare"))
    assert {"explain/stage/concept", "explain/stage/examples"} <= keys(visitor)
    assert visitor.session_state["explain/sketch"] == SKETCH
    empty = visit(PAGE, tab="Compare", subject="digit", method="concept", concept="own")
    assert not empty.exception
