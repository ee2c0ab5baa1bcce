"""make load: a class that opens one scene and presses Train on the same knobs, as clients of Streamlit's own WebSocket protocol.

`python -m tests.load --class 60` prints how soon each press was answered, how long the shared run took beside the same run
alone, and whether everybody saw its end. `--mixed 30 --minutes 10` has so many visitors of all labs for so long: a third of
them train, all open pages, move sliders and come back. One visitor more is a real Chromium: its slider is timed.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import websockets
from playwright.sync_api import Error, expect, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider

from core import labs
from tests.bench.browser import opened
from tests.bench.opening import PICTURE
from tests.bench.sliders import first_slider
from tests.browser.conftest import ARGUMENTS, Server, chromium, serve

SEEDS = count(8000)  # no run may be one that was trained before
PATIENCE = 300.0  # seconds after which a visitor gives up
LARGEST = 2**26  # bytes of a message


@dataclass
class Visitor:
    """One browser: it draws nothing, but asks and polls like one."""

    address: str
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    buttons: dict[str, str] = field(default_factory=dict)  # label → id
    sliders: dict[str, Any] = field(default_factory=dict)  # id → how it was described
    status: str = ""
    script: str = ""
    notices: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    polls: dict[str, asyncio.Task] = field(default_factory=dict)  # fragment → what asks for it again and again
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> "Visitor":
        self.socket = await websockets.connect(
            f"{self.address.replace('http', 'ws')}/_stcore/stream",
            additional_headers={"Cookie": f"lectern_visitor={self.name}"},
            subprotocols=["streamlit"],
            max_size=LARGEST,
            open_timeout=PATIENCE,
            ping_interval=None,
        )
        self.listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (self.listening, *self.polls.values()):
            task.cancel()
        await self.socket.close()

    async def ask(
        self, press: str = "", fragment: str = "", wait: bool = True, moved: Mapping[str, float] | None = None
    ) -> float:
        """Has the page run, or one fragment of it; seconds until it has. press: a button's label. moved: sliders, by their id."""
        message = BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_script_hash = self.query, self.script
        if not self.script:  # a page is asked for by its name only until the server has told its hash
            message.rerun_script.page_name = self.page
        message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, bool(fragment and not press)
        if press:
            message.rerun_script.widget_states.widgets.add(id=self.buttons[press], trigger_value=True)
        for name, value in (moved or {}).items():
            message.rerun_script.widget_states.widgets.add(id=name).double_array_value.data.append(value)
        started = time.perf_counter()
        self.finished.clear()
        await self.socket.send(message.SerializeToString())
        if wait:
            await asyncio.wait_for(self.finished.wait(), PATIENCE)
        return time.perf_counter() - started

    async def open(self, page: str, query: str = "") -> float:
        """Goes to a page; seconds until it is there."""
        self.page, self.query, self.status, self.script = page, query, "", ""
        for task in self.polls.values():
            task.cancel()
        self.polls.clear()
        self.sliders.clear()
        return await self.ask()

    async def slide(self, dice: random.Random) -> float:
        """Moves one of the page's sliders to another place; seconds until the page has answered."""
        slider = dice.choice(list(self.sliders.values()))
        place = slider.min + slider.step * dice.randint(0, round((slider.max - slider.min) / slider.step))
        return await self.ask(moved={slider.id: place})

    async def until(self, *words: str) -> float:
        """Waits until the line beside the buttons has one of these words; seconds that it took."""
        started = time.perf_counter()
        while not any(word in self.status for word in words):
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), PATIENCE)
        return time.perf_counter() - started

    async def _listen(self) -> None:
        async for data in self.socket:
            message = ForwardMsg()
            message.ParseFromString(data)
            match message.WhichOneof("type"):
                case "delta":
                    self._drawn(message.delta.new_element)
                case "navigation":
                    self.script = message.navigation.page_script_hash
                case "page_info_changed":  # the server has written the address
                    self.query = message.page_info_changed.query_string
                case "auto_rerun":
                    asked = message.auto_rerun
                    if old := self.polls.pop(asked.fragment_id, None):
                        old.cancel()
                    self.polls[asked.fragment_id] = asyncio.create_task(self._poll(asked.fragment_id, asked.interval))
                case "stop_auto_rerun":
                    if old := self.polls.pop(message.stop_auto_rerun.fragment_id, None):
                        old.cancel()
                case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    self.finished.set()

    async def _poll(self, fragment: str, interval: float) -> None:
        with suppress(websockets.ConnectionClosed):  # the visitor has left
            while True:
                await asyncio.sleep(interval)
                await self.ask(fragment=fragment)

    def _drawn(self, element) -> None:
        match element.WhichOneof("type"):
            case "button":
                self.buttons[element.button.label] = element.button.id
            case "slider" if element.slider.type == Slider.SLIDER and not element.slider.disabled:
                self.sliders[element.slider.id] = element.slider
            case "progress":
                self._says(element.progress.text)
            case "markdown" if "run ·" in element.markdown.body:
                self._says(element.markdown.body)
            case "alert":
                self.notices.append(element.alert.body)
            case "exception":
                self.errors.append(element.exception.message)

    def _says(self, status: str) -> None:
        self.status = status
        self.changed.set()


