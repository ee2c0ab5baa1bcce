"""The adversarial attack page: every view opens for every kind of run, sliders answer, and what is missing is said in a sentence."""

import base64
import csv
import io
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from core import jobs, labs, runs
from core.attack.analysis import subject
from core.attack.analysis import surface as surface_of
from core.attack.settings import BY_NAME, SCENES, SHIPPED, AttackSettings
from core.data import imagenet, photos
from core.data.pictures import photo_from
from core.events import Metrics, Picture
from core.pace import View
from core.settings import build, flatten
from core.subject.models import DIGITS, Subject, as_bytes, digit_at, digit_net, from_bytes, photo_net
from core.subject.settings import SHIPPED_NETWORK
from pages.parts import chart, shown, takeaway, views
from pages.views import attack
from pages.views.attack import stage
from tests.pages.conftest import PAGES, behind, charts, check, keys_of, text_of
from tests.pages.conftest import shown as settings_of

PAGE = PAGES["attack"]
VIEWS = {  # what a view draws for a digit: charts by key, and pictures by their words
    "slide": (["attack/slide/picture"], ["Before", "Change", "After"]),
    "surface": (["attack/surface/map", "attack/surface/loss"], []),
    "robustness": (["attack/robust/curves"], []),
    "confusion": (["attack/becomes/matrix"], []),
    "transfer": (["attack/transfer/matrix"], []),
    "defences": (["attack/defences/pictures"], ["Clean", "Clean, defended", "Attacked", "Attacked, defended"]),
    "detection": (["attack/detection/roc", "attack/detection/scores"], []),
    "clusters": ([], []),
    "promise": ([], []),
    "patch": ([], []),
    "smaller": (["attack/smaller/figure"], []),
    "explanation": (["attack/why/maps"], ["Before", "After"]),
}
STORED = ("robustness", "transfer", "detection")  # draw a stored run where the run shown has not measured it
FIRST = {
    "defend": "defences",
    "training": "robustness",
    "curve": "robustness",
    "transfer": "transfer",
    "detect": "detection",
    "backdoor": "clusters",
    "smoothing": "promise",
    "patch": "patch",
}
PANDA, PIXEL, DEFEND, TRAINING = (f"attack-{scene.slug}" for scene in SCENES if not scene.more)
DRAWING = base64.b64encode(as_bytes(digit_at(3, 2)).tobytes()).decode()
DENSE = "lifelong-forget-everything/model"
TINY = {
    "pgd": {"method": "pgd", "epsilon": 76, "steps": 4},
    "many": {"subject": "digits", "count": 20, "method": "fgsm", "epsilon": 51},
    "drawing": {"subject": "drawing", "drawing": DRAWING, "method": "fgsm", "epsilon": 51},
    "curve": {"subject": "digits", "count": 20, "method": "curve", "highest": 48, "steps": 1},
    "transfer": {"subject": "digits", "count": 10, "method": "transfer", "with_attack": "fgsm"},
    "detect": {"subject": "digits", "count": 20, "method": "detect", "steps": 2},
    "wrong": {"digit": 9, "number": 1, "method": "noise"},
    "elsewhere": {"network": "compression-two-bits", "method": "fgsm", "epsilon": 51},
}


@cache
def made(name):
    """One of the small runs: settings and events."""
    settings = build(AttackSettings, {"subject": "digit", "goal": "away"} | TINY[name])
    return settings, tuple(labs.of("attack").train(settings))


def saved(name, state="finished", keep=None, **other):
    """A small run in this test's store; other: settings that it shall have instead. keep: how many of its events."""
    settings, log = made(name)
    return stored(f"attack-tiny-{name}", flatten(settings) | other, log[:keep], state)


def stored(run_id, flat, log, state="finished"):
    runs.save(runs.make(run_id, "attack", flat, list(log), 1.0, state))
    return run_id


def trained(keep=None, state="finished", **other):
    """The shipped training as a run of our own."""
    shipped = runs.load(TRAINING)
    return stored("attack-own-training", shipped.about.settings | other, shipped.events[:keep], state)


@pytest.fixture
def measured():
    """Stored runs of all that a view may draw from the store."""
    return [saved(name) for name in ("curve", "transfer", "detect")]


def choice(visitor):
    return next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))


def view(visitor, name):
    return check(choice(visitor).set_value(name).run())


