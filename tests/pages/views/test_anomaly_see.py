"""Look inside on the anomaly detection page: most normal and most odd, the bottleneck, the landscape of the plane."""

from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import count

import numpy as np
import pytest
from sklearn.metrics import jaccard_score, precision_score, recall_score
from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.anomaly import decide, detectors, monitor, trivial, worlds
from core.anomaly.detector import scores
from core.anomaly.settings import PCA, AnomalySettings
from core.events import Finished, Metrics
from core.settings import build, flatten
from pages.parts import chart, shown
from pages.views.anomaly import data
from tests.pages.conftest import charts, marks, text_of

PAGE = "pages/anomaly_detection.py"
NAMES = ("expects", "bottleneck", "blur", "damage", "panels", "patients")
expects, bottleneck, blur, damage, panels, patients = (  # the package calls views by the name of their file
    import_module(f"pages.views.anomaly.{name}") for name in NAMES
)
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
        patch.setattr(monitor, "LOOKS", 3)
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

    from pages.parts import shown

    for each in name.split():
        module, __, function = each.partition(".")
        getattr(import_module(f"pages.views.anomaly.{module}"), function or module)(shown.find(run_id))


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


def brute(settings, k=None, smooth=0.0):
    """Scores of held-out normals and of the test part by PCA as it is learned for a run."""
    method = PCA(components=k or settings.method.components, smooth=smooth)
    detector, world = detectors.learned(settings.model_copy(update={"method": method})), worlds.world(settings)
    return scores(detector, world.held_x).numpy(), scores(detector, world.test_x).numpy(), world.test_odd.numpy()


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


def test_a_view_of_something_else_says_so():
    assert "landscape shows" in view("expects", saved("plane-pca")).info[0].value


@pytest.mark.parametrize("name, views", [("dense", ("expects", "bottleneck")), ("plane", ("expects", "bottleneck"))])
def test_a_stopped_run_says_what_is_missing(name, views):
    current = saved(name, 9, "stopped")
    for each in views:
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
    odd = replace(
        current,
        events=[
            e if getattr(e, "name", "") not in ("test", "odd") else replace(e, array=e.array[:-1])
            for e in current.events
        ],
    )
    runs.save(runs.make("anomaly-tiny-older", "anomaly", current.run.about.settings, odd.events, 1.0, "finished"))
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
    found, visitor = data.final(current), view("expects", current)
    order, p = (
        np.argsort(-np.where(found.odd, found.test, -np.inf), kind="stable"),
        decide.p_values(found.test, found.held),
    )
    for rank, first in ((1, 0), (20, 16)):
        calm(visitor.get_by_key("expects/rank/odd").set_value(rank).run())
        gallery = figure(visitor, "expects/gallery")
        spots = next(trace for trace in gallery["data"] if "customdata" in trace)
        said = [f"score {data.number(found.test[i])}<br>p = {p[i]:.3f}" for i in order[first : first + expects.PAGE]]
        assert spots["customdata"] == list(range(first + 1, first + 1 + expects.PAGE)), "a click returns the rank"
        assert [text.partition("<br>")[2] for text in spots["text"]] == said
        (frame,) = gallery["layout"]["shapes"]
        assert (
            frame["x0"] < spots["x"][rank - 1 - first] < frame["x1"]
            and frame["y0"] < spots["y"][rank - 1 - first] < frame["y1"]
        )
        assert f"Score **{data.number(found.test[order[rank - 1]])}**" in text_of(visitor)


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
    assert data.number(value) == said


def test_the_blur_is_the_knob_of_the_same_detector():
    current = saved("pca")
    aurocs, where = blur.curve(current.id, current)
    assert where is None
    for pixels in (0.0, 1.0, 2.5):
        held, test, odd = brute(current.settings, smooth=pixels)
        assert aurocs[blur.BLURS.index(pixels)] == pytest.approx(100 * decide.auroc(test, odd), abs=1e-6)
        at = blur.at_blur(current.id, pixels, current)
        np.testing.assert_allclose(at.scores, test, rtol=1e-5)
        np.testing.assert_allclose(at.held, held, rtol=1e-5)
    assert aurocs[0] == pytest.approx(current.summary["auroc"])


