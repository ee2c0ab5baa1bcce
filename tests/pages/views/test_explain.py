"""The explainable AI page: every view opens, maps stand beside one another, addresses hold, and what is taken away repeats."""

import ast
import csv
import io
import json
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from core import labs, runs
from core.attribution.settings import METHOD_NAMES, METHODS
from core.events import Metrics
from core.explain.analysis import asked
from core.explain.settings import METRICS, SCENES, SHIPPED, ExplainSettings
from core.settings import build, flatten
from core.subject.settings import MOST_TEXT
from pages.parts import compare, knobs, lecture, overlay, shown, takeaway
from tests.pages.conftest import PAGES, behind, charts, check, keys_of, said, text_of
from tests.pages.conftest import shown as settings_of
from tests.pages.drawn import drawn

PAGE = PAGES["explain"]
VIEWS = {  # charts of the view on a photo and on a digit
    "beside": ["beside/agreement"],
    "manual_lime": ["be_lime/answers"],
    "trust": ["trust/deletion", "trust/insertion"],
    "filters": ["filters/over", "filters/patches", "filters/grid"],
    "features": ["features/"],
    "tables": ["tables/weights"],
    "text": ["text/answers/False", "text/answers/True", "text/weights/False", "text/weights/True"],
    "why": [],
}
SUBJECTS = {
    "photo": "explain-is-it-a-cat",
    "digit": "explain-do-you-trust-this-map",
    "shortcut": "explain-right-for-the-wrong-reason",
}
FIRST = {"lime": "manual_lime", "randomise": "trust", "excite": "filters"}
DENSE = "lifelong-forget-everything/model"


@cache
def made(name, **flat):
    settings = build(ExplainSettings, {"subject": "digit"} | flat)
    return runs.make(name, "explain", flatten(settings), list(labs.of("explain").train(settings)), 1.0, "finished")


def saved(name, **flat):
    """A small run of our own in this test's store."""
    runs.save(made(name, **flat))
    return name


def choice(visitor):
    return next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))


def view(visitor, name):
    return check(choice(visitor).set_value(name).run())


def maps(visitor, names):
    return [(alt, url) for alt, url in drawn(visitor) if alt in names]


def pictures(visitor):
    """What the charts, the numbers and the pictures of the open view are made of."""
    return [chart.figure for chart in charts(visitor)] + [metric.value for metric in visitor.metric] + drawn(visitor)


# ---- Look inside ----


@pytest.mark.parametrize("subject", [*SUBJECTS, "excite"])
def test_every_view_opens_for_every_kind_of_run(visit, subject):
    """Excited is a digit classifier of our own making: the network of the photos has been asked everything once."""
    run_id = SUBJECTS.get(subject) or saved("explain-tiny-excite", method="excite", steps=32)
    visitor = check(visit(PAGE, run=run_id))
    assert choice(visitor).value == FIRST.get(runs.load(run_id).about.settings["method"], "beside")
    for name, keys in VIEWS.items():
        view(visitor, name)
        assert not [key for key in keys_of(visitor) if run_id in key]
        there = [chart.key for chart in charts(visitor)]
        assert all(any(key.startswith(wanted) for key in there) for wanted in keys), (name, there)
        assert len(text_of(visitor)) > 400


@pytest.mark.parametrize(
    "flat",
    [
        {"method": "saliency", "network": DENSE},
        {"method": "randomise", "ask": "saliency", "network": "lifelong-progressive"},
    ],
    ids=lambda flat: flat["method"],
)
def test_an_own_run_can_be_looked_into_from_every_side(visit, flat):
    visitor = visit(PAGE, run=saved(f"explain-tiny-{flat['method'].replace('_', '-')}", **flat))
    for name in ("beside", "manual_lime", "trust", "filters", "features"):
        choice(visitor).set_value(name).run()
        assert not visitor.exception and not visitor.error, name
    for tab in ("Explain", "Compare", "Take away"):
        visitor.session_state["explain/tab"] = tab
        visitor.run()
        assert not visitor.exception and not visitor.error, tab


