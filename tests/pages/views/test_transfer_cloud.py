"""The transfer page's stage, cloud, border and card: each shows what the run measured, live, stopped or ended."""

import base64
import io
from functools import cache

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.data import digits
from core.events import Picture, Started
from core.nets import predict
from core.settings import build, flatten
from core.transfer import monitor
from core.transfer.analysis.cloud import few
from core.transfer.domains import domains
from core.transfer.pictures import REACH
from core.transfer.settings import Coloured, Scanned, TransferSettings
from pages.parts import rasters
from pages.parts.shown import Shown
from pages.views.transfer import stage
from pages.views.transfer.cloud import points
from pages.views.transfer.digits import tests as pictures_to_ask
from tests.pages.conftest import PAGES, charts, check, text_of

PAGE = PAGES["transfer"]
TINY = {
    "digits": {
        "target": "inverted",
        "method": "source",
        "steps": 50,
        "batch": 16,
        "seed": 6101,
        "granted": 2,
        "rare": 10,
    },
    "moons": {"target": "moons", "method": "source", "steps": 50, "batch": 16, "seed": 6102},
    "shares": {"target": "shares", "method": "bbse", "steps": 50, "batch": 16, "seed": 6103, "held": 4},
}


@cache
def made(name):
    """Settings and events of a real small run."""
    settings = build(TransferSettings, TINY[name])
    return settings, tuple(labs.of("transfer").train(settings))


def stored(name, state="finished", keep=None):
    """That run in this test's store; keep: how many of its events."""
    settings, log = made(name)
    run = runs.make(f"transfer-tiny-{name}-{state}", "transfer", flatten(settings), list(log[:keep]), 1.0, state)
    runs.save(run)
    return run


def to_look(name, looks):
    """How many events there are up to the end of so many looks."""
    ends = [i for i, e in enumerate(made(name)[1]) if isinstance(e, Picture) and e.name == "cloud"]
    return ends[looks - 1] + 1


def figure(visitor, key):
    return next(chart.figure for chart in charts(visitor) if chart.key == key)


def drawn(figure):
    """Every point of a figure, in no order, and how many have each shape."""
    layers = [trace for trace in figure["data"] if trace.get("mode") == "markers" and trace["x"]]
    points = np.concatenate([np.stack([layer["x"], layer["y"]], 1) for layer in layers])
    shapes = [layer["marker"]["symbol"] for layer in layers for _ in layer["x"]]
    return np.array(sorted(points.tolist())), {shape: shapes.count(shape) for shape in shapes}


def in_order(points):
    return np.array(sorted(np.asarray(points, float).tolist()))


def part_of_a_page():
    import importlib

    import streamlit as st

    from pages.parts import shown

    file, name = st.session_state["part"]
    part = getattr(importlib.import_module(f"pages.views.transfer.{file}"), name)
    part(shown.find(st.session_state["run"]))


def draw(part, name, state="finished", keep=None):
    """One part of the page (its file and its name), drawn for that run; and the run."""
    run = stored(name, state, keep)
    visitor = AppTest.from_function(part_of_a_page, default_timeout=60)
    visitor.session_state["part"], visitor.session_state["run"] = part, run.about.id
    return check(visitor.run()), run


def slider(visitor):
    return visitor.select_slider[0]


def colours(visitor):
    return next(group for group in visitor.get("segmented_control") if group.key == "cloud/by")


CLOUD, BORDER, STAGE, BESIDE = ("cloud", "draw"), ("border", "draw"), ("stage", "picture"), ("stage", "beside")


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("digits", {"stage/cloud", "stage/strip", "cloud/points"}),
        ("moons", {"stage/cloud", "stage/border", "border/plane"}),
    ],
)
def test_the_page_shows_all_of_it(visit, name, keys):
    visitor = visit(PAGE, run=stored(name).about.id)
    assert not visitor.exception and not visitor.error
    assert keys <= {chart.key for chart in charts(visitor)}


# ---- the cloud ----


def test_the_slider_shows_each_look_on_axes_that_stay():
    visitor, run = draw(CLOUD, "moons")
    way = np.array(run.pictures("way")[-1].array)
    last = figure(visitor, "cloud/points")
    np.testing.assert_allclose(drawn(last)[0], in_order(way[-1]))
    assert drawn(last)[1] == {"square": 200, "circle": 200}
    check(slider(visitor).set_value(0).run())
    first = figure(visitor, "cloud/points")
    np.testing.assert_allclose(drawn(first)[0], in_order(way[0]))
    assert all(first["layout"][name]["range"] == last["layout"][name]["range"] for name in ("xaxis", "yaxis"))
    assert len(slider(visitor).options) == len(way) and visitor.metric[-2].value == "0"
    steps, columns = run.history()
    assert visitor.metric[-1].value == f"{columns['target'][steps.index(0)]:.1f} %"


