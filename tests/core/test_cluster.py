"""The processes behind the jobs: the embedded cluster's life and death, and a cluster of separate processes that two
servers share."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from core import labs, worker
from core.__main__ import main
from core.events import Finished, Started
from core.jobs import Jobs
from tests.conftest import PATIENCE
from tests.core.test_jobs import LAB, assert_same_events, follow, going, held, idle, reports

ROOT = Path(__file__).resolve().parents[2]


# ---- the embedded cluster ----


def test_the_cluster_process_is_killed(jobs, until, long, tiny):
    first, second = going(jobs, until, long()), jobs.start(LAB, tiny(), "bob")
    family = psutil.Process(jobs.child.pid).children(recursive=True)
    os.kill(jobs.child.pid, signal.SIGKILL)
    for job_id, viewer in ((first, "ann"), (second, "bob")):
        view, _ = follow(jobs, until, job_id, viewer)
        assert view.state == "failed" and "lost" in view.message, view
    until(lambda: not any(process.is_running() for process in family), "the orphaned workers to end")
    view, _ = follow(jobs, until, jobs.start(LAB, tiny(), "ann"))
    assert view.state == "finished"


def test_start_right_after_the_cluster_process_was_killed(jobs, until, long, tiny):
    """Before anybody has noticed: the old run must end with a sentence, the new one must be trained."""
    first = going(jobs, until, long())
    os.kill(jobs.child.pid, signal.SIGKILL)
    jobs.child.wait(10)
    view, _ = follow(jobs, until, jobs.start(LAB, tiny(), "bob"), "bob")
    assert view.state == "finished", view.message
    view, _ = follow(jobs, until, first)
    assert view.state == "failed" and "lost" in view.message, view


def test_close_ends_all_processes(jobs, until, long):
    going(jobs, until, long())
    family = [psutil.Process(jobs.child.pid), *psutil.Process(jobs.child.pid).children(recursive=True)]
    jobs.close()
    until(lambda: not any(process.is_running() for process in family), "all processes to end")


SERVER = """
import time
from core import jobs, labs
jobs.connect()
print(jobs.JOBS.child.pid, flush=True)
time.sleep(600)
"""


def test_a_killed_server_leaves_no_processes(until):
    """However the server dies, its cluster goes with it."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        try:
            child = psutil.Process(int(server.stdout.readline()))
            family = [child, *child.children(recursive=True)]
            assert len(family) >= 2
        finally:
            server.kill()
    until(lambda: not any(process.is_running() for process in family), "the cluster to end")


# ---- a cluster of separate processes ----


def ended(process):
    """Whether the process is gone, or only waits to be buried by its parent."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


class Command:
    """`python -m core …` in a process group of its own, its output read line by line."""

    def __init__(self, *args, **environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core", *args],
            cwd=ROOT,
            env=os.environ | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def line(self):
        if line := self.process.stdout.readline():
            return line.strip()
        raise AssertionError(self.process.stderr.read())

    def interrupt(self):
        """Ctrl-C; what was written to standard error."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=2 * PATIENCE)[1]

    def kill(self):
        """The process and all its children."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.communicate()


@pytest.fixture(scope="module")
def commands():
    """A scheduler and two `join` commands on loopback, as three separate commands; nothing of them stays."""
    started = [Command("scheduler", "--port", "0")]
    try:
        address = started[0].line()
        port = re.fullmatch(r"tcp://[^:]+:(\d+)", address)[1]
        address = f"tcp://127.0.0.1:{port}"
        started += [Command("join", address, "--workers", "1") for _ in range(2)]
        for join in started[1:]:
            assert join.line() == f"1 worker(s) joined {address}"
        yield address, started
    finally:
        family = [
            child
            for command in started
            if psutil.pid_exists(command.process.pid)
            for child in psutil.Process(command.process.pid).children(recursive=True)
        ]
        for command in started:
            command.kill()
        psutil.wait_procs(family, timeout=10)
        assert all(map(ended, family)), "a process of the cluster lives on"


@pytest.fixture(scope="module")
def two_servers(commands, own_environment, unhurried):
    """Two servers that use the cluster of LECTERN_SCHEDULER."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LECTERN_SCHEDULER", commands[0])
        servers = Jobs(), Jobs()
        for server in servers:
            server.connect()
        yield servers
        for server in servers:
            server.close()


@pytest.fixture
def servers(two_servers, own_runs):
    yield two_servers
    for server in two_servers:
        with server.lock:
            for job in [job for job in server.jobs.values() if job.live]:
                server._end(job, "stopped", "The test has ended.")
    idle(two_servers[0], lambda true, what: None)


def test_it_is_the_cluster_that_trains(servers, commands):
    one, other = servers
    assert one.child is None and other.child is None, "no embedded cluster beside it"
    pids = set(one.client.run(os.getpid).values())
    assert len(pids) == 2 and pids == set(other.client.run(os.getpid).values())
    joined = {
        command.process.pid for command in commands[1][1:]
    }  # between them and their processes stands what forks these
    above = [{parent.pid for parent in psutil.Process(pid).parents()} & joined for pid in pids]
    assert set.union(*above) == joined and all(len(each) == 1 for each in above)
    for expression in (
        "'streamlit' in __import__('sys').modules",
        "__import__('os').environ.get('MALLOC_TRIM_THRESHOLD_') is not None",
        "__import__('os').environ.get('OMP_NUM_THREADS') != '1'",
        "__import__('torch').get_num_threads() != 1",
        "'torch._dynamo' not in __import__('sys').modules",
    ):  # the first run would import it for seconds
        assert set(one.client.run(eval, expression).values()) == {False}, expression


