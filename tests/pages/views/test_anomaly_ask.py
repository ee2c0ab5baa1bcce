"""Detectors side by side, and the tab Explain of the anomaly detection page: what they say of one example, and why."""

import io
from functools import cache
from itertools import count

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.anomaly import datasets, decide, detectors, monitor, trivial
from core.anomaly.analysis import beside, maps, trust
from core.anomaly.analysis.rivals import Rival
from core.anomaly.detector import scores
from core.anomaly.settings import AnomalySettings
from core.data import faces, pictures
from core.events import Finished, Metrics
from core.settings import build, flatten
from core.verdict import verdict
from pages.parts import chart as pages_chart
from pages.parts import pad, shown
from pages.parts.verdict import listed, named, words
from pages.views.anomaly.names import titles
from tests.pages.conftest import charts, text_of

PAGE = "pages/anomaly_detection.py"
RUNS = {
    "pca": {},
    "dense": {"method": "autoencoder", "bottleneck": 8, "hidden": 16, "steps": 20},
    "svdd": {"method": "svdd", "steps": 20},
    "lof": {"method": "lof"},
    "several": {"normal": "012", "method": "confidence", "steps": 20},
    "damaged": {"data": "damaged", "normal": "27"},
    "faces": {"data": "faces", "method": "kmeans"},
    "tumours": {"data": "tumours", "components": 5},
    "tumours-forest": {"data": "tumours", "method": "forest", "trees": 10},
    "plane": {"data": "plane", "method": "kde"},
}
NAMES = count()


@cache
def events(name):
    """Settings and all events of a real training, which looks less often."""
    settings = build(AnomalySettings, {"seed": 4713} | RUNS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "EVALUATIONS", 3)
        return settings, tuple(labs.of("anomaly").train(settings))


def saved(name, keep=None, state="finished", **other):
    """A small real run in this test's store, with a name of its own. keep: how many of its events; other: other settings."""
    settings, log = events(name)
    run = runs.make(
        f"anomaly-ask-{name}-{next(NAMES)}", "anomaly", flatten(settings) | other, list(log[:keep]), 1.0, state
    )
    runs.save(run)
    return shown.of(run)


def drawn(name, run_id):
    """One view of a stored run, alone on a page."""
    from pages.parts import shown, views
    from pages.views import anomaly

    current = shown.find(run_id)
    if name == "why":
        anomaly.explain(current)
    else:
        views.draw(current, [view for view in views.of("anomaly") if view.name == name])


def view(name, current):
    return calm(AppTest.from_function(drawn, default_timeout=60, args=(name, current.id)).run())


def calm(visitor):
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error and not visitor.warning, [w.value for w in visitor.warning]
    return visitor


def at_once(settings):
    """Settings of every detector that needs no training, on the same data."""
    return [settings.model_copy(update={"method": method()}) for method in detectors.AT_ONCE]


def group(visitor, end):
    return next(each for each in visitor.get("segmented_control") if (each.key or "").endswith(end))


def way(visitor, name):
    return calm(group(visitor, "/way").set_value(name).run())


def box(visitor, end):
    return next(each for each in visitor.selectbox if each.key.endswith(end))


def rows(visitor):
    """Name → p in %, of the bars."""
    drawn = verdicts(visitor)
    return {
        name: float(text.partition(" %")[0])
        for name, text in zip(drawn["layout"]["yaxis"]["ticktext"], drawn["data"][0]["text"])
    }


def verdicts(visitor):
    return next(chart.figure for chart in charts(visitor) if chart.key == "beside/verdicts")


def images(visitor):
    return [image.alt for element in visitor.image for image in element.proto.imgs]


def a_file(pixels):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


# ---- every kind of run ----


@pytest.mark.parametrize("name", RUNS)
def test_both_views_open(name, visit):
    current = saved(name)
    visitor = view("beside", current)
    assert {chart.key for chart in charts(visitor)} >= {"beside/agreement"} and len(rows(visitor)) >= 9
    visitor = (
        view("why", current) if name != "several" else calm(visit(PAGE, run=current.id, tab="Explain"))
    )  # it links to other pages
    if name == "plane":
        assert "landscape" in visitor.info[0].value
    elif name.startswith("tumours"):
        assert "Half of all orange" in text_of(visitor)
    else:
        assert images(visitor) and any(alt.startswith("Why, ") for alt in images(visitor))


@pytest.mark.parametrize("keep", [2, 4, 8])
def test_a_stopped_run_says_what_is_missing(keep):
    current = saved("dense", keep, "stopped")
    for name in ("beside", "why"):
        assert view(name, current).info[0].value.endswith("let a run end.")


