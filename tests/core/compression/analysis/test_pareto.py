"""Every stored run with what it costs."""

from dataclasses import replace

from core import runs
from core.compression.analysis import pareto
from core.compression.settings import SHIPPED, Deep


def test_every_stored_run_that_ended_is_there():
    found = {each.id: each for each in pareto.tried()}
    assert set(SHIPPED) <= set(found)
    deep = found["compression-deep-compression"]
    summary = runs.load(deep.id).about.summary
    assert (deep.accuracy, deep.bytes, deep.macs) == (summary["accuracy"], summary["bytes"], summary["macs"])
    assert deep.method is Deep and (deep.method.done, deep.method.role) == ("Deep Compression", "danger")


def test_a_run_without_its_numbers_or_with_a_method_of_the_past_is_not(monkeypatch):
    good = runs.load("compression-teacher").about
    past = replace(good, id="compression-past", settings=good.settings | {"method": "gone"})
    stopped = replace(good, id="compression-stopped", summary={}, models=())
    monkeypatch.setattr(runs, "listing", lambda lab: ([good, past, stopped], []))
    assert [each.id for each in pareto.tried()] == ["compression-teacher"]


def test_networks_are_timed_by_the_run_s_name():
    ids = ("compression-teacher", "compression-soft-targets")
    found = pareto.latencies(ids, 1)
    assert tuple(found) == ids and all(ms > 0 for ms in found.values())