def body(visitor):
    """The open tab alone: the live picture above it has pictures of the same names."""
    return next(tab for tab in visitor.tabs if tab.children)


def drawn(place):
    """What is drawn as pictures, (words, address): the address holds or names the content."""
    found = [(image.alt, image.url) for element in place.get("imgs") or place.image for image in element.proto.imgs]
    traces = [trace for chart in charts(place) for trace in chart.figure.get("data", []) if trace["type"] == "image"]
    return found + [(re.sub("</b>.*|<.*?>| ×.*", "", trace["name"]), trace["source"]) for trace in traces]


def written(place):
    """What stands above the panels of the figures."""
    return "\n".join(
        each["text"] for chart in charts(place) for each in chart.figure.get("layout", {}).get("annotations", [])
    )


def named(visitor, alt):
    return next(url for words, url in drawn(body(visitor)) if words == alt)


def links(visitor):
    """Where the links of the open tab lead: label → query."""
    found = {}
    for link in body(visitor).get("page_link"):
        found[link.proto.label] = dict(part.split("=", 1) for part in link.proto.query_string.split("&"))
    return found


def settings_at(visit, query):
    """The settings that a link of the page opens."""
    return settings_of(
        check(visit(PAGE, tab="Compare", **{name: unquote(value) for name, value in query.items()})), "attack"
    )


def holds(visitor, name):
    """The view shows what it is for."""
    keys, alts = VIEWS[name]
    there = [chart.key for chart in charts(visitor)]
    assert all(key in there for key in keys), (name, there)
    words = [alt for alt, _ in drawn(body(visitor))]
    assert all(alt in words for alt in alts), (name, words)


# ---- every view of every kind of run ----


def test_the_stage_does_not_wait_for_torch(python):
    """The page's code is loaded before anything is drawn; the analyses that need torch are loaded by the views that ask them."""
    done = python("import sys, pages.views.attack\nassert not {'torch', 'sklearn', 'captum'} & set(sys.modules)")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("run_id", [PIXEL, DEFEND, TRAINING])
def test_every_view_opens_for_every_scene(visit, measured, run_id):
    visitor = check(visit(PAGE, run=run_id))
    assert choice(visitor).value == FIRST.get(SHIPPED[run_id].method.name, "slide")
    for name in VIEWS:
        view(visitor, name)
        assert not [key for key in keys_of(visitor) if run_id in key]
        if name == "robustness" and run_id == TRAINING and not charts(body(visitor)):
            assert "Set the knobs" in links(visitor)
        else:
            holds(visitor, name)


def test_every_view_opens_for_a_photo(visit, measured, monkeypatch):
    monkeypatch.setitem(surface_of.POINTS, True, 5)  # a map of 13 × 13 photos takes five seconds
    visitor = check(visit(PAGE))
    assert choice(visitor).value == "slide"
    for name in VIEWS:
        view(visitor, name)
        if name == "confusion":
            assert [info.value for info in visitor.info] == [
                "This view needs a digit classifier: choose a digit on the left."
            ]
        elif name == "robustness" and "attack/robust/curves" not in [chart.key for chart in charts(visitor)]:
            query = links(visitor)["Set the knobs"]
            assert settings_at(visit, query) == build(AttackSettings, {"method": "curve", "goal": "away"})
        else:
            holds(visitor, name)


@pytest.mark.parametrize("name", ["many", "drawing"])
def test_every_view_opens_for_many_digits_and_for_a_drawing(visit, measured, name):
    visitor = check(visit(PAGE, run=saved(name)))
    for each in VIEWS:
        view(visitor, each)
        if (name, each) == ("many", "explanation"):
            assert "needs an attack on one picture" in visitor.info[0].value
        else:
            holds(visitor, each)


@pytest.mark.parametrize("name", ["curve", "transfer", "detect"])
def test_an_experiment_opens_on_its_own_view(visit, name):
    visitor = check(visit(PAGE, run=saved(name)))
    assert choice(visitor).value == FIRST[name]
    holds(visitor, FIRST[name])
    assert "From the newest stored run" not in text_of(visitor), "it is the run itself"


def test_a_photo_of_ones_own_slides_and_is_explained(visit):
    file = io.BytesIO()
    Image.fromarray(as_bytes(photos.load("coffee"))).save(file, "PNG")
    TINY["upload"] = {"subject": "upload", "upload": photo_from(file.getvalue()), "method": "fgsm"}
    visitor = check(visit(PAGE, run=saved("upload")))
    for name in ("slide", "explanation"):
        holds(view(visitor, name), name)
    assert "espresso" in written(body(visitor))


