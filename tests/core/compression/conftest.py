"""A quickly trained teacher that all tests of this lab share. It knows the digits roughly, which is enough here."""

import pytest

from core.compression.settings import CompressionSettings, Teacher
from core.compression.train import train
from core.events import Finished
from core.nets import from_model

SMALL_TEACHER = CompressionSettings(method=Teacher(epochs=1, channels=4, neurons=24))


@pytest.fixture(scope="session")
def small_run():
    """The whole event log of a small teacher's run."""
    return list(train(SMALL_TEACHER))


@pytest.fixture(scope="session")
def small_teacher(small_run):
    """The network it trained. Shared: copy before you change it."""
    assert isinstance(small_run[-1], Finished)
    return from_model(small_run[-1].models["model"])
