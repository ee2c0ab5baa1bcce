"""Look inside on the transfer learning page: what works without labels, what is swapped, and what all views do with odd runs."""

from functools import cache
from importlib import import_module
from itertools import count

import numpy as np
import pytest
import streamlit as st
import torch
from scipy.stats import spearmanr

from core import labs, runs
from core.data import digits
from core.events import Finished, Metrics
from core.settings import build, flatten
from core.transfer import domains, monitor
from core.transfer.settings import TransferSettings
from pages.parts import shown, views
from pages.views.transfer import data
from tests.pages.conftest import PAGES, charts, check, said, text_of

PAGE = PAGES["transfer"]
methods, swapped, why, working = (  # in the package each name is that of the function that draws the view
    import_module(f"pages.views.transfer.{name}") for name in ("methods", "swapped", "why", "working")
)
VIEWS = {
    "working": ["working/domain", "working/judgement", "working/target"],
    "swapped": ["swapped/after"],
    "methods": ["methods/curves"],
    "why": [],
}
SMALL = {"steps": 50, "batch": 16, "seed": 4711}
RUNS = {
    "source": {"target": "inverted", "method": "source"},
    "dann": {"target": "inverted", "method": "dann"},
    "target": {"target": "inverted", "method": "target"},
    "finetune": {"target": "inverted", "method": "finetune", "granted": 1},
    "rare": {"target": "coloured", "method": "mmd", "rare": 10},
    "rotated": {"target": "rotated", "method": "adabn"},
    "moons": {"target": "moons", "method": "dann"},
}
NAMES = count()


@cache
def events(name):
    """Settings and all events of a real training, which looks less often and at fewer pictures: that is what takes its time."""
    settings = build(TransferSettings, SMALL | RUNS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "LOOKS", 8)
        patch.setattr(monitor, "EACH", monitor.SHOWN)
        return settings, tuple(labs.of("transfer").train(settings))


def saved(name, keep=None, state="finished", **other):
    """A small real run in this test's store. keep: how many of its events; other: settings it shall have instead.

    Each has a name of its own: pages remember what they measured by the name.
    """
    settings, log = events(name)
    run = runs.make(
        f"transfer-tiny-{name}-{next(NAMES)}", "transfer", flatten(settings) | other, list(log[:keep]), 1.0, state
    )
    runs.save(run)
    return shown.of(run)


def view(visitor, name):
    choice = next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))
    return calm(choice.set_value(name).run())


def calm(visitor):
    """Nothing went wrong; that a run of fifty steps hardly ever answers some class is no fault of the page."""
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error, [e.value for e in visitor.error]
    assert all("hardly ever answers" in sentence for sentence in said(visitor))
    return visitor


def keys(visitor):
    return {chart.key for chart in charts(visitor)}


def figure(visitor, key):
    return next(chart.figure for chart in charts(visitor) if chart.key == key)


# ---- every view of every kind of run ----


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("dann", tuple(VIEWS)),
        ("rare", ("swapped", "why")),
        ("finetune", ("swapped", "why")),
        ("moons", ("working", "swapped", "methods")),
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
        assert visitor.info or name == "working", name


def test_a_run_that_diverged_has_neither_matrix_nor_network(visit):
    settings, log = events("dann")
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


# ---- which runs belong together ----


def test_source_only_on_the_same_target_is_what_was_before():
    dann = saved("dann")
    assert data.before(dann) is None
    source = saved("source")
    assert data.before(dann) == (source.id, "model")
    assert data.before(source) is None
    assert data.before(saved("rotated")) is None, "another target"
    assert data.before(saved("dann", seed=4712)) is None, "another seed"
    assert data.before(saved("dann", rare=10, granted=3)) == (source.id, "model"), "source only learns from neither"


def test_source_only_with_granted_labels_is_no_source_only():
    labelled = saved("source", granted=3)
    dann = saved("dann")
    assert data.before(dann) is None
    source = saved("source")
    assert data.before(dann) == data.before(labelled) == (source.id, "model")


