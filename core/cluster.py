"""The embedded Dask cluster, in a process of its own beside the server, and how any worker of ours is set up.

A process of its own keeps the scheduler out of the server's interpreter lock, keeps streamlit out of the workers
(a spawned worker imports its parent's main module), and lets the server use it exactly like a foreign cluster.
"""

import asyncio
import logging
import multiprocessing
import os
import subprocess
import sys
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import dask

TOPIC = "lectern"  # where workers publish events and servers listen
THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
NO_DASHBOARD = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}  # and no quarrel about port 8787
FORKED = "core.preload"  # what training processes have in common
CONFIG = {
    "distributed.worker.multiprocessing-method": "forkserver" if sys.platform == "linux" else "spawn",
    # Dask sets MALLOC_TRIM_THRESHOLD_ here, which makes small torch trainings twice as slow: replaced, not extended.
    "distributed.nanny.pre-spawn-environ": THREADS,
    "distributed.scheduler.allowed-failures": 0,  # a dead worker is told to the visitor, never hidden by a second try
    # A cluster gives a worker up for good when it is away 15 s after a death, even though its nanny is starting it again.
    "distributed.deploy.lost-worker-timeout": "1000 days",
    "distributed.worker.daemon": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.comm.timeouts.connect": "10s",
}


def train(*given: Any) -> dict[str, Any]:
    """`core.worker.train`: the server names it without importing torch."""
    from core import worker

    return worker.train(*given)


def tell(what: str, *given: Any) -> Any:
    """The function of core.worker with this name, called in a training process."""
    from core import worker

    return getattr(worker, what)(*given)


def configure() -> None:
    """Applies our Dask settings; they must be set before a scheduler, nanny or worker starts."""
    import distributed  # noqa: F401  first: its import adds its defaults to what is set, the malloc threshold among them

    dask.config.set(CONFIG)
    os.environ.pop("MALLOC_TRIM_THRESHOLD_", None)


def fork_from(module: str) -> None:
    """Training processes of this process are forked from one that has imported the module, and that begins to do so now."""
    os.environ.pop("MALLOC_TRIM_THRESHOLD_", None)
    os.environ.update(THREADS)  # torch asks for it when it is imported, which is before the first fork
    if CONFIG["distributed.worker.multiprocessing-method"] == "forkserver":
        multiprocessing.set_forkserver_preload([module, "distributed.nanny"])
        forkserver.ensure_running()  # before Dask names what it wants to have imported instead


def serve(workers: int) -> None:
    """Runs a cluster on loopback until standard input closes; prints its address on the first line."""
    fork_from(FORKED)
    from distributed import LocalCluster

    configure()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # the server says it in its own words
    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        preload="core.worker",
        memory_limit="auto",
        scheduler_kwargs=NO_DASHBOARD,
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()  # the parent keeps this pipe open as long as it lives, however it dies


def schedule(port: int) -> None:
    """Hosts the scheduler of a cluster of several machines until it is interrupted."""
    from distributed import Scheduler

    async def host() -> None:
        async with Scheduler(port=port, **NO_DASHBOARD) as scheduler:
            print(scheduler.address, flush=True)
            await scheduler.finished()

    configure()
    asyncio.run(host())


def join(address: str, workers: int) -> None:
    """Adds worker processes of this machine to the cluster at `address` until it is interrupted or the cluster ends."""

    async def work() -> None:
        nannies = [Nanny(address, nthreads=1, preload="core.worker", dashboard_address=None) for _ in range(workers)]
        await asyncio.gather(*nannies)
        print(f"{workers} worker(s) joined {address}", flush=True)
        await asyncio.gather(*(nanny.finished() for nanny in nannies))

    fork_from(FORKED)
    from distributed import Nanny

    configure()
    asyncio.run(work())


def spawn(workers: int) -> tuple[subprocess.Popen, str]:
    """Starts `serve` as a child process and waits for its address. Raises OSError when it does not come up."""
    environment = {k: v for k, v in os.environ.items() if k != "LECTERN_SCHEDULER"} | THREADS
    child = subprocess.Popen(
        [sys.executable, "-m", "core", "cluster", "--workers", str(workers)],
        text=True,
        cwd=Path(__file__).resolve().parents[1],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    address = child.stdout.readline().strip()
    if not address.startswith("tcp://"):
        child.kill()
        end(child)
        raise OSError("the training processes did not start")
    return child, address


def end(child: subprocess.Popen) -> None:
    """Ends what `spawn` started, politely first."""
    child.stdin.close()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    child.stdout.close()
