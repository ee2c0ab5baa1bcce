"""Look inside on the anomaly detection page: the threshold, what mistakes cost, what can be promised, and a classifier's doubt."""

import re
from functools import cache
from itertools import count
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from core import labs, runs
from core.anomaly import calibration, datasets, decide
from core.anomaly.analysis import doubt, kinds, ranked, sureness
from core.anomaly.analysis.scores import final
from core.anomaly.analysis.threshold import positions
from core.anomaly.benchmark import DATASETS
from core.anomaly.settings import AnomalySettings
from core.events import Picture
from core.settings import build, flatten
from pages.parts import shown, views
from pages.views.anomaly import threshold
from tests.core.anomaly.analysis.conftest import EXTREMES, brute
from tests.pages.conftest import charts, check, text_of

PAGE = "pages/anomaly_detection.py"
CHARTS = {
    "threshold": ["threshold/scores", "threshold/roc", "threshold/precision"],
    "costs": ["costs/curves"],
    "promise": ["promise/kept", "promise/p"],
    "doubt": ["unsure/scores", "unsure/curves"],
    "sureness": ["sureness/diagram", "sureness/errors"],
}
OF_CLASSIFIERS = ("doubt", "sureness")
RUNS = {
    "digit": {"data": "digits", "normal": "3", "components": 5},
    "hidden": {"data": "digits", "normal": "3", "components": 5, "contamination": 20},
    "tumours": {"data": "tumours", "components": 5},
    "faces": {"data": "faces", "components": 5},
    "moons": {"data": "plane", "method": "confidence", "steps": 40, "batch": 16},
    "classes": {"data": "digits", "normal": "01", "method": "confidence", "steps": 20, "batch": 16},
    "turns": {"data": "digits", "normal": "3", "method": "confidence", "steps": 20, "batch": 16},
}
NAMES = count()


@cache
def events(name):
    settings = build(AnomalySettings, {"seed": 4711} | RUNS[name])
    return settings, tuple(labs.of("anomaly").train(settings))


def saved(name, keep=None, state="finished", **pictures):
    """A small real run in this test's store. keep: how many of its events; pictures: what shall stand in the place of its own scores.

    Each has a name of its own: pages remember what they measured by the name.
    """
    settings, log = events(name)
    log = [
        Picture(e.step, e.name, pictures[e.name]) if isinstance(e, Picture) and e.name in pictures else e
        for e in log[:keep]
    ]
    run = runs.make(f"anomaly-tiny-{name}-{next(NAMES)}", "anomaly", flatten(settings), log, 1.0, state)
    runs.save(run)
    return shown.of(run)


def kept(found):
    """Scores as a run would keep them, by the names of its pictures."""
    arrays = zip(("fit", "held", "test"), (found.learned, found.calibration, found.test))
    return {name: array.astype(np.float32) for name, array in arrays} | {"odd": found.is_anomaly.astype(np.uint8)}


def opened(visit, current, name):
    return view(calm(visit(PAGE, run=current.id, tab="Look inside")), name)


def view(visitor, name):
    choice = next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))
    return calm(choice.set_value(name).run())


def calm(visitor):
    """Nothing went wrong; what a run warns of is no fault of the page."""
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error, [e.value for e in visitor.error]
    return visitor


def figure(visitor, key):
    return next(chart.figure for chart in charts(visitor) if chart.key == key)


def keys(visitor):
    return {chart.key for chart in charts(visitor)}


def layer(drawn, name):
    return next(each for each in drawn["data"] if each["name"].startswith(name))


def slide(visitor, key, value):
    found = (*visitor.get("select_slider"), *visitor.get("slider"), *visitor.get("number_input"))
    return calm(next(each for each in found if each.key.startswith(key)).set_value(value).run())


def metrics(visitor):
    return {each.label: each.value for each in visitor.metric}


def table(visitor, place=0):
    """A table's rows, by what stands in its first column."""
    frame = visitor.table[place].value
    return {row.iloc[0]: list(row.iloc[1:]) for __, row in frame.iterrows()}


def percent(text):
    return float(text.removesuffix(" %").replace(",", ""))


# ---- every view of every kind of run ----


@pytest.mark.parametrize("name", RUNS)
def test_every_view_opens(visit, name):
    visitor = calm(visit(PAGE, run=saved(name).id, tab="Look inside"))
    doubtful = events(name)[0].method.name == "confidence"
    for each in CHARTS if doubtful else [each for each in CHARTS if each not in OF_CLASSIFIERS]:
        view(visitor, each)
        assert set(CHARTS[each]) <= keys(visitor), each
        assert not re.search(r"\bnan\b|\binf\b|\{\S*\}", text_of(visitor)), text_of(visitor)