def test_the_own_first_phase_stands_in_for_source_only():
    current = saved("finetune")
    assert data.earlier(current) == (current.id, "before") and data.before(current) is None


def test_methods_are_compared_in_one_world_and_once_each():
    dann, again = saved("dann"), saved("dann")
    others = {saved("source").id, saved("target").id, saved("dann", lam=0.5).id}
    elsewhere = {saved("rotated").id, saved("dann", rare=10).id, saved("dann", steps=100).id, saved("dann", keep=12).id}
    assert {each.id for each in data.rivals(dann.run.about)} == others | {dann.id}
    assert {each.id for each in data.rivals(again.run.about)} == others | {again.id}
    assert not elsewhere & {each.id for each in data.rivals(dann.run.about)}


@pytest.mark.parametrize(
    "flat, name",
    [
        ({"method": "dann"}, "DaNN, λ = 1"),
        (
            {"method": "dann", "lam": 0.5, "schedule": "constant", "granted": 2},
            "DaNN, λ = 0.5, constant, 2 granted per class",
        ),
        ({"method": "selftrain", "start": "source", "rounds": 2}, "Self-training, from source only, 2 rounds"),
        (
            {"method": "finetune", "shots": 3, "frozen": "first", "granted": 5},
            "Fine-tuning, 3 labels per class, first layer frozen, 5 granted per class",
        ),
        ({"method": "mmd", "lam": 3, "statistics": "shared"}, "MMD, λ = 3, shared statistics"),
        ({"method": "source"}, "Source only"),
    ],
)
def test_a_method_is_called_after_what_tells_it_apart(flat, name):
    run = runs.make("transfer-x", "transfer", flatten(build(TransferSettings, flat)), [], 1.0, "finished")
    assert data.method_name(run.about) == name


# ---- is it working? ----


@pytest.mark.parametrize(
    "own, probe, words, away",
    [
        (52, 95, "is fooled or has stopped learning", "1.80 of 2"),
        (30, 95, "is fooled or has stopped learning", "1.80 of 2"),
        (52, 51, "A linear probe hardly finds the domain", "0.04 of 2"),
        (52, 40, "A linear probe hardly finds the domain", "0.00 of 2"),
        (90, 95, "the clouds are not one", "1.80 of 2"),
        (90, 55, "still finds what the linear probe hardly finds", "0.20 of 2"),
        (57, 64, "Little is left", "0.56 of 2"),
        (None, 95, "the clouds are not one", "1.80 of 2"),
        (None, 55, "A linear probe hardly finds the domain", "0.20 of 2"),
    ],
)
def test_both_looks_for_the_domain_in_words(own, probe, words, away):
    sentence = working.about_domain(own, probe)
    assert words in sentence and f"proxy A-distance {away}" in sentence
    assert ("no domain classifier of its own" in sentence) == (own is None)
    assert ("may still lie on another class" in sentence) == (probe < 70 and (own or 0) < 70)


def test_against_source_only_alignment_proves_neither_success_nor_failure():
    before = {"probe": 96, "target": 52}
    assert "proves no failure" in working.beside_source(before, {"probe": 94, "target": 91})
    assert "proves no success" in working.beside_source(before, {"probe": 60, "target": 50})
    assert "proves" not in working.beside_source(before, {"probe": 60, "target": 91})
    assert working.beside_source(before, {}) == working.beside_source({}, before) == ""


LOOKS = {
    "step": [0, 10, 21, 40, 60, 80, 100],
    "target": [99.0, 98, 50, 70, 90, 80, 60],
    "entropy": [0.0, 0, 2, 1, 0.5, 0.9, 0.4],
    "information": [9.0, 9, 1, 1.5, 2, 1.2, 1.1],
    "snd": [9.0, 9, 1, 2, 3, 5, 4],
}


def test_only_looks_after_the_first_fifth_count():
    looks = working.counted(LOOKS["step"], LOOKS, 100)
    assert looks["step"].tolist() == [21, 40, 60, 80, 100]
    assert working.counted(LOOKS["step"], LOOKS, 500) == {}, "stopped within its first fifth"
    holes = LOOKS | {"target": [None, None, 50, float("nan"), 90, 80, None]}
    assert working.counted(LOOKS["step"], holes, 100)["step"].tolist() == [21, 60, 80]


