"""Knobs that are turned while a run goes on: their text and back, what may not be turned, and what steering does at each step."""

import threading

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.compression.settings import CompressionSettings
from core.events import Finished, Metrics, Started, Turned, Warned
from core.gan.settings import Clouds, GanSettings, TwoSets
from core.settings import BadSettings, bounds_of, build, choices_of, every_field, flatten
from core.steering import LONGEST, Steering, parse, repeatable, turned, written

PLAIN, CLOUDS, SETS = GanSettings(), GanSettings(data=Clouds()), GanSettings(data=TwoSets())
RATES = st.floats(1e-5, 0.1).map(lambda rate: float(f"{rate:.2g}"))
KNOBS = {
    "players": st.sampled_from(["both", "d", "g"]),
    "motion": st.sampled_from(["whole", "phases"]),
    "critic_steps": st.integers(1, 5),
    "g_rate": RATES,
    "d_rate": RATES,
    "latent": st.integers(1, 16),
    "batch": st.sampled_from([16, 32, 64, 128]),
    "r1": st.sampled_from([0.0, 0.05, 0.1, 1.0, 2.0]),
}
OF_CLOUDS = {"distance", "angle", "width"}  # in front of two clouds alone
OF_SETS = {"cycle"}
turns_of_a_step = st.dictionaries(st.sampled_from(list(KNOBS)), st.none(), min_size=1, max_size=3).flatmap(
    lambda chosen: st.fixed_dictionaries({name: KNOBS[name] for name in chosen})
)
plans = st.dictionaries(st.integers(0, 6000), turns_of_a_step, max_size=6).map(
    lambda plan: [Turned(step, plan[step]) for step in sorted(plan)]
)


def as_values(text):
    """A text of turns as events, by way of what the settings make of each value."""
    return [
        Turned(step, {name: flatten(turned(PLAIN, values))[name] for name in values}) for step, values in parse(text)
    ]


def test_every_knob_that_may_be_turned_is_tried_here():
    assert set(KNOBS) | OF_CLOUDS | OF_SETS == set(GanSettings.TURNABLE) <= set(every_field(GanSettings))
    assert CompressionSettings.TURNABLE == ()


# ---- the text ----


def test_the_text_of_turns():
    log = [
        Started(10),
        Turned(400, {"critic_steps": 5}),
        Metrics(500, {}),
        Turned(900, {"g_rate": 0.001, "players": "d"}),
        Finished(1, {}),
    ]
    assert written(log) == "400:critic_steps=5,900:g_rate=0.001,900:players=d"
    assert parse(written(log)) == [(400, {"critic_steps": "5"}), (900, {"g_rate": "0.001", "players": "d"})]
    assert written([Started(1), Warned(2, "a", "b")]) == "" and parse("") == []
    assert parse("90:batch=16,7:latent=3,90:batch=32") == [(7, {"latent": "3"}), (90, {"batch": "32"})]


@given(plans)
def test_what_was_written_is_read_back(log):
    assert as_values(written(log)) == log


@given(plans)
def test_settings_accept_every_text_that_is_not_too_long_and_the_hand_does_it_again(log):
    text = written(log)
    assume(len(text) <= LONGEST)
    settings = repeatable(PLAIN, [Started(1), *log])
    assert settings.turns == text and settings.model_copy(update={"turns": ""}) == PLAIN
    steering = Steering(settings)
    asked = {step + more for step in (0, *(event.step for event in log)) for more in (0, 1)}
    done = [event for step in sorted(asked) for event in steering.take(step)]
    assert done == log
    final = {name: value for event in log for name, value in event.values.items()}
    assert flatten(steering.settings) == flatten(settings) | final
    assert repeatable(settings, done) == settings


@pytest.mark.parametrize(
    "rate, text",
    [
        (0.1, "0.1"),
        (1e-5, "0.00001"),
        (0.000012, "0.000012"),
        (0.04, "0.04"),
        (0.0001, "0.0001"),
        (0.0123, "0.012"),
        (0.000123456, "0.00012"),
    ],
)
def test_rates_are_written_with_the_digits_that_they_are_turned_to(rate, text):
    """Whatever number is asked for: the run takes the one that its text can say, or it could not be repeated."""
    steering = Steering(PLAIN)
    steering.turn({"g_rate": rate})
    (event,) = steering.take(7)
    assert written([event]) == f"7:g_rate={text}" and event.values == {"g_rate": float(text)}
    assert steering.settings.data.g_rate == float(text)
    again = Steering(repeatable(PLAIN, [event]))
    assert again.take(7) == [event] and again.settings.data == steering.settings.data


def test_turns_of_one_step_belong_together():
    """However they were asked for, they are one event, which the text makes again."""
    steering = Steering(PLAIN)
    steering.turn({"critic_steps": 5, "batch": 32})
    steering.turn({"players": "d"})
    (event,) = steering.take(3)
    assert event == Turned(3, {"critic_steps": 5, "batch": 32, "players": "d"})
    assert Steering(repeatable(PLAIN, [event])).take(3) == [event]


def test_more_turns_than_can_be_told():
    log = [Turned(step, {"critic_steps": 1 + step % 5}) for step in range(100, 200)]
    with pytest.raises(BadSettings, match="turns"):
        repeatable(PLAIN, log)