@pytest.mark.parametrize("name", EXTREMES)
def test_odd_scores_break_no_view(visit, name):
    visitor = calm(visit(PAGE, run=saved("tumours", **kept(EXTREMES[name])).id, tab="Look inside"))
    for each in ("threshold", "costs", "promise"):
        view(visitor, each)
        assert set(CHARTS[each]) <= keys(visitor), each
    slide(view(visitor, "promise"), "promise/alpha", 50)
    slide(view(visitor, "threshold"), "threshold/at", 0)
    assert metrics(visitor)["Recall"] == "100.0 %"


def test_a_stopped_run_says_what_is_missing(visit):
    current = saved("moons", 8, "stopped")
    assert final(current) is None and not any(view.fits(current) for view in views.of("anomaly"))
    visitor = calm(visit(PAGE, run=current.id, tab="Look inside"))
    assert "nothing to look into yet" in text_of(visitor)


def test_a_network_that_is_gone_is_a_sentence(visit):
    settings, log = events("moons")
    log = [e if not hasattr(e, "models") else type(e)(e.step, e.summary, {}) for e in log]
    run = runs.make("anomaly-tiny-gone", "anomaly", flatten(settings), log, 1.0, "finished")
    runs.save(run)
    visitor = calm(visit(PAGE, run="anomaly-tiny-gone", tab="Look inside"))
    assert "network of this run is gone" in text_of(view(visitor, "doubt"))


def test_the_first_scene_opens_on_the_threshold(visit):
    visitor = check(visit(PAGE, tab="Look inside"))
    assert set(CHARTS["threshold"]) <= keys(visitor)
    said = text_of(visitor)
    assert "(a random order has 90 %)" in said and "The distance to the mean normal example has 72.7 %." in said


def test_a_detector_no_better_than_the_mean_is_told_so(visit):
    said = text_of(opened(visit, saved("moons"), "threshold"))
    assert "The distance to the mean normal example has 92.7 %: this detector is no better than that." in said


# ---- the threshold ----


@pytest.mark.parametrize("found", EXTREMES.values(), ids=EXTREMES)
def test_no_two_positions_of_the_slider_read_the_same(found):
    names = threshold.spoken(positions(found.test, found.is_anomaly))
    assert len(set(names)) == len(names) and names[-1] == "never" and "-" not in "".join(names)


@pytest.mark.parametrize("name", ["digit", "moons"])
def test_the_numbers_follow_both_sliders(visit, name):
    current = saved(name)
    found = final(current)
    places = positions(found.test, found.is_anomaly)
    visitor = opened(visit, current, "threshold")
    drawn = figure(visitor, "threshold/roc")
    for place, share in ((30, None), (60, 1.0), (5, 1.0)):
        slide(visitor, "threshold/at", place)
        if share:
            slide(visitor, "threshold/share", share)
        share = share or 100 * found.is_anomaly.mean()
        hits, missed, false, passed = brute(found, places[place], share / 100)
        told = metrics(visitor)
        assert percent(told["Precision"]) == pytest.approx(100 * hits / (hits + false), abs=0.051)
        assert percent(told["Recall"]) == pytest.approx(100 * hits / (hits + missed), abs=0.051)
        assert percent(told["False alarm rate"]) == pytest.approx(100 * false / (false + passed), abs=0.051)
        assert percent(told["F1"]) == pytest.approx(100 * 2 * hits / (2 * hits + missed + false), abs=0.051)
        assert percent(told["Accuracy"]) == pytest.approx(100 * (hits + passed), abs=0.051)
        raised = found.test >= places[place]
        counts = [
            f"{(raised & part).sum()} {word}"
            for part, word in ((found.is_anomaly, "found"), (~found.is_anomaly, "false alarms"))
        ]
        assert [row[0] for row in table(visitor).values()] == counts
        roc, pr = figure(visitor, "threshold/roc"), figure(visitor, "threshold/precision")
        chosen = [(layer(each, "chosen")["x"][0], layer(each, "chosen")["y"][0]) for each in (roc, pr)]
        assert chosen[0] == pytest.approx((100 * false / (false + passed), 100 * hits / (hits + missed)))
        assert chosen[1] == pytest.approx((100 * hits / (hits + missed), 100 * hits / (hits + false)))
        assert layer(roc, "every") == layer(drawn, "every"), "the ROC curve knows nothing of either slider"
    pairs = found.anomalous[:, None] - found.normal[None]
    assert f"AUROC **{100 * ((pairs > 0) + (pairs == 0) / 2).mean():.1f} %**" in text_of(visitor)
    precise = 100 * decide.average_precision(found.test, found.is_anomaly, 0.01)
    assert f"average precision **{precise:.1f} %** at 1 % anomalies" in text_of(visitor)


