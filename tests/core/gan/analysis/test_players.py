"""What a run leaves behind is asked as the run itself asked it."""

import numpy as np
import pytest
import torch

from core.gan import monitor, pictures, worlds
from core.gan.analysis import players
from core.gan.settings import GanSettings
from core.record import Record
from tests.core.gan.tiny import events, made, record


@pytest.mark.parametrize("name", ["digits", "free", "plane", "packed", "turned"])
def test_codes_and_fakes_are_those_of_the_run_itself(name):
    there = players.of(record(name))
    if there.digits:
        film = monitor.as_bytes(there.fake[:40]).astype(int)
        assert np.abs(film - record(name).last(pictures.FILM).astype(int)).max() <= 1
    else:
        assert np.allclose(there.fake[: monitor.SHOWN].numpy(), record(name).last(pictures.FAKE), atol=2e-3)
    with torch.no_grad():
        own = there.scores(there.fake[:200], None if there.y is None else there.y[:200]).numpy()
    assert np.allclose(own, record(name).last(pictures.SCORES)[1][:200].astype(np.float32), rtol=5e-3, atol=5e-3)
    assert not there.G.training and not there.D.training


def test_settings_as_they_stood_at_the_end_count():
    """A latent size that was turned while the run went on silences the places beyond it."""
    there = players.of(record("turned"))
    assert there.latent == 2 and there.z[:, 2:].abs().max() == 0 and there.z[:, :2].abs().min() > 0


def test_whether_both_are_told_the_class():
    assert players.of(record("digits")).conditional and not players.of(record("free")).conditional
    assert not players.of(record("plane")).conditional and not players.of(record("plane")).digits


def test_they_are_loaded_once():
    whole = record("plane")
    again = Record(whole.id, whole.settings, list(whole.events), whole.run)
    assert players.of(again) is players.of(whole) and players.of(record("packed")) is not players.of(whole)


def test_a_run_without_networks_has_none():
    stopped, settings = made("plane", keep=12, state="stopped"), events("plane")[0]
    assert players.of(Record("gan-live", settings, list(stopped.events), None)) is None
    assert players.of(Record(stopped.about.id, settings, list(stopped.events), stopped)) is None
    whole = made("plane")
    assert players.of(Record(whole.about.id, None, list(whole.events), whole)) is None, "a newer Lectern's settings"


def test_a_probe_is_the_same_for_each_seed():
    world = worlds.world_of(GanSettings())
    first, same, other = (worlds.probe(world, seed) for seed in (3, 3, 4))
    assert torch.equal(first.z, same.z) and torch.equal(first.real, same.real) and first.y is None is first.real_y
    assert not torch.equal(first.z, other.z) and not torch.equal(first.real, other.real)
    assert first.z.shape == (1000, 16) and (first.z != 0).all(), "all places are drawn"
    silent = worlds.silenced(first.z, 2)
    assert torch.equal(silent[:, :2], first.z[:, :2]) and (silent[:, 2:] == 0).all() and (first.z[:, 2:] != 0).all()
