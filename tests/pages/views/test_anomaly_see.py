"""Look inside on the anomaly detection page: most normal and most odd, and the bottleneck."""

from dataclasses import replace
from functools import cache
from itertools import count

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.anomaly import decide, monitor, trivial
from core.anomaly.analysis import blur, bottleneck, damage
from core.anomaly.analysis.patients import patient
from core.anomaly.analysis.scores import final
from core.anomaly.settings import AnomalySettings
from core.events import Finished, Metrics
from core.settings import build, flatten
from pages.parts import chart, shown, verdict
from pages.views.anomaly import expects, names, order, panels
from tests.pages.conftest import charts, marks, text_of

PAGE = "pages/anomaly_detection.py"
RUNS = {
    "pca": {},
    "dense": {"method": "autoencoder", "bottleneck": 8, "hidden": 16, "steps": 20},
    "local": {"method": "autoencoder", "net": "local", "bottleneck": 60, "steps": 20},
    "vae": {"method": "vae", "judge": "elbo", "smooth": 1.0, "hidden": 16, "steps": 20},
    "knn": {"method": "knn"},
    "lof": {"method": "lof"},
    "damaged": {"data": "damaged", "normal": "27"},
    "cut": {"data": "damaged", "normal": "27", "damage": "cut", "method": "kmeans", "centres": 2},
    "faces": {"data": "faces", "method": "svdd", "steps": 20},
    "tumours": {"data": "tumours", "components": 5},
    "tumours-mixture": {"data": "tumours", "method": "mixture"},
    "plane": {"data": "plane", "method": "confidence", "steps": 40},
    "plane-pca": {"data": "plane"},
}
NAMES = count()


@cache
def events(name):
    """Settings and all events of a real training, which looks less often."""
    settings = build(AnomalySettings, {"seed": 4711} | RUNS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "EVALUATIONS", 3)
        return settings, tuple(labs.of("anomaly").train(settings))


def saved(name, keep=None, state="finished", **other):
    """A small real run in this test's store. keep: how many of its events; other: settings it shall have instead.

    Each has a name of its own: pages remember what they measured by the name.
    """
    settings, log = events(name)
    run = runs.make(
        f"anomaly-tiny-{name}-{next(NAMES)}", "anomaly", flatten(settings) | other, list(log[:keep]), 1.0, state
    )
    runs.save(run)
    return shown.of(run)


def drawn(name, run_id):
    """One view of a stored run, alone on a page."""
    from importlib import import_module

    from pages.parts import shown, views

    views.draw(shown.find(run_id), (import_module(f"pages.views.anomaly.{name}").draw,))


def view(name, current):
    return calm(AppTest.from_function(drawn, default_timeout=60, args=(name, current.id)).run())


def calm(visitor):
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error and not visitor.warning
    return visitor


def keys(visitor):
    return {chart.key for chart in charts(visitor)}


def figure(visitor, key):
    return next(chart.figure for chart in charts(visitor) if chart.key == key)


# ---- every view of every kind of run ----


@pytest.mark.parametrize(
    "name, charted",
    [
        ("pca", {"expects/blurs"}),
        ("local", {"expects/blurs"}),
        ("vae", {"expects/blurs"}),
        ("knn", set()),
        ("lof", set()),
        ("faces", set()),
        ("damaged", {"expects/blurs", "expects/kinds"}),
        ("cut", set()),
        ("tumours", set()),
        ("tumours-mixture", set()),
    ],
)
def test_every_end_of_the_order_opens(name, charted):
    current = saved(name)
    visitor = view("expects", current)
    idea, four = (
        name not in ("lof", "faces"),
        {f"expects/{part}" for part in ("picture", "expected", "difference", "error")},
    )
    charted = charted | (
        {"expects/columns"}
        if name.startswith("tumours")
        else {"expects/gallery"} | (four if idea else {"expects/alone"})
    )
    assert keys(visitor) == charted and not visitor.get("html")
    asks = any("has no idea of its own" in info.value for info in visitor.info)
    assert asks == (name in ("lof", "faces", "tumours-mixture"))
    for group in ("normal", "alarms", "missed"):
        calm(visitor.get_by_key("expects/group").set_value(group).run())
        assert keys(visitor) == charted