def test_by_class_every_class_has_a_colour_and_every_domain_a_shape():
    visitor, _ = draw(CLOUD, "digits")
    check(colours(visitor).set_value("class").run())
    figure_ = figure(visitor, "cloud/points")
    assert [layer["name"] for layer in figure_["data"] if layer["showlegend"]] == [
        "source",
        "target",
        *map(str, range(10)),
    ]
    assert drawn(figure_)[1] == {"square": 200, "circle": 200}
    hues = {}
    for layer in figure_["data"]:
        for text in layer["text"]:
            name, which = text.split(", ")
            assert layer["marker"]["symbol"] == {"source": "square", "target": "circle"}[name]
            hues.setdefault(which, set()).add(layer["marker"]["color"])
    assert len(hues) == 10 and all(len(found) == 1 for found in hues.values())
    assert len(set.union(*hues.values())) == 10


def test_tsne_is_computed_when_asked_for_and_says_what_it_does_not_show():
    visitor, _ = draw(CLOUD, "moons")
    assert "t-SNE arranges" not in text_of(visitor)
    check(colours(visitor).set_value("tsne").run())
    assert "Distances between far groups and the sizes of groups mean nothing" in text_of(visitor)
    found, shapes = drawn(figure(visitor, "cloud/points"))
    assert shapes == {"square": 200, "circle": 200} and np.isfinite(found).all()
    assert slider(visitor).disabled


def test_a_stopped_run_shows_its_live_clouds():
    visitor, run = draw(CLOUD, "moons", "stopped", to_look("moons", 4))
    clouds = [np.array(e.array) for e in run.pictures("cloud")]
    assert len(clouds) == 4 == len(slider(visitor).options)
    np.testing.assert_allclose(drawn(figure(visitor, "cloud/points"))[0], in_order(clouds[-1]))
    assert "axes chosen at the start" in figure(visitor, "cloud/points")["layout"]["xaxis"]["title"]["text"]
    assert "t-SNE at the end" not in colours(visitor).options


def test_a_new_run_keeps_the_look_where_it_has_it_and_the_end_stays_the_end():
    visitor, _ = draw(CLOUD, "moons")
    steps = [e.step for e in made("moons")[1] if isinstance(e, Picture) and e.name == "cloud"]
    stop = stored("moons", "stopped", to_look("moons", 4)).about.id

    def after(step, run_id):
        check(slider(visitor).set_value(step).run())
        visitor.session_state["run"] = run_id
        check(visitor.run())
        return slider(visitor).value

    assert after(steps[-1], stop) == steps[3], "the end of a shorter run"
    assert after(steps[1], "transfer-tiny-moons-finished") == steps[1]
    check(colours(visitor).set_value("class").run())
    assert after(steps[-2], stop) == steps[3] and colours(visitor).value == "class"


@pytest.mark.parametrize("state", ["stopped", "finished"])
def test_the_stage_shows_the_newest_cloud_and_of_an_ended_run_from_the_axes_of_the_end(state):
    visitor, run = draw(BESIDE, "moons", state, to_look("moons", 5) if state == "stopped" else None)
    name, when = ("cloud", "start") if state == "stopped" else ("way", "end")
    newest = np.array(run.pictures(name)[-1].array, float)
    newest = newest if state == "stopped" else newest[-1]
    found, keep = figure(visitor, "stage/cloud"), few(np.array(run.pictures("who")[0].array))
    points, shapes = drawn(found)
    np.testing.assert_allclose(points, in_order(newest[keep]))
    held = (
        newest[keep]
        if state == "finished"
        else np.concatenate([np.array(e.array, float)[keep] for e in run.pictures("cloud")])
    )
    for axis, values in (("xaxis", held[:, 0]), ("yaxis", held[:, 1])):
        low, high = found["layout"][axis]["range"]
        assert low < values.min() and high > values.max(), "live, of every cloud so far"
    assert shapes == {"square": 100, "circle": 100}
    assert f"axes chosen at the {when}" in found["layout"]["xaxis"]["title"]["text"]


