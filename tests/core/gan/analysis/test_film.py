"""How things stood at a look, and when half of all change was over."""

import numpy as np
import pytest

from core.gan import pictures
from core.gan.analysis import film
from tests.core.gan.tiny import cases, record


def test_half_of_all_change():
    shots = {0: np.zeros((1, 2)), 5: np.full((1, 2), 6.0), 10: np.full((1, 2), 8.0), 20: np.full((1, 2), 9.0)}
    found = film.changed(shots)
    assert found.case == "film-half" and found.numbers == {"step": 5, "steps": 20}
    assert film.changed({0: np.zeros(2), 1: np.zeros(2)}).case == "film-still"
    assert film.change(record("plane")).numbers["steps"] == 40


@pytest.mark.parametrize(
    "name, said",
    [
        ("digits", ["film-asked", "film-confidence", "film-opinions"]),
        ("free", ["film-confidence", "film-critic"]),
        ("plane", ["film-spots", "film-opinions"]),
        ("packed", ["film-coverage", "film-opinions"]),
        ("critic", ["film-spots", "film-critic"]),
    ],
)
def test_every_kind_of_run_says_what_it_measured(name, said):
    """At the first look; at the end coverage is known of all."""
    assert cases(film.moment(record(name), 0)) == said
    assert film.shown(record(name)) is (pictures.FILM if name in ("digits", "free") else pictures.FAKE)


def test_a_metric_as_it_stood():
    plane = record("plane")
    steps, values = plane.series("good")
    assert film.at(plane, "good", steps[-2]) == film.at(plane, "good", steps[-1] - 1) == values[-2]
    assert film.at(plane, "d_loss", 0) is None, "nothing is learned at step 0"
    gap = film.moment(record("critic"), 40)[-1].numbers["gap"]
    assert gap == pytest.approx(record("critic").series("c_real")[1][-1] - record("critic").series("c_fake")[1][-1])
