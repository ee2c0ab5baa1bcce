"""What the stage says while a run goes on."""

from core.attack.analysis import stage, stored
from core.events import Metrics, Picture, Started
from core.record import Record

PANDA = stored.record_of("attack-a-panda-that-is-not")


def cut(record, keep):
    return Record(record.id, record.settings, record.events[:keep], None)


def test_the_last_value_of_each_number_counts():
    events = [Metrics(0, {"a": 1.0, "b": 2.0}), Metrics(1, {"a": 3.0})]
    assert stage.latest(Record("attack-x", None, events, None)) == {"a": 3.0, "b": 2.0}


def test_the_surer_answer_comes_first():
    shown = next(i for i, event in enumerate(PANDA.events) if isinstance(event, Picture) and event.name == "attacked")
    assert stage.answers_now(cut(PANDA, shown), "other") == [], "not attacked yet"
    first, last = stage.answers_now(cut(PANDA, shown + 1), "other"), stage.answers_now(PANDA, "other")
    assert [name for name, _ in first] == ["Egyptian cat", "giant panda"]
    assert [name for name, _ in last] == ["giant panda", "Egyptian cat"] and last[0][1] > 99
    events = [Started(1, {"truth": "3"}), *PANDA.events[1:]]
    assert stage.answers_now(Record("attack-x", None, events, None), "other")[0][0] == "other", "nobody chose one"


def test_what_is_still_right_behind_a_defence_as_far_as_it_is_known():
    record = stored.record_of("attack-the-defence-that-was-not")
    found = stage.still_right(record)
    assert list(found) == ["clean_defended", "noise_defended", "bare", "blind", "knowing", "guessing"]
    assert all(found[name] == record.summary[name] for name in list(found)[:-1]) and found["guessing"] == 10
    assert stage.still_right(cut(record, 0)) == {"guessing": 10}


def test_the_quick_look_is_told_beside_the_verdict():
    said = stage.quick_look(stored.record_of("attack-training-on-the-enemy"))
    assert said.numbers == {"digits": 100, "quick": 10, "judged": 200, "steps": 40, "starts": 5}
