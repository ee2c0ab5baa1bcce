"""Five seeds side by side: each learns what it learns alone, and the run says the means with their deviations."""

import statistics

import numpy as np
import pytest

from core.events import Finished, Metrics, Picture, Warned
from core.gan import models, train
from core.gan import settings as s
from core.gan.settings import GanSettings
from core.settings import flatten
from tests.core.gan.test_train import assert_same_run, few_evaluations  # noqa: F401

RING = s.Plane(steps=20, batch=16, hidden=16, g_rate=0.003, d_rate=0.002)
KNOBS = {
    "plain": {},
    "penalty and packs": {"r1": 0.5, "pack": 2, "turns": "10:latent=1,15:batch=32"},
    "critic": {"method": s.GradientPenalty(penalty=3), "data": RING.model_copy(update={"shape": "moons"})},
    "clipped, drawn": {"method": s.Wasserstein(), "data": s.Drawn(steps=20, batch=16, hidden=16)},
    "hinge": {"method": s.Hinge(), "beta": 0.0, "decay": False},
    "squares, D alone": {"method": s.LeastSquares(), "players": "d"},
    "slow": {"motion": "phases"},
}


ONE_POINT = {"lenient": 6, "strict": 6}  # a point on the verge of a spot, by rounding alone


def settings_of(knobs):
    return GanSettings(**({"data": RING, "seed": 3, "seeds": 5} | knobs))


@pytest.mark.parametrize("knobs", KNOBS.values(), ids=KNOBS)
def test_each_seed_learns_what_it_learns_alone(knobs):
    settings = settings_of(knobs)
    together = [event for event in train.train(settings) if not isinstance(event, Warned)]
    alone = [[e for e in train.train(one) if not isinstance(e, Warned)] for one in settings.each()]
    assert [one.seed for one in settings.each()] == [3, 4, 5, 6, 7] and {len(run) for run in alone} == {len(together)}
    for event, *each in zip(together, *alone, strict=True):
        assert {type(one) for one in each} == {type(event)} and all(
            getattr(one, "step", 0) == getattr(event, "step", 0) for one in each
        )
        if isinstance(event, Metrics):
            assert set(event.values) == {name + end for name in each[0].values for end in ("", "_sd")}
            for name in each[0].values:
                own = [one.values[name] for one in each]
                close = {"rel": 0.01, "abs": ONE_POINT.get(name, 2.0 if s.METRICS[name].unit == "%" else 2e-3)}
                assert event.values[name] == pytest.approx(statistics.fmean(own), **close), (event.step, name)
                assert event.values[name + "_sd"] == pytest.approx(statistics.stdev(own), **close), (event.step, name)
        if isinstance(event, Picture):
            assert event.name == each[0].name and event.array.shape == each[0].array.shape
            off = np.abs(event.array.astype(float) - each[0].array.astype(float)).max()
            assert off <= (2 if event.array.dtype == np.uint8 else 0.02), "pictures are those of the first seed"


def test_the_end_tells_every_seed_and_keeps_the_first_one_s_networks():
    settings = settings_of({})
    ended, alone = list(train.train(settings))[-1], [list(train.train(one))[-1] for one in settings.each()]
    assert isinstance(ended, Finished) and {"good", "frechet", "floor"} < set(ended.summary["each"])
    for name, values in ended.summary["each"].items():
        assert values == pytest.approx([one.summary[name] for one in alone], rel=0.01, abs=1.0), name
        assert ended.summary[name] == statistics.fmean(values) and ended.summary[f"{name}_sd"] == statistics.stdev(
            values
        )
    assert len({round(value, 6) for value in ended.summary["each"]["frechet"]}) == 5, "no two seeds are alike"
    for name, model in ended.models.items():
        assert model.arch == alone[0].models[name].arch and list(model.weights) == list(alone[0].models[name].weights)
        models.player(model)
        for key, weight in model.weights.items():
            mine, others = alone[0].models[name].weights[key], alone[1].models[name].weights[key]
            assert np.abs(weight - mine).max() < 0.05 * np.abs(weight - others).max(), (name, key)


def test_a_seed_that_diverges_ends_the_run():
    settings = settings_of({"data": RING.model_copy(update={"steps": 40})})
    begin, duels = train.begin, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "begin", lambda settings: duels.append(begin(settings)) or duels[0])
        events = []
        for event in train.train(settings):
            events.append(event)
            if isinstance(event, Metrics) and event.step == 10:
                duels[0].G.layers[0].weight.data[3] = float("nan")
    assert isinstance(events[-2], Warned) and events[-2].kind == "diverged" and events[-1].summary == {"diverged": True}


def test_the_same_run_again():
    settings = settings_of({})
    assert_same_run(list(train.train(settings)), list(train.train(settings)))


@pytest.mark.parametrize(
    "knobs",
    [
        {"data": s.Clouds(steps=20, batch=16, hidden=16)},
        {"data": s.Digits(steps=20, batch=16, channels=8)},
        {"data": s.TwoSets(steps=20, batch=16, channels=8)},
        {"spectral": True},
    ],
    ids=["clouds", "digits", "sets", "spectral"],
)
def test_where_networks_cannot_learn_side_by_side_the_knob_says_why_and_changes_nothing(knobs):
    settings = settings_of(knobs)
    assert GanSettings.idle(flatten(settings))["seeds"].endswith(".") and settings.together == 1
    assert "seeds" not in GanSettings.idle(flatten(settings_of({}))) and settings_of({}).together == 5
    if "spectral" in knobs:
        assert_same_run(list(train.train(settings)), list(train.train(settings.model_copy(update={"seeds": 1}))))
