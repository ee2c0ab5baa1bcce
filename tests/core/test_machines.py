"""A cluster of several machines that lets in only who has its certificate: one scheduler and three machines, as four
commands on loopback. What goes wrong with such a cluster is done to it for real."""

import io
import subprocess
import sys
from contextlib import contextmanager, redirect_stdout

import psutil
import pytest

from core import certificates, cluster, labs, worker
from core.__main__ import main
from core.env import BadEnvironment
from core.jobs import JobError, Jobs
from tests.core.test_cluster import ROOT, Command, ended
from tests.core.test_jobs import LAB, assert_same_events, follow, going, reports

MACHINES = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls") / "ours"
    with redirect_stdout(io.StringIO()) as said:
        assert main(["certificates", str(folder)]) == 0
    assert said.getvalue().startswith(f"LECTERN_TLS={folder} ")
    return folder


@contextmanager
def commands(*started):
    """Nothing of them stays."""
    try:
        yield list(started)
    finally:
        family = []
        for command in started:
            if psutil.pid_exists(command.process.pid):
                family += psutil.Process(command.process.pid).children(recursive=True)
            command.kill()
        psutil.wait_procs(family, timeout=10)
        assert all(map(ended, family)), "a process of the cluster lives on"


def scheduler_at(port, folder):
    command = Command("scheduler", "--port", str(port), "--host", "127.0.0.1", LECTERN_TLS=str(folder))
    assert command.line() == f"tls://127.0.0.1:{port}"
    return command


@pytest.fixture(scope="module")
def machines(folder):
    """The address of the cluster, its port, and the commands of the three machines."""
    with commands(Command("scheduler", "--port", "0", "--host", "127.0.0.1", LECTERN_TLS=str(folder))) as (scheduler,):
        address = scheduler.line()
        assert address.startswith("tls://127.0.0.1:")
        joined = (Command("join", address, "--workers", "1", LECTERN_TLS=str(folder)) for _ in range(MACHINES))
        with commands(*joined) as joins:
            for join in joins:
                assert join.line() == f"1 worker(s) joined {address}"
            yield address, scheduler, joins


@pytest.fixture
def server(machines, folder, own_environment, unhurried, monkeypatch):
    monkeypatch.setenv("LECTERN_TLS", str(folder))
    monkeypatch.setenv("LECTERN_SCHEDULER", machines[0])
    server = Jobs()
    yield server
    server.close()


def training_on(server, job_id, joins):
    """The command of the machine on which a run trains."""
    (pid,) = (pid for pid in server.client.run(worker_pid, job_id).values() if pid)
    above = {parent.pid for parent in psutil.Process(pid).parents()}
    return next(join for join in joins if join.process.pid in above)


def worker_pid(job_id):
    import os

    return os.getpid() if worker.log_of(job_id) else None


def test_a_run_through_tls(server, until, tiny):
    settings = tiny()
    view, seen = follow(server, until, server.start(LAB, settings, "ann"))
    assert view.state == "finished", view.message
    assert_same_events(seen[:-1], list(labs.of(LAB).train(settings))[:-1])
    workers = server.client.scheduler_info(n_workers=-1)["workers"]
    assert len(workers) == MACHINES and all(address.startswith("tls://") for address in workers)


@pytest.mark.parametrize("stranger", ["no certificate", "another's certificate"])
def test_strangers_are_told_so_in_a_sentence(stranger, machines, tmp_path, until, tiny, monkeypatch):
    address = machines[0]
    if stranger == "no certificate":
        monkeypatch.delenv("LECTERN_TLS", raising=False)
        address = address.replace("tls://", "tcp://")
        why = "lets nobody in without a certificate (LECTERN_TLS), or is no cluster"
    else:
        certificates.make(tmp_path / "theirs")
        monkeypatch.setenv("LECTERN_TLS", str(tmp_path / "theirs"))
        why = "does not know our certificate, nor we its (LECTERN_TLS)"
    monkeypatch.setenv("LECTERN_SCHEDULER", address)
    server = Jobs()
    job_id = server.start(LAB, tiny(), "ann")
    until(lambda: not server.watch(job_id, "ann").live, "the answer that nobody is let in")
    assert server.watch(job_id, "ann").message.startswith(
        f"Nothing can be trained now: the cluster at {address} {why}."
    )
    if stranger == "no certificate":
        return
    done = subprocess.run([sys.executable, "-m", "core", "join", address], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, f"No training process joined: the cluster at {address} {why}.\n")


def test_an_address_and_a_certificate_that_do_not_fit(folder, tmp_path, tiny, monkeypatch):
    def said():
        with pytest.raises(JobError) as refusal:
            Jobs().start(LAB, tiny(), "ann")
        return str(refusal.value)

    monkeypatch.setenv("LECTERN_SCHEDULER", "tls://host:8786")
    assert said().endswith("but LECTERN_TLS does not name the folder with the certificate.")
    monkeypatch.setenv("LECTERN_TLS", str(tmp_path))
    assert said().endswith("but there is no key.pem in that folder.")
    monkeypatch.setenv("LECTERN_TLS", str(folder))
    monkeypatch.setenv("LECTERN_SCHEDULER", "tcp://host:8786")
    assert said().endswith("but with LECTERN_TLS it must begin with tls://.")
    for name in certificates.FILES:
        (tmp_path / name).write_text("nonsense")
    monkeypatch.setenv("LECTERN_TLS", str(tmp_path))
    with pytest.raises(BadEnvironment, match=f"^The certificate in {tmp_path} cannot be used: .*[.]$"):
        cluster.security()


def test_a_certificate_replaces_none(folder, tmp_path):
    before = (folder / "key.pem").read_bytes()
    with pytest.raises(OSError, match="is not empty"):
        certificates.make(folder)
    assert (folder / "key.pem").read_bytes() == before and (folder / "key.pem").stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in folder.iterdir()) == sorted(certificates.FILES)


def test_one_of_three_machines_is_switched_off(server, machines, until, long, tiny):
    settings = long()
    hit, spared = going(server, until, settings, "ann"), going(server, until, long(), "bob")
    training_on(server, hit, machines[2]).kill()
    view, seen = follow(server, until, hit, "ann")
    assert view.state == "failed" and "died" in view.message and len(seen) >= 3
    total = server.watch(spared, "bob").total
    follow(server, until, spared, "bob", reports(total + 3))
    again = going(server, until, settings, "ann")
    server.steer(again, "ann", "stop")
    server.steer(spared, "bob", "stop")


def test_the_scheduler_is_killed_and_comes_back(server, machines, folder, until, long, tiny):
    """Last in this file: the fixture's scheduler is gone afterwards."""
    address, scheduler, joins = machines
    job_id = going(server, until, long(), "ann")
    scheduler.kill()
    view, seen = follow(server, until, job_id, "ann")
    assert view.state == "failed" and "lost" in view.message and len(seen) >= 3, view
    meanwhile = server.start(LAB, tiny(), "bob")
    view, _ = follow(server, until, meanwhile, "bob")
    assert view.state == "failed" and "does not answer" in view.message, view
    with commands(scheduler_at(int(address.rpartition(":")[2]), folder)):
        for join in joins:
            if join.process.poll() is None:
                assert join.line() == f"1 worker(s) joined {address}", "the machines come back by themselves"
        job_id = going(server, until, long(), "cyd", 5)  # live, not only with its end
        server.steer(job_id, "cyd", "stop")