@pytest.mark.parametrize("name", ["pca", "local", "vae", "damaged", "faces", "tumours", "plane-pca"])
def test_the_bottleneck_opens_in_every_world(name):
    visitor = view("bottleneck", saved(name))
    rebuilt = set() if name in ("tumours", "plane-pca") else {"bottleneck/pictures"}
    assert keys(visitor) == {"bottleneck/auroc", "bottleneck/error"} | rebuilt, "only pictures can be shown rebuilt"
    assert ("k = 1 is all that there is" in text_of(visitor)) == (name == "plane-pca")


def test_points_of_the_plane_are_no_pictures_to_look_at():
    assert not expects.draw.fits(saved("plane-pca")) and expects.draw.fits(saved("tumours"))


@pytest.mark.parametrize("name", ["dense", "plane"])
def test_a_stopped_run_says_what_is_missing(name):
    current = saved(name, 9, "stopped")
    for each in ("expects", "bottleneck"):
        visitor = view(each, current)
        assert "let a run end" in visitor.info[0].value and not keys(visitor)


def test_a_run_that_diverged_has_no_scores():
    settings, log = events("dense")
    broken = [*log[:8], Metrics(9, {"auroc": float("nan")}), Finished(9, {"diverged": True})]
    runs.save(runs.make("anomaly-tiny-broken", "anomaly", flatten(settings), broken, 1.0, "finished"))
    for each in ("expects", "bottleneck"):
        assert "let a run end" in view(each, shown.find("anomaly-tiny-broken")).info[0].value


def test_a_run_on_other_test_examples_says_so():
    current = saved("pca", normal="7")
    is_anomaly = replace(
        current,
        events=[
            e if getattr(e, "name", "") not in ("test", "odd") else replace(e, array=e.array[:-1])
            for e in current.events
        ],
    )
    runs.save(
        runs.make("anomaly-tiny-older", "anomaly", current.run.about.settings, is_anomaly.events, 1.0, "finished")
    )
    assert "other test examples" in view("expects", shown.find("anomaly-tiny-older")).info[0].value


def test_the_views_open_on_the_page(visit):
    visitor = calm(visit(PAGE, run=saved("local").id, tab="Look inside"))
    choice = next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))
    for name, key in (("expects", "expects/blurs"), ("bottleneck", "bottleneck/auroc")):
        choice = next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))
        calm(choice.set_value(name).run())
        assert key in keys(visitor)


# ---- most normal, most odd ----


def test_the_gallery_turns_its_page_with_the_rank():
    current = saved("pca")
    found, visitor = final(current), view("expects", current)
    order = np.argsort(-np.where(found.is_anomaly, found.test, -np.inf), kind="stable")
    p = decide.p_values(found.test, found.calibration)
    for rank, first in ((1, 0), (20, 16)):
        calm(visitor.get_by_key("expects/rank/odd").set_value(rank).run())
        gallery = figure(visitor, "expects/gallery")
        spots = next(trace for trace in gallery["data"] if "customdata" in trace)
        said = [f"score {names.number(found.test[i])}<br>p = {p[i]:.3f}" for i in order[first : first + expects.PAGE]]
        assert spots["customdata"] == list(range(first + 1, first + 1 + expects.PAGE)), "a click returns the rank"
        assert [text.partition("<br>")[2] for text in spots["text"]] == said
        (frame,) = gallery["layout"]["shapes"]
        assert (
            frame["x0"] < spots["x"][rank - 1 - first] < frame["x1"]
            and frame["y0"] < spots["y"][rank - 1 - first] < frame["y1"]
        )
        assert f"Score **{names.number(found.test[order[rank - 1]])}**" in text_of(visitor)