# ---- what has been deleted, stopped or forgotten meanwhile ----


def test_a_run_whose_network_was_deleted_says_so_in_one_sentence(visit, measured):
    visitor = visit(PAGE, run=saved("pgd", network="compression-gone"))
    assert not visitor.exception and [url for alt, url in drawn(visitor) if alt == "After"], "its pictures are its own"
    for name in VIEWS:
        choice(visitor).set_value(name).run()
        assert not visitor.exception and not visitor.error, name
        heard = [info.value for info in body(visitor).get("info") if "compression-gone" in info.value]
        if name in ("slide", "surface", "confusion", "defences", "explanation"):
            assert any(info.value == "There is no stored run called “compression-gone”." for info in visitor.info), (
                name,
                heard,
            )
        elif name != "robustness":
            holds(visitor, name)


def test_a_training_asks_the_network_that_it_trained(visit, measured):
    """What its knob names has nothing to do with it, and may be gone."""
    run_id = trained(network="compression-gone")
    visitor = visit(PAGE, run=run_id)
    for name in ("slide", "surface", "confusion", "defences", "explanation"):
        choice(visitor).set_value(name).run()
        assert not visitor.exception and not visitor.error, name
        assert not [info for info in visitor.info if "gone" in info.value], name
        holds(visitor, name)
    said = re.findall(r"why it says (\d)", written(body(visitor)))
    end = runs.load(run_id).about.summary
    assert said == [end["answers"][0][0], end["answers_after"][0][0]], "clean and attacked, by the network of the run"
    assert subject.subject_of(shown.find(run_id)).network == run_id


def test_a_stopped_training_has_no_network_to_explain(visit):
    visitor = check(visit(PAGE, run=trained(keep=8, state="stopped")))
    assert "needs an attack on one picture" in view(visitor, "explanation").info[0].value
    for name in ("slide", "robustness", "defences"):
        view(visitor, name)


@pytest.mark.parametrize(
    "name, keep",
    [
        ("pgd", 1),
        ("many", 1),
        ("transfer", 1),
        ("detect", 1),
        ("curve", 1),
        ("pgd", 2),
        ("many", 2),
        ("transfer", 2),
        ("detect", 2),
    ],
)
def test_a_run_stopped_at_once_opens(visit, name, keep):
    visitor = check(visit(PAGE, run=saved(name, "stopped", keep=keep)))
    view(visitor, "explanation")
    view(visitor, FIRST.get(made(name)[0].method.name, "confusion"))


def test_a_run_of_another_lectern_opens(visit):
    """Its settings are no longer known."""
    visitor = visit(PAGE, run=saved("pgd", wings=2))
    for name in VIEWS:
        choice(visitor).set_value(name).run()
        assert not visitor.exception and not visitor.error, name


@pytest.mark.parametrize(
    "subject, words",
    [({"subject": "drawing", "drawing": ""}, "draw a digit"), ({"subject": "upload", "upload": ""}, "Choose a photo")],
    ids=["drawing", "upload"],
)
def test_a_measurement_without_a_picture_of_ones_own_opens(visit, subject, words):
    """It needs none, the views on one picture do."""
    settings, log = made("curve")
    flat = {name: value for name, value in flatten(settings).items() if name not in ("count", "network")}
    visitor = visit(PAGE, run=stored("attack-tiny-empty", flat | subject, log))
    for name in ("slide", "surface", "defences"):
        choice(visitor).set_value(name).run()
        assert not visitor.exception and any(words in info.value for info in visitor.info), name


# ---- sliders ----


def answer(visitor, when):
    """What the network says first before or after the attack, of the open view."""
    (bars,) = [
        trace for chart in charts(body(visitor)) for trace in chart.figure["data"] if trace["name"] == f"Answer {when}"
    ]
    return bars["text"][0]


