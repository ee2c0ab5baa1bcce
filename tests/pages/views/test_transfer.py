"""Look inside on the transfer learning page: what works without labels, what is swapped, and what all views do with odd runs."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from scipy.stats import spearmanr

from core import runs
from core.events import Finished, Metrics
from core.settings import build, flatten
from core.transfer import analysis, pictures
from core.transfer.analysis.confusion import about_mistakes
from core.transfer.analysis.label_shift import Shares, about_shift
from core.transfer.analysis.probe import about_classifiers
from core.transfer.analysis.step_choice import JUDGEMENTS, about_correlation, evaluations
from core.transfer.settings import SHIPPED, TransferSettings
from pages.parts import shown, verdict, views
from pages.views.transfer import confusion, networks
from pages.views.transfer.methods import called
from tests.core.transfer import tiny
from tests.pages.conftest import PAGES, check, said, text_of
from tests.pages.views import conftest
from tests.pages.views.conftest import figure, keys

PAGE = PAGES["transfer"]
VIEWS = {
    "label_free": ["working/domain", "working/judgement", "working/target"],
    "confusion": ["swapped/after"],
    "methods": ["methods/curves"],
    "explanation": [],
}


def saved(name, keep=None, state="finished", **other):
    """A small real run in this test's store."""
    return shown.of(tiny.saved(name, keep, state, **other).run)


def view(visitor, name):
    return calm(conftest.view(visitor, name))


def calm(visitor):
    """Nothing went wrong; that a run of fifty steps hardly ever answers some class is no fault of the page."""
    assert all("hardly ever answers" in sentence for sentence in said(visitor))
    return conftest.calm(visitor, warns=True)


# ---- every view of every kind of run ----


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("dann", tuple(VIEWS)),
        ("rare", ("confusion", "explanation")),
        ("finetune", ("confusion", "explanation")),
        ("shares", ("confusion", "methods")),
        ("held", ("confusion", "explanation")),
        ("tent", ("confusion",)),
        ("moons", ("label_free", "confusion", "methods")),
    ],
)
def test_every_view_opens(visit, name, names):
    current = saved(name)
    visitor = calm(visit(PAGE, run=current.id, tab="Look inside"))
    for each in names:
        view(visitor, each)
        if each == "methods":
            assert "No other run has the same domains" in text_of(visitor)
        assert set(VIEWS[each]) <= keys(visitor) or each == "methods"


@pytest.mark.parametrize("keep", [2, 4, 12])
def test_a_stopped_run_says_what_is_missing(visit, keep):
    current = saved("dann", keep, "stopped")
    visitor = calm(visit(PAGE, run=current.id, tab="Look inside"))
    for name in VIEWS:
        view(visitor, name)
        assert visitor.info or name == "label_free", name


def test_a_run_that_diverged_has_neither_matrix_nor_network(visit):
    settings, log = tiny.events("dann")
    end = log[13].step + 1
    broken = [
        *log[:14],
        Metrics(end, {"source": float("nan"), "target": float("nan"), "probe": 50.0}),
        Finished(end, {"diverged": True}),
    ]
    runs.save(runs.make("transfer-tiny-broken", "transfer", flatten(settings), broken, 1.0, "finished"))
    visitor = calm(visit(PAGE, run="transfer-tiny-broken", tab="Look inside"))
    for name in VIEWS:
        view(visitor, name)


def test_the_first_scene_opens_on_every_view(visit):
    visitor = check(visit(PAGE, tab="Look inside"))
    for name in VIEWS:
        check(view(visitor, name))


def test_a_scene_opens_with_what_its_question_is_about():
    opened = {
        run_id: next((each.name for each in views.of("transfer") if each.opens(shown.of(runs.load(run_id)))), None)
        for run_id in SHIPPED
    }
    assert {run_id: name for run_id, name in opened.items() if name} == {
        "transfer-is-it-working": "label_free",
        "transfer-when-alignment-hurts": "confusion",
    }


def test_the_border_belongs_to_the_moons_and_the_explanation_to_the_digits():
    moons, digits = (
        {each.name for each in views.of("transfer") if each.offered(saved(name))} for name in ("moons", "dann")
    )
    assert moons == {"border", "cloud", "label_free", "confusion", "methods"}
    assert digits == {"cloud", "label_free", "confusion", "methods", "explanation"}


def test_the_page_is_there_before_torch(python):
    done = python(
        "import sys, pages.views.transfer\nassert not {'torch', 'sklearn', 'scipy', 'captum'} & set(sys.modules)"
    )
    assert done.returncode == 0, done.stderr


# ---- which networks and runs stand side by side ----


