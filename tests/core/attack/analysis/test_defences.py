"""What a defence is worth: every case by hand, and the shipped network on one digit and on a hundred."""

import numpy as np
import pytest

from core.attack import defences as d
from core.attack import settings as s
from core.attack.analysis import defences, stored
from core.attack.analysis.defences import Tried, worth
from core.settings import choices_of
from core.subject.settings import SHIPPED_NETWORK

RECORD = "attack-the-defence-that-was-not"
NAMES = choices_of(s.Defend.model_fields["defence"])


def tried(clean="3", bare="5", behind="3", knows=False, draws=1):
    answers = {"clean": [[clean, 99.0]], "attacked": [[bare, 80.0]], "behind": [[behind, 70.0]]}
    return Tried({}, answers, "3", ["3", 60.0], 45.0, draws, knows)


@pytest.mark.parametrize(
    "found, case, numbers",
    [
        (tried(clean="8"), "nothing-to-defend", {"clean": "8"}),
        (tried(behind="8"), "did-not-help", {"behind": "8"}),
        (tried(behind="8", knows=True), "went-through", {"behind": "8"}),
        (tried(knows=True), "withstands-who-knows", {}),
        (tried(bare="3"), "fools-nobody", {}),
        (tried(), "right-again", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_case_of_what_it_was_worth(found, case, numbers):
    assert (worth(found).case, worth(found).numbers) == (case, numbers)


def test_only_a_random_defence_is_drawn_many_times():
    assert [each.case for each in defences.controls(tried())] == ["defended-noise"]
    noise, draws = defences.controls(tried(draws=20))
    assert noise.numbers == {"name": "3", "sure": 60.0} and draws.numbers == {"draws": 20, "often": 45.0}


@pytest.mark.parametrize("name", NAMES)
def test_every_strength_is_told(name):
    said = defences.strengths(stored.record_of(RECORD), name)
    assert said.case == f"strengths-{name}" and said.numbers["values"].count(", ") == 4


def test_who_knows_the_defence_gets_further():
    record = stored.record_of(RECORD)
    blind, knowing = (defences.tried(record, s.Digit(), "smooth", 3, 38.0, knows) for knows in (False, True))
    assert blind.draws == 1 and blind.truth == "3" and blind.answers["clean"][0][0] == "3"
    assert not np.array_equal(blind.pictures["attacked"], knowing.pictures["attacked"])
    change = knowing.pictures["attacked"].astype(int) - knowing.pictures["clean"]
    assert 30 < abs(change).max() <= 38
    sure = [dict(found.answers["behind"]).get("3", 0) for found in (blind, knowing)]
    assert sure[0] > sure[1]
    still = defences.tried(record, s.Digit(), "smooth", 3, 0.0, True)
    assert np.array_equal(still.pictures["attacked"], still.pictures["clean"])
    assert np.array_equal(still.pictures["behind"], still.pictures["clean_defended"])


def test_a_random_defence_is_judged_by_many_draws():
    found = defences.tried(stored.record_of(RECORD), s.Digit(), "resize", 3, 0.0, False)
    assert found.draws == defences.DRAWS and found.often > 90 and "resize" in d.RANDOM


def test_all_defences_on_many_digits(monkeypatch):
    monkeypatch.setattr(defences, "MANY", 20)
    monkeypatch.setattr(defences, "MANY_STEPS", 2)
    ends = defences.every(stored.record_of(RECORD), SHIPPED_NETWORK, 3, 38.0)
    assert tuple(ends) == NAMES and all(end["count"] == 20 for end in ends.values())
    assert {"clean_defended", "noise_defended", "bare", "blind", "knowing"} <= set(ends["jpeg"])
    assert len({end["bare"] for end in ends.values()}) == 1, "the bare network knows no defence"