def test_each_point_of_the_stage_carries_its_own_digit():
    visitor, run = draw(STAGE, "digits")
    pair, seen = domains(run.settings.target), set()
    tests = [monitor.every_class(data, monitor.EACH) for data in (pair.source, pair.target)]
    points = np.array(run.pictures("way")[-1].array, float)[-1]
    for layer in figure(visitor, "stage/cloud")["data"]:
        sheet = layer["meta"]["pictures"]
        picture, columns = picture_of(sheet["sheet"]), sheet["columns"]
        for place, text, x, y in zip(sheet["places"], layer["text"], layer["x"], layer["y"]):
            index = int(np.abs(points - [x, y]).sum(1).argmin())
            domain, number = divmod(index, monitor.SHOWN)
            assert text == f"{('source', 'target')[domain]}, {int(tests[domain].test_y[number])}"
            row, column = divmod(place, columns)
            found = picture[28 * row : 28 * row + 28, 28 * column : 28 * column + 28, 0] / 255
            assert np.abs(found - tests[domain].test_x[number, 0].numpy()).mean() < 0.04, (
                "packed with losses, yet the same digit"
            )
            seen.add(index)
    assert len(seen) == 200


@pytest.mark.parametrize("part", [CLOUD, BORDER])
def test_before_the_first_look_a_sentence_stands_there(part):
    visitor, _ = draw(part, "moons", "stopped", 1)
    assert not charts(visitor) and len(visitor.info) == 1


@pytest.mark.parametrize(
    ("part", "name", "keys"),
    [
        (STAGE, "digits", ["stage/cloud", "stage/strip"]),
        (STAGE, "moons", ["stage/border"]),
        (BESIDE, "moons", ["stage/cloud"]),
        (BESIDE, "shares", ["stage/shares"]),
    ],
)
def test_before_the_first_look_the_stage_has_its_figures_already(part, name, keys):
    visitor, _ = draw(part, name, "stopped", 1)
    assert [chart.key for chart in charts(visitor)] == keys


def test_beside_the_cloud_stand_the_class_shares_of_the_last_look():
    visitor, run = draw(BESIDE, "shares")
    true, answered, estimated = np.array(run.pictures("shares")[-1].array, float)
    bars = {trace["name"]: trace["y"] for trace in figure(visitor, "stage/shares")["data"]}
    np.testing.assert_allclose(bars["true (unknown)"], true, atol=1e-2)
    np.testing.assert_allclose(bars["answered"], answered, atol=1e-2)
    assert np.isfinite(run.about.summary["target"])
    assert ("estimated" in bars) == bool(np.isfinite(estimated).all()) and true[4:].sum() == 0
    assert not charts(draw(BESIDE, "digits")[0])


def test_the_strip_holds_only_the_classes_of_the_target():
    visitor, _ = draw(STAGE, "shares")
    words = figure(visitor, "stage/strip")["data"][-1]
    assert len([text for text in words["text"] if text.strip()]) == 4


def test_features_beyond_all_bounds_are_left_out():
    xy = np.array([[0, 0], [1, 2], [np.inf, 1], [np.nan, 3]])
    who = np.array([[0, 1, 0, 1], [0, 0, 1, 1]])
    assert len(drawn(points(xy, who, ([-1, 2], [-1, 3]), ("", "")))[0]) == 2


# ---- the border ----


