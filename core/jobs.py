"""Where trainings run: start, watch, steer. One registry for the whole server, one Dask cluster behind it.

`start(lab, settings)` names the work by its settings, so that everybody who presses Train on the same knobs watches
one run. A run that nobody watches for 30 s is dropped. A dead worker becomes a sentence, never a second try.
"""

import atexit
import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from core import cluster, env, labs, pace, runs, steering
from core.env import BadEnvironment
from core.events import Event, unpack
from core.pace import LIVE, View
from core.runs import Run, RunError
from core.settings import BadSettings, Settings, flatten, key

log = logging.getLogger(__name__)
UNWATCHED = 30.0  # seconds until a run without viewers is dropped
LOOKING = 4.0  # seconds since the last look within which somebody counts as a viewer (pages look at least every 3)
PAUSED = 60.0  # seconds that a paused run may hold its worker while others wait
TURN = 600.0  # seconds after which a run makes room for others that wait; it is longer than any live run takes
PATIENCE = 10.0  # seconds to look for a cluster
REMEMBERED = 64  # ended jobs that stay in memory
LOST = "The connection to the training processes was lost; press Train again."


class JobError(Exception):
    """A run cannot be started or steered; the message is one sentence for people."""


@dataclass
class Job:
    """One run, shared by all who watch it."""

    id: str
    lab: str
    settings: Settings
    state: str = "queued"  # queued, running, paused, finished, stopped, failed
    events: list[Event] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)  # when each event came, seconds of time.monotonic()
    viewers: dict[str, float] = field(default_factory=dict)  # who looked, and when last
    message: str = ""  # why it failed or stopped, or why it was not saved
    run: Run | None = None
    future: Any = None
    submitted: float = field(default_factory=time.monotonic)
    paused_since: float = 0.0
    wish: str = "run"  # how it begins
    attempt: int = 0  # a new attempt needs a new name in Dask
    retried: bool = False  # because a worker died before this run had begun
    turned: bool = False  # somebody turned its knobs: it is no longer the run that its settings describe

    @property
    def live(self) -> bool:
        return self.state in LIVE