def test_the_first_threshold_is_the_one_of_the_live_picture(visit):
    current = saved("digit")
    found = final(current)
    at = decide.conformal_threshold(found.calibration, 0.1)
    visitor = opened(visit, current, "threshold")
    slider = next(each for each in visitor.get("select_slider") if each.key.startswith("threshold/at"))
    places = positions(found.test, found.is_anomaly)
    assert places[slider.value - 1] < at <= places[slider.value]


def test_where_nothing_raises_the_alarm_there_is_no_precision(visit):
    current = saved("tumours")
    visitor = opened(visit, current, "threshold")
    found = final(current)
    slide(visitor, "threshold/at", len(positions(found.test, found.is_anomaly)) - 1)
    assert metrics(visitor)["Precision"] == "–" and metrics(visitor)["F1"] == "0.0 %"
    assert "Nothing raises the alarm" in text_of(visitor)
    assert not [each for each in figure(visitor, "threshold/precision")["data"] if each["name"].startswith("chosen")]


# ---- calibration ----


@pytest.mark.parametrize("name", ["classes", "turns"])
def test_the_diagram_follows_the_temperature_and_its_dots_are_the_bins(visit, name):
    current = saved(name)
    found = sureness.sureness(current)
    visitor = opened(visit, current, "sureness")
    for at in (1.0, found.fitted):
        slide(visitor, "sureness/t", at)
        sure, right = calibration.answers(found.logits, found.y, at)
        dots = next(t for t in figure(visitor, "sureness/diagram")["data"] if t["mode"] == "markers")
        edges = np.arange(calibration.BINS + 1) / calibration.BINS
        bins = [(sure > low) & (sure <= high) for low, high in zip(edges, edges[1:])]
        there = [each for each in bins if each.any()]
        assert dots["x"] == pytest.approx([100 * sure[each].mean() for each in there])
        assert dots["y"] == pytest.approx([100 * right[each].mean() for each in there])
        error = 100 * sum(each.mean() * abs(sure[each].mean() - right[each].mean()) for each in there)
        assert f"calibration error {error:.1f} %" in text_of(visitor)


# ---- ranked ----


def test_the_diagram_follows_the_chosen_data_sets(visit):
    visitor = opened(visit, saved("tumours"), "ranked")
    drawn, found = figure(visitor, "ranked/ranks"), ranked.ranked(DATASETS)
    dots = layer(drawn, "mean rank")
    assert dots["x"] == pytest.approx(found.ranking.ranks.tolist()) and len(table(visitor)) == len(DATASETS)
    ruler = layer(drawn, "critical difference")["x"]
    assert ruler[1] - ruler[0] == pytest.approx(found.ranking.critical)
    bars = [each for each in drawn["data"] if each["mode"] == "lines" and each["x"][0] == each["x"][-1]]
    assert len(bars) == len(found.groups)
    pills = next(each for each in visitor.get("button_group") if each.key.startswith("ranked/"))
    calm(pills.set_value(["wine", "iris", "mnist"]).run())
    assert layer(figure(visitor, "ranked/ranks"), "mean rank")["x"] == pytest.approx(
        ranked.ranked(("wine", "iris", "mnist")).ranking.ranks.tolist()
    )
    pills = next(each for each in visitor.get("button_group") if each.key.startswith("ranked/"))
    calm(pills.set_value(["wine"]).run())
    assert "Choose at least two data sets." in text_of(visitor)


# ---- kinds of oddity ----


def test_every_kind_has_its_bar_and_the_known_one_says_so(visit):
    visitor = opened(visit, shown.find("anomaly-a-few-known-oddities"), "kinds")
    drawn, found = figure(visitor, "kinds/bars"), kinds.by_kind(shown.find("anomaly-a-few-known-oddities"))
    assert layer(drawn, "this run")["y"] == pytest.approx(list(found.auroc.values()))
    assert layer(drawn, "no oddity known")["y"] == pytest.approx(list(found.control.values()))
    assert drawn["layout"]["xaxis"]["ticktext"][1] == "nines (known)" and len(table(visitor)) == 5
    assert "The known kind, nines, is found better" in text_of(visitor)
    bars = figure(visitor, "live/kinds")["data"][0]
    assert bars["x"] == pytest.approx(list(found.auroc.values()))


# ---- what mistakes cost ----