@pytest.mark.parametrize(
    "flat",
    [{"method": "lime", "samples": 20, "segments": 10}, {"method": "randomise"}, {"method": "shortcut"}],
    ids=lambda flat: flat["method"],
)
def test_a_stopped_run_says_what_is_missing(visit, flat):
    settings = build(ExplainSettings, {"subject": "digit", "seed": 4712} | flat)
    events = labs.of("explain").train(settings)
    log = [next(events) for _ in range(3)]
    events.close()
    runs.save(runs.make("explain-stopped", "explain", flatten(settings), log, 1.0, "stopped"))
    visitor = check(visit(PAGE, run="explain-stopped"))
    for name in ("beside", "manual_lime", "trust", "filters", "features"):
        view(visitor, name)
    if flat["method"] == "shortcut":
        assert not maps(view(visitor, "beside"), METHOD_NAMES.values()) and visitor.info, "there is no network yet"


def test_a_shortcut_run_whose_network_was_deleted_still_opens(visit):
    """A shortcut trains a network of its own: the one that the knob names has nothing to do with it."""
    run = made("explain-tiny-shortcut", method="shortcut", epochs=1)
    orphan = run.about.settings | {"network": "compression-gone"}
    runs.save(runs.make("explain-orphan", "explain", orphan, list(run.events), 1.0, "finished"))
    visitor = visit(PAGE, run="explain-orphan")
    assert not visitor.exception
    for name in ("beside", "manual_lime", "trust", "filters", "features"):
        choice(visitor).set_value(name).run()
        assert not visitor.exception, name
    assert maps(choice(visitor).set_value("beside").run(), METHOD_NAMES.values()), (
        "its own network is all that it takes"
    )


def test_a_run_whose_network_was_deleted_still_opens_and_shows_its_map(visit):
    run = made("explain-tiny-saliency", method="saliency", network=DENSE)
    orphan = run.about.settings | {"network": "compression-gone"}
    runs.save(runs.make("explain-orphan", "explain", orphan, list(run.events), 1.0, "finished"))
    visitor = check(visit(PAGE, run="explain-orphan"))
    assert [alt for alt, _ in drawn(visitor) if alt.startswith("Why")]
    for name in ("beside", "manual_lime", "trust", "filters", "features"):
        choice(visitor).set_value(name).run()
        assert not visitor.exception, name
    assert visitor.session_state["explain/network"] == "compression-gone"
    visitor.session_state["explain/tab"] = "Explain"
    check(visitor.run())


def test_methods_side_by_side_are_as_many_maps_as_chosen(visit):
    visitor = view(check(visit(PAGE, scene="do-you-trust-this-map")), "beside")
    pick = visitor.multiselect(key="beside/methods")
    for chosen in (["saliency", "deeplift", "occlusion"], ["grad_cam"], []):
        check(pick.set_value(chosen).run())
        names = [METHOD_NAMES[method] for method in chosen]
        found = maps(visitor, names)
        assert [alt for alt, _ in found] == names and len({url for _, url in found}) == len(found)
        agreement = [chart for chart in charts(visitor) if chart.key == "beside/agreement"]
        assert len(agreement) == (len(chosen) > 1), "one map alone agrees with nobody"
        if agreement:
            values = np.array(agreement[0].figure["data"][0]["z"])
            assert values.shape == (3, 3) and np.allclose(np.diag(values), 1) and np.allclose(values, values.T)
        pick = visitor.multiselect(key="beside/methods")


def test_a_method_that_does_not_fit_says_so_in_its_place(visit):
    name = saved("explain-tiny-saliency", method="saliency", network=DENSE)
    visitor = view(check(visit(PAGE, run=name)), "beside")
    chosen = ["saliency", "guided_backprop", "grad_cam"]
    check(visitor.multiselect(key="beside/methods").set_value(chosen).run())
    assert [alt for alt, _ in maps(visitor, METHOD_NAMES.values())] == ["Saliency"]
    assert len(visitor.info) == 2 and "ReLU" in visitor.info[0].value and "convolution" in visitor.info[1].value


