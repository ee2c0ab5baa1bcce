"""Detectors side by side, and the tab Explain of the anomaly detection page: what they say of one example, and why."""

import io
import json
import re
from functools import cache
from importlib import import_module
from itertools import count

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import spearmanr
from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.anomaly import decide, detectors, monitor, trivial, worlds
from core.anomaly.detector import scores
from core.anomaly.settings import AnomalySettings
from core.data import faces, pictures
from core.events import Finished, Metrics
from core.settings import build, flatten
from pages.parts import chart as pages_chart
from pages.parts import pad, shown
from pages.views.anomaly import data
from tests.pages.conftest import charts, text_of

PAGE = "pages/anomaly_detection.py"
beside, why, why_table, rivals, example, maps = (  # in the package some of these names are those of functions
    import_module(f"pages.views.anomaly.{name}") for name in ("beside", "why", "why_table", "rivals", "example", "maps")
)
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
        patch.setattr(monitor, "LOOKS", 3)
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
    from importlib import import_module

    from pages.parts import shown

    getattr(import_module(f"pages.views.anomaly.{name}"), name)(shown.find(run_id))


def view(name, current):
    return calm(AppTest.from_function(drawn, default_timeout=60, args=(name, current.id)).run())


def calm(visitor):
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error and not visitor.warning, [w.value for w in visitor.warning]
    return visitor


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


# ---- who is held against whom ----


def test_all_in_the_same_world_and_all_that_is_learned_at_once():
    current, other = saved("pca"), saved("dense")
    elsewhere = [saved("faces").id, saved("pca", seed=99).id, saved("pca", contamination=5).id]
    found = rivals.names(current)
    assert list(found)[:2] == [current.id, other.id] and not set(elsewhere) & set(found)
    fitted = [json.loads(each)["method"] for each in found if each.startswith("{")]
    assert fitted == ["kmeans", "knn", "lof", "forest", "ocsvm", "mixture", "kde"], (
        "PCA with these very settings is stored"
    )
    assert list(rivals.names(other))[:2] == [other.id, current.id], "the run shown comes first"


def test_one_of_each_method_with_the_fewest_changed_knobs():
    plain, knobs = saved("lof"), saved("lof", neighbours=7)
    current = saved("pca")
    chosen = rivals.one_of_each(rivals.names(current), current, 20)
    assert chosen[0] == current.id and plain.id in chosen and knobs.id not in chosen
    assert knobs.id in rivals.one_of_each(rivals.names(knobs), knobs, 20), "the run shown is always among them"


def test_a_run_that_was_deleted_is_left_out():
    current, gone = saved("pca"), saved("dense")
    runs.path_of(gone.id).unlink()
    assert [each.id for each in rivals.rivals(current, [current.id, gone.id])] == [current.id]


def test_a_detector_learned_on_the_page_has_the_scores_of_its_run():
    stored = saved("lof")
    settings = events("lof")[0]
    fitted = rivals._fitted(rivals._text(flatten(settings)))
    np.testing.assert_allclose(fitted.test, data.final(stored).test, atol=1e-5)
    np.testing.assert_allclose(fitted.held, data.final(stored).held, atol=1e-5)
    assert fitted.seconds > 0


def test_every_method_has_a_family_and_a_short_name():
    known = {each["method"] for each in (json.loads(i) for i in rivals.names(saved("pca")) if i.startswith("{"))}
    assert known < set(rivals.FAMILIES) and set(rivals.LECTURE) < set(rivals.FAMILIES)
    assert all(beside.short(method) for method in rivals.FAMILIES)


# ---- how well ----