@pytest.mark.parametrize("name", ["vae", "local"])
def test_at_its_own_blur_a_network_scores_as_its_run_did(name):
    current = saved(name)
    own = current.settings.method.smooth
    assert blur.curve(current.id, current)[0][blur.BLURS.index(own)] == pytest.approx(
        current.summary["auroc"], abs=0.01
    )
    np.testing.assert_allclose(blur.at_blur(current.id, own, current).scores, data.final(current).test, rtol=1e-4)


def test_the_slider_moves_the_mark_and_the_heat_map():
    current = saved("pca")
    visitor = view("expects", current)
    before = figure(visitor, "expects/error")["data"][0]["z"]
    calm(visitor.get_by_key("expects/blur").set_value(1.5).run())
    (line, rival), found = figure(visitor, "expects/blurs")["data"], marks(figure(visitor, "expects/blurs"))
    assert rival["y"][0] == pytest.approx(trivial.auroc(current.settings))
    np.testing.assert_allclose(line["y"], blur.curve(current.id, current)[0])
    assert found == {"1.5 px": 1.5}
    assert figure(visitor, "expects/error")["data"][0]["z"] != before
    assert f"**{line['y'][6]:.1f} %**, without {line['y'][0]:.1f} %" in text_of(visitor)


def test_the_blur_in_words():
    rising, falling = [90.0, 90, 92, *[93.0] * 10], [90.0, *[80.0] * 12]
    assert "The best is 0.75 px (**93.0 %**)" in blur.about_blur(rising, None, 0.0)
    assert "Hardly any other does better" in blur.about_blur(rising, None, 1.0)
    assert "no blur does better than none" in blur.about_blur(falling, None, 1.0)
    assert "80.0 instead of 90.0 % pixel by pixel" in blur.about_blur(rising, falling, 0.0)
    assert "pixel by pixel" not in blur.about_blur(rising, rising, 0.0)


def test_the_kinds_of_damage_take_turns():
    world, kinds = (
        worlds.world(events("damaged")[0]),
        worlds.damage_of(worlds.world(events("damaged")[0]), events("damaged")[0]),
    )
    assert ((kinds != "") == world.test_odd.numpy()).all() and set(kinds) == {"", "cut", "patch", "noise"}
    gone = np.array([float(x[0][mask].sum()) if mask.any() else 0.0 for x, mask in zip(world.test_x, world.masks)])
    assert (gone[kinds == "cut"] == 0).all() and (gone[kinds == "noise"] > 0).all(), (
        "where a stroke was cut no ink is left"
    )
    assert set(worlds.damage_of(worlds.world(events("cut")[0]), events("cut")[0])) == {"", "cut"}
    assert set(worlds.damage_of(worlds.world(events("pca")[0]), events("pca")[0])) == {""}


@pytest.mark.parametrize("name", ["damaged", "cut"])
def test_the_damage_is_found_as_brute_force_says(name):
    current = saved(name)
    visitor, world = view("expects", current), worlds.world(current.settings)
    odd, detector = world.test_odd, data.detector_of(current)
    error, heldout = (detector.error(x).flatten(1).numpy() for x in (world.test_x, world.held_x))
    truth, found = world.masks.flatten(1).numpy(), data.final(current)
    threshold = np.quantile(heldout, 0.95)
    place = np.argsort(-np.where(odd, found.test, -np.inf), kind="stable")[0]
    table = visitor.table[0].value
    for row, chosen in enumerate((np.array([place]), np.flatnonzero(odd))):
        marks, there = (error[chosen] >= threshold).ravel(), truth[chosen].ravel()
        wanted = [
            decide.auroc(error[chosen].ravel(), there),
            precision_score(there, marks),
            recall_score(there, marks),
            jaccard_score(there, marks),
        ]
        assert [float(table[column].iloc[row]) for column in table.columns[1:]] == pytest.approx(
            [100 * w for w in wanted], abs=0.06
        )
    assert blur.at_blur(current.id, 0.0, current).where == pytest.approx(current.summary["where"], abs=1e-6)
    for kind, (pixel, picture) in damage.by_kind(current.id, 0.0, current).items():
        own = worlds.damage_of(world, current.settings) == kind
        assert pixel == pytest.approx(100 * decide.auroc(error[own].ravel(), truth[own].ravel()))
        among = own | ~odd.numpy()
        assert picture == pytest.approx(100 * decide.auroc(found.test[among], odd.numpy()[among]))


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