def test_explain_holds_before_and_after_side_by_side():
    dann, tuned = saved("dann"), saved("finetune")
    assert networks(dann) == {"This run's network": (dann.id, "model")}
    assert networks(tuned) == {
        "Before: source only": (tuned.id, "before"),
        "This run's network": (tuned.id, "model"),
    }, "its own first phase"
    source = saved("source")
    assert list(networks(dann)) == ["Before: source only", "This run's network"]
    assert networks(tuned)["Before: source only"] == networks(dann)["Before: source only"] == (source.id, "model")
    rounds = shown.of(runs.load("transfer-selftrain"))
    assert list(networks(rounds)) == ["Before: source only", "Before the rounds", "This run's network"]
    assert networks(saved("dann", 12, "stopped")) == {} == networks(saved("moons"))


@pytest.mark.parametrize(
    "flat, name",
    [
        ({"method": "dann"}, "DaNN, λ = 1"),
        (
            {"method": "dann", "lam": 0.5, "schedule": "constant", "gamma": 4, "granted": 2},
            "DaNN, λ = 0.5, constant, γ = 4, 2 granted per class",
        ),
        ({"method": "selftrain", "start": "source", "rounds": 2}, "Self-training, from source only, 2 rounds"),
        (
            {"method": "finetune", "shots": 3, "frozen": "first", "granted": 5},
            "Fine-tuning, 3 labels per class, first layer frozen, 5 granted per class",
        ),
        ({"method": "mmd", "lam": 3, "kernels": 3, "statistics": "shared"}, "MMD, λ = 3, 3 kernels, shared statistics"),
        ({"method": "adda"}, "ADDA, rate 0.0005"),
        ({"method": "source"}, "Source only"),
    ],
)
def test_a_method_is_called_after_what_tells_it_apart(flat, name):
    run = runs.make("transfer-x", "transfer", flatten(build(TransferSettings, flat)), [], 1.0, "finished")
    assert called(run.about) == name


def test_a_method_of_tomorrow_is_called_as_it_calls_itself():
    run = runs.make("transfer-x", "transfer", {"method": "of tomorrow", "lam": 2.0}, [], 1.0, "finished")
    assert called(run.about) == "of tomorrow, λ = 2"


# ---- is it working? ----


def test_what_was_concluded_is_said_in_whole_sentences():
    def words(reached):
        return verdict.words("transfer", reached)

    domain = words(about_classifiers(52, 95))
    assert "is fooled or has stopped learning" in domain and "proxy A-distance 1.80 of 2" in domain
    assert "no domain classifier of its own" in words(about_classifiers(None, 55))
    assert "**−0.90**. In this run it prefers the worse networks" in words(about_correlation(-0.9, 16, 20.0))
    shares = np.diag([100.0] * 10)
    shares[4, [4, 9]], shares[9, [9, 4]] = [40, 60], [45, 55]
    shares[1, [1, 7]], shares[7, [7, 1]] = [20, 80], [95, 5]
    said = [words(each) for each in about_mistakes(shares)]
    assert "class 1, **80 %** are called 7" in said[0] and "other way it is 5 %: 7 swallows 1." in said[0]
    assert (
        "class 4, **60 %** are called 9" in said[1] and "class 9, **55 %** are called 4: the two are swapped" in said[1]
    )
    assert said[2] == "7 is answered 1.8 times as often as it comes: it swallows others."
    truth = np.array([90.0, 10.0])
    moved = about_shift(truth, {"source": Shares(truth, truth), "run": Shares(truth[::-1], None)}, True, 1000)
    assert "makes both clouds alike" in words(moved[-1]) and "by +80.0 points" in words(moved[-1])
    before = analysis.strokes.Strokes(np.linspace(20, 40, 200), 12.5)
    worse = analysis.strokes.Strokes(before.shares - 9 + np.tile([-1, 1], 100), 12.5)
    assert "**−9.0** points (± 0.1" in words(analysis.strokes.about(before, worse))
    near = analysis.strokes.Strokes(before.shares + np.tile([-1, 1], 100), 12.5)
    assert "within chance" in words(analysis.strokes.about(before, near)) and "equally" not in words(
        analysis.strokes.about(before, near)
    )


def test_another_judgement_is_another_curve_and_turns_its_sign(visit):
    current = saved("dann")
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "label_free")
    looks = evaluations(current)
    for name, sign in JUDGEMENTS.items():
        calm(visitor.get_by_key("working/by").set_value(name).run())
        np.testing.assert_allclose(figure(visitor, "working/judgement")["data"][0]["y"], looks[name])
        rho = spearmanr(sign * looks[name], looks["target"]).statistic
        assert f"**{rho:+.2f}**".replace("-", "−") in text_of(visitor)
        assert {
            "entropy": "The same probability for every class: 2.30 nats",
            "information": "One answer for every picture: 0.00 nats",
            "snd": "",
        }[name] in text_of(visitor), "what an ignorant network has"


# ---- which classes are swapped ----