@pytest.mark.parametrize(
    "text",
    [
        "400",
        "400:seed=1",
        "400:critic_steps=6",
        "40000:batch=16",
        "4:batch=17",
        "4:batch=16,",
        ",4:batch=16",
        "4:g_rate=1",
        "4:g_rate=0.2",
        "4:players=both,",
        "4:latent=0",
        "4:latent=65",
        "-4:batch=16",
        "4:r1=2.1",
    ],
)
def test_what_is_no_text_of_turns(text):
    with pytest.raises(
        BadSettings, match="^“.*” does not fit Turned while it runs .*400:critic_steps=5,900:g_rate=0.002[.]$"
    ):
        build(GanSettings, {"turns": text})


# ---- what may be turned ----


@pytest.mark.parametrize("name", sorted(set(flatten(PLAIN)) - set(GanSettings.TURNABLE)) + ["nonsense", "clip"])
def test_other_knobs_may_not_be_turned(name):
    with pytest.raises(BadSettings) as refusal:
        turned(PLAIN, {"batch": 16, name: flatten(PLAIN).get(name, 1)})
    (sentence,) = refusal.value.sentences
    assert sentence.startswith(
        f"“{name}” cannot be turned while a run goes on; players, motion, "
    ) and sentence.endswith(" can.")


def test_a_lab_without_such_knobs_has_none():
    with pytest.raises(BadSettings, match="cannot be turned"):
        turned(CompressionSettings(), {"seed": 2})


@pytest.mark.parametrize("name", GanSettings.TURNABLE)
def test_values_out_of_bounds_are_refused_in_words(name):
    field = every_field(GanSettings)[name]
    low, high = bounds_of(field)
    wrong = ["nobody", 17] if choices_of(field) else [low - 1, 3 * high, "many"]
    for value in wrong:
        with pytest.raises(BadSettings) as refusal:
            turned(CLOUDS if name in OF_CLOUDS else SETS if name in OF_SETS else PLAIN, {name: value})
        (sentence,) = refusal.value.sentences
        assert f"({name})" in sentence and sentence.endswith(".")


@given(turns_of_a_step)
def test_turning_changes_the_named_knobs_and_no_other(values):
    before = flatten(PLAIN)
    assert flatten(turned(PLAIN, values)) == before | values
    assert flatten(PLAIN) == before and turned(PLAIN, {}) == PLAIN


# ---- steering ----


def test_a_turn_counts_from_the_next_step_on():
    steering = Steering(PLAIN)
    assert steering.take(0) == [] and steering.settings == PLAIN
    steering.turn({"critic_steps": 4})
    assert steering.settings == PLAIN, "nothing happens in the middle of a step"
    assert steering.take(1) == [Turned(1, {"critic_steps": 4})] and steering.settings.method.critic_steps == 4
    assert steering.take(2) == [] and steering.settings.method.critic_steps == 4


def test_several_turns_before_a_step_are_one_and_the_last_counts():
    steering = Steering(PLAIN.model_copy(update={"turns": "5:latent=4,5:batch=16"}))
    steering.turn({"batch": 32})
    steering.turn({"batch": 64, "players": "g"})
    assert steering.take(5) == [Turned(5, {"latent": 4, "batch": 64, "players": "g"})]
    assert (steering.settings.data.latent, steering.settings.data.batch, steering.settings.players) == (4, 64, "g")


def test_planned_turns_come_at_their_step_only():
    steering = Steering(PLAIN.model_copy(update={"turns": "5:latent=4,0:batch=16"}))
    assert [len(steering.take(step)) for step in range(8)] == [1, 0, 0, 0, 0, 1, 0, 0]


def test_what_does_not_fit_is_left_out():
    steering = Steering(PLAIN)
    for values in ({"batch": 17}, {"players": "d"}, {"seed": 1}, {"latent": 3, "critic_steps": 9}):
        steering.turn(values)
    assert steering.take(2) == [Turned(2, {"players": "d"})]
    assert steering.settings == PLAIN.model_copy(update={"players": "d"})
    list(steering.report([Metrics(3, {})]))
    steering.turn({"critic_steps": 9})
    assert steering.take(3) == [] and not steering.open


def test_the_values_of_a_hand_may_be_changed_afterwards():
    values, steering = {"batch": 16}, Steering(PLAIN)
    steering.turn(values)
    values["batch"] = 999
    assert steering.take(0) == [Turned(0, {"batch": 16})]


def test_a_report_is_open_until_its_last_event_which_rests():
    steering, events = Steering(PLAIN), [Metrics(step, {}) for step in range(3)]
    assert steering.open, "what begins a run is part of its first report"
    seen = [(event, steering.open, steering.rest) for event in steering.report(iter(events), 0.9)]
    assert seen == [(events[0], True, 0), (events[1], True, 0), (events[2], False, 0.9)]
    assert (steering.open, steering.rest) == (False, 0), "what comes next does not rest"
    assert [(steering.open, steering.rest) for _ in steering.report(events[:1])] == [(False, 0)]
    assert list(steering.report([])) == []


def test_step_does_not_stop_at_a_turn():
    """Who turns a knob and then presses Step wants to see what it does, not that it was turned."""
    steering = Steering(PLAIN)
    list(steering.report([Metrics(0, {})]))
    steering.turn({"batch": 16})
    assert not steering.open and steering.take(0) and steering.open
    list(steering.report([Metrics(1, {})]))
    assert steering.take(1) == [] and not steering.open


def test_many_hands_at_once():
    steering, done = Steering(PLAIN), []
    people = [
        threading.Thread(target=lambda: [steering.turn({"latent": 1 + i % 16}) for i in range(50)]) for _ in range(4)
    ]
    for person in people:
        person.start()
    while any(person.is_alive() for person in people):
        done += steering.take(1)
    done += steering.take(2)
    for person in people:
        person.join()
    assert done and steering.take(3) == [] and all(1 <= event.values["latent"] <= 16 for event in done)