@dataclass(frozen=True)
class Seen:
    """What one of the class saw, in seconds: from the click to the page, from the press to the answer, and to the end."""

    opened: float
    answered: float
    ended: float


async def pupil(address: str, page: str, query: str, late: float) -> Seen:
    """Comes a moment late, opens the scene, presses Train, and watches to the end."""
    await asyncio.sleep(late)
    async with Visitor(address) as visitor:
        opened = await visitor.open(page, query)
        started = time.perf_counter()
        answered = await visitor.ask(press="Train")
        await visitor.until("Your run ·")
        assert not visitor.errors, visitor.errors
        return Seen(opened, answered, time.perf_counter() - started)


async def lesson(address: str, many: int, within: float) -> list[Seen | BaseException]:
    """So many open the same scene within so many seconds, and press Train on the same knobs."""
    lab = labs.of("gan")
    query = f"scene={lab.scenes[0].slug}&seed={next(SEEDS)}"
    late = [within * i / many for i in range(many)]
    return await asyncio.gather(*(pupil(address, lab.page, query, each) for each in late), return_exceptions=True)


async def guest(address: str, until: float, trains: bool, dice: random.Random) -> list[float]:
    """Opens pages and moves sliders until the time is over, and trains where it may; seconds of every answer."""
    answers = []
    async with Visitor(address) as visitor:
        while time.monotonic() < until:
            lab = dice.choice(list(labs.LABS.values()))
            answers.append(await visitor.open(lab.page, f"scene={dice.choice(lab.scenes).slug}&seed={next(SEEDS)}"))
            if trains and lab.scenes[0].settings.verb in visitor.buttons:
                answers.append(await visitor.ask(press=lab.scenes[0].settings.verb))
            for _ in range(3):
                await asyncio.sleep(dice.uniform(1, 4))
                if visitor.sliders:
                    answers.append(await visitor.slide(dice))
        if visitor.errors:
            raise AssertionError(visitor.errors[0])
    return answers


async def mixed(address: str, many: int, minutes: float) -> tuple[list[list[float] | BaseException], list[float]]:
    """What the visitors met, and the seconds of the real browser's slider."""
    found = threading.Event()
    timed = asyncio.create_task(asyncio.to_thread(browsing, address, 60 * minutes, found))
    await asyncio.to_thread(found.wait, PATIENCE)
    until, dice = time.monotonic() + 60 * minutes, random.Random(0)
    guests = (guest(address, until, i % 3 == 0, random.Random(dice.random())) for i in range(many))
    return await asyncio.gather(*guests, return_exceptions=True), await timed


def browsing(address: str, seconds: float, ready: threading.Event) -> list[float]:
    """A real Chromium moves the slider of a view once a second: seconds from each key press until the figure has answered.
    ready: set when it has found the slider."""
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        lab = labs.of("lifelong")  # whose second scene has a slider below
        slider = first_slider(opened(browser, f"{address}/{lab.page}?scene={lab.scenes[1].slug}", PICTURE))
        ready.set()
        until, found = time.monotonic() + seconds, []
        while time.monotonic() < until:
            started = time.monotonic()
            try:
                found.append(slider.move() / 1000)
            except Error:  # it gives up after some seconds; so long it took at least
                found.append(time.monotonic() - started)
            time.sleep(1)
        browser.close()
    return found


