"""make bench: the budgets of the design as a Markdown table, each figure beside the floor it is held against.

Everything that is compared takes turns in one run, so the ratios hold on a busy machine; the seconds do not.
`python -m tests.bench --quick` goes the whole way with few repetitions, to see that it works.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from core import labs, runs
from core.anomaly.settings import SHIPPED as DETECTIONS
from core.attack.settings import AttackSettings
from core.gan.settings import SHIPPED as DUELS
from core.seq2seq.settings import SHIPPED as SAYINGS
from core.settings import Settings, build
from core.subject.models import look_at
from core.subject.settings import Digit, Photo
from core.transfer.settings import SHIPPED
from tests.bench import anomaly, cores, explain, live, opening, press, seeds, seq2seq, sliders, watchers
from tests.bench.browser import CLOCK, Row, against, below, markdown, median, opened
from tests.bench.opening import first_picture
from tests.browser.conftest import ARGUMENTS, ROOT, Server, arrived, chromium, serve

PARTS = ("opening", "sliders", "live", "press", "house", "watchers", "alone", "peers")
TWICE = 2.0  # as fast as every peer
SEEDS = count(6000)  # no figure may come from a run that was trained before
MB = 2**20

CURVE = "document.querySelector('.st-key-curves .main-svg path.js-line[d*=L]')"


def say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


# ---- training ----

LONG = {"method": "teacher", "augment": False, "epochs": 20, "channels": 24, "neurons": 512}


def pressed(page: Page, name: str, condition: str) -> float:
    """Seconds from pressing a button until the condition holds."""
    page.evaluate(CLOCK, ["click", condition])
    page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True).click()
    return page.evaluate("window.measured") / 1000


def train_and_stop(browser: Browser, server: Server, rounds: int) -> dict[str, list[float]]:
    """Train → the first report of this run in the page; Stop → the page says that it has stopped."""
    page = opened(browser, server.url(**LONG, seed=next(SEEDS)), CURVE)
    live = """(() => { const bar = document.querySelector('[data-testid="stProgress"]');
        return bar && /steps\\/s/.test(bar.innerText); })()"""
    stopped = """!document.querySelector('[data-testid="stProgress"]') && /Stopped\\./.test(document.body.innerText)"""
    seen: dict[str, list[float]] = {"train": [], "stop": []}
    for _ in range(rounds):
        seen["train"].append(pressed(page, "Train", live))
        page.wait_for_timeout(1500)
        seen["stop"].append(pressed(page, "Stop", stopped))
        arrived(page)
        page.get_by_test_id("stMain").get_by_role("button", name="New seed", exact=True).click()
        page.wait_for_timeout(500)
        arrived(page)
    page.context.close()
    return seen


@contextmanager
def trainings(browser: Browser, server: Server, number: int) -> Iterator[None]:
    """So many trainings run, each watched live by its visitor, while the block is measured."""
    pages = []
    for _ in range(number):
        page = opened(browser, server.url(**LONG, seed=next(SEEDS)), CURVE)
        page.get_by_test_id("stMain").get_by_role("button", name="Train", exact=True).click()
        page.wait_for_function("""/steps\\/s/.test(document.querySelector('[data-testid="stProgress"]')?.innerText)""")
        pages.append(page)
    try:
        yield
    finally:
        still = [page.get_by_test_id("stProgress").count() for page in pages]
        for page in pages:
            page.context.close()
        if not all(still):
            say("a training ended before the sliders did: the busy figures are too kind")


def whole_run(browser: Browser, server: Server) -> float:
    """Seconds of the default run of the first scene, from Train to its end, watched live."""
    page = opened(browser, server.url(seed=next(SEEDS)), CURVE)
    ended = """!document.querySelector('[data-testid="stProgress"]') && /Your run/.test(document.body.innerText)"""
    start = time.perf_counter()
    page.get_by_test_id("stMain").get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function("!!document.querySelector('[data-testid=\"stProgress\"]')", polling=10)
    page.wait_for_function(ended, timeout=180_000)
    page.context.close()
    return time.perf_counter() - start


def against_bare(epochs: int, rounds: int) -> dict[str, list[float]]:
    """The same training through jobs and in a plain process, in turns: wall and CPU seconds."""
    from core.jobs import JOBS

    bare = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare"],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    seen: dict[str, list[float]] = {"bare wall": [], "bare cpu": [], "jobs wall": [], "jobs cpu": []}
    try:
        pids = JOBS.connect().run(os.getpid)
        worker = psutil.Process(next(iter(pids.values())))
        for turn in range(rounds + 1):  # the first turn warms both up
            flat = {"method": "teacher", "epochs": 1 if turn == 0 else epochs, "seed": next(SEEDS)}
            bare.stdin.write(json.dumps(["compression", flat]) + "\n")
            bare.stdin.flush()
            plain = json.loads(bare.stdout.readline())
            busy = sum(worker.cpu_times()[:2])
            job = JOBS.start("compression", build(labs.of("compression").settings, flat), "bench")
            while (view := JOBS.watch(job, "bench")).live:
                time.sleep(0.2)
            assert view.state == "finished", view.message
            ours = [view.run.about.seconds, sum(worker.cpu_times()[:2]) - busy]
            if turn:
                for name, value in zip(seen, [*plain, *ours]):
                    seen[name].append(value)
        return seen
    finally:
        bare.stdin.close()
        bare.wait(20)
        JOBS.close()


# ---- memory ----


def memory(server: Server, kind: str) -> float:
    """MB of the server and all its training processes."""
    root = psutil.Process(server.process.pid)
    return sum(getattr(each.memory_full_info(), kind) for each in [root, *root.children(recursive=True)]) / MB


def growth(browser: Browser, server: Server, visitors: int) -> float:
    """MB that the server itself grows by for each visitor who comes, sees the page and goes."""
    process = psutil.Process(server.process.pid)

    def come(number: int) -> float:
        context = browser.new_context()
        for _ in range(number):
            first_picture(context, server.url(), CURVE)
        context.close()
        return process.memory_full_info().uss / MB

    before = come(max(2, visitors // 4))  # caches fill with the first ones
    return (come(visitors) - before) / visitors


# ---- the table ----


def machine() -> str:
    about = runs.machine()
    return (
        f"{about['processor']}, {len(os.sched_getaffinity(0))} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GB, torch {about['torch']}, Python {about['python']}, "
        f"browser and server on the same cores, load {os.getloadavg()[0]:.1f} at the start"
    )


def house(browser: Browser, folder: Path, quick: bool, step: Callable[[str], None]) -> list[Row]:
    """What is the same for all labs: the server, its memory, and training through jobs."""
    few = 1 if quick else 3
    start = time.perf_counter()
    with serve(folder, LECTERN_WORKERS="2") as server:
        rows = [below("server up, until healthy", time.perf_counter() - start, 8, "s")]
        step("Train and Stop")
        seen = train_and_stop(browser, server, few + 1)
        rows += [
            below(
                "Train → first live frame, median",
                median(seen["train"]),
                1,
                "s",
                note=f" (worst {max(seen['train']):.2f})",
            ),
            below("Stop → stopped, median", median(seen["stop"]), 0.3, "s", note=f" (worst {max(seen['stop']):.2f})"),
        ]
        step("memory")
        grown = growth(browser, server, 4 if quick else 20)
        shared = f" (RSS {memory(server, 'rss') / 1000:.2f})"
        rows += [
            below("memory with two workers (PSS)", memory(server, "pss") / 1000, 1.5, "GB", note=shared),
            below("growth per visitor", grown, 1, "MB"),
        ]
        if not quick:
            step("the default run")
            rows.append(below("default live run of the first scene", whole_run(browser, server), 30, "s"))
    step("training through jobs against the bare loop")
    seen = {name: median(values) for name, values in against_bare(1 if quick else 3, few).items()}
    return rows + [
        against("training through jobs, CPU time", seen["jobs cpu"], seen["bare cpu"], 1.03),
        against("training through jobs, wall time", seen["jobs wall"], seen["bare wall"], 1.05),
    ]


def peers(pairs: int, chosen: list[str]) -> list[Row]:
    """Every lab against what its user would otherwise run, measured in the peers' environment (make peers)."""
    program = ROOT / ".venv" / "peers" / "bin" / "python"
    command = [program, "-m", "tests.bench.peers", "--pairs", str(pairs), "--labs", *chosen]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    rows = [held(json.loads(line)) for line in done.stdout.splitlines()]
    if done.returncode:
        rows.append(Row("peers: ended with an error, see above", "not measured", "–", "–", "–", False))
    return rows


