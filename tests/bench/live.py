"""What a live run of each lab costs: until its first frame, frames without a drawing, replaced figures, KB and CPU a redraw."""

from itertools import count
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page

from tests.bench.browser import CLOCK, Row, below, opened, page_of, servers
from tests.bench.opening import PICTURE
from tests.browser.conftest import Server
from tests.browser.stage import KNOBS, WATCH

REDRAWN = "[...document.querySelectorAll('.st-key-picture .lectern-chart')].reduce((sum, e) => sum + Number(e.dataset.drawn ?? 0), 0)"
QUICK = {  # knobs of a run that ends within seconds, where the scene's takes longer
    "transfer": {"steps": 100},
    "lifelong": {"epochs": 1},
    "compression": {"epochs": 1},
    "gan": {"steps": 200},
    "seq2seq": {"scene": "reversal-in-ten-seconds", "steps": 100},
}
SEEDS = count(6100)  # no run may be one that was trained before
LIVE = "(() => /steps\\/s|Your run ·/.test(document.querySelector('.st-key-status')?.innerText ?? ''))()"
ENDED = "/Your run · \\d/.test(document.querySelector('.st-key-status')?.innerText ?? '')"


def whole_run(browser: Browser, server: Server, lab: str) -> dict[str, float]:
    """One run from its button to its end."""
    page = opened(browser, server.url(page_of(lab), seed=next(SEEDS), **QUICK.get(lab, {})), PICTURE)
    process = psutil.Process(server.process.pid)
    page.wait_for_function("!!document.querySelector('.st-key-picture .main-svg')", timeout=60_000)
    page.wait_for_timeout(2000)
    received = _received(page)
    page.evaluate(WATCH, KNOBS)
    drawn, busy = page.evaluate(REDRAWN), sum(process.cpu_times()[:2])
    page.evaluate(CLOCK, ["click", LIVE])
    page.locator(f".st-key-{lab}-train").get_by_role("button").click()
    first = page.evaluate("window.measured") / 1000
    page.wait_for_function(ENDED, timeout=180_000)
    page.wait_for_timeout(1000)
    seen = page.evaluate("() => { watched.stop = true; return watched; }")
    redraws = max(1, page.evaluate(REDRAWN) - drawn)
    cpu = sum(process.cpu_times()[:2]) - busy
    page.context.close()
    return {
        "first": first,
        "blank": seen["blank"],
        "replaced": seen["replaced"],
        "frames": seen["frames"],
        "redraws": redraws,
        "KB": received["bytes"] / 1000 / redraws,
        "ms": 1000 * cpu / redraws,
    }


def _received(page: Page) -> dict[str, Any]:
    """Counts, from now on, what the server sends over the web socket."""
    counted, session = {"bytes": 0}, page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.webSocketFrameReceived",  # binary frames come as base64
        lambda event: counted.update(bytes=counted["bytes"] + len(event["response"]["payloadData"]) * 3 / 4),
    )
    return counted


def measure(browser: Browser, folder: Path, labs: list[str]) -> list[Row]:
    rows = []
    with servers(folder, {}, before=False) as running:
        whole_run(browser, running["lectern"], labs[0])  # the first run of a server waits for its training process
        for lab in labs:
            run = whole_run(browser, running["lectern"], lab)
            rows.append(below(f"{lab}: button → first live frame", run["first"], 1, "s"))
            rows.append(
                below(
                    f"{lab}: blank frames + replaced figures in a live run",
                    run["blank"] + run["replaced"],
                    0,
                    "",
                    note=f"of {run['frames']} frames, {run['redraws']} redraws",
                )
            )
            rows.append(
                Row(
                    f"{lab}: a live redraw of one figure",
                    f"{run['KB']:.0f} KB, {run['ms']:.0f} ms of the server's CPU",
                    "–",
                    "–",
                    "–",
                    True,
                )
            )
    return rows
