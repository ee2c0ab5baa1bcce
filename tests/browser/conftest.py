"""A real server and Debian's Chromium: what the browser tests share.

Chromium is not optional: without it these tests fail. Nothing is looked up by its place on the page, but by the names
of buttons, by the keys of widgets (Streamlit writes them into the class "st-key-…") and by data-testid.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from core import labs
from pages.parts import lecture

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = float(os.environ.get("LECTERN_TEST_PATIENCE", 120))  # seconds; only a test that fails ever waits that long
LAB = "network_compression"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 812}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
PROBES = ("/_stcore/health", "/_stcore/host-config")  # Streamlit looks for its own base path and expects 404s
UNKNOWN_PAGE = "The page that you have requested does not seem to exist"  # Streamlit's own word on an unknown path
SIZED = """([width, height]) => innerWidth === width && innerHeight === height &&
    [...document.querySelectorAll(".lectern-chart")].filter(e => e.offsetParent && e.querySelector(".main-svg")).every(e => {
        const [svg, box] = [".main-svg", ".box"].map(part => e.querySelector(part).getBoundingClientRect());
        return Math.abs(svg.width - box.width) < 2 && Math.abs(svg.height - box.height) < 2;
    })"""
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
FIGURES = """() => [...document.querySelectorAll('.lectern-chart')].map(root => [root.ariaLabel?.slice(0, 40), root.dataset.drawn,
    root.far, root.turn, root.drawn, root.box?.clientWidth, root.box?.clientHeight, root.still?.hidden].join(' '))
    .concat(document.visibilityState, performance.getEntriesByType("resource").filter(each => /plotly/.test(each.name)).length)"""
VALUE = "t => t.value ?? t.getAttribute('aria-valuenow')"  # of a slider's thumb
SEEDS = count(1 + os.getpid() % 5000)


def chromium() -> str:
    """Debian's Chromium. Fails the test run, and does not skip it, when there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail(
            "There is no Chromium on this machine (apt install chromium): the browser tests cannot pass.", False
        )
    return found


# ---- the server ----


@dataclass
class Server:
    """A running Lectern."""

    process: subprocess.Popen
    address: str
    log: Path

    def url(self, page: str = LAB, **query: Any) -> str:
        return f"{self.address}/{page}" + (f"?{urlencode(query)}" if query else "")

    def workers(self) -> list[psutil.Process]:
        """The training processes: those that were forked from the process that has imported torch."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        forking = [child.pid for child in below if any("forkserver" in part for part in child.cmdline())]
        return [child for child in below if child.ppid() in forking]


@contextmanager
def serve(
    folder: Path,
    script: str = "app.py",
    root: Path = ROOT,
    arguments: Sequence[str] = (),
    program: Sequence[str] = ("-m", "streamlit"),
    **environment: str,
) -> Iterator[Server]:
    """Starts a server on a free port with a store of its own, waits until it is healthy, and ends it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, *program, "run", script, *arguments),
                *(f"--server.port={port}", "--server.address=127.0.0.1"),
            ],
            cwd=root,
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"LECTERN_RUNS": str(folder / "runs"), "LECTERN_WORKERS": "1"} | environment,
        )
    server = Server(process, f"http://127.0.0.1:{port}", log)
    try:
        wait_until(lambda: process.poll() is not None or healthy(server.address), "the server to become healthy")
        assert process.poll() is None, log.read_text()
        yield server
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        __, alive = psutil.wait_procs(children, PATIENCE)
        for child in alive:
            child.kill()
    assert not alive, f"the server left processes behind: {alive}"


def healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_until(true: Callable[[], Any], what: str | Callable[[], str], patience: float = PATIENCE) -> Any:
    """what: what is waited for, or a function that says it, with how things stand, once it was in vain."""
    deadline = time.monotonic() + patience
    while not (answer := true()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:g} s in vain: {what() if callable(what) else what}")
        time.sleep(0.05)
    return answer


