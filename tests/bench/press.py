"""How long the first press of Train waits: on a server that has just started, and after a training process has died."""

import os
import signal
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page

from tests.bench.browser import CLOCK, Row, against, build_before, context_of, median, page_of
from tests.bench.opening import PICTURE
from tests.browser.conftest import ROOT, Server, arrived, serve

BEFORE = "f658043"  # the build whose training processes began with the first page
LAB = "gan"
MOST = 600.0  # seconds after which no further round begins
SEEDS = count(7000)  # no run may be one that was trained before
LIVE = r"/steps\/s/.test(document.querySelector('.st-key-status')?.innerText ?? '')"
STOPPED = "/Stopped/.test(document.querySelector('.st-key-notices')?.innerText ?? '')"


def pressed(page: Page) -> float:
    """Seconds from pressing Train until the first live frame; then the run is stopped."""
    page.evaluate(CLOCK, ["click", LIVE])
    page.locator(f".st-key-{LAB}-train").get_by_role("button").click()
    seconds = page.evaluate("window.measured") / 1000
    page.locator(f".st-key-{LAB}-stop").get_by_role("button").click()
    page.wait_for_function(STOPPED, timeout=30_000)
    arrived(page).locator(f".st-key-{LAB}-new").get_by_role("button").click()
    page.wait_for_timeout(500)
    arrived(page)
    return seconds


def kill(server: Server) -> None:
    """Kills the training process of a server, as a lack of memory would."""
    below = psutil.Process(server.process.pid).children(recursive=True)
    workers = [child for child in below if child.ppid() != server.process.pid and child.nice() == 10]
    os.kill(max(workers, key=lambda child: child.memory_info().rss).pid, signal.SIGKILL)


def fresh(browser: Browser, folder: Path, root: Path) -> tuple[float, float]:
    """Seconds of the first press on a server of this checkout, and of the first after its training process was killed."""
    folder.mkdir()
    with serve(folder, root=root, PYTHONPATH=str(root)) as server:
        context = context_of(browser)
        page = context.new_page()
        page.goto(server.url(page_of(LAB), seed=next(SEEDS)))
        page.wait_for_function(PICTURE, timeout=120_000)
        arrived(page)
        first = pressed(page)
        kill(server)
        after = pressed(page)
        context.close()
    return first, after


def measure(browser: Browser, folder: Path, rounds: int, say: Callable[[str], None]) -> list[Row]:
    """Fresh servers of both builds take turns, until there were so many rounds or the time is over. say: told of each."""
    seen: dict[str, list[tuple[float, float]]] = {"ours": [], "before": []}
    folder.mkdir(exist_ok=True)
    begun = time.monotonic()
    with build_before(folder, BEFORE) as before:
        for turn in range(rounds):
            if turn and time.monotonic() - begun > MOST:
                break
            for name, root in (("ours", ROOT), ("before", before)):
                if root:
                    seen[name].append(fresh(browser, folder / f"{name} {turn}", root))
                    say(f"{name}: on a fresh server {seen[name][-1][0]:.2f} s, after a kill {seen[name][-1][1]:.2f} s")
    rows = []
    for place, what in enumerate(("on a fresh server", "after a training process was killed")):
        ours = [each[place] for each in seen["ours"]]
        floor = median([each[place] for each in seen["before"]] or ours)
        note = f" (median of {len(ours)}, worst {max(ours):.2f})"
        rows.append(against(f"first press of Train {what} → first live frame", median(ours), floor, 0.2, note=note))
    return rows