def test_without_a_change_nothing_changes_and_with_a_large_one_the_answer_does(visit):
    visitor = check(visit(PAGE, run=saved("pgd")))
    slider = "attack/slide/False"
    check(visitor.slider(key=slider).set_value(0.0).run())
    assert answer(visitor, "before") == answer(visitor, "after") == "3" and named(visitor, "Before") == named(
        visitor, "After"
    )
    check(visitor.slider(key=slider).set_value(96.0).run())
    assert answer(visitor, "before") == "3" != answer(visitor, "after")
    assert "largest change: 96 of 255 levels" in str([chart.figure for chart in charts(body(visitor))])
    seen = {named(visitor, "After")}
    for key, value in (("attack/slide/attack", "ifgsm"), ("attack/slide/norm", "2")):
        check(visitor.get_by_key(key).set_value(value).run())
        assert named(visitor, "After") not in seen, key
        seen.add(named(visitor, "After"))
    check(visitor.get_by_key("attack/slide/attack").set_value("noise").run())
    check(visitor.slider(key=slider).set_value(30.0).run())
    assert answer(visitor, "after") == "3", "noise of that size does not do it"


def test_a_slider_and_the_view_stay_when_another_run_comes(visit, measured):
    visitor = view(check(visit(PAGE, run=saved("pgd"))), "surface")
    check(visitor.slider(key="attack/surface/False").set_value(24).run())
    visitor.session_state["attack/run"] = saved("elsewhere")
    check(visitor.run())
    assert choice(visitor).value == "surface" and visitor.slider(key="attack/surface/False").value == 24


def test_the_surface_can_be_turned(visit):
    visitor = view(check(visit(PAGE, run=saved("pgd"))), "surface")
    (flat,) = [
        trace
        for chart in charts(visitor)
        if chart.key == "attack/surface/map"
        for trace in chart.figure["data"]
        if trace["name"] == "path of I-FGSM"
    ]
    check(visitor.toggle(key="attack/surface/solid").set_value(True).run())
    hills, path = next(chart.figure["data"] for chart in charts(visitor) if chart.key == "attack/surface/hills")
    assert hills["type"] == "surface" and path["x"] == pytest.approx(flat["x"]) and len(path["z"]) == len(path["x"])


def test_a_photo_slides(visit):
    visitor = check(visit(PAGE))
    check(visitor.slider(key="attack/slide/True").set_value(0.0).run())
    assert answer(visitor, "before") == answer(visitor, "after") == "Egyptian cat"
    check(visitor.slider(key="attack/slide/True").set_value(2.0).run())
    assert answer(visitor, "before") == "Egyptian cat" != answer(visitor, "after"), "two levels of 255"


def share(visitor):
    return float(re.search(r"\*\*([\d.]+) %\*\* are still right", text_of(visitor)).group(1))


def test_what_becomes_what_follows_the_size_and_the_attack(visit):
    visitor = view(check(visit(PAGE, run=saved("pgd"))), "confusion")
    found = {}
    for way, level in (("ifgsm", 0), ("noise", 40), ("ifgsm", 40)):
        visitor.get_by_key("attack/becomes/attack").set_value(way).run()
        check(visitor.slider(key="attack/becomes/epsilon").set_value(level).run())
        found[way, level] = share(visitor)
        (matrix,) = [chart.figure for chart in charts(visitor) if chart.key == "attack/becomes/matrix"]
        counts = np.array(matrix["data"][0]["z"], float)
        assert counts.sum() == 200 and np.trace(counts) / 2 == pytest.approx(found[way, level], abs=0.05)
    assert found["ifgsm", 0] > 95 and found["noise", 40] > 90 and found["ifgsm", 40] < 50


def surface(visitor):
    return [str(chart.figure) for chart in charts(visitor) if chart.key.startswith("attack/surface")]


def test_the_map_follows_its_knobs(visit):
    visitor = view(check(visit(PAGE, run=saved("pgd"))), "surface")
    seen = [surface(visitor)]
    for key, value in (("attack/surface/False", 24), ("attack/surface/second", "random"), ("attack/surface/seed", 3)):
        check(visitor.get_by_key(key).set_value(value).run())
        seen.append(surface(visitor))
    assert all(one != other for one, other in zip(seen, seen[1:])) and all(len(each) == 2 for each in seen)


def test_who_knows_the_defence_gets_through(visit):
    visitor = view(check(visit(PAGE, run=saved("pgd"))), "defences")
    pictures = [named(visitor, "Attacked")]
    check(visitor.toggle(key="attack/defences/knows").set_value(True).run())
    pictures.append(named(visitor, "Attacked"))
    check(visitor.slider(key="attack/defences/epsilon/False").set_value(0.0).run())
    assert len({*pictures, named(visitor, "Attacked")}) == 3
    assert named(visitor, "Attacked") == named(visitor, "Clean")
    assert named(visitor, "Attacked, defended") == named(visitor, "Clean, defended")