def test_a_click_into_the_gallery_chooses_the_example(monkeypatch):
    visitor, clicked = view("expects", saved("pca")), {}
    monkeypatch.setattr(chart, "picked", lambda state: clicked.get("now"))
    for custom in (7, "x", 10_000, 0, None):  # nonsense changes nothing
        clicked["now"] = {"trace": "", "index": 0, "x": 0, "y": 0, "custom": custom}
        assert calm(visitor.run()).get_by_key("expects/rank/odd").value == 7


@pytest.mark.parametrize(
    "value, said", [(0.01234, "0.0123"), (-5.5, "−5.5"), (999.4, "999"), (1487.2, "1,487"), (3e38, "3e+38")]
)
def test_a_score_in_three_digits(value, said):
    assert names.number(value) == said


def test_the_slider_moves_the_mark_and_the_heat_map():
    current = saved("pca")
    visitor = view("expects", current)
    before = figure(visitor, "expects/error")["data"][0]["z"]
    calm(visitor.get_by_key("expects/blur").set_value(1.5).run())
    (line, rival), found = figure(visitor, "expects/blurs")["data"], marks(figure(visitor, "expects/blurs"))
    assert rival["y"][0] == pytest.approx(trivial.auroc(current.settings))
    np.testing.assert_allclose(line["y"], blur.blurs(current).auroc)
    assert found == {"1.5 px": 1.5}
    assert figure(visitor, "expects/error")["data"][0]["z"] != before
    assert f"**{line['y'][6]:.1f} %**, without {line['y'][0]:.1f} %" in text_of(visitor)


def test_the_table_holds_this_picture_all_and_the_map_that_never_looks():
    current = saved("damaged")
    visitor, found = view("expects", current), final(current)
    place = int(np.argmax(np.where(found.is_anomaly, found.test, -np.inf)))
    wanted = damage.damage(current, blur.at_blur(current, 0.0), place, 0.0, 5.0)
    table = visitor.table[0].value
    for row, each in enumerate((wanted.picture, wanted.every)):
        cells = [float(table[column].iloc[row]) for column in table.columns[1:]]
        assert cells == pytest.approx([each.auroc, each.precision, each.recall, each.overlap], abs=0.051)
    assert list(table.iloc[2, 1:]) == [f"{wanted.mean.auroc:.1f}", "–", "–", "–"]
    kinds = damage.by_kind(current, 0.0)
    picture, pixel = figure(visitor, "expects/kinds")["data"][:2]
    assert picture["y"] == pytest.approx([each.picture for each in kinds.values()])
    assert pixel["y"] == pytest.approx([each.pixel for each in kinds.values()])
    names = {"cut": "stroke cut", "patch": "patch pasted", "noise": "noise"}
    said = damage.about_kinds(kinds)
    assert verdict.words("anomaly", verdict.named(said, names)) in text_of(visitor)


def test_more_pixels_may_be_marked_and_more_are_found():
    current = saved("damaged")
    visitor, recalls = view("expects", current), []
    for share in blur.MARKED:
        calm(visitor.get_by_key("expects/marked").set_value(share).run())
        recalls.append(float(visitor.table[0].value.iloc[1, 3]))
    assert recalls == sorted(recalls) and recalls[0] < recalls[-1]


def test_of_an_undamaged_picture_every_mark_is_a_false_alarm():
    current = saved("damaged")
    visitor = calm(view("expects", current).get_by_key("expects/group").set_value("alarms").run())
    assert "is not damaged" in text_of(visitor) and len(visitor.table[0].value) == 2
    assert visitor.table[0].value.iloc[1, 1] == f"{trivial.where(current.settings):.1f}", (
        "what a map reaches that never looks"
    )


