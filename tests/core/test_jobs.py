"""Jobs on the real embedded cluster with a real lab: a scheduler, a worker process, a network that learns digits.

There is one worker, so the second of two runs has to wait. Nothing here sleeps to let something happen: it asks until
it has happened.
"""

import os
import signal
import threading
from itertools import count

import numpy as np
import psutil
import pytest

from core import cluster, job, labs, runs, sweeps, worker, workers
from core import jobs as module
from core.events import Finished, Metrics, Picture, Started, Turned, Warned, pack
from core.jobs import JobError, Jobs
from core.settings import build, flatten
from tests.core.test_events import same

LAB = "compression"


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
    job_id = jobs.start(LAB, settings, viewer)
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
    view, seen = follow(jobs, until, jobs.start(LAB, settings, "ann"))
    assert (view.state, view.message) == ("finished", "")
    assert isinstance(seen[0], Started) and isinstance(seen[-1], Finished)
    assert [type(event) for event in seen].count(Finished) == 1
    here = list(labs.of(LAB).train(settings))
    assert_same_events(view.run.events, here)
    assert_same_events(seen[:-1], here[:-1])
    told = [message for _, message in jobs.client.get_events(cluster.TOPIC) if message["key"] == view.id]
    assert [message["number"] for message in told] == list(range(len(here))), "each event is told once"
    assert view.run.models and told[-1]["event"]["models"] == {}, "weights travel once, with the result"
    assert view.progress == 1 and view.eta is None and view.position == 0


def test_events_come_before_the_end(jobs, until, long):
    job_id = going(jobs, until, long(), events=8)
    view = jobs.watch(job_id, "ann")
    assert view.state == "running" and 0 < view.progress < 1
    follow(jobs, until, job_id, enough=lambda view: view.rate > 0 and view.eta)
    jobs.steer(job_id, "ann", "stop")


def test_the_finished_run_is_stored(jobs, until, tiny):
    settings = tiny()
    view, _ = follow(jobs, until, jobs.start(LAB, settings, "ann"))
    stored = runs.load(view.id)
    assert_same_events(stored.events, view.run.events)
    assert stored.settings == settings and stored.about.state == "finished" and stored.about.seconds > 0
    assert stored.models and stored.net() is not None
    assert [about.id for about in runs.listing()[0]] == [view.id]


def test_equal_settings_are_one_run(jobs, until, long):
    settings = long()
    first = going(jobs, until, settings, "ann")
    assert jobs.start(LAB, settings.model_copy(), "bob") == first
    assert sum(job.live for job in jobs.jobs.values()) == 1
    view = jobs.watch(first, "bob")
    assert view.viewers == 2 and isinstance(view.events[0], Started), "who comes later sees everything"
    assert jobs.start(LAB, long(), "bob") != first