def test_what_was_wrong_before_is_laid_to_no_defence(visit):
    visitor = view(check(visit(PAGE, run=saved("wrong"))), "defences")
    assert "Without an attack the network already says “5”: there is nothing to defend." in text_of(visitor)
    assert "already says" not in text_of(view(check(visit(PAGE, run=saved("pgd"))), "defences"))


def test_the_curve_has_other_runs_over_it_and_a_matrix_for_every_size(visit):
    first, other = (
        saved("curve"),
        stored("attack-other-curve", flatten(made("curve")[0]) | {"seed": 9}, made("curve")[1]),
    )
    visitor = view(check(visit(PAGE, run=first)), "robustness")
    pick = visitor.multiselect(key="attack/robust/others")
    for chosen in ([], [other]):
        check(pick.set_value(chosen).run())
        (curves,) = [chart.figure for chart in charts(visitor) if chart.key == "attack/robust/curves"]
        assert sum(trace["opacity"] < 1 for trace in curves["data"]) == len(chosen)
        pick = visitor.multiselect(key="attack/robust/others")
    totals = []
    matrices = {e.step: e.array for e in made("curve")[1] if isinstance(e, Picture) and e.name == "becomes"}
    for level in (0, 48):
        check(visitor.get_by_key("attack/robust/level").set_value(level).run())
        (matrix,) = [chart.figure for chart in charts(visitor) if chart.key == "attack/robust/becomes"]
        assert np.array_equal(np.array(matrix["data"][0]["z"], float), matrices[level])
        totals.append(np.trace(matrices[level]))
    assert totals[0] > totals[1]


def test_the_explanation_before_and_after_is_of_each_method(visit):
    visitor = view(check(visit(PAGE, run=saved("pgd"))), "explanation")
    seen = []
    for method in ("saliency", "input_x_gradient", "grad_cam"):
        check(visitor.get_by_key("attack/why/method").set_value(method).run())
        holds(visitor, "explanation")
        seen += [named(visitor, "Before"), named(visitor, "After")]
        assert "Rank correlation" in text_of(visitor)
    assert len(set(seen)) == 6
    dense = saved("elsewhere", network=DENSE)
    visitor = view(check(visit(PAGE, run=dense)), "explanation")
    assert "convolution" in visitor.info[0].value, "a method that does not fit says so"


# ---- links ----


def test_a_network_that_nobody_measured_leads_to_its_knobs(visit):
    visitor = view(check(visit(PAGE, run=saved("elsewhere"))), "robustness")
    found = settings_at(visit, links(visitor)["Set the knobs"])
    assert found == build(
        AttackSettings, {"subject": "digits", "network": "compression-two-bits", "method": "curve", "goal": "away"}
    )