def test_the_oddest_patient_comes_first_with_the_columns_that_are_odd():
    current = saved("tumours")
    visitor, found = view("expects", current), final(current)
    place = int(np.argmax(np.where(found.is_anomaly, found.test, -np.inf)))
    wanted, table = patient(current, place, order.ROWS), visitor.table[0].value
    assert table["Patient"].iloc[0] == str(place + 1) and list(table["Truly"]) == ["malignant"] * order.ROWS
    bars = figure(visitor, "expects/columns")
    assert bars["layout"]["yaxis"]["ticktext"] == list(wanted.columns)
    assert bars["data"][0]["x"] == pytest.approx(list(wanted.columns.values()))
    assert f"**{wanted.about.numbers['share']:.0f} %** of the squared error" in text_of(visitor)


def test_the_edges_of_damage_are_drawn_and_nothing_else():
    mask = np.zeros((28, 28), bool)
    mask[10:14, 10:15] = True
    line = panels.edges("damage", mask, "#FF0000", 2)
    assert line["x"].count(None) == 2 * (4 + 5), "one piece for each side of a pixel at the edge"
    xs, ys = ([v for v in line[name] if v is not None] for name in "xy")
    assert (min(xs), max(xs), min(ys), max(ys)) == (9.5, 14.5, 9.5, 13.5)


# ---- the bottleneck ----


def test_the_chosen_number_of_components_is_marked_said_and_shown():
    current = saved("pca")
    visitor, found = view("bottleneck", current), bottleneck.pca_curve(current)
    for k in (30, 1):
        calm(visitor.get_by_key("bottleneck/k").set_value(k).run())
        layers = figure(visitor, "bottleneck/auroc")["data"]
        assert marks(figure(visitor, "bottleneck/auroc")) == {f"k = {k}": k} and layers[0]["y"][k - 1] == pytest.approx(
            found.auroc[k - 1]
        )
        assert [each["y"][0] for each in layers[1:3]] == pytest.approx([trivial.auroc(current.settings), 50], abs=1e-3)
        assert f"**PCA with k = {k}**: AUROC **{found.auroc[k - 1]:.1f} %**" in text_of(visitor)
    assert found.auroc[29] == pytest.approx(current.summary["auroc"], abs=0.01)


def test_stored_autoencoders_stand_at_the_size_of_their_code():
    current, local, dense = saved("pca"), saved("local"), saved("dense")
    visitor = view("bottleneck", current)
    layers = {layer["name"]: layer for layer in figure(visitor, "bottleneck/auroc")["data"]}
    assert layers["convolutions alone"]["x"] == [98.0], "60 numbers are two channels of 49"
    assert layers["convolutions alone"]["y"] == pytest.approx([local.summary["auroc"]])
    assert layers["network, dense code"]["x"] == [8.0] and "the run shown" not in layers
    lost = {layer["name"]: layer for layer in figure(visitor, "bottleneck/error")["data"]}
    spread = bottleneck.pca_curve(current).spread
    assert lost["network: anomalies"]["y"] == pytest.approx([100 * dense.summary["odd_score"] / spread[1]])
    assert lost["convolutions alone: normals"]["y"] == pytest.approx([100 * local.summary["held_score"] / spread[0]])
    choice = visitor.get_by_key("bottleneck/who")
    calm(choice.set_value(local.id).run())
    assert verdict.words("anomaly", bottleneck.by_run(local.id).about) in text_of(visitor)


def test_the_run_shown_has_a_mark_of_its_own_and_a_deleted_one_is_offered_no_more(own_store):
    current, other = saved("local"), saved("dense")
    visitor = view("bottleneck", current)
    layers = {layer["name"]: layer for layer in figure(visitor, "bottleneck/auroc")["data"]}
    assert layers["the run shown"]["x"] == [98.0] and "convolutions alone" not in layers
    assert visitor.get_by_key("bottleneck/who").value == current.id
    next(own_store.glob(f"{other.id}*")).unlink()
    visitor.get_by_key("bottleneck/who").set_value(other.id)
    calm(visitor.run())
    assert not any("d = 8" in name for name in visitor.get_by_key("bottleneck/who").options)


def test_without_stored_autoencoders_the_page_says_which_knob_to_turn():
    assert "Choose the detector “Autoencoder”" in text_of(view("bottleneck", saved("tumours")))
