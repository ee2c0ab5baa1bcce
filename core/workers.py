"""The training processes as the server sees them: a Dask client, and behind it the embedded cluster or a foreign one."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from core import cluster, env
from core.env import BadEnvironment
from core.job import JobError

log = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds to look for a cluster
ABSENT = "Nothing can be trained now: {}. Scenes, and every slider that needs no training, still work."
DEAF = 4.0  # seconds after which a training process that answers nothing is started anew


class NoWorkers(JobError):
    """Nothing can be trained now; the message is one sentence for people."""


class Workers:
    """One client for the whole server. All public methods may be called from any thread."""

    def __init__(self, arrived: Callable[[tuple[float, dict[str, Any]]], None]) -> None:
        """arrived: gets every event that a training process publishes, stamped with its time."""
        self.arrived, self.connecting = arrived, threading.Lock()
        self.client: Any = None
        self.line: Any = None  # between the client and its scheduler
        self.child: Any = None
        self.address = ""
        self.lines: dict[str, ThreadPoolExecutor] = {}

    def connect(self) -> Any:
        """The Dask client; starts the embedded cluster or joins LECTERN_SCHEDULER on first use. Raises NoWorkers."""
        with self.connecting:
            if self.client is not None and not self.lost(self.client):
                return self.client
            try:
                client = cluster.client(env.scheduler() or self._embedded(), PATIENCE)
            except BadEnvironment as error:
                raise NoWorkers(str(error)) from error
            except OSError as error:
                raise NoWorkers(ABSENT.format(error)) from error
            client.subscribe_topic(cluster.TOPIC, self.arrived)
            self.line = client.scheduler_comm  # first: a client without its line counts as lost
            self.client = client
            return client

    def _embedded(self) -> str:
        """The address of the embedded cluster, which is started where it is not there."""
        if self.child is None or self.child.poll() is not None:
            if self.child is not None:
                cluster.end(self.child)
            self.child, self.address = cluster.spawn(env.workers())
        return self.address

    def ready(self) -> bool:
        """Whether a run can be handed over without waiting."""
        client = self.client
        return client is not None and not self.lost(client)

    def lost(self, client: Any) -> bool:
        """True when nothing sent to this client is trained any more; Dask itself takes ten seconds to give up."""
        return (
            client is not self.client
            or client.scheduler_comm
            is not self.line  # Dask has connected anew, without what was submitted or subscribed to
            or (self.child is not None and self.child.poll() is not None)
        )

    def submit(self, name: str, first: bool, *given: Any) -> Any:
        """Hands a run over: a Future of `core.worker.train(*given)`. name: of the task, equal in every server of a cluster.
        first: before all others that wait."""
        return self.client.submit(cluster.train, *given, key=name, pure=False, priority=int(first))

    def tell(self, what: str, *given: Any) -> None:
        """Calls `core.worker.<what>(*given)` in every training process, without waiting for any of them."""
        client = self.client
        for address in client.scheduler_info()["workers"] if client else ():
            line = self.lines.setdefault(
                address, ThreadPoolExecutor(1, "lectern-tell")
            )  # one after the other, in order
            line.submit(self._tell, client, address, what, given)

    def _tell(self, client: Any, address: str, what: str, given: tuple[Any, ...]) -> None:
        """Calls it in one process. One that answers nothing for some seconds hangs, as one does that was stopped from outside:
        it is started anew."""
        alarm = threading.Timer(DEAF, self._wake, (client, address))
        alarm.start()
        try:
            client.run(cluster.tell, what, *given, workers=[address], on_error="ignore")
        finally:
            alarm.cancel()

    def _wake(self, client: Any, address: str) -> None:
        if self.lost(client) or address not in client.scheduler_info()["workers"]:
            return  # it is gone already
        log.warning("the training process at %s does not answer and is started anew", address)
        with suppress(KeyError):  # it went just now, of which Dask does not think
            client.restart_workers([address], timeout=PATIENCE, raise_for_error=False)

    def ask(self, what: str, *given: Any) -> list[Any]:
        """What `core.worker.<what>(*given)` returns in each training process that answers."""
        return list(self.client.run(cluster.tell, what, *given, on_error="ignore").values())

    def close(self) -> None:
        """Leaves the cluster, and ends it where it is the embedded one."""
        client, self.client = self.client, None
        if client is not None:
            client.close(timeout=2)
        child, self.child = self.child, None
        if child is not None:
            cluster.end(child)