def test_where_nothing_was_measured_the_views_lead_to_their_knobs(visit, tmp_path, monkeypatch):
    """A shelf with the other labs' runs alone, and one of our own."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for file in runs.SHIPPED.glob("*.safetensors"):
        if not file.name.startswith("attack-") or file.stem == PANDA:
            (shelf / file.name).symlink_to(file)
    monkeypatch.setattr(runs, "SHIPPED", shelf)
    visitor = check(visit(PAGE, run=saved("pgd")))
    asked = {}
    for name in STORED:
        query = links(view(visitor, name))["Set the knobs"]
        assert "No stored run has" in visitor.info[0].value
        asked[name] = query
    for name, query in asked.items():
        settings = settings_at(visit, query)
        assert (
            FIRST[settings.method.name] == name and settings.subject.name == "digits" and settings.goal.name == "away"
        )


# ---- the tab Explain ----


@pytest.mark.parametrize("run_id", [PANDA, PIXEL, DEFEND, TRAINING])
def test_explain_shows_the_picture_and_the_network_that_were_attacked(visit, run_id):
    """Of every scene: the picture itself, before and after, and what the network that was attacked says to it."""
    run = runs.load(run_id)
    visitor = check(visit(PAGE, run=run_id, tab="Explain"))
    said = re.findall(r"why it says (.+?) \((\d+) %\)", written(body(visitor)))
    x = [runs.pictures(run.events, name)[-1].array for name in ("clean", "attacked")]
    net = run.net() if run.models else photo_net() if x[0].ndim == 3 else digit_net(SHIPPED_NETWORK)
    names = imagenet.names() if x[0].ndim == 3 else DIGITS
    answers = [Subject(net, from_bytes(picture), names).best(1)[0] for picture in x]
    assert said == [(name, f"{sure:.0f}") for name, sure in answers]
    there = [alt for alt, _ in drawn(body(visitor))]
    assert {"Before", "After"} <= set(there)
    beside = [chart for chart in charts(body(visitor)) if chart.figure["alt"].startswith("Why, ")]
    assert bool(beside) == (run_id != PANDA), "no digit beside a photo"
    assert "The network attacked" not in text_of(visitor) or run_id != PANDA


def test_explain_of_photos_that_were_only_counted_says_so(visit):
    assert "keeps no attacked photo" in check(visit(PAGE, run="attack-curve-photos", tab="Explain")).info[0].value


@pytest.mark.parametrize("lab", ["attack", "compression"])
def test_explain_leads_to_an_attack_on_the_very_digit_and_network(visit, lab):
    visitor = check(visit(PAGES[lab], tab="Explain", **({"run": PIXEL} if lab == "attack" else {})))
    assert [chart for chart in charts(body(visitor)) if chart.figure["alt"].startswith("Why, ")]
    query = links(visitor)["Attack it"]
    settings = settings_at(visit, query)
    expected = build(
        AttackSettings,
        {
            "subject": "digit",
            "digit": query["digit"],
            "number": query["number"],
            "network": unquote(query["network"]),
            "method": "pgd",
            "epsilon": 51,
            "goal": "away",
        },
    )
    assert settings == expected
    run_id, _, model = expected.subject.network.partition("/")
    assert model in runs.load(run_id).models


def test_explain_holds_the_network_attacked():
    """Which ones: tests/core/attack/analysis/test_subject.py."""
    two_bits = attack.networks(shown.find(saved("elsewhere")))
    assert list(two_bits) == ["The network attacked", "Teacher"]
    trained = attack.networks(shown.find(TRAINING))
    assert list(trained) == ["After adversarial training", "Teacher"]
    for run_id, model in [*two_bits.values(), *trained.values()]:
        assert model in runs.load(run_id).models


# ---- controls ----


def test_every_score_stands_beside_what_noise_and_chance_reach(visit, measured):
    """In every view that shows a score: a control of noise of the same size, and the level of guessing."""
    run_id = saved("pgd")
    visitor = check(visit(PAGE, run=run_id))
    words = {
        "slide": "To noise of the same size it says",
        "confusion": "by guessing 10 %",
        "explanation": "under noise of the same size",
        "defences": "Control, noise of the same size",
        "transfer": "Guessing: 10 %",
        "detection": "Random scores: area 50 %",
    }
    for name, sentence in words.items():
        assert sentence in text_of(view(visitor, name)), name
    view(visitor, "confusion")
    visitor.get_by_key("attack/becomes/attack").set_value("ifgsm").run()
    check(visitor.slider(key="attack/becomes/epsilon").set_value(40).run())
    clean, noise = map(
        float,
        re.search(r"Without a change ([\d.]+) %, under noise of the same size ([\d.]+) %", text_of(visitor)).groups(),
    )
    assert clean >= noise > 90 > share(visitor)
    (curves,) = [c.figure for c in charts(check(visit(PAGE, run=saved("curve")))) if c.key == "attack/robust/curves"]
    names = [trace["name"] for trace in curves["data"]]
    assert "Random noise" in names and [line["name"] for line in curves["layout"]["shapes"]] == ["guessing: 10 %"]


def test_a_training_says_what_its_curves_and_its_verdict_measure(visit):
    visitor = check(visit(PAGE, run=TRAINING, tab="Compare"))
    tips = [caption.help for caption in visitor.caption if caption.help]
    wanted = "100 test digits, PGD with 10 steps from one start", "200 digits under PGD with 40 steps from 5 starts"
    assert any(all(words in tip for words in wanted) for tip in tips)


# ---- what can be turned, and what was wrong before ----


def test_a_knob_that_does_nothing_cannot_be_turned(visit):
    visitor = check(visit(PAGE, tab="Compare", scene=SCENES[3].slug))
    off = {
        name for name in ("goal", "network", "digit", "inner", "steps") if visitor.get_by_key(f"attack/{name}").disabled
    }
    assert off == {"goal", "network"} and "trains a network of its own" in visitor.get_by_key("attack/network").help
    check(visitor.get_by_key("attack/inner").set_value("none").run())
    assert visitor.get_by_key("attack/steps").disabled
    check(visitor.get_by_key("attack/method").set_value("fgsm").run())
    assert not any(visitor.get_by_key(f"attack/{name}").disabled for name in ("goal", "network", "digit"))


def test_a_digit_drawn_since_ends_the_complaint(visit, monkeypatch):
    """A run that failed for want of a digit says so until there is one; meanwhile the views show the scene's run, and say so."""
    empty = build(AttackSettings, {"subject": "drawing", "method": "fgsm", "goal": "away"})
    said = "There is nothing to see yet: draw a digit first."
    failed = View("attack-failed", "attack", empty, "failed", 0, False, 0.0, 0.0, None, [], 0, said, 1, None)
    monkeypatch.setattr(jobs, "watch", lambda run_id, viewer, since=0: failed if run_id == "attack-failed" else None)
    visitor = visit(PAGE, subject="drawing", method="fgsm", goal="away")
    visitor.session_state["attack/run"] = "attack-failed"
    visitor.run()
    assert [error.value for error in visitor.error] == [failed.message]
    assert "Your run measured nothing. This is the shipped run of the scene." in text_of(visitor)
    visitor.session_state["attack/drawing"] = DRAWING
    visitor.run()
    assert not visitor.error and failed.message not in text_of(visitor)
    assert "Press Attack to try again." in text_of(visitor) and answer(visitor, "after")