def test_the_placements_average_to_the_auroc_and_their_spread_is_delongs():
    rng = np.random.default_rng(0)
    odd = rng.random(120) < 0.4
    a, b = (np.round(rng.normal(size=120) + odd, 1) for _ in range(2))  # rounded: with ties
    below = np.array([[np.mean((x > y) + (x == y) / 2) for y in [a[~odd]]] for x in a[odd]]).ravel()
    first, second = decide.placements(a, odd), decide.placements(b, odd)
    np.testing.assert_allclose(first[0], below)
    assert first[0].mean() == pytest.approx(decide.auroc(a, odd)) == pytest.approx(first[1].mean())
    draws = []
    for _ in range(1500):
        i = np.concatenate([rng.choice(np.flatnonzero(part), part.sum()) for part in (odd, ~odd)])
        draws.append((decide.auroc(a[i], odd[i]), decide.auroc(b[i], odd[i])))
    one, other = np.array(draws).T
    assert decide.error_of(first) == pytest.approx(one.std(), rel=0.1)
    assert decide.error_of(first, second) == pytest.approx((one - other).std(), rel=0.1)
    assert decide.error_of(first, first) == 0


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
    there = worlds.world(settings)
    for each in data.at_once(settings):
        detector = detectors.learned(each)
        held, test = (scores(detector, x).numpy() for x in (there.held_x, there.test_x))
        found[each.method.name] = 100 * decide.auroc(test, there.test_odd.numpy()), decide.p_values(test, held)
    assert auroc[:-1] == pytest.approx(sorted((value for value, __ in found.values()), reverse=True), abs=0.051)
    together = 100 * decide.auroc(-np.mean([p for __, p in found.values()], 0), there.test_odd.numpy())
    assert auroc[-1] == pytest.approx(together, abs=0.051)
    assert "this run" in " ".join(
        table["Detector"]
    ) and f"**{table['Detector'].iloc[0].split(' · ')[1].split('*')[0]}" in text_of(visitor)


def rival(name, test, held=None, method="pca"):
    return rivals.Rival(
        name, method, name, np.arange(100.0) if held is None else held, np.asarray(test, float), 1.0, lambda: None
    )


def test_a_committee_is_praised_only_where_it_is_better_than_chance():
    rng = np.random.default_rng(3)
    odd = np.arange(400) >= 200
    noisy = [rival(f"r{i}", 40 + 15 * odd + 25 * rng.normal(size=400)) for i in range(9)]
    noisy.sort(key=lambda each: -decide.auroc(each.test, odd))
    assert "worth more than its best member" in beside.about_together(noisy, -beside.together(noisy), odd)
    one_good = [
        rival("good", 40 + 60 * odd + rng.normal(size=400)),
        *(rival(f"bad{i}", 50 + 20 * rng.normal(size=400)) for i in range(8)),
    ]
    said = beside.about_together(one_good, -beside.together(one_good), odd)
    assert "better than 8 of the 9" in said and "no better than it" in said
    assert "Its lead over every other is more than chance." in beside.about_best(one_good, odd)
    twins = [one_good[0], rival("twin", one_good[0].test)]
    assert "1 of the 1 others could be as good: twin." in beside.about_best(twins, odd)


# ---- one example ----


def test_the_p_values_on_the_page_are_those_of_brute_force():
    current = saved("pca")
    visitor = view("beside", current)
    way(visitor, "class")
    calm(group(visitor, "/class").set_value("7").run())
    settings = events("pca")[0]
    there = worlds.world(settings)
    place = int(torch.nonzero(there.test_y == 7)[0])
    found, wanted = rows(visitor), []
    for each in data.at_once(settings):
        detector = detectors.learned(each)
        held, score = scores(detector, there.held_x).tolist(), float(scores(detector, there.test_x)[place])
        wanted.append(100 * (1 + sum(h >= score for h in held)) / (len(held) + 1))
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


