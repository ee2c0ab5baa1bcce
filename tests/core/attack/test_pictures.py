"""The pictures that runs of the lab carry: those that are declared, and no others."""

import pytest

from core import labs, runs
from core.attack.settings import SHIPPED
from core.events import Picture

KINDS = labs.of("attack").pictures


@pytest.mark.parametrize("run_id", SHIPPED)
def test_what_a_shipped_run_carries_is_declared(run_id):
    for event in runs.load(run_id).events:
        if isinstance(event, Picture):
            assert KINDS[event.name].fits(event.array.shape), (event.name, event.array.shape)
