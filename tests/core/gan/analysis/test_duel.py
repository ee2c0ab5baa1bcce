"""The looks of a duel on the plane: all of them, those that are evenly apart, and the first from a step on."""

import numpy as np
import pytest

from core.gan import pictures
from core.gan.analysis import duel
from core.record import Record

POINTS, PLACES = np.zeros((3, 2)), np.zeros((5, 5), np.uint8)


def at(*steps):
    """The record of a duel with looks at these steps, each with its own step in all numbers."""
    log = [pictures.REAL.at(0, POINTS + 9)]
    for step in steps:
        log += [pictures.FAKE.at(step, POINTS + step), pictures.FIELD.at(step, PLACES + step % 256)]
    return Record("gan-x", None, log, None)


def test_both_players_are_seen_at_the_same_step():
    for look, step in zip(duel.looks(at(0, 1, 5, 20)), (0, 1, 5, 20), strict=True):
        assert look.step == step and (look.fake == step).all() and (look.field == step).all()
    assert (duel.real(at(0)) == 9).all()


def test_the_film_leaves_out_the_first_looks_which_are_nearer_together():
    assert [look.step for look in duel.even(at(0, 1, 5, 20, 40, 60))] == [0, 20, 40, 60]
    with pytest.raises(IndexError):
        duel.even(at(0))


def test_the_first_look_from_a_step_on():
    assert [duel.from_step(at(0, 20, 40), step).step for step in (0, 1, 20, 21)] == [0, 20, 20, 40]
    with pytest.raises(StopIteration):
        duel.from_step(at(0, 20), 21)