def test_two_servers_share_a_run(servers, until, long, tiny):
    one, other = servers
    settings = tiny()
    job_id = one.start(LAB, settings, "ann")
    assert other.start(LAB, settings, "bob") == job_id
    (view, seen), (_, seen_too) = follow(one, until, job_id, "ann"), follow(other, until, job_id, "bob")
    here = list(labs.of(LAB).train(settings))
    assert view.state == "finished" and isinstance(seen[-1], Finished)
    for events in (seen[:-1], seen_too[:-1]):
        assert_same_events(events, here[:-1])


def test_who_comes_late_sees_it_from_the_beginning_and_who_leaves_harms_nobody(servers, until, long):
    one, other = servers
    settings = long()
    job_id = going(one, until, settings, "ann", 5)
    other.start(LAB, settings, "bob")
    _, seen = follow(other, until, job_id, "bob", reports(8))
    assert isinstance(seen[0], Started)
    first = one.watch(job_id, "ann").events
    for events in zip(first, seen, strict=False):
        assert_same_events(*([event] for event in events))
    working = [name for name, log in one.client.run(worker.log_of, job_id).items() if log]
    assert len(working) == 1, "one training for both"
    one.steer(job_id, "ann", "stop")
    assert one.watch(job_id, "ann").state == "stopped"
    total = other.watch(job_id, "bob").total
    follow(other, until, job_id, "bob", reports(total + 4))
    other.steer(job_id, "bob", "stop")
    idle(other, until)


def test_joining_a_run_that_another_server_has_paused(servers, until, long):
    one, other = servers
    settings = long()
    job_id = going(one, until, settings)
    one.steer(job_id, "ann", "pause")
    held(one, until, job_id)  # no event will come of itself any more
    other.start(LAB, settings, "bob")
    view, seen = follow(other, until, job_id, "bob", reports(3))
    assert isinstance(seen[0], Started)
    assert other.steer(job_id, "bob", "run") == "", "whoever joins can make it go on"
    follow(other, until, job_id, "bob", reports(view.total + 3))


def test_two_runs_train_at_once(servers, until, long):
    one, other = servers
    jobs = [going(one, until, long(), "ann"), going(other, until, long(), "bob")]
    working = one.client.run(eval, "list(__import__('core.worker').worker.CONTROLS)")
    assert sorted(working.values()) == sorted([job_id] for job_id in jobs)


def test_a_worker_of_the_cluster_is_killed(servers, until, long, tiny):
    one, other = servers
    settings = long()
    job_id = going(one, until, settings, "ann")
    other.start(LAB, settings, "bob")
    bystander = going(other, until, long(), "cyd")
    pids = one.client.run(os.getpid)
    (victim,) = (pids[name] for name, log in one.client.run(worker.log_of, job_id).items() if log)
    os.kill(victim, signal.SIGKILL)
    for server, viewer in ((one, "ann"), (other, "bob")):
        view, _ = follow(server, until, job_id, viewer)
        assert view.state == "failed" and "died" in view.message
    total = other.watch(bystander, "cyd").total
    follow(other, until, bystander, "cyd", reports(total + 3))
    view, _ = follow(one, until, one.start(LAB, tiny(), "ann"))
    assert view.state == "finished"


def test_a_command_ends_on_ctrl_c_without_a_traceback(commands, until):
    """A join that is interrupted takes its worker along, and the cluster stays."""
    address = commands[0]
    join = Command("join", address, "--workers", "1")
    try:
        assert "joined" in join.line()
        family = psutil.Process(join.process.pid).children(recursive=True)
        assert family
        assert "Traceback" not in join.interrupt()
        until(lambda: all(map(ended, family)), "the worker to end")
    finally:
        join.kill()


def test_joining_a_cluster_that_is_not_there(free_port, capsys):
    """An address that is none is refused by the command itself, one where nobody listens by its process."""
    assert main(["join", "nonsense"]) == 2
    out, said = capsys.readouterr()
    assert out == "" and said.startswith("The address is “nonsense”, but it must look like") and said.endswith(".\n")
    address = f"tcp://127.0.0.1:{free_port}"
    done = subprocess.run(
        [sys.executable, "-m", "core", "join", address], cwd=ROOT, capture_output=True, text=True, timeout=2 * PATIENCE
    )
    words = f"No training process joined: the cluster at {address} does not"
    assert done.returncode == 2 and done.stderr.startswith(words) and done.stderr.endswith(".\n"), done.stderr


def test_the_scheduler_goes_away(servers, commands, until, long):
    """Last in this file, like the one of an interrupted command: it ends the cluster that the other tests share."""
    one, _ = servers
    job_id = going(one, until, long())
    commands[1][0].kill()
    view, _ = follow(one, until, job_id)
    assert view.state == "failed" and "lost" in view.message and view.message.endswith(".")
