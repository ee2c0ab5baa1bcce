"""Many who watch one run: how long an event is on its way to their pages, and what each of them costs the server."""

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import psutil

from core import labs
from tests.bench.browser import Row, below, median, p95
from tests.bench.timed_server import MARK
from tests.browser.conftest import ROOT, Server, serve
from tests.load import SEEDS, Visitor

WATCHERS, SECONDS = 30, 20.0
LONG = "data=digits&steps=4000"  # a run that nobody sees the end of


async def watched(server: Server, watchers: int, seconds: float) -> float:
    """CPU seconds of the server, without its training processes, for so many who watch one run for so long."""
    lab, process = labs.of("gan"), psutil.Process(server.process.pid)
    query = f"scene=dcgan-on-digits&{LONG}&seed={next(SEEDS)}"
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(server.address)) for _ in range(watchers)]
        for visitor in visitors:
            await visitor.open(lab.page, query)
            await visitor.ask(press="Train")
        await visitors[0].until("steps/s")
        server.log.write_text("")  # what came before was the opening
        before = sum(process.cpu_times()[:2])
        await asyncio.sleep(seconds)
        spent = sum(process.cpu_times()[:2]) - before
        assert all(visitor.polls for visitor in visitors), "somebody no longer watches"
        return spent


def measure(folder: Path, quick: bool, step: Callable[[str], None]) -> list[Row]:
    rows, seconds = [], 5.0 if quick else SECONDS
    for watchers in (1, WATCHERS):
        step(f"{watchers} watching")
        (here := folder / str(watchers)).mkdir()
        with serve(here, program=[str(ROOT / "tests/bench/timed_server.py")], PYTHONPATH=str(ROOT)) as server:
            started = time.monotonic()
            with ThreadPoolExecutor(1) as own:  # the browser of the other parts has an event loop in this thread
                spent = own.submit(asyncio.run, watched(server, watchers, seconds)).result()
            ways = [float(found) for found in re.findall(rf"{MARK} ([\d.]+)", server.log.read_text())]
        step(f"{len(ways)} events in {time.monotonic() - started:.0f} s")
        who = "one watcher" if watchers == 1 else f"{watchers} watchers"
        rows.append(
            below(f"an event's way to the pages, {who}, median", median(ways), 20, "ms", note=f" (p95 {p95(ways):.1f})")
        )
        cost = 1000 * spent / watchers / seconds
        rows.append(Row(f"the server's CPU for each watcher and second, {who}", f"{cost:.1f} ms", "–", "–", "–", True))
    return rows


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as place:
        for row in measure(Path(place), False, print):
            print(row)