def test_many_start_the_same_at_once(jobs, until, tiny):
    settings, ids = tiny(), []
    visitors = [threading.Thread(target=lambda i=i: ids.append(jobs.start(LAB, settings, f"v{i}"))) for i in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    (job_id,) = set(ids)
    assert len(ids) == 8
    assert jobs.watch(job_id, "v0").viewers == 8
    view, seen = follow(jobs, until, job_id, "v0")
    assert [type(event) for event in seen].count(Started) == 1


def test_place_in_the_queue(jobs, until, long, tiny):
    first = going(jobs, until, long())
    second, third = jobs.start(LAB, tiny(), "bob"), jobs.start(LAB, tiny(), "cyd")
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

HOLDS = "any(control.waits for control in __import__('core.worker').worker.CONTROLS.values())"
CONTROLLED = "len(__import__('core.worker').worker.CONTROLS)"


def held(jobs, until, job_id):
    """The number of events once the run waits for orders."""
    until(lambda: any(jobs.client.run(eval, HOLDS).values()), "the worker to hold still")
    number = max(map(len, jobs.client.run(worker.log_of, job_id).values()))
    view, _ = follow(jobs, until, job_id, enough=reports(number))
    assert view.total == number
    return number


def idle(jobs, until):
    """Waits until no worker trains."""
    until(lambda: not any(jobs.client.run(eval, CONTROLLED).values()), "the worker to let go of the run")


def test_pause_step_run(jobs, until, long):
    job_id = going(jobs, until, long())
    assert jobs.steer(job_id, "ann", "pause") == ""
    total = held(jobs, until, job_id)
    for _ in range(3):
        assert jobs.watch(job_id, "ann").state == "paused"
        assert jobs.steer(job_id, "ann", "step") == ""
        follow(jobs, until, job_id, enough=reports(total + 2))
        assert held(jobs, until, job_id) == total + 2, (
            "a step is exactly one report: numbers, and what the network says to ten digits"
        )
        total += 2
    assert held(jobs, until, job_id) == total, "a paused run stands still"
    assert jobs.steer(job_id, "ann", "run") == ""
    assert jobs.watch(job_id, "ann").state == "running"
    follow(jobs, until, job_id, enough=reports(total + 5))


def test_step_begins_and_waits(jobs, until, long):
    job_id = jobs.start(LAB, long(), "ann", "step")
    follow(jobs, until, job_id, enough=reports(5))
    assert held(jobs, until, job_id) == 5 and jobs.watch(job_id, "ann").state == "paused", (
        "a beginning, and a report of four events"
    )
    jobs.steer(job_id, "ann", "run")
    follow(jobs, until, job_id, enough=reports(8))


def test_messages_that_are_lost_doubled_or_too_early(jobs, until, long):
    """A view never has a hole, a double or a wrong order; what is missing is asked for."""
    job_id = going(jobs, until, long())
    jobs.steer(job_id, "ann", "pause")
    total = held(jobs, until, job_id)
    before = jobs.watch(job_id, "ann").events
    for number in (0, total - 1, total + 5):
        jobs._arrived((0.0, {"key": job_id, "number": number, "event": pack(Warned(1, "odd", "Out of order."))}))
        assert held(jobs, until, job_id) == total
    assert_same_events(jobs.watch(job_id, "ann").events, before)
    with jobs.lock:  # as if the last two had never come
        job = jobs.jobs[job_id]
        del job.events[-2:], job.arrived[-2:]
    jobs.steer(job_id, "ann", "step")
    _, seen = follow(jobs, until, job_id, enough=reports(total + 1))
    assert_same_events(seen[:total], before)


def test_a_step_is_a_whole_report(jobs, until):
    """All events of one step, though they come one after the other; what began the run stands with the first report."""
    small = {"task": "toy", "alphabet": 4, "longest": 5, "hidden": 16, "steps": 60, "seed": next(DUELS)}
    settings = build(labs.of("seq2seq").settings, small)
    job_id = jobs.start("seq2seq", settings, "ann", "step")
    follow(jobs, until, job_id, enough=reports(5))
    for step in (1, 2, 3):
        total = held(jobs, until, job_id)
        told = jobs.watch(job_id, "ann").events[-4:]
        assert total % 4 == 1 and [event.step for event in told] == [step] * 4 and isinstance(told[0], Metrics)
        assert jobs.steer(job_id, "ann", "step") == ""
        follow(jobs, until, job_id, enough=reports(total + 4))
    held(jobs, until, job_id)
    jobs.steer(job_id, "ann", "run")
    view, _ = follow(jobs, until, job_id)
    assert_same_events(view.run.events, list(labs.of("seq2seq").train(settings)))


def test_pausing_does_not_change_the_run(jobs, until, tiny):
    settings = tiny()
    job_id = jobs.start(LAB, settings, "ann", "step")
    follow(jobs, until, job_id, enough=reports(2))
    for _ in range(3):
        jobs.steer(job_id, "ann", "step")
    jobs.steer(job_id, "ann", "run")
    view, _ = follow(jobs, until, job_id)
    assert_same_events(view.run.events, list(labs.of(LAB).train(settings)))


def test_stop_stores_what_there_is(jobs, until, long):
    settings = long()
    job_id = going(jobs, until, settings)
    assert jobs.steer(job_id, "ann", "stop") == ""
    view = jobs.watch(job_id, "ann")
    assert (view.state, view.message, view.live) == ("stopped", "Stopped.", False)
    (about,) = runs.listing()[0]
    stored = runs.load(about.id)
    assert about.state == "stopped" and about.id.startswith(job_id) and stored.settings == settings
    assert_same_events(stored.events, view.events)
    assert stored.finished is None and view.run.about == about
    idle(jobs, until)
    assert jobs.watch(job_id, "ann").total == view.total, "a stopped run says nothing more"
    assert jobs.steer(job_id, "ann", "stop") == "" and jobs.steer(job_id, "ann", "run") == ""


def test_stop_frees_a_paused_worker(jobs, until, long):
    job_id = going(jobs, until, long())
    jobs.steer(job_id, "ann", "pause")
    held(jobs, until, job_id)
    jobs.steer(job_id, "ann", "stop")
    idle(jobs, until)


# ---- whose run it is ----


def test_who_starts_a_run_steers_it_while_others_watch(jobs, until, long):
    job_id = going(jobs, until, long())
    assert jobs.watch(job_id, "bob").viewers == 2 and jobs.watch(job_id, "bob").owner == "ann"
    for wish in ("pause", "step", "run"):
        assert jobs.steer(job_id, "bob", wish) == module.NOT_YOURS
    assert jobs.steer(job_id, "bob", "stop") == "You left this run. It goes on, because 1 other visitor watches it."
    view = jobs.watch(job_id, "bob")
    assert view.live and jobs.steer(job_id, "ann", "pause") == "" and jobs.watch(job_id, "ann").state == "paused"
    assert jobs.steer(job_id, "ann", "run") == ""
    follow(jobs, until, job_id, enough=reports(view.total + 2))
    jobs.watch(job_id, "bob")
    assert jobs.steer(job_id, "ann", "stop") == "" and jobs.watch(job_id, "bob").state == "stopped"


def test_a_visitor_keeps_a_run_over_a_reload(jobs, until, long):
    job_id = going(jobs, until, long(), "ann.page")
    jobs.watch(job_id, "bob.page")
    assert (
        jobs.steer(job_id, "ann.after-the-reload", "pause") == "" and jobs.watch(job_id, "bob.page").state == "paused"
    )
    assert jobs.steer(job_id, "ann.after-the-reload", "stop") == ""


def test_a_run_that_others_asked_for_is_left_to_them(jobs, until, long):
    settings = long()
    job_id = going(jobs, until, settings)
    assert jobs.start(LAB, settings, "bob") == job_id
    assert jobs.steer(job_id, "ann", "stop") == "You left this run. It goes on, because 1 other visitor watches it."
    assert jobs.watch(job_id, "bob").owner == "bob" and jobs.steer(job_id, "bob", "pause") == ""
    assert jobs.steer(job_id, "bob", "stop") == "" and jobs.watch(job_id, "bob").state == "stopped"


def test_where_the_owner_has_gone_who_looks_alone_steers(jobs, until, long):
    job_id = going(jobs, until, long())
    jobs.watch(job_id, "bob"), jobs.watch(job_id, "cyd")
    jobs.leave(job_id, "ann")
    assert jobs.steer(job_id, "bob", "pause") == module.NOT_YOURS, "cyd watches"
    jobs.leave(job_id, "cyd")
    assert jobs.steer(job_id, "bob", "pause") == "" and jobs.steer(job_id, "bob", "stop") == ""


def test_ones_own_copy_is_another_run(jobs, until, long):
    settings = long()
    job_id = going(jobs, until, settings)
    copy = jobs.start(LAB, settings, "bob", own=True)
    assert copy != job_id and jobs.watch(copy, "bob").owner == "bob"
    assert jobs.start(LAB, settings, "ann", own=True) == job_id, "one's own is no copy"
    assert jobs.steer(copy, "bob", "stop") == "" and jobs.watch(job_id, "ann").live


def test_no_visitor_holds_all_places(jobs, until, long, tiny):
    going(jobs, until, long(), "ann.one")
    second = jobs.start(LAB, tiny(), "ann.two")
    with pytest.raises(JobError, match="^2 runs of yours are training or waiting already"):
        jobs.start(LAB, tiny(), "ann.three")
    other = jobs.start(LAB, tiny(), "bob")
    jobs.steer(second, "ann.two", "stop")
    assert jobs.watch(other, "bob").position == 1 and jobs.start(LAB, tiny(), "ann.three")


def test_a_lecturers_run_goes_first(jobs, until, long, tiny):
    first = going(jobs, until, long())
    waits, lecture = jobs.start(LAB, tiny(), "bob"), jobs.start(LAB, tiny(), "eve", first=True)
    assert jobs.watch(lecture, "eve").position == 1 and jobs.watch(waits, "bob").position == 2
    until(lambda: jobs.jobs[waits].future and jobs.jobs[lecture].future, "both to be handed over")
    jobs.steer(first, "ann", "stop")
    ended = []
    until(
        lambda: (
            jobs.watch(waits, "bob"),
            jobs.watch(lecture, "eve").live or ended.append(jobs.watch(waits, "bob").events),
            ended,
        )[-1],
        "the lecturer's run",
    )
    assert not any(isinstance(event, Finished) for event in ended[0])
    follow(jobs, until, waits, "bob")


# ---- knobs that are turned while the run goes on ----

DUEL = "gan"
DUELS = count(os.getpid() % 4000)  # a new seed each time, so that no two tests share a run


def duel(**knobs):
    return build(labs.of(DUEL).settings, {"hidden": 8, "batch": 16, "steps": 40, "seed": next(DUELS)} | knobs)


def paused(jobs, until, settings, viewer="ann"):
    """A duel that has begun and waits after its first report."""
    job_id = jobs.start(DUEL, settings, viewer, "step")
    follow(jobs, until, job_id, viewer, reports(2))
    held(jobs, until, job_id)
    return job_id


def turns(events):
    return [(event.step, event.values) for event in events if isinstance(event, Turned)]


def test_a_knob_is_turned_and_the_run_is_stored_so_that_it_can_be_repeated(jobs, until):
    settings = duel()
    job_id = paused(jobs, until, settings)
    assert jobs.turn(job_id, "ann", {"critic_steps": 3, "g_rate": 0.002}) == ""
    total = jobs.watch(job_id, "ann").total
    jobs.steer(job_id, "ann", "step")
    follow(jobs, until, job_id, enough=reports(total + 2))
    held(jobs, until, job_id)
    assert jobs.turn(job_id, "ann", {"latent": 1}) == ""
    jobs.steer(job_id, "ann", "run")
    view, seen = follow(jobs, until, job_id)
    assert view.state == "finished" and view.message == ""
    assert turns(seen) == [(0, {"critic_steps": 3, "g_rate": 0.002}), (1, {"latent": 1})]
    assert view.run.about.id != job_id and view.settings == settings
    stored = runs.load(view.run.about.id)
    assert stored.settings == settings.model_copy(update={"turns": "0:critic_steps=3,0:g_rate=0.002,1:latent=1"})
    assert_same_events(stored.events, list(labs.of(DUEL).train(stored.settings)))
    again, _ = follow(jobs, until, jobs.start(DUEL, stored.settings, "bob"), "bob")
    assert again.id == view.run.about.id and [about.id for about in runs.listing()[0]] == [again.id]
    assert_same_events(again.run.events, stored.events)


def test_a_step_shows_a_whole_report_and_what_was_turned_before_it(jobs, until):
    job_id = paused(jobs, until, duel())
    events = jobs.watch(job_id, "ann").events
    assert isinstance(events[0], Started) and isinstance(events[-1], Metrics), (
        "it begins with its first report, as a whole"
    )
    jobs.turn(job_id, "ann", {"batch": 32})
    jobs.steer(job_id, "ann", "step")
    follow(jobs, until, job_id, enough=reports(len(events) + 2))
    held(jobs, until, job_id)
    new = jobs.watch(job_id, "ann", len(events)).events
    assert (
        isinstance(new[0], Turned)
        and isinstance(new[-1], Metrics)
        and [event.step for event in new] == [0] + [1] * (len(new) - 1)
    )
    jobs.turn(job_id, "ann", {"motion": "phases"})
    jobs.steer(job_id, "ann", "step")
    number = len(events) + len(new)
    follow(jobs, until, job_id, enough=reports(number + 2))
    held(jobs, until, job_id)
    slow = jobs.watch(job_id, "ann", number).events
    assert (
        isinstance(slow[0], Turned)
        and isinstance(slow[-1], Picture)
        and slow[-1].name == "phase"
        and slow[-1].array.tolist() == [0]
    )


def test_a_run_that_others_watch_is_not_turned(jobs, until):
    job_id = paused(jobs, until, duel())
    assert jobs.watch(job_id, "bob").viewers == 2
    assert jobs.turn(job_id, "bob", {"batch": 64}) == module.NOT_YOURS
    assert not jobs.jobs[job_id].turned
    jobs.leave(job_id, "ann")
    assert jobs.turn(job_id, "bob", {"batch": 64}) == "" and jobs.jobs[job_id].turned


def test_turns_that_are_refused_in_words(jobs, until, long):
    job_id = paused(jobs, until, duel())
    assert "“seed” cannot be turned while a run goes on" in jobs.turn(job_id, "ann", {"seed": 3})
    assert "(batch)" in jobs.turn(job_id, "ann", {"batch": 17})
    behind = jobs.start(DUEL, duel(), "bob")
    assert jobs.turn(behind, "bob", {"batch": 64}) == "This run still waits for its turn."
    jobs.steer(behind, "bob", "stop")
    assert jobs.turn(behind, "bob", {"batch": 64}) == "" == jobs.turn("gan-000000000000", "bob", {"batch": 64})
    assert not jobs.jobs[job_id].turned and turns(jobs.watch(job_id, "ann").events) == []
    jobs.steer(job_id, "ann", "stop")
    other = going(jobs, until, long())
    assert "cannot be turned" in jobs.turn(other, "ann", {"seed": 3}), "a lab that has no such knobs"


def test_who_starts_the_same_settings_meanwhile_gets_the_run_that_they_describe(jobs, until):
    settings = duel(steps=60)
    first = paused(jobs, until, settings)
    assert jobs.start(DUEL, settings, "bob") == first, "as long as nobody has turned anything"
    jobs.leave(first, "bob")
    assert jobs.turn(first, "ann", {"players": "d"}) == ""
    second = jobs.start(DUEL, settings, "bob")
    assert second != first and jobs.start(DUEL, settings, "cyd") == second
    jobs.steer(first, "ann", "run")
    turned, _ = follow(jobs, until, first)
    plain, _ = follow(jobs, until, second, "bob")
    assert (turned.state, plain.state) == ("finished", "finished")
    assert turns(turned.run.events) == [(0, {"players": "d"})] and turned.run.settings.turns == "0:players=d"
    assert plain.run.settings == settings
    assert_same_events(plain.run.events, list(labs.of(DUEL).train(settings)))


def test_a_run_that_was_turned_and_stopped(jobs, until):
    settings = duel(steps=6000)
    job_id = paused(jobs, until, settings)
    jobs.turn(job_id, "ann", {"batch": 32})
    jobs.steer(job_id, "ann", "run")
    follow(jobs, until, job_id, enough=lambda view: view.live and view.total > 40)
    jobs.steer(job_id, "ann", "stop")
    view = jobs.watch(job_id, "ann")
    assert (view.state, view.message) == ("stopped", "Stopped.")
    stored = runs.load(view.run.about.id)
    assert (
        stored.about.state == "stopped"
        and stored.settings.turns == "0:batch=32"
        and not view.run.about.id.startswith(job_id)
    )


def test_a_run_that_was_turned_too_often_is_shown_and_not_stored(jobs, until, monkeypatch):
    """More turns than its settings can tell: it could never be repeated."""
    settings = duel(steps=60)
    job_id = paused(jobs, until, settings)
    jobs.turn(job_id, "ann", {"batch": 32})
    monkeypatch.setattr(module.steering, "written", lambda log: "0:batch=32," * 60 + "0:batch=32")
    jobs.steer(job_id, "ann", "run")
    view, _ = follow(jobs, until, job_id)
    assert view.state == "finished" and "turned too often to be written down" in view.message
    assert view.run.models and runs.listing()[0] == []


@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize("events", [1, 4])
def test_the_same_again_right_after_stop(paused, events, jobs, until, tiny):
    """The stopped run may still sit in the worker; what comes back must be a whole run all the same."""
    settings = build(type(tiny()), flatten(tiny()) | {"epochs": 2})
    job_id = going(jobs, until, settings, events=events)
    if paused:
        jobs.steer(job_id, "ann", "pause")
    jobs.steer(job_id, "ann", "stop")
    assert jobs.start(LAB, settings, "ann") == job_id
    view, seen = follow(jobs, until, job_id)
    assert view.state == "finished", view.message
    here = list(labs.of(LAB).train(settings))
    assert_same_events(view.run.events, here)
    assert_same_events(seen[:-1], here[:-1])


# ---- things that go wrong ----


def test_a_worker_is_killed(jobs, until, long, tiny):
    settings = long()
    first = going(jobs, until, settings)
    behind = jobs.start(LAB, tiny(), "bob")
    assert jobs.watch(behind, "bob").state == "queued"
    for pid in worker_pids(jobs):
        os.kill(pid, signal.SIGKILL)
    view, seen = follow(jobs, until, first)
    assert view.state == "failed" and "died" in view.message and view.message.endswith(".")
    assert view.run is None and len(seen) >= 3, "what had come is still there"
    view, seen = follow(jobs, until, behind, "bob")
    assert view.state == "finished", view.message
    assert [type(event) for event in seen].count(Started) == 1
    again = going(jobs, until, settings)
    assert again == first
    assert jobs.steer(again, "ann", "stop") == ""


def test_steering_while_the_worker_is_away(jobs, until, long):
    job_id = going(jobs, until, long())
    for pid in worker_pids(jobs):
        os.kill(pid, signal.SIGKILL)
    for wish in ("pause", "step", "run", "stop"):
        assert isinstance(jobs.steer(job_id, "ann", wish), str)
    until(lambda: not jobs.watch(job_id, "ann").live, "the run to end")
    until(lambda: jobs.client.run(eval, CONTROLLED, on_error="ignore"), "a new worker")


def test_a_process_that_hangs_holds_nobody_up(jobs, until, long, tiny, monkeypatch):
    """One that was stopped from outside (SIGSTOP): buttons answer at once, and it is replaced."""
    monkeypatch.setattr(workers, "DEAF", 0.5)
    job_id = going(jobs, until, long())
    (stuck,) = worker_pids(jobs)
    os.kill(stuck, signal.SIGSTOP)
    for wish in ("pause", "run", "stop"):
        assert jobs.steer(job_id, "ann", wish) == ""
    assert jobs.watch(job_id, "ann").state == "stopped"
    view, _ = follow(jobs, until, jobs.start(LAB, tiny(), "ann"))
    assert view.state == "finished" and stuck not in worker_pids(jobs)


def test_a_full_queue_says_so(jobs, until, long, tiny, monkeypatch):
    monkeypatch.setenv("LECTERN_QUEUE", "2")
    settings = long()
    first = going(jobs, until, settings)
    second = jobs.start(LAB, tiny(), "bob")
    with pytest.raises(JobError, match="^2 runs are already training or waiting.*[.]$"):
        jobs.start(LAB, tiny(), "cyd")
    assert jobs.start(LAB, settings, "cyd") == first, "joining takes no place"
    jobs.leave(first, "cyd")
    jobs.steer(second, "bob", "stop")
    third = jobs.start(LAB, tiny(), "cyd")
    assert jobs.watch(third, "cyd").position == 1


def kept_and_said(jobs, until, job_id, why):
    """However a run was stopped: what it had measured is in the store, and the page says both."""
    view = jobs.watch(job_id, "somebody")
    assert (view.state, view.message) == ("stopped", f"{why} What it had measured is kept.")
    stored = until(
        lambda: view.run.about.id in [about.id for about in runs.listing()[0]] and runs.load(view.run.about.id),
        "the run in the store",
    )
    assert stored.about.state == "stopped" and len(stored.events) == view.total > 1


def tidied(jobs, now):
    """What the watchdog does when its clock says so; the ids of the runs that it stops."""
    with jobs.lock:
        stopped = jobs._tidy(now)
    jobs._store(stopped)
    return [job.id for job in stopped]


def test_nobody_watches(jobs, until, long, tiny):
    job_id = going(jobs, until, long())
    waiting = jobs.start(LAB, tiny(), "bob")
    jobs.leave(job_id, "ann")
    until(lambda: not jobs.jobs[job_id].live, "the run to be dropped")
    kept_and_said(jobs, until, job_id, "Stopped, because nobody watched it for 30 seconds.")
    view, _ = follow(jobs, until, waiting, "bob")
    assert view.state == "finished", "who waited has the worker now"


def test_a_run_is_dropped_half_a_minute_after_the_last_look(jobs, until, long):
    """Who closes the page does not say good-bye. The clock is given."""
    job_id = going(jobs, until, long())
    jobs.watch(job_id, "ann")
    seen = jobs.jobs[job_id].viewers["ann"]
    assert tidied(jobs, seen + job.UNWATCHED) == [] and jobs.watch(job_id, "ann").live
    seen = jobs.jobs[job_id].viewers["ann"]
    assert tidied(jobs, seen + job.UNWATCHED + 0.1) == [job_id]
    kept_and_said(jobs, until, job_id, "Stopped, because nobody watched it for 30 seconds.")
    idle(jobs, until)


def test_paused_for_long_gives_way_only_when_others_wait(jobs, until, long, tiny, monkeypatch):
    monkeypatch.setattr(job, "UNWATCHED", 10 * module.PAUSED)
    first = going(jobs, until, long())
    jobs.steer(first, "ann", "pause")
    since = jobs.jobs[first].paused_since
    assert tidied(jobs, since + module.PAUSED + 1) == [], "nobody waits, so it may stay"
    second = jobs.start(LAB, tiny(), "bob")
    assert tidied(jobs, since + module.PAUSED) == [] and jobs.watch(first, "ann").state == "paused"
    assert tidied(jobs, since + module.PAUSED + 1) == [first]
    view, _ = follow(jobs, until, second, "bob")
    assert view.state == "finished"
    kept_and_said(jobs, until, first, "Stopped: it was paused for a minute while others were waiting.")


def test_a_very_long_run_makes_room_only_for_others(jobs, until, long, tiny, monkeypatch):
    monkeypatch.setattr(job, "UNWATCHED", 10 * module.TURN)
    first = going(jobs, until, long())
    mine = jobs.start(LAB, tiny(), "ann")  # of the same viewer: a sweep waits for itself
    long_after = jobs.jobs[first].arrived[0] + module.TURN + 1
    assert tidied(jobs, long_after) == []
    assert jobs.watch(first, "ann").live and jobs.watch(mine, "ann").state == "queued"
    others = jobs.start(LAB, tiny(seed=5), "bob")
    assert tidied(jobs, long_after - 2) == [] and tidied(jobs, long_after) == [first]
    view, _ = follow(jobs, until, others, "bob")
    assert view.state == "finished"
    kept_and_said(jobs, until, first, module.endings.MADE_ROOM)


def test_who_starts_another_run_does_not_wait_for_their_own(jobs, until, long, tiny):
    mine = going(jobs, until, long())
    queued = jobs.start(LAB, tiny(), "ann")
    ((lab, state, eta),) = jobs.training()
    assert (lab, state) == (LAB, "running") and (eta is None or eta > 0)
    jobs.give_way("somebody who watches nothing")
    assert jobs.watch(mine, "ann").live
    jobs.watch(mine, "bob")
    jobs.give_way("ann")
    assert jobs.watch(mine, "bob").live and "ann" not in jobs.jobs[mine].viewers, "others watch it"
    view = jobs.watch(queued, "ann")
    assert (view.state, view.run) == ("stopped", None)
    assert view.message == "Stopped, because you started another run. It had measured nothing yet."
    jobs.give_way("bob")
    kept_and_said(jobs, until, mine, "Stopped, because you started another run.")
    view, _ = follow(jobs, until, jobs.start(LAB, tiny(), "bob"), "bob")
    assert view.state == "finished" and jobs.training() == []


def test_who_only_watched_does_not_stop_a_run_whose_owner_has_not_looked_for_a_moment(jobs, until, long, monkeypatch):
    monkeypatch.setattr(job, "LOOKING", job.UNWATCHED / 4)
    theirs = going(jobs, until, long())
    jobs.watch(theirs, "bob")
    jobs.jobs[theirs].viewers["ann"] -= job.UNWATCHED / 2  # a page that is slow to load again
    jobs.give_way("bob")
    assert jobs.watch(theirs, "ann").live and "bob" not in jobs.jobs[theirs].viewers


def test_a_server_that_closes_keeps_what_its_runs_had_measured(until, long):
    """A server of its own, that has no cluster to close: the one that the other tests share stays."""
    server, settings = Jobs(), long()
    job = server.jobs["one"] = module.Job("one", LAB, settings)
    server._append(job, [pack(event) for event in (Started(9), Metrics(1, {"loss": 2.0}))])
    server.close()
    kept_and_said(server, until, "one", "Stopped, because the server was closed.")


@pytest.mark.parametrize("stopped", [False, True])
def test_a_run_that_cannot_be_saved_is_still_shown(stopped, jobs, until, tiny, long, monkeypatch):
    monkeypatch.setenv("LECTERN_RUNS", "/dev/null/runs")
    if stopped:
        job_id = going(jobs, until, long())
        jobs.steer(job_id, "ann", "stop")
        view = jobs.watch(job_id, "ann")
    else:
        view, _ = follow(jobs, until, jobs.start(LAB, tiny(), "ann"))
    assert view.state == ("stopped" if stopped else "finished")
    assert "could not be saved in /dev/null/runs" in view.message
    assert len(view.run.events) == view.total and bool(view.run.models) is not stopped


def test_a_run_that_cannot_begin_says_why(jobs, until):
    model = labs.of(LAB).settings
    settings = build(model, {"method": "distill", "teacher": "no-such-run"})
    view, _ = follow(jobs, until, jobs.start(LAB, settings, "ann"))
    assert (view.state, view.message) == ("failed", "There is no stored run called “no-such-run”.")
    view, _ = follow(jobs, until, jobs.start("nonsense", settings, "ann"))
    assert view.state == "failed" and "“nonsense” is not a lab" in view.message
    wrong = {"w": np.zeros(1)}
    runs.save(runs.make("odd", LAB, {}, [Finished(1, {}, {"net": runs.Model({"conv": [4]}, wrong)})], 1, "finished"))
    view, _ = follow(jobs, until, jobs.start(LAB, build(model, {"method": "distill", "teacher": "odd"}), "ann"))
    assert view.state == "failed" and view.message.startswith("The run ended with an error of ours: RuntimeError")
    idle(jobs, until)


def test_an_end_that_goes_wrong_is_said(jobs, until, tiny, monkeypatch):
    """Whatever fails between the last event and the page must not leave the page waiting."""

    def broken(run):
        raise TypeError("a lab put an object into its summary")

    monkeypatch.setattr(runs, "save", broken)
    view, _ = follow(jobs, until, jobs.start(LAB, tiny(), "ann"))
    assert view.state == "failed" and "TypeError: a lab put an object into its summary" in view.message


def test_unknown_ids(jobs):
    assert jobs.watch("compression-000000000000", "ann") is None
    assert jobs.steer("compression-000000000000", "ann", "stop") == ""
    jobs.leave("compression-000000000000", "ann")


def test_ended_jobs_are_forgotten_in_time(jobs, until, tiny, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 2)
    ids = []
    for _ in range(4):
        ids.append(jobs.start(LAB, tiny(), "ann"))
        follow(jobs, until, ids[-1])
    assert jobs.watch(ids[0], "ann") is None and jobs.watch(ids[-1], "ann").state == "finished"
    assert len(jobs.jobs) <= 3


# ---- the processes ----


def test_the_workers_are_set_up_as_designed(jobs):
    import torch

    client = jobs.connect()

    def everywhere(function, *args):
        return set(client.run(function, *args).values())

    assert len(client.run(os.getpid)) == 1, "LECTERN_WORKERS is 1 here"
    assert everywhere(eval, "'streamlit' in __import__('sys').modules") == {False}
    assert everywhere(eval, "'plotly' in __import__('sys').modules") == {False}
    assert everywhere(eval, "'torch' in __import__('sys').modules") == {True}, "loaded before anybody presses Train"
    assert everywhere(os.getenv, "MALLOC_TRIM_THRESHOLD_") == {None}
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        assert everywhere(os.getenv, name) == {"1"}
    assert everywhere(torch.get_num_threads) == {1}
    nthreads = {info["nthreads"] for info in client.scheduler_info(n_workers=-1)["workers"].values()}
    assert nthreads == {1}, "one run at a time in each process"


def test_the_cluster_listens_on_loopback_only(jobs):
    jobs.connect()
    family = [psutil.Process(jobs.child.pid), *psutil.Process(jobs.child.pid).children(recursive=True)]
    listening = {
        connection.laddr.ip
        for process in family
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


# ---- an environment that cannot work ----


@pytest.mark.parametrize(
    "name, value",
    [
        ("LECTERN_SCHEDULER", "localhost:8786"),
        ("LECTERN_SCHEDULER", "http://x"),
        ("LECTERN_WORKERS", "many"),
        ("LECTERN_WORKERS", "0"),
        ("LECTERN_WORKERS", "１"),
        ("LECTERN_QUEUE", "-1"),
        ("LECTERN_QUEUE", "x"),
    ],
)
def test_malformed_environment(name, value, jobs, tiny, monkeypatch):
    server = jobs if name == "LECTERN_QUEUE" else Jobs()  # a queue is looked at when somebody starts a run
    monkeypatch.setenv(name, value)
    with pytest.raises(JobError, match=f"^{name} is “{value}”, but it must .*[.]$"):
        server.start(LAB, tiny(), "ann")
    if server is not jobs:
        assert server.child is None and server.client is None


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_a_cluster_that_does_not_answer(host, until, tiny, monkeypatch, free_port):
    monkeypatch.setattr(workers, "PATIENCE", 0.5)
    address = f"tcp://{host}:{free_port}"
    monkeypatch.setenv("LECTERN_SCHEDULER", address)
    server = Jobs()
    job_id = server.start(LAB, tiny(), "ann")  # the press itself does not wait
    until(lambda: not server.watch(job_id, "ann").live, "the answer that there is no cluster")
    view = server.watch(job_id, "ann")
    assert view.state == "failed" and server.client is None
    assert view.message.startswith(f"Nothing can be trained now: the cluster at {address} does not answer")


def test_a_sweep_trains_its_runs_one_after_another_and_knows_them_again(jobs, until, tiny, monkeypatch):
    for name in ("start", "watch"):
        monkeypatch.setattr(module, name, getattr(jobs, name))
    cells = sweeps.Sweep(tiny(), LAB, "neurons", (16, 32), 1).cells()

    def all_ended():
        progress = sweeps.go_on(cells, "ann.sweep")
        assert sum(job.live for job in jobs.jobs.values()) <= 1
        return None if progress.left else progress

    progress = until(all_ended, "the sweep to end")
    assert [record.settings.method.neurons for record in progress.ended.values()] == [16, 32] and not progress.failed
    for cell in cells:
        jobs.jobs.pop(cell.id)
    assert sweeps.look(cells, "ann.sweep").ended.keys() == progress.ended.keys(), "from the store"


def test_a_sweep_counts_no_run_that_was_stopped(jobs, until, long, monkeypatch):
    for name in ("start", "watch"):
        monkeypatch.setattr(module, name, getattr(jobs, name))
    cells = sweeps.Sweep(long(), LAB, "learning_rate", (0.001, 0.002), 1).cells()
    going(jobs, until, cells[0].settings)
    jobs.steer(cells[0].id, "ann", "stop")
    progress = sweeps.look(cells, "ann.sweep")
    assert progress.left == cells and not progress.ended and progress.live is None