def test_a_click_on_a_mistake_chooses_its_pictures_and_the_choice_outlives_the_run():
    state = st.session_state
    pairs = [(1, 7), (2, 3)]
    click = {"trace": "", "index": [2, 3], "x": 3, "y": 2, "custom": None}
    state["swapped/after/plot"] = SimpleNamespace(picked=click)
    confusion._follow("pair", pairs)
    assert state["pair"] == (2, 3)
    state["pair"] = (1, 7)  # chosen by hand since: an old click does not come back
    confusion._follow("pair", pairs)
    assert state["pair"] == (1, 7)
    for odd in ({"x": "a", "y": "b"}, {"x": 9, "y": 9}):
        state["swapped/after/plot"] = SimpleNamespace(picked=click | odd)
        confusion._follow("pair", pairs)
        assert state["pair"] == (1, 7)
    state["swapped/after/plot"] = None
    confusion._follow("pair", [(2, 3)])
    assert "pair" not in state, "a run without this mistake"


def test_chosen_runs_stay_chosen_and_a_new_run_joins_them():
    state = st.session_state
    views.keep_choice("m", "a", ["a", "b", "c"], ["a", "b"])
    assert state["m"] == ["a", "b"]
    state["m"] = ["b"]
    views.keep_choice("m", "a", ["a", "b", "c"], ["a"])
    assert state["m"] == ["b"], "what was taken away stays away"
    views.keep_choice("m", "c", ["b", "c"], ["c"])
    assert state["m"] == ["b", "c"]


def test_the_matrix_is_the_runs_own_and_source_only_stands_beside_it(visit):
    current, source = saved("dann"), saved("source")
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "confusion")
    for key, run in (("swapped/after", current), ("swapped/before", source)):
        counts = run.last(pictures.CONFUSION)
        np.testing.assert_allclose(figure(visitor, key)["data"][0]["z"], 100 * counts / counts.sum(1, keepdims=True))


def test_rare_classes_get_a_chart_of_shares(visit):
    visitor = view(calm(visit(PAGE, run=saved("rare").id, tab="Look inside")), "confusion")
    truth, answered, estimated = figure(visitor, "swapped/shift")["data"]
    np.testing.assert_allclose(truth["y"], [100 * n / 2200 for n in [400] * 5 + [40] * 5])
    text = text_of(visitor)
    assert "**50 %** of the source's pictures and **9.1 %** of the target's" in text, (
        "the source's share stands beside it"
    )
    assert f"This run's network gives **{sum(answered['y'][5:]):.1f} %** of its answers" in text
    assert f"corrects this to **{sum(estimated['y'][5:]):.1f} %**" in text
    visitor = view(calm(visit(PAGE, run=saved("dann").id, tab="Look inside")), "confusion")
    assert "swapped/shift" not in keys(visitor)


# ---- methods side by side ----


def test_the_gap_is_between_source_only_and_the_target_itself(visit):
    current, _source, _target = saved("dann"), saved("source"), saved("target")
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "methods")
    names = [layer["name"] for layer in figure(visitor, "methods/curves")["data"]]
    assert sorted(names) == ["DaNN, λ = 1", "Source only (lower bound)", "Trained on the target (upper bound)"]
    table = visitor.table[-1].value
    reached = dict(zip(table["Method"], table["Gap closed (%)"]))
    lower, upper = (float(tiny.events(name)[1][-1].summary["target"]) for name in ("source", "target"))
    assert reached["Source only"] == "0" and reached["Trained on the target"] == "100"
    own = 100 * (current.summary["target"] - lower) / (upper - lower)
    assert reached["DaNN, λ = 1"] == f"{own:.0f}".replace("-", "−")
    pick = next(group for group in visitor.get("pills") if group.key == "transfer/methods")
    calm(pick.set_value([]).run())


def test_without_a_bound_the_gap_stays_open(visit):
    current = saved("dann")
    saved("source")
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "methods")
    assert set(visitor.table[-1].value["Gap closed (%)"]) == {"–"}
    assert "A stored run of these domains is missing: trained on the target" in text_of(visitor)


# ---- what it looks at ----


def test_the_view_begins_with_the_picture_that_gained_most(visit):
    current, source = saved("dann"), saved("source")
    label, number = analysis.answers.gained_most(current, (source.id, "model"), (current.id, "model"))
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "explanation")
    assert visitor.get_by_key("transfer/why/class").value == label
    assert conftest.widget(visitor, "slider", "transfer/why/number/Target").value == number
    text = text_of(visitor)
    assert "**Before: source only** · says" in text and "**This run's network** · says" in text and "points (±" in text
    calm(visitor.get_by_key("transfer/why/method").set_value("grad_cam").run())


def test_where_the_stroke_is_not_known_nothing_is_said_of_it(visit):
    visitor = view(calm(visit(PAGE, run=saved("rotated").id, tab="Look inside")), "explanation")
    assert "on the stroke" not in " ".join(metric.label for metric in visitor.metric)
    assert "train “Source only” with the same target" in text_of(visitor)
