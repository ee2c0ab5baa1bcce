"""How soon a visitor of each lab sees its picture, on a cold and on a warm browser, beside the build before and an empty page."""

import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.bench.browser import FLOOR, TITLE, Row, against, below, context_of, median, page_of, servers
from tests.browser.conftest import arrived

# a stored picture counts as soon as it is there; of the build before, its own drawing
PICTURE = """(() => {
    const still = document.querySelector('.st-key-picture .lectern-chart .still');
    if (still && !still.hidden && still.complete && still.naturalWidth) return true;
    return !!document.querySelector('.st-key-picture .main-svg, .lectern-chart svg.picture g > *, [data-testid=stImage] img');
})()"""


def first_picture(context: BrowserContext, address: str, condition: str) -> float:
    """Seconds from asking for the address until the condition holds in the page."""
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(condition, polling=10, timeout=120_000)
    seconds = time.perf_counter() - start
    arrived(page)
    page.close()
    return seconds


def measure(browser: Browser, folder: Path, labs: list[str], rounds: int) -> list[Row]:
    """The pages take turns in each round."""
    seen: dict[tuple[str, str, str], list[float]] = {}
    floors = {"empty": TITLE, "chart": "document.querySelector('.st-key-chart .plotly .main-svg')"}
    with servers(folder, {name: FLOOR.format(name) for name in floors}) as running:
        for turn in range(rounds + 1):  # the first round fills the servers' caches
            for lab in labs:
                for name, server in running.items():
                    address = server.address if name in floors else server.url(page_of(lab))
                    condition = floors.get(name, PICTURE)
                    context = context_of(browser)
                    for state in ("cold", "warm"):
                        taken = first_picture(context, address, condition)
                        if turn:
                            seen.setdefault((lab, state, name), []).append(taken)
                    context.close()
    rows = []
    for lab in labs:
        for state in ("cold", "warm"):
            ours, empty, chart = (median(seen[lab, state, name]) for name in ("lectern", "empty", "chart"))
            what = f"{lab}: first picture, {state} browser, against the build before"
            note = f" ({ours / empty:.2f}× an empty page, {ours / chart:.2f}× st.plotly_chart)"
            before = seen.get((lab, state, "before"))
            rows.append(
                against(what, ours, median(before), 1, note=note) if before else below(what, ours, 2, "s", note=note)
            )
    return rows