def test_a_run_that_diverged_says_what_is_missing():
    settings, log = events("dense")
    broken = [*log[:6], Metrics(3, {"loss": float("nan")}), Finished(3, {"diverged": True})]
    runs.save(runs.make("anomaly-ask-broken", "anomaly", flatten(settings), broken, 1.0, "finished"))
    for name in ("beside", "why"):
        assert view(name, shown.find("anomaly-ask-broken")).info


def test_the_page_opens_with_both(visit):
    current = saved("pca")
    visitor = calm(visit(PAGE, run=current.id, tab="Explain"))
    assert "Which pixels make the score high?" in text_of(visitor)
    visitor = calm(visit(PAGE, run=current.id, tab="Look inside"))
    choice = next(each for each in visitor.get("segmented_control") if (each.key or "").startswith("inside/"))
    calm(choice.set_value("beside").run())
    assert "beside/agreement" in {chart.key for chart in charts(visitor)}


# ---- how well ----


def test_the_table_is_sorted_and_says_what_chance_may_part():
    current = saved("pca")
    visitor = view("beside", current)
    table = visitor.table[0].value
    *auroc, rival = [float(cell.split(" ±")[0]) for cell in table["AUROC (%)"]]
    assert (
        rival == pytest.approx(trivial.auroc(current.settings), abs=0.051)
        and "Trivial rival" in table["Detector"].iloc[-1]
    )
    assert auroc[:-1] == sorted(auroc[:-1], reverse=True) and table["Detector"].iloc[-2].startswith("All together")
    settings, found = events("pca")[0], {}
    there = datasets.dataset_of(settings)
    for each in at_once(settings):
        detector = detectors.learned(each)
        calibration, test = (scores(detector, x).numpy() for x in (there.calibration_x, there.test_x))
        found[each.method.name] = (
            100 * decide.auroc(test, there.test_is_anomaly.numpy()),
            decide.p_values(test, calibration),
        )
    assert auroc[:-1] == pytest.approx(sorted((value for value, __ in found.values()), reverse=True), abs=0.051)
    together = 100 * decide.auroc(-np.mean([p for __, p in found.values()], 0), there.test_is_anomaly.numpy())
    assert auroc[-1] == pytest.approx(together, abs=0.051)
    assert "this run" in " ".join(
        table["Detector"]
    ) and f"**{table['Detector'].iloc[0].split(' · ')[1].split('*')[0]}" in text_of(visitor)


# ---- one example ----


def test_the_p_values_on_the_page_are_those_of_brute_force():
    current = saved("pca")
    visitor = view("beside", current)
    way(visitor, "class")
    calm(group(visitor, "/class").set_value("7").run())
    settings = events("pca")[0]
    there = datasets.dataset_of(settings)
    place = int(torch.nonzero(there.test_y == 7)[0])
    found, wanted = rows(visitor), []
    for each in at_once(settings):
        detector = detectors.learned(each)
        calibration, score = (
            scores(detector, there.calibration_x).tolist(),
            float(scores(detector, there.test_x)[place]),
        )
        wanted.append(100 * (1 + sum(h >= score for h in calibration)) / (len(calibration) + 1))
        title = AnomalySettings.model_fields["method"].json_schema_extra["names"][each.method.name]
        assert found[title] == pytest.approx(wanted[-1], abs=0.51 if wanted[-1] >= 9.95 else 0.051), title
    assert found["All together: 2 × mean p"] == pytest.approx(min(100, 2 * np.mean(wanted)), abs=0.51)
    raised = sum(p <= 10 for p in wanted)
    said = {0: "None of the 8", 8: "All 8"}.get(raised, f"{raised} of 8")
    assert f"**{said}**" in text_of(visitor) and "It is an anomaly" in text_of(visitor)


def test_a_stricter_promise_never_raises_more_alarms():
    visitor, loud = view("beside", saved("pca")), []
    for alpha in (50, 20, 5, 1):
        calm(visitor.slider(key="beside/alpha").set_value(alpha).run())
        drawn = verdicts(visitor)
        assert drawn["layout"]["shapes"][0]["x0"] == pytest.approx(-np.log10(alpha / 100))
        loud.append(sum("· alarm" in text for text in drawn["data"][0]["text"]))
        assert loud[-1] == sum(p <= alpha for p in rows(visitor).values())
    assert loud == sorted(loud, reverse=True)


def test_too_few_held_out_normals_cannot_raise_a_strict_alarm():
    visitor = view("beside", saved("faces"))
    assert not visitor.info
    calm(visitor.slider(key="beside/alpha").set_value(5).run())
    assert "allow more false alarms" in visitor.info[0].value
    assert "None of the 8" in text_of(visitor)


