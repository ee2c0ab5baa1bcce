"""An attack of any size at once: the same as the attack itself."""

import numpy as np
import pytest

from core.attack import models
from core.attack import settings as s
from core.attack.analysis import quick, slide, stored
from core.attack.ball import saved
from core.attack.craft import ball_of, craft, last
from core.subject.models import as_bytes

RECORD, AWAY = "attack-one-pixel", s.Away()


def slid(attack, level, goal=AWAY, norm="inf"):
    return slide.slid(stored.record_of(RECORD), s.Digit(), goal, attack, norm, level)


@pytest.mark.parametrize("norm", ["inf", "2"])
@pytest.mark.parametrize("attack", [member.model_fields["name"].default for member in quick.ATTACKS])
def test_it_is_the_attack_itself(attack, norm):
    victims, method = models.victims(s.Digit()), quick.method_of(attack, norm, 30.5)
    crafted = last(craft(victims.net, victims.x, models.Aim(victims.y), method, 0))
    found = slid(attack, 30.5, norm=norm)
    assert np.array_equal(found.attacked, as_bytes(saved(victims.x, crafted, ball_of(method))[0]))
    assert np.array_equal(found.clean, as_bytes(victims.x[0])) and not np.array_equal(found.clean, found.attacked)
    assert found.facts["truth"] == "3" and found.end["answers_after"] and "says “" in found.end["note"]


def test_another_goal_goes_another_way_and_no_size_nowhere():
    away, eight = slid("fgsm", 40), slid("fgsm", 40, s.ToDigit(wish_digit=8))
    assert not np.array_equal(away.attacked, eight.attacked) and eight.facts["wanted"] == "8"
    still = slid("fgsm", 0)
    assert np.array_equal(still.clean, still.attacked)


def test_only_an_attack_of_many_steps_has_steps():
    assert [quick.steps_of(member.model_fields["name"].default) for member in quick.ATTACKS] == [0, quick.STEPS, 0]
    assert quick.method_of("ifgsm", "2", 3.5) == s.IFGSM(norm="2", epsilon=3.5, steps=quick.STEPS)
    assert quick.method_of("noise", "inf", 3.5) == s.Noise(epsilon=3.5)