# ---- the frame ----

VERBS = {
    "backdoor": "Train",
    "smoothing": "Certify",
    "curve": "Measure",
    "transfer": "Measure",
    "defend": "Defend",
    "detect": "Detect",
    "training": "Train",
}


def test_the_button_says_what_happens(visit):
    assert {name: build(AttackSettings, {"method": name}).verb for name in BY_NAME} == {
        name: VERBS.get(name, "Attack") for name in BY_NAME
    }
    visitor = check(visit(PAGE, tab="Compare"))
    for name in ("defend", "universal"):
        check(visitor.get_by_key("attack/method").set_value(name).run())
        first = visitor.button(key="attack/train").label
        assert first == VERBS.get(name, "Attack") and f"Press {first}." in text_of(visitor)


def test_the_live_picture_of_every_kind_of_run(visit):
    """Above the tabs: one picture, many digits, a matrix, scores, a defence, a training."""
    wanted = {
        saved("pgd"): (["stage"], ["Before", "Change", "After"]),
        TRAINING: (["stage/training"], ["not attacked", "after 504 steps"]),
        DEFEND: (["stage/defended"], ["No attack", "Attack", "Knows it"]),
        saved("many"): (["stage/before", "stage/after", "beside/becomes"], []),
        saved("transfer"): (["stage/transfer"], []),
        saved("detect"): (["stage/scores", "beside/roc"], []),
        saved("curve"): (["stage/curve", "beside/becomes"], []),
        "attack-curve-photos": (["stage/curve", "beside/numbers"], []),
        "attack-a-promise": (["stage/noisy", "stage/certified"], []),
        "attack-the-hidden-switch": (["stage/backdoor"], ["Training", "Clean", "Trigger"]),
    }
    for run_id, (keys, alts) in wanted.items():
        visitor = check(visit(PAGE, run=run_id, tab="Compare"))
        assert set(alts) <= {alt for alt, _ in drawn(visitor)}, run_id
        there = [chart.key for chart in charts(visitor)]
        assert {f"attack/{key}" for key in keys} <= set(there), run_id
        assert not ({"attack/stage/curve", "chart/accuracy"} <= set(there)), "the same curves once"
        shares = sum(chart.figure["share"] for chart in charts(visitor) if chart.key.startswith("attack/stage"))
        assert shares <= 1, run_id


def test_there_is_a_picture_for_whatever_a_method_shows():
    """A method of a kind that is there needs nothing of the pages."""
    assert {method.SHOWS for method in BY_NAME.values()} == set(stage.DRAWN)
    assert [view.name for view in views.of("attack")] == list(VIEWS), "and a view is called after its file"
    files = {file.stem for file in Path(attack.__file__).parent.glob("*.py")}
    assert set(VIEWS) <= files


