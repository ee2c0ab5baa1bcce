"""What all scores say together."""

import pytest

from core.gan.analysis import players, quality
from tests.core.gan.tiny import cases, record

REAL = {"frechet": 1.0, "precision": 96.0, "coverage": 97.0}


def test_every_score_stands_beside_noise_and_real_data():
    digits = record("digits")
    found = quality.table(digits)
    assert set(found.rows) == {name for name in quality.TITLES if name in digits.summary}
    assert all(value is not None for row in found.rows.values() for value in row)
    fake, noise, real = found.rows["frechet"]
    assert real < noise and real < fake == digits.summary["frechet"]
    assert "confidence" in found.won, "G has hardly begun"
    assert found.rows["asked"][1] == 10 and found.rows["asked"][2] > 95
    assert quality.table(record("critic")).rows["strict"][0] == record("critic").summary["strict"]


def test_a_score_that_noise_reaches_is_named():
    noise = {"precision": 50.0, "coverage": 10.0, "frechet": 5.0, "modes": 9.0}
    got = {"precision": 51.0, "coverage": 11.1, "frechet": 5.0, "d_fake": 0.1, "modes": 1.0}
    assert quality.won(got, noise) == ["precision", "frechet"]
    assert quality.won({"precision": 90.0, "coverage": 60.0, "frechet": 4.9}, noise) == []
    assert quality.noise_wins(("precision",)).case == "noise-wins" and quality.noise_wins(()).case == "noise-loses"


def test_few_test_digits_flatter_the_fakes():
    """The distance of real data grows as examples become fewer, and “times that of real data” shrinks: that is said."""
    assert cases(quality.measured_against(True, 1000)) == ["measured-digits"]
    assert cases(quality.measured_against(True, 999)) == ["measured-digits", "measured-few"]
    assert cases(quality.measured_against(False, 1000)) == ["measured-points"]
    assert len(players.of(record("free")).real) < quality.FEW
    assert cases(quality.how_measured(record("free")))[-1] == "measured-few"


@pytest.mark.parametrize(
    "frechet, precision, coverage, case",
    [
        (5.0, 95.0, 50.0, "quality-narrow"),
        (5.0, 50.0, 90.0, "quality-bad"),
        (1.5, 95.0, 95.0, "quality-close"),
        (9.0, 20.0, 20.0, "quality-short"),
    ],
)
def test_good_but_few_and_many_but_bad(frechet, precision, coverage, case):
    got = {"frechet": frechet, "precision": precision, "coverage": coverage}
    assert cases(quality.together(got, REAL)) == ["quality-frechet", "quality-both", case]
    assert quality.together(got, REAL)[0].numbers["times"] == frechet
    of_points = quality.together(got, REAL, digits=False)
    assert cases(of_points) == ["quality-both", case], "a Gaussian has the same mean and covariance"


def test_how_loss_and_quality_go_together():
    steps = good = list(range(30))
    loss = [float(step) for step in steps]
    course, correlation, last = quality.loss_and_score(steps, loss, steps, good)
    assert course.numbers == {"loss": 10, "later": 29, "good": 10, "better": 29}, "from a third of the run on"
    assert correlation.numbers["rho"] == pytest.approx(1) and last.case == "losses-higher"
    falling = quality.loss_and_score(steps, [-value for value in loss], steps, good)
    assert falling[1].numbers["rho"] == pytest.approx(-1) and falling[2].case == "losses-lower"
    assert quality.loss_and_score(steps, [value % 2 for value in loss], steps, good)[2].case == "losses-apart"
    assert cases(quality.loss_and_score(steps, [1.0] * 30, steps, good)) == ["losses-course"]
    assert quality.loss_and_score([1, 2], [1.0, 2.0], [1], [1.0]) == []


def test_the_score_to_hold_against_the_losses():
    scored = {name: quality.score_beside_losses(record(name)) for name in ("plane", "packed", "digits", "free")}
    assert scored == {"plane": "good", "packed": "coverage", "digits": "asked", "free": "confidence"}


def test_shares_of_kinds():
    found = quality.Kinds([90.0, 10.0], [50.0, 50.0], [3, 7], True).verdict
    wanted = {"rare": 7, "rare_share": 10, "frequent": 3, "frequent_share": 90, "moved": 40}
    assert found.case == "kinds-digits" and found.numbers == pytest.approx(wanted)
    assert quality.Kinds([90.0, 10.0], [50.0, 50.0], [1, 2], False).verdict.case == "kinds-spots"


def test_kinds_of_a_run():
    spots = quality.kinds(record("plane"))
    assert spots.names == list(range(1, 9)) and sum(spots.fake) == pytest.approx(100) == sum(spots.real)
    assert min(spots.real) > 8, "real points lie in all spots alike"
    digits = quality.kinds(record("free"))
    assert digits.names == [1, 7] and sum(digits.real) > 95 and digits.digits
    assert quality.kinds(record("packed")) is None, "moons have no spots"
