"""The clock: networks take turns on one thread, which is given back."""

import pytest
import torch

from core.compression import models
from core.compression.analysis import latency


def test_latency_takes_turns_on_one_thread_and_gives_threads_back():
    calls, threads = [], torch.get_num_threads()
    torch.set_num_threads(2)
    try:

        def note(name):
            return lambda x: calls.append((name, torch.get_num_threads()))

        times = latency.latency({"a": note("a"), "b": note("b")}, torch.zeros(1), repeats=3)
        assert torch.get_num_threads() == 2
        with pytest.raises(ZeroDivisionError):
            latency.latency({"bad": lambda x: 1 / 0}, torch.zeros(1))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert calls == [("a", 1), ("b", 1)] * (3 + latency.WARM_UP)
    assert set(times) == {"a", "b"} and all(t >= 0 for t in times.values())


def test_on_digits_each_batch_is_timed():
    seen = set()
    times = latency.on_digits({"net": lambda x: seen.add(len(x)), "other": models.student(2).eval()}, repeats=1)
    assert seen == {1, 64} and all(list(each) == [1, 64] for each in times.values())
    assert all(ms > 0 for ms in times["other"].values())


def test_the_warm_up_does_not_count(monkeypatch):
    now, calls = [0.0], []

    def slow_at_first(x):
        calls.append(x)
        now[0] += 1.0 if len(calls) <= latency.WARM_UP else 0.002

    monkeypatch.setattr(latency.time, "perf_counter", lambda: now[0])
    assert latency.latency({"net": slow_at_first}, torch.zeros(1), repeats=3)["net"] == pytest.approx(2), "milliseconds"
