"""What the benches of the pages share: a clock inside the page, servers that are compared, and the rows of the table."""

import math
import statistics
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from core import labs
from tests.browser.conftest import ROOT, Server, arrived, serve

BEFORE = "406b329"  # the build before the stage, whose figures were not Plotly's
FLOOR = "tests/bench/floor_{}.py"
DESK = {"width": 1440, "height": 900}
TITLE = "document.querySelector('h1')"

# In the page: ms from an event until a condition holds, asked every 5 ms, so that the driver's own delay is left out.
CLOCK = """([event, condition]) => {
    const holds = new Function('return ' + condition);
    window.measured = new Promise((done, fail) => document.addEventListener(event, () => {
        const start = performance.now();
        const ask = () => holds() ? done(performance.now() - start)
                        : performance.now() - start > 60000 ? fail('never: ' + condition) : setTimeout(ask, 5);
        ask();
    }, {once: true, capture: true}));
}"""


@dataclass
class Row:
    what: str
    ours: str
    floor: str
    ratio: str
    budget: str
    kept: bool


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def against(what: str, ours: float, floor: float, budget: float, unit: str = "s", note: str = "") -> Row:
    """A figure whose budget is a multiple of a floor."""
    ratio = ours / floor
    return Row(
        what, f"{ours:.2f} {unit}{note}", f"{floor:.2f} {unit}", f"{ratio:.2f}×", f"{budget:g}×", ratio <= budget
    )


def below(what: str, ours: float, budget: float, unit: str, floor: str = "–", note: str = "") -> Row:
    """A figure whose budget is a number."""
    return Row(what, f"{ours:.2f} {unit}{note}", floor, "–", f"{budget:g} {unit}", ours <= budget)


def markdown(rows: Sequence[Row]) -> str:
    lines = ["| what | measured | floor | ratio | budget | |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {r.what} | {r.ours} | {r.floor} | {r.ratio} | {r.budget} | {'ok' if r.kept else '**over**'} |" for r in rows
    ]
    return "\n".join(lines)


def opened(browser: Browser, address: str, condition: str) -> Page:
    """A page of a visitor of its own, at rest."""
    page = browser.new_context(viewport=DESK).new_page()
    page.goto(address)
    page.wait_for_function(condition, timeout=120_000)
    return arrived(page)


@contextmanager
def build_before(folder: Path, commit: str = BEFORE) -> Iterator[Path | None]:
    """The files of the build before, None where the history does not reach back so far."""
    path = folder / "before"
    made = (
        subprocess.run(["git", "worktree", "add", "--detach", path, commit], cwd=ROOT, capture_output=True).returncode
        == 0
    )
    try:
        yield path if made else None
    finally:
        if made:
            subprocess.run(["git", "worktree", "remove", "--force", path], cwd=ROOT, check=True)


@contextmanager
def servers(
    folder: Path, floors: Mapping[str, str], before: bool = True, **variables: str
) -> Iterator[dict[str, Server]]:
    """Lectern, the build before and Streamlit pages with next to nothing on them, all at once."""
    with ExitStack() as stack:
        found = {}
        folder.mkdir(exist_ok=True)
        roots = {"before": stack.enter_context(build_before(folder))} if before else {}
        for name, script in {"lectern": "app.py", "before": "app.py", **floors}.items():
            if root := roots.get(name, None if name == "before" else ROOT):
                (folder / f"{name} server").mkdir()
                found[name] = stack.enter_context(
                    serve(folder / f"{name} server", script, root, PYTHONPATH=str(root), **variables)
                )
        yield found


def page_of(lab: str) -> str:
    return labs.of(lab).page


def context_of(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport=DESK)