def test_on_a_photo_only_what_is_quick_or_ready_is_offered(visit):
    visitor = view(check(visit(PAGE)), "beside")
    ready = {
        settings.method.name
        for name, settings in SHIPPED.items()
        if settings.subject.name == "photo" and settings.method.name in METHODS
    }
    offered = visitor.multiselect(key="beside/methods").options
    assert set(offered) == {METHOD_NAMES[name] for name in ready | {"saliency", "input_x_gradient", "grad_cam"}}
    assert len(ready) == 8 == len(maps(visitor, METHOD_NAMES.values()))


def test_what_is_hidden_with_and_which_method_change_the_test_of_trust(visit):
    visitor = view(check(visit(PAGE, scene="do-you-trust-this-map")), "trust")
    seen = []
    for key, value in (("method/False", "Saliency"), ("method/False", "Occlusion"), ("hide", "blur")):
        check(visitor.get_by_key(f"trust/{key}").set_value(value).run())
        seen.append(pictures(visitor))
        scores = [metric for metric in visitor.metric if metric.label in ("Infidelity", "Sensitivity")]
        assert scores and all("ink only" in metric.delta for metric in scores), "a score without its rival says nothing"
    assert seen[0] != seen[1] != seen[2]


def test_the_areas_are_the_runs_own_in_the_live_picture_and_under_trust(visit):
    """One definition: same picture, same method, same hiding, and both rivals beside each area."""
    visitor, summary = check(visit(PAGE)), runs.load("explain-is-it-a-cat").about.summary

    def areas(where):
        return {
            chart.key.removeprefix(where): [trace["name"] for trace in chart.figure["data"]]
            for chart in charts(visitor)
            if chart.key.startswith(where)
        }

    live = areas("explain/stage/")
    under = areas("trust/") if view(visitor, "trust") else {}
    assert under["deletion"] == live["deletion"] and "insertion" not in live, "LIME has a curve of its own there"
    for way, names in under.items():
        areas_of = [f"{summary[f'{way} {name}']:.0f} %" for name in ("map", "random", "input only")]
        assert [name.partition(" · ") for name in names] == [
            (who, " · ", area) for who, area in zip(("this map", "moved map", "edges only"), areas_of)
        ]


STAGE = {
    "is-it-a-cat": ["map", "deletion"],
    "right-for-the-wrong-reason": ["shortcut"],
    "do-you-trust-this-map": ["destroyed"],
    "what-excites-this-filter": ["painted"],
}


@pytest.mark.parametrize("scene", STAGE)
def test_the_stage_of_every_scene(visit, scene):
    visitor = check(visit(PAGE, scene=scene, tab="Compare"))
    assert [chart.key.removeprefix("explain/stage/") for chart in charts(visitor) if "/stage/" in chart.key] == STAGE[
        scene
    ]
    assert drawn(visitor)


@pytest.mark.parametrize("method", METHODS)
def test_what_stands_beside_the_map_is_known_before_the_run_has_measured_it(visit, method):
    """Deletion, and below it the run's own curve, or else insertion: nothing takes another's place while the run goes on."""
    name = saved(
        f"explain-tiny-{method.replace('_', '-')}",
        method=method,
        **({"samples": 20} if "samples" in METHODS[method].model_fields else {}),
    )
    run = made(name, method=method, **({"samples": 20} if "samples" in METHODS[method].model_fields else {}))
    assert bool(METHODS[method].reports) == any(METRICS[key].chart for key in run.history()[1])
    runs.save(runs.make("explain-begun", "explain", run.about.settings, list(run.events)[:3], 1.0, "stopped"))
    there = [
        [chart.key for chart in charts(check(visit(PAGE, run=which, tab="Compare")))]
        for which in ("explain-begun", name)
    ]
    wanted = ["explain/stage/map", "explain/stage/deletion"] + (
        [] if METHODS[method].reports else ["explain/stage/insertion"]
    )
    for keys in there:
        assert [key for key in keys if "/stage/" in key] == wanted