def test_a_patient_is_odd_by_what_was_not_expected():
    current = saved("tumours")
    visitor, world, detector = view("expects", current), worlds.world(current.settings), data.detector_of(current)
    found = data.final(current)
    place = int(np.argmax(np.where(found.odd, found.test, -np.inf)))
    gap = (world.test_x - detector.expects(world.test_x))[place].numpy()
    assert visitor.table[0].value["Patient"].iloc[0] == str(place + 1)
    assert list(visitor.table[0].value["Truly"]) == ["malignant"] * patients.ROWS
    bars, most = figure(visitor, "expects/columns"), np.argsort(-np.abs(gap))[: patients.ROWS]
    assert bars["layout"]["yaxis"]["ticktext"] == [world.columns[i] for i in most]
    assert bars["data"][0]["x"] == pytest.approx(gap[most].tolist(), abs=1e-5)
    square = np.sort(gap**2)[::-1]
    assert f"**{100 * square[:3].sum() / square.sum():.0f} %** of the squared error" in text_of(visitor)


def test_the_edges_of_damage_are_drawn_and_nothing_else():
    mask = np.zeros((28, 28), bool)
    mask[10:14, 10:15] = True
    line = panels.edges("damage", mask, "#FF0000", 2)
    assert line["x"].count(None) == 2 * (4 + 5), "one piece for each side of a pixel at the edge"
    xs, ys = ([v for v in line[name] if v is not None] for name in "xy")
    assert (min(xs), max(xs), min(ys), max(ys)) == (9.5, 14.5, 9.5, 13.5)


# ---- the bottleneck ----


