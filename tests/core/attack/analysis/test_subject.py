"""What the views attack: the subject as one picture, its goal, and the networks that a run is about."""

import pytest

from core.attack import settings as s
from core.attack.analysis import stored
from core.attack.analysis.subject import goal_of, networks, shows, subject_of, trained, untrained
from core.record import Record
from core.subject.settings import SHIPPED_NETWORK

TRAINED = "attack-training-on-the-enemy"


def record(**given):
    return Record("attack-x", s.AttackSettings(**given), [], None)


@pytest.mark.parametrize("subject", [s.Photo(), s.Digit(digit=7, number=3), s.Drawing(drawing="abcd")])
def test_one_picture_is_itself(subject):
    assert subject_of(record(subject=subject)) == subject


def test_of_many_digits_it_is_the_first_and_asks_the_same_network():
    found = subject_of(record(subject=s.Digits(network="compression-two-bits")))
    assert found == s.Digit(digit=0, number=1, network="compression-two-bits")


@pytest.mark.parametrize("empty", [s.Upload(upload=""), s.Drawing(drawing="")])
def test_a_picture_of_ones_own_that_came_since_is_taken(empty):
    now = s.AttackSettings(subject=s.Digit(digit=5))
    assert subject_of(record(subject=empty)) == empty and subject_of(record(subject=empty), now) == now.subject
    assert subject_of(record(subject=s.Photo()), now) == s.Photo(), "it has one"


def test_a_training_asks_the_network_that_it_trained():
    run = stored.record_of(TRAINED)
    assert trained(run) and not untrained(run) and subject_of(run).network == TRAINED
    stopped = Record(TRAINED, run.settings, run.events[:8], None)
    assert not trained(stopped) and untrained(stopped)
    gone = Record("attack-gone", run.settings, run.events, run.run)
    assert not trained(gone), "a full disk kept it out of the store"
    many = Record(TRAINED, s.AttackSettings(method=s.Training(), subject=s.Photo()), run.events, run.run)
    assert subject_of(many) == s.Digit(network=TRAINED), "a photo it cannot read"


def test_settings_that_are_no_longer_known_have_no_subject():
    unknown = Record("attack-x", None, [], None)
    assert subject_of(unknown) is None and not untrained(unknown)


def test_an_experiment_wants_any_wrong_answer():
    assert goal_of(record(method=s.Curve(), goal=s.Least())) == s.Away()
    assert goal_of(record(method=s.FGSM(), goal=s.Least())) == s.Least()


def test_the_networks_that_a_run_is_about():
    two_bits = networks(record(subject=s.Digit(network="compression-two-bits")))
    assert list(two_bits) == ["attacked", "teacher"] and two_bits["attacked"][0] == "compression-two-bits"
    assert list(networks(record(subject=s.Photo()))) == ["attacked"], "the teacher is asked, once"
    assert networks(record(subject=s.Digit(network="compression-gone"))) == {"teacher": (SHIPPED_NETWORK, "model")}
    assert list(networks(stored.record_of(TRAINED))) == ["trained", "teacher"]


def test_what_a_run_is_looked_at_as():
    curve = record(method=s.Curve())
    assert shows(curve, "curve") and shows(curve, "training", "curve") and not shows(curve, "matrix")
    assert not shows(Record("attack-x", None, [], None), "curve"), "its settings are no longer known"