def test_the_lectures_example_comes_out(visit):
    visitor = opened(visit, saved("tumours"), "costs")
    assert table(visitor, 1) == {"1": ["4", "1", "104", "401"], "2": ["3", "6", "603", "306"]}
    assert "By A threshold 1 is the cheaper one, by B threshold 2." in text_of(visitor)


def cheapest(found, miss, alarm, share):
    """Lowest cost of 100 examples over every threshold there is, by trying all of them."""
    tried = [brute(found, at, share) for at in [*np.unique(found.test), np.inf]]
    return min(100 * (miss * each[1] + alarm * each[2]) for each in tried)


def test_costs_and_best_thresholds_follow_the_knobs(visit):
    current = saved("tumours")
    found = final(current)
    visitor = opened(visit, current, "costs")
    prices = {"A": (1, 100), "B": (100, 1)}
    for change in (None, ("costs/miss/A", 30), ("costs/alarm/B", 7), ("costs/share", 10)):
        if change:
            slide(visitor, *change)
        prices |= {"A": (30, 100)} if change == ("costs/miss/A", 30) else {}
        prices |= {"B": (100, 7)} if change == ("costs/alarm/B", 7) else {}
        share = 0.1 if change and change[0] == "costs/share" else found.is_anomaly.mean()
        rows, drawn = table(visitor), figure(visitor, "costs/curves")
        for name, place in (("A", 0), ("B", 1)):
            least, told = cheapest(found, *prices[name], share), rows[f"Cost by {name}, of 100"]
            assert percent(told[place]) == pytest.approx(least, abs=0.51)
            assert layer(drawn, f"best for {name}")["y"][0] == pytest.approx(least)
            curve = layer(drawn, f"{name}: miss")["y"]
            assert min(curve) == pytest.approx(least), "the grid of the curve holds its lowest point"
            assert curve[int(layer(drawn, f"best for {name}")["x"][0])] == pytest.approx(least)
            assert curve[-1] == pytest.approx(100 * share * prices[name][0])
            assert curve[0] == pytest.approx(100 * (1 - share) * prices[name][1])
            assert [percent(cell) for cell in told[2:]] == pytest.approx([curve[-1], curve[0]], abs=0.51)
            assert percent(told[1 - place]) >= percent(told[place])


def test_costs_of_nothing(visit):
    """A miss that costs nothing is never worth an alarm; an alarm that costs nothing finds everything; and then nothing costs anything."""
    visitor = opened(visit, saved("tumours"), "costs")
    slide(visitor, "costs/miss/A", 0)
    assert "By table A it is best never to raise the alarm" in text_of(visitor)
    slide(visitor, "costs/alarm/B", 0)
    assert [table(visitor)[row][place] for row, place in (("Cost by A, of 100", 0), ("Cost by B, of 100", 1))] == [
        "0",
        "0",
    ]
    assert table(visitor)["Anomalies found (%)"][:2] == ["0.0", "100.0"]
    slide(visitor, "costs/alarm/A", 0)
    assert "every threshold is as good as any other" in text_of(visitor)
    assert "No mistake costs anything" in text_of(visitor)


def test_a_blind_detector_is_best_not_asked(visit):
    visitor = opened(visit, saved("tumours", **kept(EXTREMES["blind"])), "costs")
    assert "By table A it is best never to raise the alarm" in text_of(visitor)
    assert "By table B it is best always to raise the alarm" in text_of(visitor)
    assert "table A wants **never raise it**, table B **always raise it**" in text_of(visitor)
    assert layer(figure(visitor, "costs/curves"), "best for A")["name"].endswith("never raise it")


# ---- without anomalies ----