def test_the_slider_lays_the_map_over_the_picture(visit):
    visitor = check(visit(PAGE, scene="is-it-a-cat", tab="Compare"))
    seen = [
        next(url for __, url in drawn(check(visitor.slider(key="explain/strength").set_value(value).run())))
        for value in (0, 60)
    ]
    assert seen[0] != seen[1]
    plain = overlay.overlay(np.full((28, 28, 3), 90, np.uint8), np.ones((28, 28)), strength=0, wide=28)
    assert (plain == 90).all(), "at 0 % it is the picture itself"


def test_a_click_on_a_filter_chooses_it_once(visit):
    visitor = view(check(visit(PAGE, scene="do-you-trust-this-map")), "filters")
    click = SimpleNamespace(picked={"trace": "", "index": 5, "x": 1, "y": 1, "custom": 5})
    visitor.session_state["filters/grid/plot"] = click
    assert check(visitor.run()).slider(key="filters/channel").value == 5
    check(visitor.slider(key="filters/channel").set_value(9).run())
    assert visitor.slider(key="filters/channel").value == 9, "the click is over"


def test_the_picture_looked_at_lies_on_top_and_every_point_has_a_name(visit):
    for run, own, many in (
        ("explain-is-it-a-cat", "this picture: Cat", 12),
        ("explain-do-you-trust-this-map", "this picture", 11),
    ):
        view(visitor := check(visit(PAGE, run=run)), "features")
        figure = next(chart.figure for chart in charts(visitor) if chart.key.startswith("features/"))
        names = [layer["name"] for layer in figure["data"]]
        assert names[-1] == own and figure["data"][-1]["marker"]["symbol"] == "star"
        assert len(set(names)) == len(names) == many and all(text for layer in figure["data"] for text in layer["text"])


@pytest.mark.parametrize(
    "run, name, widget, values",
    [
        ("explain-do-you-trust-this-map", "filters", "filters/layer", ["convolution 1", "convolution 2"]),
        ("explain-is-it-a-cat", "manual_lime", "be_lime/count/photo", [20, 60]),
        ("explain-do-you-trust-this-map", "tables", "tables/row/cancer", [1, 30]),
    ],
)
def test_a_widget_changes_what_its_view_shows(visit, run, name, widget, values):
    visitor = view(check(visit(PAGE, run=run)), name)
    seen = []
    for value in values:
        visitor.get_by_key(widget).set_value(value).run()
        assert not visitor.exception
        seen.append(json.dumps([pictures(visitor), [block.proto.body for block in visitor.get("html")]], default=str))
    assert seen[0] != seen[1]


def test_all_off_and_lime_by_itself(visit):
    visitor = view(check(visit(PAGE, scene="do-you-trust-this-map")), "manual_lime")
    label = next(metric.label for metric in visitor.metric if "superpixels off" in metric.label)
    assert " 0 of 49 " in label
    check(visitor.button(key="be_lime/off").click().run())
    assert any(" 49 of 49 " in metric.label for metric in visitor.metric)
    check(visitor.button(key="be_lime/fifty").click().run())
    assert "50 tries" in text_of(visitor) and "R²" in text_of(visitor)
    check(visitor.button(key="be_lime/on").click().run())
    assert any(" 0 of 49 " in metric.label for metric in visitor.metric)
    check(visitor.button(key="be_lime/forget").click().run())
    assert "50 tries" not in text_of(visitor)


def test_a_reason_leads_to_its_example(visit):
    """Each of the lecture's reasons has its words, and each link opens what it says."""
    visitor = view(check(visit(PAGE)), "why")
    links = [link.proto.query_string for link in visitor.get("page_link")]
    notes = lecture.read("explain").notes
    assert (
        all(notes[name] in text_of(visitor) for name in ("loan", "medicine", "court", "car", "comfort"))
        and len(links) == 4
    )
    for address in links:
        query = dict(part.split("=") for part in address.split("&"))
        there = check(visit(PAGE, tab="Compare", **query))
        got = flatten(settings_of(there, "explain"))
        assert all(str(got[name]) == value for name, value in query.items() if name != "scene"), query
    check(visitor.button(key="why/tables").click().run())
    assert choice(visitor).value == "tables"


