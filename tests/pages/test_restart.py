"""A server ends while a run trains and is started again: who looks for that run is told what became of it, and may repeat it.

Visitors speak Streamlit's own protocol (tests/load.py).
"""

import asyncio
import os
import subprocess
from urllib.parse import parse_qs

import psutil
import pytest

from core import env, keeping, runs
from core.events import Finished, Metrics, Started
from core.job import Job
from core.jobs import Jobs
from tests.browser.conftest import ROOT, healthy, serve, wait_until
from tests.load import Visitor

PAGE, KNOBS = "network_compression", "scene=know-the-teacher&method=teacher&augment=False&epochs=20&channels=16&seed=77"
NOTHING = "The server ended while this run trained, and nothing of it is kept. Press Train to repeat it."


async def begun(address):
    """The address of a page whose run trains."""
    async with Visitor(address) as visitor:
        await visitor.open(PAGE, KNOBS)
        await visitor.ask(press="Train")
        await visitor.until("steps/s")
        return visitor.query


async def reloaded(address, query):
    """What a page of that address says, and the address once Train was pressed there."""
    async with Visitor(address) as visitor:
        await visitor.open(PAGE, query)
        said = list(visitor.notices)
        await visitor.ask(press="Train")
        return said, visitor.query


@pytest.fixture
def server(tmp_path, own_environment):
    with serve(tmp_path) as running:
        yield running


def test_a_killed_server_is_back(server, tmp_path):
    query = asyncio.run(begun(server.address))
    family = psutil.Process(server.process.pid).children(recursive=True)
    server.process.kill()
    server.process.wait()
    assert not psutil.wait_procs(family, 60)[1], "no process outlives its server"
    environment = os.environ | {"LECTERN_RUNS": str(tmp_path / "runs")}
    with (tmp_path / "again.log").open("w") as log:
        again = subprocess.Popen(server.process.args, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: healthy(server.address), "the server to be back")
        said, address = asyncio.run(reloaded(server.address, query))
    finally:
        again.terminate()
        again.wait(60)
    assert any(NOTHING in sentence for sentence in said), said
    assert parse_qs(address) == parse_qs(query), "the same knobs, and Train repeats the same run"


def test_which_runs_were_cut_short(jobs, until, long, tiny):
    job_id = jobs.start("compression", long(), "ann")
    until(lambda: jobs.watch(job_id, "ann").state == "running", "the run to begin")
    assert keeping.cut_short(job_id), "as the next server would see it"
    jobs.steer(job_id, "ann", "stop")
    ended = jobs.start("compression", tiny(), "ann")
    until(lambda: not jobs.watch(ended, "ann").live, "the run to end")
    assert not keeping.cut_short(job_id) and not keeping.cut_short(ended)
    assert not any(keeping.cut_short(name) for name in ("", "../x", "no-such-run", "A", "*"))
    assert not list(env.runs_folder().glob(".*.begun"))


def test_a_server_that_closes_says_so_to_the_next_one():
    server = Jobs()
    server.jobs["one"] = job = Job("one", "compression", None)
    assert job.live
    server.close()
    assert keeping.cut_short("one")
    keeping.tidy(env.runs_folder(), now=1e11)
    assert not keeping.cut_short("one"), "notes are no older than runs"


def test_what_was_kept_is_found(monkeypatch):
    from pages.parts import shown

    monkeypatch.setattr(shown.visitor, "maker", lambda: "")
    monkeypatch.setattr(shown.visitor, "viewer", lambda: "ann")
    log = [Started(9), Metrics(1, {"accuracy": 2.0}), Finished(2, {})]
    for name in ("compression-abc-2", "compression-ab-3"):
        runs.save(runs.make(name, "compression", {}, log, 1, "stopped"))
    assert shown.kept("compression-abc", "compression").id == "compression-abc-2"
    assert shown.kept("compression-a", "compression") is None