@pytest.mark.parametrize("name", ["pca", "damaged", "tumours", "plane-pca"])
def test_the_curve_of_pca_is_pca(name):
    settings = events(name)[0]
    found, world = bottleneck.pca_curve(name, settings), worlds.world(settings)
    most = {"pca": 300, "damaged": 300, "tumours": 29, "plane-pca": 1}[name]
    assert len(found.auroc) == len(found.held) == len(found.odd) == most
    middle = world.fit_x.mean(0)
    spread = [
        (x - middle).square().flatten(1).sum(1).mean().item() for x in (world.held_x, world.test_x[world.test_odd])
    ]
    np.testing.assert_allclose(found.spread, spread, rtol=1e-4)
    for k in {1, max(1, most // 5), max(1, most - most // 10)}:
        held, test, odd = brute(settings, k)
        assert found.auroc[k - 1] == pytest.approx(100 * decide.auroc(test, odd), abs=0.01)
        assert found.held[k - 1] == pytest.approx(100 * held.mean() / spread[0], rel=1e-3)
        assert found.odd[k - 1] == pytest.approx(100 * test[odd].mean() / spread[1], rel=1e-3)


def test_the_chosen_number_of_components_is_marked_said_and_shown():
    current = saved("pca")
    visitor, found = view("bottleneck", current), bottleneck.pca_curve("pca", events("pca")[0])
    for k in (30, 1):
        calm(visitor.get_by_key("bottleneck/k").set_value(k).run())
        layers = figure(visitor, "bottleneck/auroc")["data"]
        assert marks(figure(visitor, "bottleneck/auroc")) == {f"k = {k}": k} and layers[0]["y"][k - 1] == pytest.approx(
            found.auroc[k - 1]
        )
        assert [each["y"][0] for each in layers[1:3]] == pytest.approx([trivial.auroc(current.settings), 50], abs=1e-3)
        assert f"**PCA with k = {k}**: AUROC **{found.auroc[k - 1]:.1f} %**" in text_of(visitor)
    assert found.auroc[29] == pytest.approx(current.summary["auroc"], abs=0.01)
    inputs, expected = bottleneck.pca_pictures("pca", 30, current.settings)
    np.testing.assert_array_equal(inputs, current.last("inputs"))
    assert np.abs(expected.astype(int) - current.last("expects").astype(int)).max() <= 1


def test_stored_autoencoders_stand_at_the_size_of_their_code():
    current, local, dense = saved("pca"), saved("local"), saved("dense")
    visitor = view("bottleneck", current)
    layers = {layer["name"]: layer for layer in figure(visitor, "bottleneck/auroc")["data"]}
    assert layers["convolutions alone"]["x"] == [98.0], "60 numbers are two channels of 49"
    assert layers["convolutions alone"]["y"] == pytest.approx([local.summary["auroc"]])
    assert layers["network, dense code"]["x"] == [8.0] and "the run shown" not in layers
    lost = {layer["name"]: layer for layer in figure(visitor, "bottleneck/error")["data"]}
    spread = bottleneck.pca_curve("pca", current.settings).spread
    assert lost["network: anomalies"]["y"] == pytest.approx([100 * dense.summary["odd_score"] / spread[1]])
    assert lost["convolutions alone: normals"]["y"] == pytest.approx([100 * local.summary["held_score"] / spread[0]])
    choice = visitor.get_by_key("bottleneck/who")
    calm(choice.set_value(local.id).run())
    assert bottleneck.about_error(local.last("inputs")[:5], local.last("expects")[:5]) in text_of(visitor)


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
    with pytest.raises(runs.RunError):
        bottleneck.run_pictures(other.id)


def test_without_stored_autoencoders_the_page_says_which_knob_to_turn():
    assert "Choose the detector “Autoencoder”" in text_of(view("bottleneck", saved("tumours")))


@pytest.mark.parametrize(
    "settings, size",
    [
        ({"bottleneck": 32, "net": "dense"}, 32),
        ({"bottleneck": 32, "net": "local"}, 49),
        ({"bottleneck": 50, "net": "local"}, 98),
        ({"bottleneck": 1568, "net": "local"}, 1568),
        ({"bottleneck": 20, "net": "conv"}, 20),
    ],
)
def test_the_size_of_a_code(settings, size):
    assert bottleneck.code_size(settings) == size


def test_the_smallest_error_and_the_best_detector_in_words():
    curve = bottleneck.Curve(np.array([80.0, 90, 85]), np.array([50.0, 20, 5]), np.array([90.0, 60, 30]), (10.0, 20.0))
    copies = bottleneck.Network("a", "copy", 1568, "local", 50.0, 3.0, 4.0)
    good = bottleneck.Network("b", "good", 8, "dense", 91.0, 40.0, 80.0)
    blurred = replace(good, id="c", auroc=99.0, held=None, odd=None)
    assert "what copies everything copies anomalies" in bottleneck.about_networks([copies, good, blurred], curve)
    assert "not the best detector." in bottleneck.about_networks([replace(copies, odd=50.0), good], curve)
    assert "finds anomalies best as well" in bottleneck.about_networks([replace(copies, auroc=95.0), good], curve)
    assert "PCA reaches 90.0 % at its best, k = 2" in bottleneck.about_networks([good], curve)
    assert "no plain squared errors" in bottleneck.about_networks([blurred], curve)
    assert "Most is found with k = 2 (90.0 %)" in bottleneck.about_pca(
        curve, 1
    ) and "falls to 85.0 %" in bottleneck.about_pca(curve, 1)