# ---- the tab Explain ----


def first_column(visitor):
    return next(markdown.value for markdown in visitor.markdown if "** · says **" in markdown.value)


@pytest.mark.parametrize("scene", [scene.slug for scene in SCENES])
def test_the_tab_explain_shows_the_picture_and_the_network_of_the_run(visit, scene):
    visitor = check(visit(PAGE, tab="Explain", scene=scene))
    run = runs.load(f"explain-{scene}")
    found = asked.networks(shown.find(run.about.id)).subjects
    subject = next(iter(found.values()))
    who = "With the shortcut" if "shortcut" in found else "The network asked"
    assert first_column(visitor).startswith(f"**{who}** · says **{subject.names[subject.answer()]}**")
    assert [alt for alt, _ in drawn(visitor)].count("The picture of this run") == 1
    if "answer" in run.about.summary:
        assert f"says **{run.about.summary['answer']}** ({run.about.summary['probability']:.0f} %)" in first_column(
            visitor
        )
    quick = ["Saliency", "Input × gradient", "Grad-CAM"]
    assert visitor.get_by_key("explain/explain/method").options == (
        quick if subject.photo else list(METHOD_NAMES[m] for m in METHODS)
    )


def test_the_tab_explain_asks_by_every_method(visit):
    visitor = check(visit(PAGE, tab="Explain", scene="do-you-trust-this-map"))
    seen = set()
    for method in ("saliency", "deeplift", "occlusion", "lime"):
        check(visitor.get_by_key("explain/explain/method").set_value(METHOD_NAMES[method]).run())
        seen |= {url for alt, url in drawn(visitor) if alt.startswith("Why")}
    assert len(seen) == 4, "other methods, other maps"


def test_they_are_offered_on_the_page(visit):
    visitor = check(visit(PAGE, tab="Compare", scene="do-you-trust-this-map"))
    names = visitor.selectbox(key="explain/network").options
    assert set(names) >= set(shown.choices("explain", "digit classifier").values()) - {"compression-teacher"}


# ---- addresses ----


@pytest.mark.parametrize(
    "query",
    [
        {"subject": "digit", "digit": "7", "number": "5", "network": DENSE, "method": "saliency"},
        {"subject": "photo", "photo": "coffee", "method": "occlusion", "window": "20", "fill": "blur", "answer": "2"},
        {"method": "shortcut", "marked": "5", "elsewhere": "40", "epochs": "2"},
        {"method": "excite", "unit": "filter", "layer": "4", "channel": "9", "steps": "32", "prior": "False"},
    ],
    ids=lambda query: query["method"],
)
def test_an_address_is_what_the_knobs_show(visit, query):
    visitor = check(visit(PAGE, tab="Compare", **query))
    got = {name: str(value) for name, value in flatten(settings_of(visitor, "explain")).items()}
    assert {name: got[name].removesuffix(".0") for name in query} == query
    assert query.items() <= {
        name: value.removesuffix(".0") for name, value in visitor.query_params.items()
    }.items() or settings_of(check(visit(PAGE, "Compare", visitor.query_params)), "explain") == settings_of(
        visitor, "explain"
    )