def test_a_click_on_what_is_disputed_asks_about_it(monkeypatch):
    visitor, clicked = view("beside", saved("pca")), {}
    disputed = next(chart.figure for chart in charts(visitor) if chart.key == "beside/disputed")
    first, third = (disputed["layout"]["xaxis"]["ticktext"][place].partition("<br>")[0] for place in (0, 2))
    assert f"This {first}: " in text_of(visitor) and len(disputed["layout"]["images"]) == len(
        disputed["data"][0]["z"][0]
    )
    monkeypatch.setattr(pages_chart, "picked", lambda state: clicked.get("now"))
    for x in (2, 99, "x"):  # nonsense changes nothing
        clicked["now"] = {"trace": "", "index": [0, 2], "x": x, "y": 0, "custom": None}
        assert f"This {third}: " in text_of(calm(visitor.run()))


def test_a_point_of_the_plane_is_asked_where_the_sliders_are():
    current = saved("plane")
    visitor = view("beside", current)
    before = rows(visitor)
    for name, value in (("x", 2.0), ("y", 2.0)):
        calm(visitor.slider(key=f"beside/{name}").set_value(value).run())
    found = rows(visitor)
    settings = events("plane")[0]
    detector, there = detectors.learned(settings), datasets.dataset_of(settings)
    p = decide.p_values(
        scores(detector, torch.tensor([[2.0, 2.0]])).numpy(), scores(detector, there.calibration_x).numpy()
    )
    assert found["Kernel density"] == pytest.approx(100 * p[0], abs=0.051) and found != before
    assert "the point (2.00, 2.00)" in text_of(visitor)


def test_a_patient_is_asked_by_number():
    visitor = way(view("beside", saved("tumours")), "number")
    calm(next(each for each in visitor.slider if each.key.endswith("/patient")).set_value(12).run())
    assert "Patient 12" in text_of(visitor) and "this patient" not in text_of(visitor)


# ---- what a visitor brings ----


@pytest.mark.parametrize("name", ["beside", "why"])
def test_a_drawing_gives_an_answer(name, monkeypatch):
    """The browser's part, the pad, hands over a PNG."""
    there = datasets.dataset_of(events("pca")[0])
    pixels = (255 * there.test_x[there.test_y == 2][3, 0]).byte().numpy().repeat(8, 0).repeat(8, 1)
    monkeypatch.setattr(pad, "draw", lambda key: a_file(pixels))
    current = saved("pca")
    visitor = way(view(name, current), "drawing")
    assert "Your drawing" in text_of(visitor)
    x = pictures.unpack_digit(pictures.digit_from(a_file(pixels)))
    detector = detectors.learned(events("pca")[0])
    score = float(scores(detector, x[None])[0])
    p = 100 * decide.p_values(np.array([score]), scores(detector, there.calibration_x).numpy())[0]
    if name == "beside":
        assert rows(visitor)["PCA reconstruction"] == pytest.approx(p, abs=0.51)
    else:
        assert f"Score {score:.4g}, p = {p / 100:.{0 if p >= 9.95 else 1}%}".replace("%", " %") in text_of(visitor)
        assert "Why, PCA reconstruction" in images(visitor)


@pytest.mark.parametrize("name", ["beside", "why"])
def test_an_empty_pad_waits(name):
    visitor = way(view(name, saved("pca")), "drawing")
    assert "Draw something" in text_of(visitor) and "as soon as there is" in visitor.info[0].value


def upload(visitor, content):
    visitor.file_uploader[0].set_value(("mine.png", content, "image/png"))
    return visitor.run()


@pytest.mark.parametrize("name", ["beside", "why"])
@pytest.mark.parametrize("run", ["pca", "faces"])
def test_a_bad_upload_gives_one_sentence(name, run):
    visitor = upload(way(view(name, saved(run)), "upload"), b"no picture at all")
    assert not visitor.exception and not visitor.error and len(visitor.warning) == 1
    assert "Lectern accepts PNG" in visitor.warning[0].value and "as soon as there is" in visitor.info[0].value


def test_an_uploaded_face_is_a_face():
    """One of the lab's own, enlarged as an upload would be, comes back as it was."""
    face = faces.load()[0][80]
    patch = (255 * face[0, 1:-1, 1:-1]).byte().numpy()
    visitor = calm(upload(way(view("beside", saved("faces")), "upload"), a_file(patch.repeat(10, 0).repeat(10, 1))))
    assert "Your picture" in text_of(visitor) and len(rows(visitor)) == 9


# ---- in words ----


def rival(name, method="pca", **chosen):
    about = runs.make(name, "anomaly", {"method": method} | chosen, [], 0.0, "finished").about
    return Rival(name, about, np.arange(9.0), np.arange(9.0), 1.0, lambda: None)


def test_a_detector_says_its_knobs_only_beside_another_of_its_method():
    those = [rival("a"), rival("b", components=7), rival("c", "lof", neighbours=3)]
    assert titles(those) == {
        "a": "PCA reconstruction",
        "b": "PCA reconstruction, k = 7",
        "c": "Local outlier factor",
    }


