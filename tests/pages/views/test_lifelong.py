"""Look inside on the life-long learning page: every view opens, answers, and shows what the run measured."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from core import labs, runs
from core.events import Metrics
from core.lifelong import pictures
from core.lifelong.analysis.landscape import measure
from core.lifelong.analysis.methods import guessing
from core.lifelong.settings import METRICS, SCENES, SHIPPED, LifelongSettings
from core.lifelong.tasks import stream as tasks_of
from core.settings import build, flatten, union_members
from pages.parts import figures, lecture, shown, verdict
from pages.views import lifelong
from pages.views.lifelong import matrix as stage
from pages.views.lifelong.landscape import HIGHEST
from tests.pages.conftest import charts, check, text_of

PAGE = "pages/lifelong_learning.py"
VIEWS = {
    "forgetting": ["forgetting/bars", "forgetting/gap"],
    "importance": ["held/omega1", "held/omega5", "held/moved"],
    "landscape": ["landscape/slice"],
    "methods": ["methods/curves"],
    "cost": ["cost/points"],
}


def view(visitor, name):
    choice = next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))
    return check(choice.set_value(name).run())


def figure(visitor, key):
    return next(chart.figure for chart in charts(visitor) if chart.key == key)


def test_every_view_of_a_scene_with_a_penalty_opens(visit):
    visitor = check(visit(PAGE, scene="ewc-against-forgetting"))
    for name in VIEWS:
        view(visitor, name)
        assert {"stage/matrix", *VIEWS[name]} <= {chart.key for chart in charts(visitor)}
        assert name not in ("forgetting", "methods", "cost") or "Guessing gets 10 % of a task right." in text_of(
            visitor
        )


@pytest.mark.parametrize("run_id", SHIPPED)
def test_what_each_method_keeps_can_be_seen_or_it_says_why_not(visit, run_id):
    visitor, method = check(visit(PAGE, run=run_id)), SHIPPED[run_id].method
    assert "nan" not in text_of(visitor).lower().split()
    for name in ("importance", "landscape") if method.name != "orders" else ("importance", "orders"):
        view(visitor, name)
        assert set(VIEWS.get(name, ["orders/last"])[:1]) <= {chart.key for chart in charts(visitor)} or visitor.info
        if name == "landscape" and method.name not in ("progressive", "packnet"):
            ties = hasattr(method, "lam") and method.name != "lwf"
            moved = [each.key for each in visitor.select_slider if each.key == "landscape/strength"]
            assert bool(moved) == ties and ("This method has no bowl" in text_of(visitor)) != ties


def test_no_other_number_has_the_colour_of_a_task():
    others = {figures.colour(metric.role) for name, metric in METRICS.items() if not name.startswith("task_")}
    assert len({figures.colour(METRICS[f"task_{i}"].role) for i in range(1, 11)} - others) == 10


@pytest.mark.parametrize(
    "flat, said",
    [
        ({}, "10"),
        ({"stream": "split"}, "50"),
        ({"incremental": "class"}, "2"),
        ({"stream": "split", "incremental": "task", "tasks": 3}, "25 to 33.3"),
    ],
)
def test_guessing_is_said_of_these_settings(flat, said):
    assert (
        verdict.words("lifelong", guessing(build(LifelongSettings, flat))) == f"Guessing gets {said} % of a task right."
    )


def test_every_method_has_a_shipped_run():
    shipped = {settings.method.name for settings in SHIPPED.values()}
    assert shipped == set(union_members(LifelongSettings.model_fields["method"]))


def test_the_matrix_is_the_runs_own(visit):
    run = runs.load("lifelong-forget-everything")
    drawn = figure(check(visit(PAGE, scene="forget-everything")), "stage/matrix")["data"][0]["z"]
    np.testing.assert_allclose(drawn, run.pictures("matrix")[-1].array)


def test_who_owns_the_weights_is_seen_on_the_stage_and_inside(visit):
    run = runs.load("lifelong-prune-and-pack")
    shares = run.pictures("owned")[-1].array
    visitor = view(check(visit(PAGE, scene="prune-and-pack")), "packing")
    for key in ("stage/owners", "packing/layers"):
        bars = {trace["name"]: trace["x"] for trace in figure(visitor, key)["data"]}
        assert list(bars) == [*(f"task {i}" for i in range(1, 6)), "free"]
        np.testing.assert_allclose(np.array(list(bars.values())).T, shares, rtol=1e-5)
    drawn = figure(visitor, "packing/pixels2")["data"][0]["z"]
    np.testing.assert_allclose(drawn, run.pictures("owned_pixels")[-1].array[1], rtol=1e-5)
    visitor = check(visit(PAGE, scene="replay"))
    assert "stage/owners" not in {chart.key for chart in charts(visitor)}


def test_dreams_are_on_the_stage_and_after_each_task_inside(visit):
    run = runs.load("lifelong-dream-replay")
    visitor = view(check(visit(PAGE, scene="dream-replay")), "dreaming")
    labels = [str(label) for label in run.pictures("dream_labels")[-1].array]
    assert (
        next(trace["text"] for trace in figure(visitor, "stage/dreams")["data"] if trace.get("mode") == "text")
        == labels
    )
    shown_ = [chart.key for chart in charts(visitor) if chart.key.startswith("dreaming/")]
    assert shown_ == [f"dreaming/{number}" for number in range(1, 6)]


def test_what_tasks_give_one_another_is_the_matrix(visit):
    run = runs.load("lifelong-does-it-help")
    matrix, untrained = run.pictures("matrix")[-1].array, run.pictures("untrained")[-1].array
    visitor = view(check(visit(PAGE, scene="does-it-help")), "transfer")
    for key in ("stage/transfer", "transfer/bars"):
        bars = [trace["y"] for trace in figure(visitor, key)["data"]]
        before = [untrained[0], *np.diag(matrix, 1)]
        np.testing.assert_allclose(bars, [untrained, before, np.diag(matrix), matrix[-1]])
    told = {metric.label: metric.value for metric in visitor.metric}
    assert told["Forward transfer"] == f"{run.about.summary['forward_transfer']:+.1f} points"
    assert len(figure(visitor, "transfer/starts")["data"]) == 5
    old = view(check(visit(PAGE, scene="forget-everything")), "transfer")  # a run of before this picture was kept
    assert "transfer/bars" in {chart.key for chart in charts(old)} and "stage/transfer" not in text_of(old)
    columns = view(check(visit(PAGE, run="lifelong-progressive")), "transfer")
    assert any("no outputs before it is trained" in info.value for info in columns.info)


def test_every_order_is_a_row_and_the_best_and_the_worst_have_frames(visit):
    run = runs.load("lifelong-which-order")
    found = run.pictures("ordered")[-1].array
    visitor = view(check(visit(PAGE, scene="which-order")), "orders")
    drawn = figure(visitor, "stage/orders")
    np.testing.assert_allclose(np.array(drawn["data"][0]["z"])[:, :3], found.mean(1), rtol=1e-5)
    means = found.mean((1, 2))
    np.testing.assert_allclose(np.array(drawn["data"][0]["z"])[:, 3], means, rtol=1e-5)
    assert [round(shape["y0"]) for shape in drawn["layout"]["shapes"]] == [means.argmax(), means.argmin()]
    assert drawn["layout"]["yaxis"]["ticktext"][1] == "1 → 3 → 2" and "45°" in drawn["layout"]["xaxis"]["ticktext"][1]
    assert figure(visitor, "stage/seeds")["data"] and "The order matters. " in text_of(visitor)
    views = next(g for g in visitor.get("segmented_control") if (g.key or "").startswith("inside/"))
    assert "What was forgotten" not in views.options and "Orders" in views.options


def test_moving_lambda_moves_the_minimum_towards_the_first_task(visit):
    visitor = view(check(visit(PAGE, scene="ewc-against-forgetting")), "landscape")
    slider = visitor.select_slider(key="landscape/strength")
    losses, places = [], []
    for value in (0.0, 20.0, 1_000_000.0):
        check(slider.set_value(value).run())
        slider = visitor.select_slider(key="landscape/strength")
        losses.append(float(next(m.value for m in visitor.metric if "Task 1" in m.label and "Loss" in m.label)))
        layers = {layer["name"]: layer for layer in figure(visitor, "landscape/slice")["data"]}
        places.append((layers["minimum"]["x"][0], layers["minimum"]["y"][0]))
    distances = [np.hypot(*place) for place in places]
    assert losses[0] >= losses[1] >= losses[2] and distances[0] >= distances[1] > distances[2]


def test_a_method_without_importance_has_no_bowl_and_says_so(visit):
    visitor = view(check(visit(PAGE, scene="forget-everything")), "landscape")
    assert "no bowl" in text_of(visitor)
    assert "bowl of the penalty" not in {layer["name"] for layer in figure(visitor, "landscape/slice")["data"]}


def test_chosen_methods_are_the_curves(visit):
    visitor = view(check(visit(PAGE)), "methods")
    pick = next(group for group in visitor.get("pills") if group.key == "lifelong/methods")
    check(pick.set_value(["lifelong-mas", "lifelong-joint"]).run())
    names = [layer["name"] for layer in figure(visitor, "methods/curves")["data"]]
    assert names == ["MAS, λ = 0.02", "Joint training"]
    check(pick.set_value([]).run())


def test_explain_holds_the_faithful_against_the_forgetful():
    current = shown.find("lifelong-ewc-against-forgetting")
    found = lifelong.networks(current)
    assert list(found) == ["After task 1", "After task 5", "After task 5, fine-tuned"]
    for run_id, model in found.values():
        assert model in runs.load(run_id).models
    assert len(lifelong.networks(shown.find("lifelong-class-incremental"))) == 2, "another stream has no such rival"


def test_a_method_that_does_not_fit_the_network_says_why(visit):
    visitor = check(visit(PAGE, tab="Explain"))
    check(visitor.get_by_key("lifelong/explain/method").set_value("Grad-CAM").run())
    assert any("convolution" in info.value for info in visitor.info)


def test_knobs_that_contradict_each_other_give_one_sentence_and_train_nothing(visit):
    visitor = check(visit(PAGE, stream="split"))
    visitor.get_by_key("lifelong/tasks").set_value(8).run()
    assert not visitor.exception and len(visitor.warning) == 1 and "one digit only" in visitor.warning[0].value
    assert visitor.button(key="lifelong/train").disabled, "the sentence stands beside it"
    check(visitor.get_by_key("lifelong/tasks").set_value(4).run())


def test_scenario_and_stream_are_said_in_words(visit):
    notes = lecture.read("lifelong").notes
    for scene in (SCENES[0], SCENES[3]):
        visitor = check(visit(PAGE, scene=scene.slug))
        tips = [each.help for each in visitor.caption]
        assert f"{notes[scene.settings.incremental]}\n\n{notes[scene.settings.stream]}" in tips


@pytest.mark.parametrize(
    ("flat", "looks"),
    [
        ({"stream": "split", "tasks": 5}, (28, 56)),
        ({"stream": "split", "tasks": 3}, (56, 56)),
        ({"stream": "rotated", "tasks": 4}, (28, 28)),
        ({}, (28, 28)),
    ],
)
def test_each_task_stands_at_the_sides_of_the_matrix_as_it_looks(flat, looks):
    settings = build(LifelongSettings, flat)
    drawn = stage.figure(shown.Shown("lifelong-x", settings, [], None, None))
    top, left = (trace for trace in drawn["data"] if trace["type"] == "image")
    tall, wide = looks
    step, tasks = round(wide / 0.9), tasks_of(settings)
    sheets = [np.array(Image.open(BytesIO(b64decode(trace["source"].split(",")[1])))) for trace in (top, left)]
    for i, task in enumerate(tasks):
        found = [sheets[0][:tall, step * i : step * i + wide], sheets[1][step * i : step * i + tall, :wide]]
        assert (found[0] == found[1]).all() and (found[0][..., 3] == 255).all()
        pictures = (255 * task.test_x[:, 0]).round().byte().numpy()
        for row, column in [(0, 0), (0, wide - 28), (tall - 28, 0)]:
            part = found[0][row : row + 28, column : column + 28, 0]
            assert (pictures == part).all((1, 2)).any(), "a test digit as this task sees it"
        for trace, place in (
            (top, top["x0"] + (step * i + (wide - 1) / 2) * top["dx"]),
            (left, left["y0"] + (step * i + (tall - 1) / 2) * left["dy"]),
        ):
            assert place == pytest.approx(i), trace


def test_the_row_of_the_task_that_is_learned_has_a_frame():
    matrix = np.full((3, 3), np.nan)
    matrix[0] = 90, 11, 12
    log = [Metrics(40, {"average": 90.0, "task_1": 90.0}), pictures.MATRIX.at(40, matrix)]
    current = shown.Shown("lifelong-x", LifelongSettings(tasks=3), log, None, None)
    assert "shapes" not in stage.figure(current)["layout"]
    log += [Metrics(41, {"average": 55.0, "task_1": 80.0, "task_2": 30.0}), Metrics(41, {"loss": 1.0})]
    (frame,) = stage.figure(current)["layout"]["shapes"]
    assert (frame["y0"], frame["y1"], frame["x1"]) == (0.5, 1.5, 1.5)


def test_the_landscape_can_be_turned(visit):
    visitor = view(check(visit(PAGE, scene="ewc-against-forgetting")), "landscape")
    check(visitor.toggle(key="landscape/solid").set_value(True).run())
    kinds = {trace["type"] for trace in figure(visitor, "landscape/solid-figure")["data"]}
    assert kinds == {"surface", "scatter3d"}
    check(next(g for g in visitor.get("segmented_control") if g.key == "landscape/height").set_value("sum").run())
    surface = figure(visitor, "landscape/solid-figure")["data"][0]
    assert np.array(surface["z"], float).max() <= HIGHEST and "penalty" in str(
        figure(visitor, "landscape/solid-figure")["layout"]
    )


@pytest.mark.parametrize(
    "flat",
    [
        {"stream": "split", "incremental": "domain", "tasks": 2},
        {"tasks": 2, "network": "medium", "method": "lwf"},
        {"stream": "rotated", "tasks": 2, "incremental": "task", "method": "progressive"},
    ],
)
def test_an_own_run_can_be_looked_into_from_every_side(visit, flat, monkeypatch):
    monkeypatch.setattr("core.lifelong.analysis.landscape.measure", lambda record: measure(record, 7))
    settings = build(LifelongSettings, flat | {"epochs": 1, "batch": 256, "seed": 4711})
    name = f"lifelong-tiny-{settings.method.name}"  # pages remember what they measured by the run's name
    run = runs.make(name, "lifelong", flatten(settings), list(labs.of("lifelong").train(settings)), 1.0, "finished")
    runs.save(run)
    visitor = visit(PAGE, run=name)
    assert not visitor.exception and not visitor.error
    for name in VIEWS:
        next(g for g in visitor.get("segmented_control") if (g.key or "").startswith("inside/")).set_value(name).run()
        assert not visitor.exception and not visitor.error
    for tab in ("Explain", "Take away", "Compare"):
        visitor.session_state["lifelong/tab"] = tab
        visitor.run()
        assert not visitor.exception and not visitor.error


def test_a_stopped_run_says_what_is_missing(visit):
    settings = LifelongSettings(tasks=2, epochs=1, seed=4712)
    log = list(labs.of("lifelong").train(settings))[:6]
    runs.save(runs.make("lifelong-stopped", "lifelong", flatten(settings), log, 1.0, "stopped"))
    visitor = check(visit(PAGE, run="lifelong-stopped"))
    for name in VIEWS:
        view(visitor, name)