class Jobs:
    """The registry. All public methods may be called from any thread."""

    def __init__(self) -> None:
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self.lock = threading.RLock()
        self.connecting = threading.Lock()
        self.client: Any = None
        self.child: Any = None

    # ---- the cluster ----

    def connect(self) -> Any:
        """The Dask client; starts the embedded cluster or joins LECTERN_SCHEDULER on first use. Raises JobError."""
        with self.connecting:
            if self.client is not None and not self._lost(self.client):
                return self.client
            from distributed import Client

            from core import worker  # imports torch: not before somebody may train

            cluster.configure()
            try:
                address = env.scheduler()
                if address is None:
                    if self.child is None or self.child.poll() is not None:
                        if self.child is not None:
                            cluster.end(self.child)
                        self.child, self.address = cluster.spawn(env.workers())
                    address = self.address
                client = Client(address, timeout=PATIENCE, set_as_default=False, name="lectern")
            except BadEnvironment as error:
                raise JobError(str(error)) from error
            except OSError as error:
                raise JobError(f"Nothing can be trained now: the cluster at {address or 'this machine'} does not answer. "
                               "Scenes, and every slider that needs no training, still work.") from error
            client.subscribe_topic(cluster.TOPIC, self._arrived)
            self.client, self.worker = client, worker
            threading.Thread(target=self._watchdog, args=(client,), daemon=True, name="lectern-watchdog").start()
            return client

    def close(self) -> None:
        """Drops every run and ends the embedded cluster."""
        client, self.client = self.client, None
        if client is not None:
            client.close(timeout=2)
        child, self.child = self.child, None
        if child is not None:
            cluster.end(child)

    def _lost(self, client: Any) -> bool:
        """True when nothing sent to this client is trained any more; Dask itself takes ten seconds to give up."""
        return (client is not self.client or client.status not in ("running", "connecting")
                or (self.child is not None and self.child.poll() is not None))

    # ---- what pages and the command line call ----

    def start(self, lab: str, settings: Settings, viewer: str, wish: str = "run") -> str:
        """Trains, or joins the run that already trains on these settings. Returns the job's id. Raises JobError.

        wish: "run", or "step" to begin and wait after the first report.
        """
        client = self.connect()
        job_id = key(lab, settings, labs.code_version())
        with self.lock:
            while (job := self.jobs.get(job_id)) and job.live and job.turned:
                job_id += "-0"  # that one went another way; this is the run as it was asked for
            if job is None or not job.live:
                waiting = sum(other.live for other in self.jobs.values())
                if waiting >= self._room():
                    raise JobError(f"{waiting} runs are already training or waiting, which is all this server takes. "
                                   "Try again in a minute; scenes and sliders work meanwhile.")
                attempt = 0 if job is None or job.state == "finished" else job.attempt + 1  # the old task may not be gone yet
                job = self.jobs[job_id] = Job(job_id, lab, settings, wish=wish, attempt=attempt)
                self.jobs.move_to_end(job_id)
                self._submit(client, job)
                self._forget_old()
            job.viewers[viewer] = time.monotonic()
        if self.child is None:  # in a cluster for several servers another one may have begun, even paused, this run
            threading.Thread(target=self._catch_up, args=(job,), daemon=True, name="lectern-catch-up").start()
        return job_id

    def watch(self, job_id: str, viewer: str, since: int = 0) -> View | None:
        """What has happened, and a sign that somebody looks. None when the id is unknown here."""
        with self.lock:
            job = self.jobs.get(job_id)
            if job is None:
                return None
            now = time.monotonic()
            job.viewers[viewer] = now
            ahead = any(other.live and other is not job for other in self.jobs.values())
            queue = [other.id for other in self.jobs.values() if other.state == "queued"]
            progress, rate, eta = pace.speed(job.events, job.arrived, job.state, job.paused_since)
            return View(job.id, job.lab, job.settings, job.state, queue.index(job.id) + 1 if job.state == "queued" else 0,
                        ahead,
                        progress, rate, eta, job.events[since:], len(job.events), job.message,
                        len(self._looking(job, now)), job.run)

    def steer(self, job_id: str, viewer: str, wish: str) -> str:
        """wish: pause, run, step or stop. Returns a sentence when others watch and the wish is therefore not granted."""
        with self.lock:
            job = self.jobs.get(job_id)
            if job is None or not job.live:
                return ""
            if others := len(self._looking(job, time.monotonic()) - {viewer}):
                return self._refuse(job, viewer, wish, others)
            if wish == "stop":
                self._end(job, "stopped", "Stopped.")
            elif job.state == "queued":
                return "This run still waits for its turn."
            else:
                job.state, job.paused_since = ("running" if wish == "run" else "paused"), time.monotonic()
        # Outside the lock: Dask's event loop takes it too, so nobody may hold it while waiting for that loop.
        if wish == "stop":
            self._keep_stopped(job)
        else:
            self.client.run(self.worker.obey, job.id, wish, on_error="ignore")
        return ""

    def turn(self, job_id: str, viewer: str, values: dict[str, Any]) -> str:
        """Other values for knobs of a live run, from its next step on. Returns a sentence when they are not granted."""
        with self.lock:
            job = self.jobs.get(job_id)
            if job is None or not job.live:
                return ""
            if others := len(self._looking(job, time.monotonic()) - {viewer}):
                return self._refuse(job, viewer, "turn", others)
            if job.state == "queued":
                return "This run still waits for its turn."
            try:
                steering.turned(job.settings, values)
            except BadSettings as error:
                return str(error)
            job.turned = True
        self.client.run(self.worker.turn, job.id, values, on_error="ignore")
        return ""

    def leave(self, job_id: str, viewer: str) -> None:
        """This viewer no longer looks."""
        with self.lock:
            if job := self.jobs.get(job_id):
                job.viewers.pop(viewer, None)

    # ---- inside ----

    def _room(self) -> int:
        try:
            return env.queue_length()
        except BadEnvironment as error:
            raise JobError(str(error)) from error

    def _looking(self, job: Job, now: float) -> set[str]:
        return {viewer for viewer, seen in job.viewers.items() if now - seen < LOOKING}

    def _refuse(self, job: Job, viewer: str, wish: str, others: int) -> str:
        who = f"{others} other viewer" + ("s watch" if others > 1 else " watches")
        if wish == "stop":
            job.viewers.pop(viewer, None)
            return f"You left this run. It goes on, because {who} it."
        return f"{who} this run, so it is not yours to steer. Press New seed for a run of your own."

    def _submit(self, client: Any, job: Job) -> None:
        name = f"{job.id}+{job.attempt}"  # equal in every server of a cluster, so that they share the run
        job.future = client.submit(self.worker.train, job.id, job.lab, flatten(job.settings), job.wish,
                                   key=name, pure=False)
        job.future.add_done_callback(lambda future: self._done(job, future))

    def _arrived(self, stamped: tuple[float, dict[str, Any]]) -> None:
        message = stamped[1]
        with self.lock:
            job = self.jobs.get(message["key"])
            if job is None or not job.live:
                return
            if message["number"] == len(job.events):
                self._append(job, [message["event"]])
            elif message["number"] > len(job.events):  # another server started this run: ask its worker for the beginning
                threading.Thread(target=self._catch_up, args=(job,), daemon=True).start()

    def _append(self, job: Job, packed: list[dict[str, Any]]) -> None:
        job.events.extend(unpack(event) for event in packed)
        job.arrived.extend([time.monotonic()] * len(packed))
        if job.state == "queued":
            job.state, job.paused_since = ("running" if job.wish == "run" else "paused"), time.monotonic()

    def _catch_up(self, job: Job) -> None:
        logs = self.client.run(self.worker.log_of, job.id, on_error="ignore").values()
        with self.lock:
            if job.live:
                self._append(job, max(logs, key=len, default=[])[len(job.events):])

    def _done(self, job: Job, future: Any) -> None:
        """Called by Dask in a thread of its own when the task has ended, however it ended."""
        try:
            self._ended(job, future)
        except BaseException as error:  # nobody else would ever hear of it, and the page would wait for ever
            with self.lock:
                if job.future is future:
                    self._failed(job, error)

    def _ended(self, job: Job, future: Any) -> None:
        if future.status == "finished":
            self._finished(job, future, future.result())
        else:
            error = future.exception() if future.status == "error" else None
            with self.lock:
                if job.future is not future:
                    return  # ended by us
                if error is None:  # cancelled, and not by us
                    self._end(job, "failed", LOST)
                else:
                    self._failed(job, error)

    def _finished(self, job: Job, future: Any, result: dict[str, Any]) -> None:
        events = [unpack(event) for event in result["log"]]
        if result["state"] == "finished":
            job.run, message = _kept(job, job.id, events, result["seconds"], "finished", result["machine"])
        with self.lock:
            if job.future is not future:
                return
            if result["state"] == "refused":
                self._end(job, "failed", result["message"])
                return
            if result["state"] != "finished":  # the end of a run that was stopped just before we asked for the same one
                self._again(job)
                return
            job.arrived.extend([time.monotonic()] * (len(events) - len(job.events)))
            job.events = events
            self._end(job, "finished", message)

    def _keep_stopped(self, job: Job) -> None:
        if len(job.events) > 1:
            job.run, note = _kept(job, f"{job.id}-{len(job.events)}", list(job.events),
                                  job.arrived[-1] - job.arrived[0], "stopped")
            job.message = f"{job.message} {note}".strip()

    def _again(self, job: Job) -> None:
        job.future.release()
        job.attempt, job.events, job.arrived = job.attempt + 1, [], []
        self._submit(self.client, job)

    def _failed(self, job: Job, error: BaseException) -> None:
        if type(error).__name__ == "KilledWorker":
            if not job.events and not job.retried:  # it only waited behind the run that died
                job.retried = True
                self._again(job)
                return
            log.warning("a worker died while it trained %s", job.id)
            self._end(job, "failed", "The process that trained this run died (killed, or out of memory). Nothing else "
                                     "is affected; press Train to start it again.")
        elif isinstance(error, (ValueError, RunError)):
            self._end(job, "failed", str(error))
        else:
            log.error("job %s failed", job.id, exc_info=error)
            self._end(job, "failed", f"The run ended with an error of ours: {type(error).__name__}: {error}")

    def _end(self, job: Job, state: str, message: str) -> None:
        future, job.future = job.future, None
        job.state, job.message = state, message
        if future is not None:
            future.release()  # so that the same settings can be trained again

    def _forget_old(self) -> None:
        ended = [job_id for job_id, job in self.jobs.items() if not job.live]
        for job_id in ended[:-REMEMBERED]:
            del self.jobs[job_id]

    def _watchdog(self, client: Any) -> None:
        while not self._lost(client):
            time.sleep(1)
            with self.lock:
                try:
                    self._tidy(time.monotonic())
                except Exception:
                    log.exception("the watchdog stumbled")
        with self.lock:
            for job in [j for j in self.jobs.values() if j.live and j.future.client is client]:
                self._end(job, "failed", LOST)
        client.close(timeout=2)

    def _tidy(self, now: float) -> None:
        """Drops runs that nobody watches, and those that keep others waiting because they are paused or take very long."""
        waiting = [job for job in self.jobs.values() if job.state == "queued"]
        for job in [j for j in self.jobs.values() if j.live]:
            if now - max(job.viewers.values(), default=0.0) > UNWATCHED:
                self._end(job, "stopped", "Stopped, because nobody watched it for 30 seconds.")
            elif job.state == "paused" and waiting and now - job.paused_since > PAUSED:
                self._end(job, "stopped", "Stopped: it was paused for a minute while others were waiting.")
            elif job.arrived and now - job.arrived[0] > TURN and any(job.viewers.keys().isdisjoint(other.viewers) for other in waiting):
                self._end(job, "stopped", "Stopped: it had trained for ten minutes while others were waiting. Train begins again, from "
                                          "its checkpoint where it has one.")


