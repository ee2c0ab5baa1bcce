"""What each architecture costs."""

import pytest

from core.compression import models
from core.compression.analysis import redesign
from core.nets import count


def test_both_architectures_are_counted_and_timed():
    found = redesign.redesign(4, 5, repeats=1)
    for kind in ("standard", "separable"):
        net, cost = models.redesigned(kind, 4, 5), getattr(found, kind)
        assert (cost.parameters, cost.macs) == (count(net), models.macs(net))
        assert cost.latency_1 > 0 and cost.latency_64 > 0
    assert found.share("macs") == pytest.approx(found.separable.macs / found.standard.macs) and found.share("macs") < 1
