"""Jobs on the real embedded cluster with a real lab: a scheduler, a worker process, a network that learns digits.

There is one worker, so the second of two runs has to wait. Nothing here sleeps to let something happen: it asks until
it has happened.
"""

import os
import signal
import threading

import numpy as np
import psutil
import pytest

from core import jobs as module
from core import labs, runs, worker
from core.events import Finished, Metrics, Started
from core.jobs import JobError, Jobs
from core.settings import build
from tests.core.test_events import same

MACHINE = "compression"


def follow(jobs, until, job_id, viewer="ann", enough=lambda view: not view.live):
    """Watches like a page does, asking only for what is new, until the run has ended; (last view, all events)."""
    events = []

    def look():
        view = jobs.watch(job_id, viewer, len(events))
        assert view.total == len(events) + len(view.events)
        events.extend(view.events)
        return view if enough(view) else None

    try:
        return until(look, f"{job_id} to get there"), events
    except AssertionError as error:
        view = jobs.watch(job_id, viewer)
        raise AssertionError(f"{error}; it is {view.state} with {view.total} events: {view.message}") from None


def reports(number):
    """At least so many events have come and the run goes on."""
    def enough(view):
        assert view.live, f"ended too early: {view.state} {view.message}"
        return view.total >= number
    return enough


def going(jobs, until, settings, viewer="ann", events=3):
    """A run that has begun."""
    job_id = jobs.start(MACHINE, settings, viewer)
    follow(jobs, until, job_id, viewer, reports(events))
    return job_id


def assert_same_events(one, other):
    assert [type(event) for event in one] == [type(event) for event in other]
    for a, b in zip(one, other, strict=True):
        assert same(a, b), f"differ: {a} {b}"


def worker_pids(jobs):
    return set(jobs.connect().run(os.getpid).values())


def test_events_come_live_in_order_and_complete(jobs, until, tiny):
    settings = tiny()
    view, seen = follow(jobs, until, jobs.start(MACHINE, settings, "ann"))
    assert (view.state, view.message) == ("finished", "")
    assert isinstance(seen[0], Started) and isinstance(seen[-1], Finished)
    assert [type(event) for event in seen].count(Finished) == 1
    here = list(labs.trainer(MACHINE)(settings))
    assert_same_events(view.run.events, here)
    assert_same_events(seen[:-1], here[:-1])
    assert view.progress == 1 and view.eta is None and view.position == 0


def test_events_come_before_the_end(jobs, until, long):
    job_id = going(jobs, until, long(), events=5)
    view = jobs.watch(job_id, "ann")
    assert view.state == "running" and 0 < view.progress < 1
    follow(jobs, until, job_id, enough=lambda view: view.rate > 0 and view.eta)
    jobs.steer(job_id, "ann", "stop")


def test_the_finished_run_is_stored(jobs, until, tiny, own_runs):
    settings = tiny()
    view, _ = follow(jobs, until, jobs.start(MACHINE, settings, "ann"))
    stored = runs.load(view.id)
    assert_same_events(stored.events, view.run.events)
    assert stored.settings == settings and stored.about.state == "finished" and stored.about.seconds > 0
    assert stored.models and stored.net() is not None
    assert [about.id for about in runs.listing()[0]] == [view.id]


def test_equal_settings_are_one_run(jobs, until, long):
    settings = long()
    first = going(jobs, until, settings, "ann")
    assert jobs.start(MACHINE, settings.model_copy(), "bob") == first
    assert sum(job.live for job in jobs.jobs.values()) == 1
    view = jobs.watch(first, "bob")
    assert view.viewers == 2 and isinstance(view.events[0], Started), "who comes later sees everything"
    assert jobs.start(MACHINE, long(), "bob") != first


def test_many_start_the_same_at_once(jobs, until, tiny):
    settings, ids = tiny(), []
    visitors = [threading.Thread(target=lambda i=i: ids.append(jobs.start(MACHINE, settings, f"v{i}"))) for i in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    job_id, = set(ids)
    assert len(ids) == 8
    view, seen = follow(jobs, until, job_id, "v0")
    assert view.viewers == 8 and [type(event) for event in seen].count(Started) == 1


def test_place_in_the_queue(jobs, until, long, tiny):
    first = going(jobs, until, long())
    second, third = jobs.start(MACHINE, tiny(), "bob"), jobs.start(MACHINE, tiny(), "cyd")
    places = [jobs.watch(job_id, viewer) for job_id, viewer in ((first, "ann"), (second, "bob"), (third, "cyd"))]
    assert [(view.state, view.position) for view in places] == [("running", 0), ("queued", 1), ("queued", 2)]
    assert "waits for its turn" in jobs.steer(third, "cyd", "pause")
    jobs.steer(second, "bob", "stop")  # leaves the queue without having begun
    assert jobs.watch(second, "bob").state == "stopped" and jobs.watch(third, "cyd").position == 1
    jobs.steer(first, "ann", "stop")
    view, seen = follow(jobs, until, third, "cyd")
    assert view.state == "finished" and isinstance(seen[-1], Finished)
    assert jobs.watch(second, "bob").total == 0


# ---- Pause, Step, Stop ----

def frozen(jobs, until, job_id, viewer="ann"):
    """The number of events once the worker says that it holds still."""
    def still():
        wishes = jobs.client.run(control_of, job_id).values()
        return "pause" in wishes and jobs.watch(job_id, viewer).total == max(map(len, jobs.client.run(
            worker.log_of, job_id).values()))
    until(still, "the worker to pause")
    return jobs.watch(job_id, viewer).total


control_of = worker.wish_of if hasattr(worker, "wish_of") else None


def test_pause_step_run(jobs, until, long):
    job_id = going(jobs, until, long())
    assert jobs.steer(job_id, "ann", "pause") == ""
    assert jobs.watch(job_id, "ann").state == "paused"
    total = held(jobs, until, job_id)
    for _ in range(3):
        jobs.steer(job_id, "ann", "step")
        follow(jobs, until, job_id, enough=reports(total + 1))
        assert held(jobs, until, job_id) == total + 1, "a step is exactly one event"
        total += 1
        assert jobs.watch(job_id, "ann").state == "paused"
    assert jobs.steer(job_id, "ann", "run") == ""
    assert jobs.watch(job_id, "ann").state == "running"
    follow(jobs, until, job_id, enough=reports(total + 3))


def held(jobs, until, job_id):
    """How many events there are once the worker has taken two more looks at its orders without giving an event.

    Its orders are obeyed between two events, and it looks at them at least every tenth of a second while it is paused.
    """
    def looks():
        return max(jobs.client.run(worker.looks_of, job_id).values())

    seen = jobs.watch(job_id, "ann").total
    while True:
        before = until(looks, "the worker to wait")
        until(lambda before=before: looks() >= before + 2, "the worker to look again")
        if jobs.watch(job_id, "ann").total == seen:
            return seen
        seen = jobs.watch(job_id, "ann").total