def test_each_judgement_chooses_its_step_and_pays_for_it():
    found = working.choices(working.counted(LOOKS["step"], LOOKS, 100))
    assert found["entropy"] == working.Choice(100, 60, 30), "the lowest"
    assert found["information"] == found["oracle"] == working.Choice(60, 90, 0)
    assert found["snd"] == working.Choice(80, 80, 10)
    assert found["last"] == working.Choice(100, 60, 30)


def test_the_rank_correlation_is_spearmans():
    a, b = np.array([3.0, 1, 4, 1, 5, 9]), np.array([2.0, 7, 1, 8, 2, 8])
    assert data.spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert data.spearman(a, np.exp(a)) == pytest.approx(1) and data.spearman(a, -a) == pytest.approx(-1)
    assert data.spearman(a, np.ones(6)) is None and data.spearman(a[:2], b[:2]) is None


@pytest.mark.parametrize(
    "rho, words",
    [
        (0.9, "is better on the target"),
        (0.5, "leans the right way"),
        (0.0, "knows nothing"),
        (-0.5, "**−0.50**. It prefers the worse networks"),
        (None, "no rank correlation"),
    ],
)
def test_the_rank_correlation_in_words(rho, words):
    assert words in working.about_rank(rho, 16, 20.0)


def test_where_nothing_moves_no_order_is_read():
    assert "mostly chance" in working.about_rank(-0.5, 16, 1.6) and "misleads" not in working.about_rank(-0.5, 16, 1.6)


def test_another_judgement_is_another_curve_and_turns_its_sign(visit):
    current = saved("dann")
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "working")
    looks = working.counted(*current.table, current.events[0].total_steps)
    for name, sign in working.JUDGEMENTS.items():
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


def test_a_swap_and_a_class_that_swallows_another_are_told_apart():
    shares = np.diag([100.0] * 10)
    shares[4, [4, 9]], shares[9, [9, 4]] = [40, 60], [45, 55]
    shares[1, [1, 7]], shares[7, [7, 1]] = [20, 80], [95, 5]
    shares[2, [2, 3]], shares[3, [3, 2]] = [80, 20], [88, 12]
    first, second, third, *rest = swapped.in_words(shares, shares)
    assert "class 1, **80** are called 7" in first and "7 swallows 1" in first and "other way it is 5" in first
    assert "class 4, **60** are called 9" in second and "class 9, **55** are called 4: the two are swapped" in second
    assert "taken for one another" in third and rest == [
        "7 is answered 1.8 times as often as it comes: it swallows others."
    ]


def test_few_mistakes_are_called_few():
    counts = np.full((2, 2), 2) + np.diag([96, 96])
    assert swapped.in_words(swapped.percent(counts), counts) == [
        "No class is taken for another in more than 5 of 100 pictures."
    ]


def test_a_click_on_a_mistake_chooses_its_pictures_and_the_choice_outlives_the_run():
    state = st.session_state
    pairs = [(1, 7), (2, 3)]
    click = {"trace": "", "index": [2, 3], "x": 3, "y": 2, "custom": None}
    swapped._follow(click, "pair", pairs)
    assert state["pair"] == (2, 3)
    state["pair"] = (1, 7)  # chosen by hand since: an old click does not come back
    swapped._follow(click, "pair", pairs)
    assert state["pair"] == (1, 7)
    for odd in ({"x": "a", "y": "b"}, {"x": 9, "y": 9}):
        swapped._follow(click | odd, "pair", pairs)
        assert state["pair"] == (1, 7)
    swapped._follow(None, "pair", [(2, 3)])
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
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "swapped")
    for key, run in (("swapped/after", current), ("swapped/before", source)):
        counts = run.last("confusion")
        np.testing.assert_allclose(figure(visitor, key)["data"][0]["z"], 100 * counts / counts.sum(1, keepdims=True))