@pytest.mark.parametrize(
    "query, words",
    [
        ({"subject": "digit", "network": "NO SUCH/thing!"}, ["Network", "the name of a stored run"]),
        ({"subject": "digit", "digit": "10"}, ["“10”", "Digit", "from 0 to 9"]),
        ({"subject": "upload", "upload": "hello"}, ["“hello”", "Your photo", "a photo chosen on the page"]),
        ({"subject": "upload", "upload": "/9j/" + "A" * MOST_TEXT}, ["Your photo", "a photo chosen on the page"]),
        ({"subject": "drawing", "drawing": "<b>"}, ["“<b>”", "Your digit"]),
        ({"method": "crystal_ball"}, ["“crystal_ball”", "Method", "saliency"]),
        ({"photo": "chelsea2"}, ["“chelsea2”", "Photo", "chelsea"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_nonsense_gives_one_sentence(visit, query, words):
    visitor = visit(PAGE, tab="Compare", **query)
    assert not visitor.exception and not visitor.error
    heard = said(visitor)
    assert len(heard) == 1 and all(word in heard[0] for word in words) and len(heard[0]) < 600, heard
    check(visitor.run())


def test_a_network_that_nobody_has_is_no_trouble_before_it_is_asked(visit):
    visitor = check(visit(PAGE, tab="Compare", subject="digit", network="explain-gone", method="saliency"))
    assert settings_of(visitor, "explain").subject.network == "explain-gone"
    assert visitor.selectbox(key="explain/network").value == "explain-gone"


# ---- Take away and Compare ----


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_figure_and_numbers_of_every_shipped_run(name):
    run = runs.load(name)
    page = takeaway.figure(run)
    assert page.count("newPlot") and f"seed {run.about.settings['seed']}" in page and "<script src=" not in page
    rows = list(csv.DictReader(io.StringIO(takeaway.history(run))))
    measured = [event for event in run.events if isinstance(event, Metrics)]
    assert [int(row["step"]) for row in rows] == [event.step for event in measured]
    for row, event in zip(rows, measured, strict=True):
        assert {key: float(value) for key, value in row.items() if key != "step" and value} == pytest.approx(
            event.values
        )
    assert json.loads(takeaway.facts(run))["settings"] == flatten(SHIPPED[name])


@pytest.mark.parametrize("method", ["saliency", "grad_cam"])
def test_a_run_without_curves_has_a_figure_all_the_same(method):
    """All that a quick method measures are single numbers."""
    run = (
        made("explain-tiny-saliency", method="saliency", network=DENSE)
        if method == "saliency"
        else made("explain-tiny-grad-cam", method="grad_cam", answer=2)
    )
    assert METHOD_NAMES[method] in takeaway.figure(run)


def test_the_script_of_a_shipped_run_repeats_it(python):
    run = runs.load("explain-do-you-trust-this-map")
    done = python(takeaway.script(run))
    assert done.returncode == 0, done.stderr
    again, kept = ast.literal_eval(done.stdout.splitlines()[-1].partition(" ")[2]), run.finished.summary
    assert set(again) == set(kept) and again["answer"] == kept["answer"]
    for name in ("probability", "signed", "absolute", "input_only"):
        assert again[name] == pytest.approx(kept[name], abs=1e-4), "another processor may round differently"


def test_two_runs_are_compared(visit):
    visitor = check(visit(PAGE, tab="Compare", scene="do-you-trust-this-map"))
    other = saved("explain-tiny-randomise", method="randomise", ask="saliency", network="lifelong-progressive")
    check(visitor.run())
    check(visitor.multiselect(key="explain/compare/pick").set_value([other]).run())
    assert visitor.table
    faint = behind(visitor)
    assert any(other[-6:] in name for name in faint)
    table = compare.differences([runs.load("explain-do-you-trust-this-map").about, runs.load(other).about])
    rows = {row.split(" (")[0] for row in table[""]}
    assert {"Map", "Network", "Signed map"} <= rows and not {"Seed", "Digit", "Method"} & rows, rows


def test_runs_of_other_methods_are_compared(visit):
    visitor = check(visit(PAGE, tab="Compare"))
    check(
        visitor.multiselect(key="explain/compare/pick")
        .set_value(["explain-cat-occlusion", "explain-do-you-trust-this-map"])
        .run()
    )
    assert visitor.table and charts(visitor)


def test_every_scene_has_its_texts():
    text = lecture.read("explain")
    assert set(text.scenes) == {scene.slug for scene in SCENES}
    assert all(each.title and each.question for each in text.scenes.values())


def test_only_short_values_go_into_the_address():
    start = ExplainSettings()
    long, short = ("/9j/" + "A" * size for size in (knobs.LONGEST, 100))
    for text, there in ((long, False), (short, True)):
        settings = ExplainSettings(subject={"name": "upload", "upload": text})
        query = knobs.to_url(settings, start, scene="is-it-a-cat")
        assert query["subject"] == "upload" and ("upload" in query) == there