def test_the_most_disputed_have_the_largest_spread():
    rng = np.random.default_rng(0)
    those = [rival(str(i), rng.integers(0, 100, 50)) for i in range(4)]
    spread = np.std([[(1 + sum(h >= s for h in each.held)) / 101 for s in each.test] for each in those], 0)
    found = beside.most_disputed(those)
    assert len(found) == 6 and spread[found].min() >= np.delete(spread, found).max()
    kinds = np.arange(50) % 3
    found = beside.most_disputed(those, kinds)
    assert sorted(kinds[found]) == [0, 1, 2] and all(spread[i] == spread[kinds == kinds[i]].max() for i in found)


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


@pytest.mark.parametrize(
    "raised, odd, said",
    [
        ([True, True, True], True, "**All 3** detectors raise the alarm at this 7. It is an anomaly: all are right."),
        (
            [False, False, False],
            True,
            "**None of the 3** detectors raises the alarm at this 7. It is an anomaly: all are wrong.",
        ),
        (
            [True, False, False],
            False,
            "**1 of 3** detectors raise the alarm at this 7. Nobody but A. It is normal: 2 of 3 are right.",
        ),
        ([True, True, False], None, "**2 of 3** detectors raise the alarm at this 7. Silent: C."),
    ],
)
def test_what_is_said_of_the_votes(raised, odd, said):
    assert beside.about_votes(["A", "B", "C"], raised, example.Example(None, "", "this 7", odd)) == said


def test_a_point_of_the_plane_is_asked_where_the_sliders_are():
    current = saved("plane")
    visitor = view("beside", current)
    before = rows(visitor)
    for name, value in (("x", 2.0), ("y", 2.0)):
        calm(visitor.slider(key=f"beside/{name}").set_value(value).run())
    found = rows(visitor)
    settings = events("plane")[0]
    detector, there = detectors.learned(settings), worlds.world(settings)
    p = decide.p_values(scores(detector, torch.tensor([[2.0, 2.0]])).numpy(), scores(detector, there.held_x).numpy())
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
    there = worlds.world(events("pca")[0])
    pixels = (255 * there.test_x[there.test_y == 2][3, 0]).byte().numpy().repeat(8, 0).repeat(8, 1)
    monkeypatch.setattr(pad, "draw", lambda key: a_file(pixels))
    current = saved("pca")
    visitor = way(view(name, current), "drawing")
    assert "Your drawing" in text_of(visitor)
    x = pictures.unpack_digit(pictures.digit_from(a_file(pixels)))
    detector = detectors.learned(events("pca")[0])
    score = float(scores(detector, x[None])[0])
    p = 100 * decide.p_values(np.array([score]), scores(detector, there.held_x).numpy())[0]
    if name == "beside":
        assert rows(visitor)["PCA reconstruction"] == pytest.approx(p, abs=0.51)
    else:
        assert f"score {score:.4g}, p = {p / 100:.{0 if p >= 9.95 else 1}%}".replace("%", " %") in text_of(visitor)
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


# ---- agreement ----


def test_rank_correlations_are_spearmans():
    rng = np.random.default_rng(0)
    odd = rng.random(60) < 0.5
    those = [rival("a", rng.integers(0, 9, 60)), rival("b", rng.normal(size=60)), rival("flat", np.ones(60))]
    found = beside.rank_correlations(those, odd)
    assert (
        found[0, 1] == pytest.approx(spearmanr(those[0].test[odd], those[1].test[odd]).statistic)
        and found[0, 1] == found[1, 0]
    )
    assert np.isnan(found[2]).all()


def test_what_is_said_of_agreement():
    those = [rival("A", [0], method="pca"), rival("B", [0], method="vae"), rival("C", [0], method="lof")]
    rho = np.array([[np.nan, 0.9, -0.2], [0.9, np.nan, 0.4], [-0.2, 0.4, np.nan]])
    assert beside.about_agreement(those, rho) == (
        "Most alike: **A** and **B** (ρ = 0.90). Least alike: **A** and **C** (ρ = −0.20). "
        "Within a family ρ is 0.90 on average, between families 0.10."
    )
    assert beside.about_agreement(those[:1], rho[:1, :1]) == ""


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