def test_a_live_attack_says_what_it_has_reached(visit):
    """Until the end only the right answer and the one that the attack raises are known."""
    run_id = saved("pgd", "stopped", keep=-1)
    bars = {
        trace["name"]: trace
        for chart in charts(check(visit(PAGE, run=run_id, tab="Compare")))
        if chart.key == "attack/stage"
        for trace in chart.figure["data"]
        if trace["type"] == "bar"
    }
    assert set(bars["Answer after"]["text"]) == {"3", "a wrong answer"} and bars["Answer to noise"]["text"] == []
    ends = [e.values for e in made("pgd")[1] if isinstance(e, Metrics)][-1]
    assert sorted(bars["Answer after"]["x"]) == pytest.approx(sorted((ends["truth"], ends["wrong"])))


@pytest.mark.parametrize("run_id", [PANDA, PIXEL, DEFEND, TRAINING])
def test_the_numbers_and_the_figure_of_a_scene(run_id):
    run = runs.load(run_id)
    rows = list(csv.DictReader(io.StringIO(takeaway.history(run))))
    found = [event for event in run.events if isinstance(event, Metrics)]
    assert [int(row["step"]) for row in rows] == [event.step for event in found]
    for row, event in zip(rows, found, strict=True):
        assert {key: float(value) for key, value in row.items() if key != "step" and value} == pytest.approx(
            event.values
        )
    assert f"seed {run.about.settings['seed']}" in takeaway.figure(run)


def test_two_runs_are_compared(visit):
    other = saved("elsewhere")
    visitor = check(visit(PAGE, tab="Compare", run=saved("pgd")))
    check(visitor.multiselect(key="attack/compare/pick").set_value([other]).run())
    assert visitor.table
    faint = behind(visitor)
    assert any(other[-6:] in name for name in faint)


@pytest.mark.parametrize(
    "run_id, name, keys, words",
    [
        (
            "attack-the-hidden-switch",
            "clusters",
            ["spots", "shares", "silhouette"],
            "It is the target of the backdoor.",
        ),
        ("attack-a-promise", "promise", ["digit"], "can turn the smoothed answer"),
        ("attack-move-the-patch", "patch", ["picture"], "Control, a patch of random colours at the same place"),
    ],
)
def test_the_views_of_the_scenes_under_more(visit, run_id, name, keys, words):
    visitor = view(check(visit(PAGE, run=run_id)), name)
    assert {f"attack/{name}/{key}" for key in keys} <= {chart.key for chart in charts(visitor)}
    assert words in text_of(visitor)
    if name == "patch":
        before = named(visitor, "With the patch")
        check(visitor.slider(key="attack/patch/across").set_value(0).run())
        assert named(visitor, "With the patch") != before
    if name == "promise":
        check(visitor.slider(key="attack/promise/sigma").set_value(1.0).run())
        assert words not in text_of(visitor) or "longer than" in text_of(visitor)


def test_a_click_into_the_picture_moves_the_patch(visit, monkeypatch):
    visitor = view(check(visit(PAGE, run="attack-move-the-patch")), "patch")
    clicks = [{"trace": "", "index": index, "x": 0, "y": 0, "custom": None} for index in ([0, 27], [14, 99], 5)]
    for click, there in zip(
        clicks, [(100, 0), (100, 0), (100, 0)]
    ):  # into the upper right corner; then what makes no sense
        monkeypatch.setattr(chart, "picked", lambda state, click=click: click)
        check(visitor.run())
        assert tuple(visitor.slider(key=f"attack/patch/{name}").value for name in ("across", "down")) == there


def test_three_strong_attacks_are_tried_on_every_defence(visit, monkeypatch):
    monkeypatch.setattr("core.attack.analysis.defences.MANY", 10)
    monkeypatch.setattr("core.attack.analysis.defences.STRONG_STEPS", 2)
    visitor = view(check(visit(PAGE, run=DEFEND)), "defences")
    check(visitor.toggle(key="attack/defences/strongest").set_value(True).run())
    bars = next(chart for chart in charts(visitor) if chart.key == "attack/defences/strongest-bars")
    assert len(bars.figure["data"]) == 5 and "Worst: right only under all three." in text_of(visitor)