def held(told: dict[str, Any]) -> Row:
    """A row against a peer: both times with what they led to, which must be the same."""
    (ours, theirs), same = told["results"], abs(told["results"][0][0] - told["results"][1][0]) <= told["close"]
    name, __, unit = told["result"].rpartition(", ") if ", " in told["result"] else (told["result"], "", "")
    mine, other = (
        f"{told[side]:.2f} s, {mean:.4g} ± {sd:.2g} {unit}".rstrip()
        for side, (mean, sd) in (("ours", ours), ("theirs", theirs))
    )
    what = f"{told['what']}, against {told['peer']} ({name}){'' if same else ': not the same result'}"
    if told["ratio"] < TWICE:
        if told["limit"]:
            share = told["ratio"] / told["limit"]
            what += f". The network's passes alone are {share:.0%} of our time; nothing but them would be {told['limit']:.2f}× as fast"
        what += f". {told['note']}" if told["note"] else ""
    return Row(what, mine, other, f"{1 / told['ratio']:.2f}×", f"{1 / TWICE:g}×", same and told["ratio"] >= TWICE)


def ours_alone(rounds: int, step: Callable[[str], None]) -> list[Row]:
    """What has no peer: methods that answer at once, the live runs, five seeds against one, and two cores against one."""
    rows = []
    for measured in (explanations, attacks, adaptations, detections, duels, sayings):
        step(measured.__name__)
        rows += measured(rounds)
    step("five seeds")
    rows += seeds.measure(rounds)
    step("both cores")
    return rows + cores.measure(rounds)