class Still(Visitor):
    """A visitor who polls only when told to."""

    async def _poll(self, fragment: str, interval: float) -> None:
        self.fragment = fragment


async def cost(server: Server, rounds: int, others: int) -> dict[str, list[float]]:
    """CPU milliseconds of the server for a page that is opened, a press of Train on a run that trains, and one look at it, while
    so many others have the page open."""
    lab, process = labs.of("gan"), psutil.Process(server.process.pid)
    query, spent = f"scene={lab.scenes[0].slug}&seed={next(SEEDS)}", {}

    async def measured(what: str, each: Callable[[Still], Awaitable[Any]]) -> None:
        before = sum(process.cpu_times()[:2])
        for visitor in visitors:
            await each(visitor)
        spent.setdefault(what, []).append(1000 * (sum(process.cpu_times()[:2]) - before) / len(visitors))

    async def coming(stack: AsyncExitStack, many: int) -> list[Still]:
        return [await stack.enter_async_context(Still(server.address)) for _ in range(many)]

    async with AsyncExitStack() as there:
        for other in await coming(there, others):
            await other.open(lab.page, query)
        for number in range(rounds + 1):
            async with AsyncExitStack() as stack:
                visitors = await coming(stack, 4)
                await measured("a page opened", lambda visitor: visitor.open(lab.page, query))
                await measured("Train pressed", lambda visitor: visitor.ask(press="Train"))
                await measured("a look at the run", lambda visitor: visitor.ask(fragment=visitor.fragment))
            if not number:  # modules were imported, caches filled, and the run has begun
                spent.clear()
    return spent


def spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return f"median {statistics.median(ordered):.2f} s, p95 {ordered[int(0.95 * (len(ordered) - 1))]:.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--class", dest="pupils", type=int, default=60)
    parser.add_argument("--within", type=float, default=10.0, help="seconds in which they come")
    parser.add_argument("--mixed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--cost", type=int, metavar="ROUNDS", help="only what one more visitor costs the server")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lectern-load-") as folder, serve(Path(folder)) as server:
        if asked.cost:
            for what, spent in asyncio.run(cost(server, asked.cost, asked.pupils)).items():
                print(f"| {what} | median {statistics.median(spent):.0f} ms, least {min(spent):.0f} ms |")
            return
        asyncio.run(lesson(server.address, 1, 0))  # caches fill
        (alone,) = asyncio.run(lesson(server.address, 1, 0))
        seen = asyncio.run(lesson(server.address, asked.pupils, asked.within))
        there = [each for each in seen if isinstance(each, Seen)]
        print(f"| a class of {asked.pupils} within {asked.within:g} s | |\n|---|---|")
        print(f"| saw the end of the run | {len(there)} of {asked.pupils} |")
        print(f"| page opened | {spread([each.opened for each in there])} |")
        print(f"| Train answered | {spread([each.answered for each in there])} |")
        print(f"| the run alone, press to end | {alone.ended:.1f} s |")
        print(f"| the first one's run, press to end | {there[0].ended:.1f} s, {there[0].ended / alone.ended:.2f}× |")
        for error in {repr(each)[:150] for each in seen if not isinstance(each, Seen)}:
            print(f"| error | {error} |")
        if asked.mixed:
            found, timed = asyncio.run(mixed(server.address, asked.mixed, asked.minutes))
            answers = [each for answers in found if isinstance(answers, list) for each in answers]
            failed = {repr(each)[:150] for each in found if not isinstance(each, list)}
            print(f"| {asked.mixed} visitors for {asked.minutes:g} min: {len(answers)} answers | {spread(answers)} |")
            print(f"| a slider in a real browser meanwhile, {len(timed)} moves | {spread(timed)} |")
            print(f"| errors | {len(failed)} {'; '.join(failed)} |")


if __name__ == "__main__":
    main()