# ---- the browser ----
# Of the package, not of the session: it ends, and the server with it, before other tests go on in the same process.


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all browser tests."""
    with serve(tmp_path_factory.mktemp("server")) as server:
        yield server
        said = server.log.read_text()
    assert "Traceback" not in said, said


@dataclass
class Watcher:
    """Notes everything that must never happen in a page."""

    address: str
    troubles: list[str] = field(default_factory=list)
    first: dict[str, Any] = field(default_factory=dict)  # what the first visitor of the fresh server saw

    def watch(self, context: BrowserContext) -> BrowserContext:
        context.on("request", self.request)
        context.on("console", self.console)
        context.on("weberror", lambda error: self.troubles.append(f"uncaught in the page: {error.error}"))
        return context

    def request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.address).netloc:
            self.troubles.append(f"asked another host: {request.url[:200]}")

    def console(self, message: Any) -> None:
        probe = "404" in message.text and urlsplit(message.location.get("url", "")).path.endswith(PROBES)
        if message.type == "error" and not probe and UNKNOWN_PAGE not in message.text:
            self.troubles.append(f"console: {message.text[:300]} {message.location.get('url', '')[:200]}")


@pytest.fixture(scope="package")
def shared(browser: Browser, server: Server) -> Iterator[tuple[BrowserContext, Watcher]]:
    """One warm browser context for most tests; each page in it is a visitor of its own for the server.

    The very first visitor of the fresh server follows a deep link, before anybody saw the home page."""
    watcher = Watcher(server.address)
    context = watcher.watch(browser.new_context(viewport=DESK))
    page = context.new_page()
    page.goto(server.url())
    arrived(page)
    watcher.first = {
        "title": page.locator("h1").first.inner_text(),
        "width": page.get_by_test_id("stMainBlockContainer").bounding_box()["width"],
        "links": page.get_by_test_id("stTopNavLink").all_inner_texts(),
    }
    yield context, watcher
    context.close()


@pytest.fixture
def visit(shared: tuple[BrowserContext, Watcher], server: Server) -> Iterator[Callable[..., Page]]:
    """Opens a page of the app. At the end of the test every tab is searched for signs of trouble.

    One tab goes on to the next test: the scripts that it has read come from its memory there."""
    context, watcher = shared
    spare, tabs = context.pages[:1], []
    watcher.troubles.clear()

    def open_page(page: str = LAB, size: dict[str, int] = DESK, **query: Any) -> Page:
        tab = spare.pop() if spare else context.new_page()
        tabs.append(tab)
        tab.set_viewport_size(size)
        tab.goto(server.url(page, **query))
        return arrived(tab)

    yield open_page
    for tab in [tab for tab in tabs if not tab.is_closed()]:
        text = tab.locator("body").inner_text()
        if re.search(r"Traceback|encountered an error|Error:|Exception", text):
            watcher.troubles.append(f"an error on the page: {text[-2000:]}")
        stop = button(tab, "Stop")
        if stop.count() and stop.is_enabled():
            stop.click()
            expect(stop).to_be_disabled()
        if tab is context.pages[0]:
            tab.goto(f"{server.address}/_stcore/health")  # nothing goes on there
        else:
            tab.close()
    assert not watcher.troubles, "\n".join(watcher.troubles)


# ---- looking and doing ----


def arrived(page: Page) -> Page:
    """The page has drawn itself and its script has ended."""
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_attached()
    return page


def button(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


def resized(page: Page, width: int, height: int) -> Page:
    """Gives the window another size, and waits until every figure has taken its own."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(SIZED, arg=[width, height])
    return page


def too_wide(page: Page) -> int:
    """By how many pixels the page has to be scrolled sideways."""
    return page.evaluate("""() => Math.max(...[document.documentElement, document.querySelector("[data-testid=stMain]")]
        .map(e => e.scrollWidth - e.clientWidth))""")


def fits(page: Page, what: str) -> None:
    """Nothing has to be scrolled sideways, at the latest when what was on its way has come."""
    wait_until(lambda: too_wide(page) <= 0, lambda: f"{what}: {too_wide(page)} px too wide")


def go(page: Page, link: str, title: str) -> Page:
    """Follows a link of the line at the top."""
    page.get_by_test_id("stTopNav").get_by_role("link", name=link, exact=True).click()
    expect(page.locator("h1").first).to_have_text(title)
    return arrived(page)