def test_a_matrix_counted_from_the_network_is_the_stored_one():
    current = saved("dann")
    model = runs.load(current.id).net("model")
    y, x = (
        domains.domains(current.settings.target).target.test_y,
        domains.domains(current.settings.target).target.test_x,
    )
    stored = data.confusion(current.id, "model", current.settings)
    said = data.answers(current.id, "model", "test", current.settings)
    with torch.inference_mode():
        np.testing.assert_allclose(said[:50], model(x[:50]).softmax(1), atol=1e-5)
    for i, j in swapped.mistakes(swapped.percent(stored))[:5]:
        found = swapped.went(said, y.numpy(), i, j)
        assert len(found) == stored[i, j] and (y[found] == i).all()
        assert (np.diff(said[found, j]) <= 0).all(), "the surest first"


def test_before_a_second_phase_the_matrix_is_counted_now():
    current = saved("finetune")
    counts = data.confusion(current.id, "before", current.settings)
    said = data.answers(current.id, "before", "test", current.settings).argmax(1)
    y = domains.domains(current.settings.target).target.test_y.numpy()
    assert counts.sum() == len(y) and np.trace(counts) == (said == y).sum()
    assert counts[3, 5] == ((y == 3) & (said == 5)).sum()


def test_rare_classes_get_a_chart_of_shares(visit):
    visitor = view(calm(visit(PAGE, run=saved("rare").id, tab="Look inside")), "swapped")
    truth, answered, estimated = figure(visitor, "swapped/shift")["data"]
    np.testing.assert_allclose(truth["y"], [100 * n / 2200 for n in [400] * 5 + [40] * 5])
    assert (
        sum(answered["y"]) == pytest.approx(100)
        and sum(estimated["y"]) == pytest.approx(100)
        and min(estimated["y"]) >= 0
    )
    text, end = text_of(visitor), events("rare")[1][-1].summary
    assert "**50 %** of the source's pictures and **9.1 %** of the target's" in text, (
        "the source's share stands beside it"
    )
    assert f"This run's network gives **{sum(answered['y'][5:]):.1f} %** of its answers" in text
    assert f"corrects this to **{sum(estimated['y'][5:]):.1f} %**" in text
    assert [end["rare_true"], end["rare_answered"], end["rare_estimated"]] == pytest.approx(
        [sum(layer["y"][5:]) for layer in (truth, answered, estimated)], abs=0.3
    )
    visitor = view(calm(visit(PAGE, run=saved("dann").id, tab="Look inside")), "swapped")
    assert "swapped/shift" not in keys(visitor)


def test_a_method_that_aligns_nothing_is_not_blamed_for_the_shares():
    truth = np.array([90.0, 10.0])
    aligned = " ".join(swapped.about_shift(truth, {"run": (truth[::-1], None), "source": (truth, truth)}, True))
    assert "and **10.0 %** of the target" in aligned and "This run's network gives **90.0 %**" in aligned
    assert (
        "Source only gives **10.0 %**" in aligned
        and "corrects this to **10.0 %**" in aligned
        and aligned.count("corrects") == 1
    )
    assert "makes both clouds alike" in aligned
    assert "makes both clouds alike" not in " ".join(swapped.about_shift(truth, {}, False))


# ---- methods side by side ----


def test_the_gap_is_between_source_only_and_the_target_itself(visit):
    current, _source, _target = saved("dann"), saved("source"), saved("target")
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "methods")
    names = [layer["name"] for layer in figure(visitor, "methods/curves")["data"]]
    assert sorted(names) == ["DaNN, λ = 1", "Source only (lower bound)", "Trained on the target (upper bound)"]
    table = visitor.table[-1].value
    reached = dict(zip(table["Method"], table["Gap closed (%)"]))
    lower, upper = (float(events(name)[1][-1].summary["target"]) for name in ("source", "target"))
    assert reached["Source only"] == "0" and reached["Trained on the target"] == "100"
    own = 100 * (current.summary["target"] - lower) / (upper - lower)
    assert reached["DaNN, λ = 1"] == f"{own:.0f}".replace("-", "−")
    pick = next(group for group in visitor.get("pills") if group.key == "transfer/methods")
    calm(pick.set_value([]).run())