def test_the_border_is_the_runs_own_and_follows_the_slider():
    visitor, run = draw(BORDER, "moons")
    first, last = (np.array(run.pictures("border")[i].array, float) for i in (0, -1))
    lines = []
    for step, values in ((50, last), (0, first)):
        check(slider(visitor).set_value(step).run())
        layer = next(each for each in figure(visitor, "border/plane")["data"] if each["name"] == "border")
        lines.append(layer)
        axis = np.linspace(-REACH, REACH, len(values))
        for x, y in [(a, b) for a, b in zip(layer["x"], layer["y"]) if b is not None][::7]:
            column, row = np.abs(axis - x).argmin(), np.abs(axis - y).argmin()
            near = values[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
            assert near.min() <= 0.5 <= near.max()
    assert lines[0] != lines[1] and "Before the first step" in text_of(visitor)


def test_domain_and_class_of_a_moon_are_told_by_the_shape_alone():
    visitor, run = draw(BORDER, "moons")
    who, points = (np.array(run.pictures(name)[0].array, float) for name in ("who", "points"))
    layers = {each["name"]: each for each in figure(visitor, "border/plane")["data"] if each.get("mode") == "markers"}
    assert len({layer["marker"]["symbol"] for layer in layers.values()}) == 4
    own = (who[0] == 1) & (who[1] == 0)
    np.testing.assert_allclose(np.stack([layers["target 0"]["x"], layers["target 0"]["y"]], 1), points[own])


def test_the_ground_has_at_each_place_its_value_from_the_paper_to_the_ink():
    rng, axis = np.random.default_rng(0), np.linspace(-1, 1, 9)
    values = rng.random((9, 9))
    ground = rasters.field(axis, axis, values)
    np.testing.assert_allclose(ground["z"], values, atol=1e-3)
    assert ground["x"] == ground["y"] == axis.tolist() and (ground["zmin"], ground["zmax"]) == (0, 1)
    assert [colour for _, colour in ground["colorscale"]] == ["var(--st-background-color)", "var(--st-text-color)"]


def test_a_run_of_digits_has_no_border_and_says_so():
    visitor, _ = draw(BORDER, "digits")
    assert "moons" in visitor.info[0].value and not charts(visitor)


# ---- the two domains ----


def picture_of(address):
    return np.array(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))


def strip(visitor):
    """The twenty pictures of the strip, 8-bit (H, W, 3), what is said of each on hover, and what stands below each."""
    sheet, spots, words = figure(visitor, "stage/strip")["data"]
    whole = picture_of(sheet["source"])
    found = [
        whole[round(y - 13.5) : round(y + 14.5), round(x - 13.5) : round(x + 14.5), :3]
        for x, y in zip(spots["x"], spots["y"])
    ]
    return found, spots["text"], words["text"]


def test_the_strip_holds_one_test_picture_of_each_class_and_what_the_network_says_to_it():
    visitor, run = draw(STAGE, "digits")
    pictures, texts, words = strip(visitor)
    pair = domains(run.settings.target)
    for place, image in enumerate(pictures):
        data = pair.source if place < 10 else pair.target
        own = (data.test_x[data.test_y == place % 10] * 255).round().byte().numpy()
        assert (own[:, 0] == image[..., 0]).all((1, 2)).any()
    places = [int((pair.target.test_y == which).nonzero()[0]) for which in range(10)]
    answers = predict(run.net("model"), pair.target.test_x[places]).argmax(1).tolist()
    assert words[:10] == [" "] * 10
    assert words[10:] == [str(answer) if answer == which else f"{answer} ✗" for which, answer in enumerate(answers)]
    assert texts[3] == "source, a 3" and texts[13] == f"target, a 3: the network says {answers[3]}"
    assert texts[17] == f"target, a 7, rare: 10 % of the training pictures: the network says {answers[7]}"
    rows = figure(visitor, "stage/strip")["layout"]["yaxis"]["ticktext"]
    assert "with labels" in rows[0] and "2 labels a class" in rows[1]


def test_before_the_run_ends_there_are_pictures_and_no_answers():
    pictures, _, words = strip(draw(STAGE, "digits", "stopped", 1)[0])
    assert len(pictures) == 20 and words == [" "] * 20


def test_explain_may_ask_about_both_domains():
    settings, log = made("digits")
    found = pictures_to_ask(Shown("x", settings, list(log), None, None))
    assert list(found) == ["Source", "Target"] and [each.shipped for each in found.values()] == [True, False]
    np.testing.assert_allclose(255 - found["Source"].pictures.astype(int), found["Target"].pictures, atol=1)
    np.testing.assert_array_equal(found["Target"].labels, digits.load().test_y.numpy())
    coloured = pictures_to_ask(Shown("x", TransferSettings(target=Coloured()), [], None, None))
    assert all(each.pictures.shape == (1000, 28, 28, 3) and not each.shipped for each in coloured.values())
    scanned = pictures_to_ask(Shown("x", TransferSettings(target=Scanned()), [], None, None))
    assert [each.shipped for each in scanned.values()] == [False, True]


def test_without_settings_mnist_stands_in_and_moons_are_no_pictures():
    unknown, moons = (
        Shown("x", settings, [Started(1, {})], None, None)
        for settings in (None, build(TransferSettings, TINY["moons"]))
    )
    (only,) = pictures_to_ask(unknown).values()
    assert only.shipped and not pictures_to_ask(moons)
    stage.picture(unknown)  # draws nothing
