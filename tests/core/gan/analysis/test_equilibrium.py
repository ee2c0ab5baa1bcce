"""Whether the duel came to its equilibrium."""

import numpy as np
import pytest

from core.gan import pictures
from core.gan.analysis import equilibrium
from core.gan.analysis.equilibrium import Rest
from tests.core.gan.tiny import cases, record


def test_whether_one_half_is_reached():
    rest = Rest((1, 9), 8, 0.51, 0.49, 0.01, 51)
    assert rest.reached and cases(equilibrium.half(rest)) == ["half-looks", "half-reached"]
    for real, fake, swing, right, case in (
        (0.8, 0.2, 0.01, 90, "half-apart"),
        (0.3, 0.6, 0.01, 40, "half-behind"),
        (0.56, 0.5, 0.2, 50, "half-swing"),
        (0.5, 0.5, 0.06, 50, "half-swing"),
        (0.52, 0.48, 0.01, 70, "half-unsure"),
        (0.43, 0.37, 0.01, 65, "half-close"),
        (0.5, 0.5, 0.01, 40, "half-lags"),
        (0.6, 0.58, 0.01, 50, "half-leans"),
    ):
        other = Rest((1, 9), 8, real, fake, swing, right)
        assert not other.reached and equilibrium.half(other)[1].case == case
    told = equilibrium.half(Rest((1, 9), 8, 0.53, 0.48, 0.04, 52))[1]
    assert told.case == "half-reached" and told.numbers == {"near": 0.05, "swing": 0.04}, "margin and swing are told"
    assert equilibrium.gap(Rest((1, 9), 8, 3.0, 2.9, 0.2, 50))[1].case == "gap-closed"
    assert equilibrium.gap(Rest((1, 9), 8, 3.0, 1.0, 0.2, 50))[1].case == "gap-open"


def test_the_last_looks_are_averaged():
    rest = equilibrium.at_rest(record("plane"))
    found = [np.asarray(e.array, np.float64) for e in record("plane").pictures(pictures.SCORES)][-rest.looks :]
    assert rest.fake == pytest.approx(np.mean([1 / (1 + np.exp(-pair[1])) for pair in found]), abs=1e-6)
    assert rest.steps[1] == 40 and rest.looks > 1


@pytest.mark.parametrize("name", ["digits", "critic", "plane", "packed"])
def test_every_score_stands_beside_what_noise_reaches(name):
    first, *found = equilibrium.worth(record(name), True)
    assert first.case == "worth-guess" and found
    for each in found:
        assert 0 <= each.numbers["share"] <= 100 and 0 <= each.numbers["noise"] <= 100
    assert equilibrium.worth(record(name), False)[0].case == "worth-other"
    scores = ("good", "strict", "precision", "coverage", "asked", "kinds")
    assert cases(found) == [f"worth-{score}" for score in scores if record(name).series(score)[0]]


def test_a_critic_is_asked_for_its_gap_and_others_for_one_half():
    assert "gap-size" in cases(equilibrium.reached(record("critic")))
    steps, gaps = equilibrium.gaps(record("critic"))
    ends = [record("critic").series(name)[1][-1] for name in ("c_real", "c_fake")]
    assert steps[-1] == 40 and gaps[-1] == ends[0] - ends[1]
    assert "half-looks" in cases(equilibrium.reached(record("packed")))
