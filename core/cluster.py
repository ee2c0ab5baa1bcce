"""The embedded Dask cluster, in a process of its own beside the server, and how any worker of ours is set up.

A process of its own keeps the scheduler out of the server's interpreter lock, keeps streamlit out of the workers
(a spawned worker imports its parent's main module), and lets the server use it exactly like a foreign cluster.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dask
import psutil

from core import certificates, env, unused

TOPIC = "lectern"  # where workers publish events and servers listen
THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
NO_DASHBOARD = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}  # and no quarrel about port 8787
LOOPBACK = "127.0.0.1"
OPEN = "Whoever reaches this port can run any code on every machine of the cluster: set LECTERN_TLS, or let no stranger in."
REACH = 2.0  # seconds for an address to answer
ROLES = "client", "scheduler", "worker"
FORKED = "core.preload"  # what training processes have in common
SERVE = "import sys; from core import cluster; cluster.serve(int(sys.argv[1]))"  # no main module: each worker would import it
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
    "distributed.scheduler.http.routes": [],  # nobody asks for them, and they would be open to everybody
    "distributed.worker.http.routes": [],
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
    unused.hide()
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
        host=LOOPBACK,
        preload="core.worker",
        memory_limit="auto",
        scheduler_kwargs=NO_DASHBOARD,
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()  # the parent keeps this pipe open as long as it lives, however it dies


def security() -> Any:
    """Dask's Security with the certificate and key of LECTERN_TLS, or None without it. Raises BadEnvironment."""
    if (folder := env.tls()) is None:
        return None
    from distributed.security import Security

    ca, cert, key = (str(folder / name) for name in certificates.FILES)
    roles = {f"tls_{role}_{what}": file for role in ROLES for what, file in (("cert", cert), ("key", key))}
    ours = Security(require_encryption=True, tls_ca_file=ca, **roles)
    try:
        ours.get_connection_args("client")
    except OSError as error:  # an SSLError is one, too
        raise env.BadEnvironment(f"The certificate in {folder} cannot be used: {error.strerror or error}.") from error
    return ours


def schedule(port: int, host: str | None = None) -> None:
    """Hosts the scheduler of a cluster of several machines until it is interrupted.

    host: the address to listen on; by default all of them where only who has the certificate gets in, else this machine's.
    """
    from distributed import Scheduler

    secured = security()
    host = host or ("" if secured else LOOPBACK)
    where = {"host": host, "port": port, "protocol": "tls" if secured else "tcp", "security": secured}

    async def serve_all() -> None:
        async with Scheduler(**where, **NO_DASHBOARD) as scheduler:
            print(scheduler.address, flush=True)
            await scheduler.finished()

    if not secured and host != LOOPBACK:
        print(OPEN, file=sys.stderr)
    configure()
    try:
        asyncio.run(serve_all())
    except RuntimeError as error:  # Dask hides what the system said behind it
        raise OSError(f"The scheduler cannot listen on port {port}: {_reason(error)}.") from error


def join(address: str, workers: int) -> None:
    """Adds worker processes of this machine to the cluster at `address` until it is interrupted. Where the scheduler goes away,
    they join again when it is back; raises OSError where it was never there."""

    async def work() -> None:
        await asyncio.gather(*(nannies := [Nanny(address, **how) for _ in range(workers)]))
        print(f"{workers} worker(s) joined {address}", flush=True)
        await asyncio.gather(*(nanny.finished() for nanny in nannies))

    env.cluster_address(address, "The address")
    signal.signal(signal.SIGINT, _leave)
    fork_from(FORKED)
    from distributed import Nanny

    configure()
    how = {"nthreads": 1, "preload": "core.worker", "dashboard_address": NO_DASHBOARD["dashboard_address"]}
    how["security"] = security()
    try:
        client(address).close()
    except OSError as error:
        raise OSError(f"No training process joined: {error}.") from error
    while True:
        asyncio.run(work())
        while not answers(address):
            time.sleep(1)


def _leave(*_: object) -> None:
    """Ctrl-C: this process ends at once, with all that it started. Dask would first wait for a worker that it is just replacing."""
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.kill()
    os._exit(130)


def client(address: str, patience: float = 10.0) -> Any:
    """A client of the cluster there, with the certificate of LECTERN_TLS where it asks for one. Raises OSError with half a
    sentence on what that cluster does."""
    configure()
    from distributed import Client

    try:
        reach(address)
        secured = security() if address.startswith("tls://") else None
        return Client(address, timeout=patience, set_as_default=False, name="lectern", security=secured)
    except OSError as error:
        why = "does not answer"
        if isinstance(error.__cause__, ssl.SSLError):
            why = "does not know our certificate, nor we its (LECTERN_TLS)"
        elif isinstance(error.__cause__, ConnectionResetError):
            why = "lets nobody in without a certificate (LECTERN_TLS), or is no cluster"
        raise OSError(f"the cluster at {address} {why}") from error


def _reason(error: BaseException) -> str:
    """What the system said."""
    while error.__cause__:
        error = error.__cause__
    return getattr(error, "strerror", None) or str(error)


def reach(address: str) -> None:
    """Raises OSError when nobody listens there, or nobody who answers soon; Dask itself would try for long."""
    at = urlsplit(address)
    socket.create_connection((at.hostname, at.port), timeout=REACH).close()


def answers(address: str) -> bool:
    """Whether somebody listens there."""
    try:
        reach(address)
    except OSError:
        return False
    return True


def spawn(workers: int) -> tuple[subprocess.Popen, str]:
    """Starts `serve` as a child process and waits for its address. Raises OSError when it does not come up."""
    environment = {k: v for k, v in os.environ.items() if k != "LECTERN_SCHEDULER"} | THREADS
    child = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(workers)],
        text=True,
        cwd=Path(__file__).resolve().parents[1],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    configure()  # imports Dask here while the child does
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