@pytest.mark.parametrize(
    "target, lower, upper, share",
    [
        (75, 50, 100, 50),
        (40, 50, 90, -25),
        (95, 50, 95, 100),
        (75, None, 90, None),
        (75, 50, None, None),
        (75, 90, 90, None),
    ],
)
def test_the_share_of_the_gap_that_is_closed(target, lower, upper, share):
    assert methods.closed(target, lower, upper) == share


def test_without_a_bound_the_gap_stays_open(visit):
    current = saved("dann")
    saved("source")
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "methods")
    assert set(visitor.table[-1].value["Gap closed (%)"]) == {"–"}
    assert "A stored run of these domains is missing: trained on the target" in text_of(visitor)


def test_a_curve_holds_what_the_looks_measured():
    current = saved("rotated")
    steps, values = data.targets(current.id)
    assert steps[-1] == 50 and values == [v for v in current.table[1]["target"] if v is not None]


# ---- what it looks at ----


@pytest.mark.parametrize("name", ["rare", "source"])
def test_the_share_on_the_stroke_is_that_of_each_picture_alone(name):
    current = saved(name)
    shares, pixels = data.on_stroke(current.id, "model", current.settings)
    net = runs.load(current.id).net("model")
    plain, target = digits.load(), domains.domains(current.settings.target).target
    assert len(shares) == 200 and 5 < pixels < 25
    for place, label, number in ((0, 0, 0), (67, 3, 7), (199, 9, 19)):
        index = torch.nonzero(plain.test_y == label)[number, 0]
        x = target.test_x[index : index + 1].clone().requires_grad_(True)
        logits = net(x)
        logits[0, logits.argmax()].backward()
        values = (x.grad if name == "source" else x.grad * x.detach()).sum(1)[0].abs()
        ink = plain.test_x[index, 0] > 0.5
        assert shares[place] == pytest.approx(100 * float(values[ink].sum() / values.sum()), rel=1e-3)


def test_asking_leaves_the_shared_pictures_alone():
    current = saved("rare")
    target = domains.domains(current.settings.target).target
    was = target.test_x.clone()
    data.on_stroke(current.id, "model", current.settings)
    assert torch.equal(target.test_x, was) and not target.test_x.requires_grad


def test_a_change_within_chance_is_called_chance():
    rng = np.random.default_rng(0)
    before = rng.normal(30, 5, 200)
    noise = rng.normal(0, 5, 200)
    noise -= noise.mean()
    assert "no more than chance" in why.about_strokes(before, before + noise)
    assert "**+9.0** points (± 0.4" in why.about_strokes(before, before + noise / noise.std(ddof=1) * 5 + 9)
    worse = why.about_strokes(before, before + noise - 9)
    assert "**−9.0**" in worse and "less at the stroke" in worse
    assert "2.0 times" in why.about_stroke(np.array([20.0, 30.0]), 12.5)


def test_the_view_begins_with_the_picture_that_gained_most(visit):
    before, after = np.full((5, 10), 0.1), np.full((5, 10), 0.1)
    labels = np.array([2, 7, 2, 2, 7])
    after[2, 2] = 0.9
    after[3, 5] = 1.0  # not its class
    assert why.most_gained(before, after, labels) == (2, 2)
    current = saved("dann")
    saved("source")
    visitor = view(calm(visit(PAGE, run=current.id, tab="Look inside")), "why")
    text = text_of(visitor)
    assert "**Before: source only** · says" in text and "**This run's network** · says" in text and "points (±" in text
    calm(visitor.get_by_key("transfer/why/method").set_value("grad_cam").run())


def test_where_the_stroke_is_not_known_nothing_is_said_of_it(visit):
    visitor = view(calm(visit(PAGE, run=saved("rotated").id, tab="Look inside")), "why")
    assert "on the stroke" not in " ".join(metric.label for metric in visitor.metric)
    assert "train “Source only” with the same target" in text_of(visitor)