@pytest.mark.parametrize("method", [*maps.GRADIENTS, *maps.CHANGES])
def test_every_method_draws_a_map(method):
    visitor = view("why", saved("pca"))
    calm(box(visitor, "/method").set_value(method).run())
    assert "passes through the detector" in text_of(visitor) and "Why, PCA reconstruction" in images(visitor)
    assert "the network" not in text_of(visitor) and "the logit" not in text_of(visitor)


def answer(name, place, method, base="mean"):
    current = saved(name)
    (own,) = rivals.rivals(current, [current.id])
    there = data.world(current.settings)
    return maps.answer(own.id, f"test/{place}", method, "{}", base, own, there.test_x[place], current.settings)


def test_the_error_map_is_the_squared_difference():
    settings = events("pca")[0]
    detector, there = detectors.learned(settings), worlds.world(settings)
    found = answer("pca", 300, "expected")
    np.testing.assert_allclose(found["map"], detector.error(there.test_x[300:301])[0, 0].numpy(), atol=1e-6)
    assert found["map"].sum() == pytest.approx(found["score"], rel=1e-4) and found["sum"]
    assert np.array_equal(found["picture"], (255 * there.test_x[300, 0]).round().byte().numpy())


def test_where_error_and_map_are_shares_of_one_sum_they_have_one_scale():
    found = answer("pca", 300, "integrated_gradients", "mean")
    error, one_scale = why._error(found, "integrated_gradients")
    detector, there = detectors.learned(events("pca")[0]), worlds.world(events("pca")[0])
    mean = float(scores(detector, there.fit_x.mean(0, keepdim=True))[0])
    assert one_scale and error.sum() == pytest.approx(found["map"].sum() + mean / (2 * found["scale"]), rel=1e-3)
    assert why._error(found, "occlusion") == (pytest.approx(found["error"]), False)
    assert why._error(answer("faces", 5, "input_x_gradient"), "input_x_gradient")[1] is False, (
        "k-means scores by a distance"
    )
    assert why._error(found, "expected") == (None, False)


def test_compared_with_what_was_expected_input_x_gradient_of_pca_is_its_error_twice():
    found = answer("pca", 300, "input_x_gradient", "expected")
    np.testing.assert_allclose(found["map"], found["error"] / found["scale"], atol=1e-4)


def test_a_detector_without_gradients_says_so_beside_one_that_has_them():
    found = answer("lof", 300, "saliency")
    assert found["map"] is None and "no gradients" in found["note"]
    assert answer("lof", 300, "expected")["map"] is None


def test_gradient_shap_compares_with_normals():
    found = answer("pca", 300, "gradient_shap")
    assert found["map"].shape == (28, 28) and "20 normals" in found["note"] and found["passes"] == 121
    total, rise = (float(value) for value in re.findall(r"(-?\d+\.\d+)", found["note"]))
    assert total == pytest.approx(found["map"].sum(), abs=0.006) and total == pytest.approx(rise, rel=0.5)


def test_the_map_is_judged_by_the_true_damage():
    current = saved("damaged")
    there = data.world(current.settings)
    place = int(torch.nonzero(there.test_odd)[0])
    mask, whole = maps.mask_of(current.settings, place), int(torch.nonzero(~there.test_odd)[0])
    assert np.array_equal(mask, there.masks[place].numpy()) and maps.mask_of(current.settings, whole) is None
    values = np.random.default_rng(0).normal(size=(28, 28))
    brute = np.mean([(a > b) for a in values[mask] for b in values[~mask]])
    assert maps.where(values, mask, "occlusion") == pytest.approx(brute)
    assert maps.where(-np.abs(values), mask, "saliency") == maps.where(np.abs(values), mask, "occlusion")
    assert maps.where(mask.astype(float), mask, "lime") == 1