def _kept(job: Job, run_id: str, events: list[Event], seconds: float, state: str,
          made_on: dict[str, Any] | None = None) -> tuple[Run, str]:
    """The run, saved if that is possible, and otherwise a sentence that says why not."""
    settings = job.settings
    try:
        if job.turned:  # saved as the settings that do it again
            settings = steering.repeatable(settings, events)
            run_id = key(job.lab, settings, labs.code_version()) + run_id.removeprefix(job.id)
        run = runs.make(run_id, job.lab, flatten(settings), events, seconds, state, made_on)
    except BadSettings:
        run = runs.make(run_id, job.lab, flatten(settings), events, seconds, state, made_on)
        return run, "Its knobs were turned too often to be written down, so it is not stored: it could not be repeated."
    try:
        runs.save(run)
    except RunError as error:
        return run, f"{error} It stays on this page until you leave it."
    return run, ""


JOBS = Jobs()
atexit.register(JOBS.close)
for noisy in ("distributed", "tornado.application"):  # what matters of a worker's death is said on the page
    logging.getLogger(noisy).setLevel(logging.CRITICAL)
start, watch, steer, turn, leave, connect = JOBS.start, JOBS.watch, JOBS.steer, JOBS.turn, JOBS.leave, JOBS.connect


def warm_up() -> None:
    """Starts the training processes in the background, so that the first Train does not wait for them."""
    threading.Thread(target=_warm_up, daemon=True, name="lectern-warm-up").start()


def _warm_up() -> None:
    try:
        connect()
    except JobError as error:
        log.warning("%s", error)
