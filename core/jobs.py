"""Where trainings run: start, watch, steer. One registry for the whole server, one Dask cluster behind it.

`start(lab, settings)` names the work by its settings, so that everybody who presses Train on the same knobs watches
one run. core/endings.py has all ways in which runs end; a dead worker becomes a sentence, never a second try.
"""

import atexit
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from core import endings, env, keeping, labs, pace, runs, steering
from core import job as job_module
from core.env import BadEnvironment
from core.events import unpack
from core.job import Job, JobError, visitor_of
from core.pace import View
from core.runs import RunError
from core.settings import BadSettings, Settings, flatten, key
from core.workers import Workers

log = logging.getLogger(__name__)
PAUSED = 60.0  # seconds that a paused run may hold its worker while others wait
TURN = 600.0  # seconds after which a run makes room for others that wait; it is longer than any live run takes
EACH = 2  # runs of one visitor that train or wait at once
MOMENT = 0.3  # seconds that a press waits for a run that may be so short
FIRST = 1.5  # seconds more that it waits for a first report, which the page would have to look for again
REMEMBERED = 64  # ended jobs that stay in memory
NOT_YOURS = "This run is another visitor's, who steers it. Press “My own copy” for one that you steer."


class Jobs:
    """The registry. All public methods may be called from any thread."""

    def __init__(self) -> None:
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self.lock = threading.RLock()
        self.news = threading.Condition(self.lock)  # an event of some run, or its end
        self.workers = Workers(self._arrived)

    # ---- the cluster ----

    client = property(lambda self: self.workers.client)
    child = property(lambda self: self.workers.child)

    def connect(self) -> Any:
        """The Dask client, as soon as there is one. Raises JobError."""
        known = self.client
        client = self.workers.connect()
        if client is not known:
            threading.Thread(target=self._watchdog, args=(client,), daemon=True, name="lectern-watchdog").start()
        return client

    def close(self) -> None:
        """Stops every run, keeps what it had measured, and ends the embedded cluster."""
        with self.lock:
            self._store(stopped := [self._stop(job, endings.CLOSED) for job in self.jobs.values() if job.live])
        for job in stopped:
            keeping.begin(job.id)  # whoever looks for it on the next server is told what became of it
        self.workers.close()

    # ---- what pages and the command line call ----

    def start(
        self, lab: str, settings: Settings, viewer: str, wish: str = "run", own: bool = False, first: bool = False
    ) -> str:
        """Trains, or joins the run that already trains on these settings. Returns the job's id. Raises JobError.

        viewer: who looks, as “visitor.page”. wish: "run", or "step" to begin and wait after the first report. own: a run that
        only this visitor steers, where another one's trains on the same settings. first: before all others that wait.
        """
        room, job_id, visitor = self._room(), key(lab, settings, labs.code_version()), visitor_of(viewer)
        with self.lock:
            while (job := self.jobs.get(job_id)) and job.live and (job.turned or (own and job.owner != visitor)):
                job_id += "-0"  # that one went another way; this is the run as it was asked for
            if job is None or not job.live:
                self._admit(viewer, room)
                attempt = (
                    0 if job is None or job.state == "finished" else job.attempt + 1
                )  # the old task may still be there
                job = self.jobs[job_id] = Job(job_id, lab, settings, wish=wish, attempt=attempt, first=first)
                self.jobs.move_to_end(job_id)
                self._forget_old()
                threading.Thread(target=self._hand_over, daemon=True, name="lectern-hand-over").start()
            if visitor not in job.owners:
                job.owners.append(visitor)
            job.viewers[viewer] = time.monotonic()
        return job_id

    def watch(self, job_id: str, viewer: str, since: int = 0) -> View | None:
        """What has happened, and a sign that somebody looks. None when the id is unknown here."""
        with self.lock:
            if (job := self.jobs.get(job_id)) is None:
                return None
            job.viewers[viewer] = time.monotonic()
            return self._view(job, since)

    def await_news(self, job_id: str, known: int = 0) -> None:
        """After a press, until the run has ended, or rests after more events than were known. Longer than a moment it waits
        only for the first report of a run that has the training processes to itself."""

        def there(begun: bool) -> bool:
            job = self.jobs.get(job_id)
            if job is None or not job.live or (job.state == "paused" and len(job.events) > known):
                return True
            return begun and (len(job.events) > known or self._ahead(job) or not self.workers.ready())

        with self.news:
            if not self.news.wait_for(lambda: there(False), MOMENT):
                self.news.wait_for(lambda: there(True), FIRST)

    def overview(self) -> list[View]:
        """Every live run, oldest first, without its events; to look here is not to watch any of them."""
        with self.lock:
            return [self._view(job, len(job.events)) for job in self.jobs.values() if job.live]

    def steer(self, job_id: str, viewer: str, wish: str) -> str:
        """wish: pause, run, step or stop. Returns a sentence when the wish is not granted, or not to the letter."""
        with self.lock:
            job = self.jobs.get(job_id)
            if job is None or not job.live:
                return ""
            now = time.monotonic()
            if wish == "stop":
                if job.outlives(viewer, now):
                    return job.leave(viewer, now)
                self._stop(job, endings.STOPPED)
            elif not job.steers(viewer, now):
                return NOT_YOURS
            elif job.state == "queued":
                return "This run still waits for its turn."
            else:
                job.state, job.paused_since = ("running" if wish == "run" else "paused"), now
        # Outside the lock: Dask's event loop takes it too, so nobody may hold it while waiting for that loop.
        if wish == "stop":
            self._store([job])
        self.workers.tell("obey", job.id, wish)  # a process that does not hear it hangs, and is replaced
        return ""

    def turn(self, job_id: str, viewer: str, values: dict[str, Any]) -> str:
        """Other values for knobs of a live run, from its next step on. Returns a sentence when they are not granted."""
        with self.lock:
            job = self.jobs.get(job_id)
            if job is None or not job.live:
                return ""
            if not job.steers(viewer, time.monotonic()):
                return NOT_YOURS
            if job.state == "queued":
                return "This run still waits for its turn."
            try:
                steering.turned(job.settings, values)
            except BadSettings as error:
                return str(error)
            job.turned = True
        self.workers.tell("turn", job.id, values)
        return ""

    def leave(self, job_id: str, viewer: str) -> None:
        """This viewer no longer looks."""
        with self.lock:
            if job := self.jobs.get(job_id):
                job.viewers.pop(viewer, None)

    def give_way(self, viewer: str) -> None:
        """This viewer is about to start another run: those of the same page, and the visitor's own that no page shows any more,
        stop where nobody else looks, so that it need not wait for them. Another's run goes on as long as its owner may come back."""
        with self.lock:
            now, stopped = time.monotonic(), []
            for job in [j for j in self.jobs.values() if j.live]:
                if viewer not in job.viewers and job.owner != visitor_of(viewer):
                    continue
                if job.steers(viewer, now) and not job.looking(now) - {viewer}:
                    stopped.append(self._stop(job, endings.GAVE_WAY))
                elif viewer in job.viewers:
                    job.leave(viewer, now)
        self._store(stopped)

    def training(self) -> list[tuple[str, str, float | None]]:
        """What those who wait wait for: (lab, state, seconds to go) of every run that holds a worker."""
        return [(view.lab, view.state, view.eta) for view in self.overview() if view.state != "queued"]

    # ---- inside ----

    def _view(self, job: Job, since: int) -> View:
        waiting, now = [other for other in self.jobs.values() if other.state == "queued"], time.monotonic()
        queue = [other.id for other in sorted(waiting, key=lambda other: not other.first)]
        place = queue.index(job.id) + 1 if job.id in queue else 0
        return pace.view(job, since, place, self._ahead(job), len(job.looking(now)))

    def _ahead(self, job: Job) -> bool:
        """Whether other runs train or wait."""
        return any(other.live and other is not job for other in self.jobs.values())

    def _admit(self, viewer: str, room: int) -> None:
        """Raises JobError where there is no place for one more run, or where a visitor of pages has enough of them."""
        live = [job for job in self.jobs.values() if job.live]
        if len(live) >= room:
            raise JobError(
                f"{len(live)} runs are already training or waiting, which is all this server takes. "
                "Try again in a minute; scenes and sliders work meanwhile."
            )
        if "." in viewer and sum(job.owner == visitor_of(viewer) for job in live) >= EACH:
            raise JobError(
                f"{EACH} runs of yours are training or waiting already. Stop one of them, or wait for its end."
            )

    def _room(self) -> int:
        """How many runs may train or wait at once. Raises JobError when the environment says something that cannot be."""
        try:
            env.scheduler() or env.workers()
            return env.queue_length()
        except BadEnvironment as error:
            raise JobError(str(error)) from error

    def _hand_over(self) -> None:
        """Gives the training processes what waits for them, as soon as they are there; a press of Train does not wait for that."""
        try:
            self.connect()
        except JobError as error:
            with self.lock:
                for job in self._waiting():
                    self._end(job, "failed", str(error))
            return
        with self.lock:
            new = self._waiting()
            for job in new:
                self._submit(job)
        if self.child is None:  # in a cluster for several servers another one may have begun, even paused, a run
            for job in new:
                self._catch_up(job)

    def _waiting(self) -> list[Job]:
        """Runs that no training process knows of yet."""
        return [job for job in self.jobs.values() if job.live and job.future is None]

    def _submit(self, job: Job) -> None:
        name = f"{job.id}+{job.attempt}"  # equal in every server of a cluster, so that they share the run
        keeping.begin(job.id)
        job.future = self.workers.submit(name, job.first, job.id, job.lab, flatten(job.settings), job.wish)
        job.future.add_done_callback(lambda future: self._done(job, future))

    def _arrived(self, stamped: tuple[float, dict[str, Any]]) -> None:
        message = stamped[1]
        with self.lock:
            job = self.jobs.get(message["key"])
            if job is None or not job.live:
                return
            if message["number"] == len(job.events):
                self._append(job, [message["event"]])
            elif message["number"] > len(job.events):  # another server started it: ask its worker for the beginning
                threading.Thread(target=self._catch_up, args=(job,), daemon=True).start()

    def _append(self, job: Job, packed: list[dict[str, Any]]) -> None:
        now = time.monotonic()
        job.events.extend(unpack(event) for event in packed)
        job.arrived.extend([now] * len(packed))
        if job.state == "queued":
            job.state, job.paused_since = ("running" if job.wish == "run" else "paused"), now
        with self.news:
            self.news.notify_all()

    def _catch_up(self, job: Job) -> None:
        logs = self.workers.ask("log_of", job.id)
        with self.lock:
            if job.live:
                self._append(job, max(logs, key=len, default=[])[len(job.events) :])

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
                    self._end(job, "failed", endings.LOST)
                else:
                    self._failed(job, error)

    def _finished(self, job: Job, future: Any, result: dict[str, Any]) -> None:
        events = [unpack(event) for event in result["log"]]
        if result["state"] == "finished":
            job.run, message = endings.made(job, job.id, events, result["seconds"], "finished", result["machine"])
            message = message or endings.stored(job.run)
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

    def _stop(self, job: Job, why: str) -> Job:
        """Ends a run before its end, with what it has measured as its run; `_store` saves that once the lock is free."""
        note = endings.NOTHING
        if len(job.events) >= endings.MEASURED:
            seconds = job.arrived[-1] - job.arrived[0]
            job.run, note = endings.made(job, f"{job.id}-{len(job.events)}", list(job.events), seconds, "stopped")
            job.storable, note = not note, note or endings.KEPT
        self._end(job, "stopped", why if why == endings.STOPPED and job.storable else f"{why} {note}")
        return job

    def _store(self, stopped: list[Job]) -> None:
        for job in stopped:
            if job.storable and (note := endings.stored(job.run)):
                job.message = f"{job.message.removesuffix(endings.KEPT).strip()} {note}"

    def _again(self, job: Job) -> None:
        job.future.release()
        job.attempt, job.events, job.arrived = job.attempt + 1, [], []
        self._submit(job)

    def _failed(self, job: Job, error: BaseException) -> None:
        if type(error).__name__ == "KilledWorker":
            if not job.events and not job.retried:  # it only waited behind the run that died
                job.retried = True
                self._again(job)
                return
            log.warning("a worker died while it trained %s", job.id)
            self._end(job, "failed", endings.DIED)
        elif isinstance(error, (ValueError, RunError)):
            self._end(job, "failed", str(error))
        else:
            log.error("job %s failed", job.id, exc_info=error)
            self._end(job, "failed", f"The run ended with an error of ours: {type(error).__name__}: {error}")

    def _end(self, job: Job, state: str, message: str) -> None:
        future, job.future = job.future, None
        job.state, job.message = state, message
        keeping.end(job.id)
        self.news.notify_all()
        if future is not None:
            future.release()  # so that the same settings can be trained again

    def _forget_old(self) -> None:
        ended = [job_id for job_id, job in self.jobs.items() if not job.live]
        for job_id in ended[:-REMEMBERED]:
            del self.jobs[job_id]

    def _watchdog(self, client: Any) -> None:
        while not self.workers.lost(client):
            time.sleep(1)
            try:
                with self.lock:
                    stopped = self._tidy(time.monotonic())
                self._store(stopped)
            except Exception:
                log.exception("the watchdog stumbled")
        with self.lock:
            for job in [j for j in self.jobs.values() if j.live and j.future and j.future.client is client]:
                self._end(job, "failed", endings.LOST)
        client.close(timeout=2)

    def _tidy(self, now: float) -> list[Job]:
        """Stops runs that nobody watches, and those that keep others waiting because they are paused or take very long."""
        waiting, stopped = [job for job in self.jobs.values() if job.state == "queued"], []
        for job in [j for j in self.jobs.values() if j.live]:
            if now - max(job.viewers.values(), default=0.0) > job_module.UNWATCHED:
                stopped.append(self._stop(job, endings.UNWATCHED))
            elif job.state == "paused" and waiting and now - job.paused_since > PAUSED:
                stopped.append(self._stop(job, endings.TOO_LONG_PAUSED))
            elif (
                job.arrived
                and now - job.arrived[0] > TURN
                and any(job.viewers.keys().isdisjoint(other.viewers) for other in waiting)
            ):
                stopped.append(self._stop(job, endings.MADE_ROOM))
        return stopped


JOBS = Jobs()
atexit.register(JOBS.close)
for noisy in ("distributed", "tornado.application"):  # what matters of a worker's death is said on the page
    logging.getLogger(noisy).setLevel(logging.CRITICAL)
start, watch, steer, turn, leave, connect = JOBS.start, JOBS.watch, JOBS.steer, JOBS.turn, JOBS.leave, JOBS.connect
give_way, training, overview, await_news = JOBS.give_way, JOBS.training, JOBS.overview, JOBS.await_news


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Around the life of a server: the training processes start with it, before any visitor comes, and end with it."""
    warm_up()
    yield
    JOBS.close()


def warm_up() -> None:
    """Starts the training processes in the background, so that the first Train does not wait for them."""
    threading.Thread(target=_warm_up, daemon=True, name="lectern-warm-up").start()


def _warm_up() -> None:
    try:
        connect()
    except JobError as error:
        log.warning("%s", error)
    runs.listing()  # reads each header once