def explanations(rounds: int) -> list[Row]:
    """The slowest of the methods that must answer at once."""
    slowest = {
        what: max(explain.at_once(look_at(subject), 5).items(), key=lambda item: item[1])
        for what, subject in (("digit", Digit()), ("photo", Photo()))
    }
    return [
        below(f"slowest method at once on a {what}: {name}", taken, budget, "s")
        for (what, (name, taken)), budget in zip(slowest.items(), (1, 2))
    ]


def attacks(rounds: int) -> list[Row]:
    """A photo made a panda."""
    return [
        below(
            "a photo pushed to a chosen answer, ε = 8/255, ten steps", wall(labs.of("attack"), AttackSettings()), 5, "s"
        )
    ]


def adaptations(rounds: int) -> list[Row]:
    """The default run and the moons as they are trained live."""
    return [
        below(what, wall(labs.of("transfer"), SHIPPED[f"transfer-{scene}"]), budget, "s")
        for what, scene, budget in (("default run of DaNN", "dann", 30), ("two moons", "two-moons", 5))
    ]


def detections(rounds: int) -> list[Row]:
    """The slowest detector that needs no training, and the networks live."""
    name, slowest = max(
        ((name, median(each)) for name, each in anomaly.at_once(rounds).items()), key=lambda item: item[1]
    )
    live = (
        ("default run of an autoencoder", "autoencoder"),
        ("a convolutional one on 1,000 digits", "find-the-damage"),
    )
    return [
        below(f"slowest detector that needs no training: {name}", slowest, 2, "s"),
        *(below(what, wall(labs.of("anomaly"), DETECTIONS[f"anomaly-{scene}"]), 20, "s") for what, scene in live),
    ]


def duels(rounds: int) -> list[Row]:
    """Both worlds as they are trained live."""
    live = (("default run on the plane", "the-duel", 15), ("default run of the DCGAN", "dcgan-on-digits", 60))
    return [below(what, wall(labs.of("gan"), DUELS[f"gan-{scene}"]), budget, "s") for what, scene, budget in live]


def sayings(rounds: int) -> list[Row]:
    """A step against a bare loop, and the live runs."""
    ours, bare = seq2seq.compare(rounds)
    live = (
        ("default live run on half of the words", "greedy-or-beam", 30),
        ("a reversal that is solved", "reversal-in-ten-seconds", 15),
    )
    return [
        against("a step of the encoder–decoder, against a bare loop (CPU time)", median(ours), median(bare), 1.05),
        *(
            below(what, wall(labs.of("seq2seq"), SAYINGS[f"seq2seq-{scene}"]), budget, "s")
            for what, scene, budget in live
        ),
    ]


def wall(lab: labs.Lab, settings: Settings) -> float:
    """Seconds of the whole run, its events thrown away."""
    started = time.perf_counter()
    for _ in lab.train(settings):
        pass
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repetitions: to see that it works, not to quote")
    parser.add_argument("--labs", nargs="*", default=list(labs.LABS), choices=labs.LABS, help="the pages to measure")
    parser.add_argument("--only", choices=PARTS, nargs="*", default=PARTS, help="parts of it")
    asked = parser.parse_args()
    start, where, rows = time.perf_counter(), machine(), []
    expect.set_options(timeout=60_000)
    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as folder, sync_playwright() as playwright:
        os.environ.update(LECTERN_RUNS=f"{folder}/runs", LECTERN_WORKERS="1", PYTHONPATH=str(ROOT))
        os.environ.pop("LECTERN_SCHEDULER", None)
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        few, moves, chosen = 1 if asked.quick else 3, 4 if asked.quick else 30, list(asked.labs)
        parts = {
            "opening": lambda path: opening.measure(browser, path, chosen, few),
            "sliders": lambda path: sliders.measure(browser, path, chosen, moves, None if asked.quick else trainings),
            "live": lambda path: live.measure(browser, path, chosen),
            "press": lambda path: press.measure(browser, path, 2 if asked.quick else 10, say),
            "house": lambda path: house(browser, path, asked.quick, say),
            "watchers": lambda path: watchers.measure(path, asked.quick, say),
            "alone": lambda path: ours_alone(few, say),
            "peers": lambda path: peers(1 if asked.quick else 5, chosen),
        }
        for part in asked.only:
            say(part)
            (Path(folder) / part).mkdir()
            try:
                rows += parts[part](Path(folder) / part)
            except Error as error:  # what was measured before is told all the same
                rows.append(Row(f"{part}: {str(error).splitlines()[0]}", "not measured", "–", "–", "–", False))
        browser.close()
    print(
        f"\n{markdown(rows)}\n\n{where}; {time.strftime('%Y-%m-%d')}, code {labs.code_version()}, "
        f"{time.perf_counter() - start:.0f} s{', quick: not to quote' if asked.quick else ''}."
    )


if __name__ == "__main__":
    main()