def test_a_list_of_names():
    assert listed(["A"]) == "A" and listed(["A", "B", "C"]) == "A, B and C"
    assert listed(list("ABCDEF")) == "A, B, C, D and 2 more"


@pytest.mark.parametrize(
    "raised, is_anomaly, said",
    [
        ("ABC", True, "**All 3** detectors raise the alarm at this 7. It is an anomaly: all are right."),
        ("", True, "**None of the 3** detectors raises the alarm at this 7. It is an anomaly: all are wrong."),
        (
            "A",
            False,
            "**1 of 3** detectors raise the alarm at this 7. The alarm comes only from A. It is normal: 2 of 3 are right.",
        ),
        ("AB", None, "**2 of 3** detectors raise the alarm at this 7. No alarm comes from C."),
    ],
)
def test_what_is_said_of_the_votes(raised, is_anomaly, said):
    found = beside.votes({each.lower(): 0.1 if each in raised else 0.9 for each in "ABC"}, 0.1, is_anomaly)
    assert words("anomaly", named(found, {"a": "A", "b": "B", "c": "C"}), example="this 7") == said


def test_a_negative_correlation_has_a_true_minus():
    found = [verdict("agreement-least", first="a", second="c", rho=-0.2)]
    assert words("anomaly", named(found, {"a": "A", "c": "C"})) == "Least alike: **A** and **C** (ρ = −0.20)."


# ---- why ----


@pytest.mark.parametrize(
    "name, gradients, expects",
    [("pca", True, True), ("dense", True, True), ("lof", False, False), ("svdd", True, False)],
)
def test_only_methods_that_fit_are_offered(name, gradients, expects):
    offered = set(box(view("why", saved(name)), "/method").options)
    assert (
        ("Saliency" in offered) is gradients and ("What was expected" in offered) is expects and "Occlusion" in offered
    )


def test_another_detector_stands_beside_the_run_shown():
    visitor = view("why", saved("pca"))
    maps_shown = [alt for alt in images(visitor) if alt.startswith("Why, ")]
    assert maps_shown == ["Why, PCA reconstruction", "Why, Nearest neighbours"]
    assert "**PCA reconstruction** (this run)" in text_of(visitor)


@pytest.mark.parametrize("method", [*maps.GRADIENTS, *maps.CHANGES])
def test_every_method_draws_a_map(method):
    visitor = view("why", saved("pca"))
    calm(box(visitor, "/method").set_value(method).run())
    assert "passes through the detector" in text_of(visitor) and "Why, PCA reconstruction" in images(visitor)
    assert "the network" not in text_of(visitor) and "the logit" not in text_of(visitor)


def test_every_method_is_judged_on_damaged_digits(monkeypatch):
    monkeypatch.setattr(trust, "MANY", 2)
    visitor = view("why", saved("damaged"))
    assert "Damage found: **" in text_of(visitor)
    calm(visitor.toggle[0].set_value(True).run())
    table = visitor.table[0].value
    assert list(table["Method"]) == [
        "Squared difference",
        "Saliency",
        "Input × gradient",
        "Integrated gradients",
        "Occlusion",
        "LIME",
    ]
    said = text_of(visitor)
    assert "which one is best cannot be told" in said and "Lowest: **" in said, "of two pictures nothing can be told"


def test_a_digit_classifier_among_the_detectors_can_be_asked_as_everywhere(visit):
    visitor = calm(visit(PAGE, run=saved("several").id, tab="Explain"))
    assert "The classifier itself" in [each.value for each in visitor.subheader]
    assert box(visitor, "anomaly/explain/method").value == "integrated_gradients"
    assert not view("why", saved("pca")).subheader


def test_a_run_that_kept_no_network_says_so():
    settings, log = events("dense")
    bare = [*log[:-1], Finished(20, log[-1].summary, {})]
    runs.save(runs.make("anomaly-ask-bare", "anomaly", flatten(settings), bare, 1.0, "finished"))
    current = shown.find("anomaly-ask-bare")
    assert "train it once more" in view("why", current).info[0].value
    visitor = way(view("beside", current), "class")
    assert len(rows(visitor)) == 10, "its scores are there"


# ---- a table ----


@pytest.mark.parametrize(
    "name, wanted",
    [("tumours", ["What was expected", "Integrated gradients"]), ("tumours-forest", ["Feature ablation"])],
)
def test_the_columns_of_a_patient(name, wanted):
    visitor = view("why", saved(name))
    offered = box(visitor, "/method").options
    assert offered[: len(wanted)] == wanted and offered[-1] == "LIME"
    for method in ("feature_ablation", "kernel_shap", "lime"):
        calm(box(visitor, "/method").set_value(method).run())
        drawn = next(chart.figure for chart in charts(visitor) if chart.key == "why/columns")
        assert drawn["layout"]["xaxis"]["title"]["text"] == "standard deviations of held-out scores"