def scene(page: Page, lab: str, slug: str) -> Page:
    """Opens another scene of a lab, by its pill or from the list of the others."""
    title = lecture.read(lab).scenes[slug].title
    if next(each.more for each in labs.of(lab).scenes if each.slug == slug):
        page.locator(".st-key-headline [class*=st-key-more-scenes] button").click()
        keyed(page, f"scene/{lab}/{slug}").get_by_role("button").click()
    else:
        page.locator(".st-key-headline").get_by_role("radio", name=title, exact=True).click()
    expect(page).to_have_url(re.compile(f"scene={slug}"))
    return staged(page)


def staged(page: Page) -> Page:
    """The page has drawn itself and every figure of its stage."""
    arrived(page).wait_for_function(
        """() => {
        const figures = [...document.querySelectorAll(".st-key-picture [role=figure]")];
        return figures.length && figures.every(figure => figure.dataset.drawn);
    }""",
        timeout=1000 * PATIENCE,
    )
    return page


def keyed(page: Page, key: str) -> Locator:
    """The widget or chart with this key."""
    return page.locator(f".st-key-{re.sub(r'[^a-zA-Z0-9_-]', '-', key)}")


def nudge(page: Page, key: str, presses: int = 1, towards: str = "ArrowRight") -> None:
    """Moves a slider with the keyboard. Two presses before the page has drawn the first would count as one."""
    thumb = keyed(page, key).get_by_role("slider").first
    thumb.focus()
    for _ in range(presses):
        before = thumb.evaluate(VALUE)
        thumb.press(towards)
        wait_until(lambda was=before: thumb.evaluate(VALUE) != was, f"{key} to move")


def pixels(page: Page) -> str:
    """The first live curves, as a text that changes with the picture; empty while there are none."""
    return page.evaluate("""() => {
        const lines = [...document.querySelectorAll('.st-key-curves path.js-line')].map(line => line.getAttribute('d') ?? '');
        return lines.some(d => d.startsWith('M')) ? lines.join(' ') : '';
    }""")


def drawn(page: Page) -> str:
    """Waits until the live curves are drawn and returns what they look like."""
    return wait_until(
        lambda: pixels(page), lambda: f"a curve on the page, where the figures are {page.evaluate(FIGURES)}"
    )


def plotted(page: Page, key: str) -> str:
    """Waits until the figure with this key has been drawn, and returns what it looks like."""
    inner = "([k]) => document.querySelector(`.st-key-${k} .main-svg`)?.innerHTML ?? ''"
    return wait_until(lambda: page.evaluate(inner, [re.sub(r"[^a-zA-Z0-9_-]", "-", key)]), f"the figure {key}")


def ended(page: Page) -> Page:
    """Waits for the end of the visitor's run: until then the page says whose run it shows."""
    expect(page.locator(".st-key-status")).to_contain_text(re.compile(r"Your run · \d"))
    return arrived(page)


def stroke(page: Page, key: str) -> None:
    """Draws a straight vertical stroke on the pad with this key."""
    pad = keyed(page, key).locator("canvas").first
    expect(pad).to_be_visible()
    box = pad.bounding_box()
    pad.hover(position={"x": box["width"] / 2, "y": box["height"] * 0.15})  # waits until the pad has come to rest
    box = pad.bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.85, steps=8)
    page.mouse.up()


def swipe(page: Page, x: float, y: float) -> None:
    """A finger that goes up from there."""
    hand = page.context.new_cdp_session(page)
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for i in range(1, 9):
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - 15 * i}]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def look(page: Page, view: str) -> Page:
    """Opens a view of Look inside, or another choice that stands side by side with others."""
    page.get_by_test_id("stMain").get_by_role("radio", name=view, exact=True).click()
    return arrived(page)


def progress(page: Page) -> Locator:
    return page.get_by_test_id("stProgress")


def percent(page: Page) -> int:
    """How far the run on the page is; −1 when it shows no progress."""
    found = re.search(r"(\d+) %", " ".join(progress(page).all_inner_texts()))
    return int(found[1]) if found else -1


def long(**more: Any) -> dict[str, Any]:
    """Query of a real run that lasts longer than any test needs it."""
    return {
        "method": "teacher",
        "augment": False,
        "epochs": 20,
        "channels": 20,
        "neurons": 256,
        "seed": next(SEEDS),
    } | more


def train(page: Page) -> Page:
    """Presses Train and waits until the run has begun. A press while the page is still being drawn may get lost."""
    button(arrived(page), "Train").click()
    expect(progress(page)).to_contain_text("steps/s")
    return page
