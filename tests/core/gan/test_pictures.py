"""Every picture that a run carries is declared, with its axes."""

import pytest

from core import labs
from core.events import Picture
from tests.core.gan.tiny import RUNS, record

POINTS, DIGITS = {"real", "fake", "field", "arrows", "lattice", "scores"}, {"real", "film", "scores"}


@pytest.mark.parametrize("name", RUNS)
def test_pictures_are_what_they_are_declared_to_be(name):
    carried = [event for event in record(name).events if isinstance(event, Picture)]
    kinds = labs.of("gan").pictures
    assert all(kinds[event.name].fits(event.array.shape) for event in carried)
    wanted = {"sets": {"cycle"}, "digits": DIGITS, "free": DIGITS}.get(name, POINTS)
    assert {event.name for event in carried} == wanted | ({"phase"} if name == "slow" else set())


def test_every_declared_picture_is_carried_by_some_run():
    assert set(labs.of("gan").pictures) == POINTS | DIGITS | {"phase", "cycle"}