def test_every_method_is_judged_on_damaged_digits(monkeypatch):
    monkeypatch.setattr(maps, "JUDGED", 2)
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
    assert "Best: **" in text_of(visitor) and "Worst: **" in text_of(visitor)


@pytest.mark.parametrize(
    "values, half", [([[1, 0], [0, 0]], 1), ([[1, 1], [1, 1]], 2), ([[5, 1], [1, -90]], 1), ([[2, 2], [3, 0]], 2)]
)
def test_half_of_a_map(values, half):
    assert why.half_of(np.array(values)) == half


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


def test_a_detector_that_is_gone_leaves_the_others_to_answer():
    settings, log = events("dense")
    runs.save(
        runs.make(
            "anomaly-ask-gone",
            "anomaly",
            flatten(settings),
            [*log[:-1], Finished(20, log[-1].summary, {})],
            1.0,
            "finished",
        )
    )
    current = saved("pca")
    own, gone = rivals.rivals(current, [current.id, "anomaly-ask-gone"])
    drawing = example.Example(data.world(settings).test_x[4], "own/four", "your drawing")
    assert beside.p_of(gone, drawing) is None and beside.p_of(own, drawing) == pytest.approx(own.p[4])
    found = maps.answer(gone.id, "own/four", "expected", "{}", "mean", gone, drawing.x, settings)
    assert found["map"] is None and "gone" in found["note"]


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


def columns(method, place=3):
    settings = events("tumours")[0]
    detector, there = detectors.learned(settings), worlds.world(settings)
    held = scores(detector, there.held_x).numpy().astype(float)
    values, note = why_table._answer(
        f"anomaly-x-{next(NAMES)}", f"test/{place}", method, held, detector, there.test_x[place], settings
    )
    return values, note, detector, there.test_x[place], held


def test_the_squared_error_of_a_patient_is_the_score():
    values, __, detector, x, __ = columns("expected")
    assert values.shape == (30,) and values.sum() == pytest.approx(float(scores(detector, x[None])[0]), rel=1e-4)


@pytest.mark.parametrize("method", ["integrated_gradients", "kernel_shap"])
def test_columns_add_up_to_the_distance_from_the_mean_patient(method):
    values, note, detector, x, held = columns(method)
    rise = float(scores(detector, x[None])[0] - scores(detector, torch.zeros(1, 30))[0]) / held.std()
    assert values.sum() == pytest.approx(rise, rel=0.02, abs=0.02) and "add up to" in note


def test_ablation_puts_one_column_back_to_the_mean():
    values, __, detector, x, held = columns("feature_ablation")
    for i in (0, 7, 29):
        changed = x.clone()
        changed[i] = 0
        fall = float(scores(detector, x[None])[0] - scores(detector, changed[None])[0]) / held.std()
        assert values[i] == pytest.approx(fall, abs=1e-4)


def test_lime_finds_the_gradients_of_a_quadratic():
    values, note, detector, x, held = columns("lime")
    gradients = (2 * (x - detector.expects(x[None])[0]) / held.std()).numpy()
    assert np.corrcoef(values, gradients)[0, 1] > 0.95 and "R² = " in note
    assert np.array_equal(values, columns("lime")[0]), "the same seed, the same neighbours"


def test_the_rows_are_the_largest_and_the_rest_in_one():
    values, x = np.arange(30.0) - 15, torch.linspace(-2, 2, 30)
    found = why_table.rows(values, example.Example(x, "", ""), tuple(f"c{i}" for i in range(30)))
    assert found[0] == ("c0, −2.0 σ", -15.0) and len(found) == 11
    assert found[-1][0] == "all 20 others" and sum(value for __, value in found) == pytest.approx(values.sum())
    assert (
        why_table.in_words(np.array([5.0, 1, 1, -9]), ("a", "b", "c", "d"))
        == "**Half of all orange** comes from **1 of 4 columns**: a."
    )
    assert why_table.in_words(-np.ones(3), ("a", "b", "c")) == "No column makes this patient odder."