@pytest.mark.parametrize("name, alpha", [("digit", 10), ("digit", 33), ("tumours", 5), ("hidden", 20)])
def test_what_is_kept_of_a_promise_is_what_counting_gives(visit, name, alpha):
    current = saved(name)
    found = final(current)
    visitor = slide(opened(visit, current, "promise"), "promise/alpha", alpha)
    rows, m = table(visitor), (~found.is_anomaly).sum()
    p = np.array([(1 + (found.calibration >= score).sum()) / (len(found.calibration) + 1) for score in found.test])
    calibration, fit = p <= alpha / 100, found.test >= np.quantile(found.learned, 1 - alpha / 100)
    assert [percent(cell) for cell in rows["Kept: false alarms (%)"]] == pytest.approx(
        [100 * raised[~found.is_anomaly].mean() for raised in (calibration, fit)], abs=0.051
    )
    assert [percent(cell) for cell in rows["Anomalies found (%)"]] == pytest.approx(
        [100 * raised[found.is_anomaly].mean() for raised in (calibration, fit)], abs=0.051
    )
    k, z = calibration[~found.is_anomaly].mean(), NormalDist().inv_cdf(0.975)  # Wilson 1927
    middle, half = (
        (k + z * z / (2 * m)) / (1 + z * z / m),
        z * sqrt(k * (1 - k) / m + z * z / (4 * m * m)) / (1 + z * z / m),
    )
    low, high = rows["95 % interval of what is kept (%)"][0].split(" to ")
    assert (float(low), float(high)) == pytest.approx((100 * (middle - half), 100 * (middle + half)), abs=0.051)
    drawn = layer(figure(visitor, "promise/kept"), "from held-out")
    assert drawn["y"][drawn["x"].index(alpha)] == pytest.approx(100 * calibration[~found.is_anomaly].mean())
    bars = layer(figure(visitor, "promise/p"), "fresh normals")
    assert sum(bars["y"]) == pytest.approx(100)
    assert f"p ≤ {alpha / 100:.2f}: {100 * calibration[~found.is_anomaly].mean():.1f} % of fresh normals" in text_of(
        visitor
    )


def test_too_few_held_out_normals_can_promise_nothing(visit):
    visitor = opened(visit, saved("tumours", **kept(EXTREMES["one held"])), "promise")
    assert "With 1 held-out normals no rate below 1 / 2 = 50.0 % can be promised" in text_of(visitor)
    assert table(visitor)["Alarm from"][0] == "never" and table(visitor)["Anomalies found (%)"][0] == "0.0"
    slide(visitor, "promise/alpha", 50)
    assert table(visitor)["Alarm from"][0] != "never" and "can be promised" not in text_of(visitor)


def test_hidden_anomalies_are_taken_out_to_see_what_they_did(visit):
    current = saved("hidden")
    found = final(current)
    hidden = datasets.dataset_of(current.settings).calibration_hidden.numpy()
    clean = decide.conformal_threshold(found.calibration[~hidden], 0.1)
    visitor = opened(visit, current, "promise")
    assert f"Of the held-out examples {hidden.sum()} are anomalies" in text_of(visitor)
    told = (
        100 * (found.anomalous >= decide.conformal_threshold(found.calibration, 0.1)).mean(),
        100 * (found.anomalous >= clean).mean(),
    )
    assert "{:.1f} % of the anomalies are found instead of {:.1f} %".format(*told) in text_of(visitor)
    assert told[0] < told[1]
    assert "nobody knows of" not in text_of(opened(visit, saved("digit"), "promise"))


# ---- a classifier's doubt ----


@pytest.mark.parametrize("name", ["moons", "classes", "turns"])
def test_the_doubt_follows_temperature_and_choice(visit, name):
    current = saved(name)
    found, visitor = final(current), opened(visit, current, "doubt")
    own = 100 * decide.auroc(found.test, found.is_anomaly)
    assert f"softmax **{own:.1f} %**" in text_of(visitor), "at T = 1 it is the run's own score"
    slide(visitor, "unsure/t", 2.51)
    kinds = next(each for each in visitor.get("segmented_control") if (each.key or "").startswith("unsure/kind"))
    calm(kinds.set_value("energy").run())
    answered = doubt.answers(current)
    for kind in ("softmax", "entropy", "energy"):
        curve = layer(figure(visitor, "unsure/curves"), kind)
        assert curve["y"] == pytest.approx([100 * value for value in answered.curves[kind]])
        assert f"{kind} **{curve['y'][curve['x'].index(2.51)]:.1f} %**" in text_of(visitor)
    chosen = layer(figure(visitor, "unsure/curves"), "chosen")
    assert chosen["x"] == [2.51] and chosen["y"] == [curve["y"][curve["x"].index(2.51)]], "energy was chosen last"
    right = answered.trained.numbers["normal"]
    assert any(f"right for {right:.1f} % of normals" in (caption.help or "") for caption in visitor.caption)


def test_of_two_classes_no_temperature_changes_the_order_of_entropy(visit):
    visitor = opened(visit, saved("moons"), "doubt")
    kinds = next(each for each in visitor.get("segmented_control") if (each.key or "").startswith("unsure/kind"))
    calm(kinds.set_value("entropy").run())
    assert "No temperature changes what entropy puts first" in text_of(visitor)


def test_a_detector_that_is_no_classifier_has_no_doubt_to_show():
    (view,) = (each for each in views.of("anomaly") if each.name == "doubt")
    assert view.fits(saved("moons")) and not view.fits(saved("tumours"))
