"""What each process of a server holds in memory: `python -m tests.bench.memory --workers 2`.

PSS counts what several processes share once, divided among them. Which packages a process has imported is read from the
native libraries that the kernel has mapped for it.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.browser.conftest import Server, serve

MB = 2**20
NATIVE = re.compile(r"/site-packages/(\w+?)(?:\.libs)?/.*\.so")
LIGHT = {"charset_normalizer", "google", "msgpack", "psutil", "tornado", "yaml", "rpds", "markupsafe", "websockets"}


def role(process: psutil.Process, server: Server) -> str:
    """What the process is for."""
    called = " ".join(process.cmdline())
    if process.pid == server.process.pid:
        return "server"
    if process.pid in {worker.pid for worker in server.workers()}:
        return "worker"
    return next((name for name in ("forkserver", "resource_tracker", "spawn") if name in called), "cluster")


def imported(process: psutil.Process) -> list[str]:
    """Packages with native parts that are mapped, those that weigh little left out."""
    return sorted({found[1] for each in process.memory_maps() if (found := NATIVE.search(each.path))} - LIGHT)


def family(server: Server) -> list[psutil.Process]:
    root = psutil.Process(server.process.pid)
    return [root, *root.children(recursive=True)]


def at_rest(server: Server, workers: int) -> bool:
    """Whether all training processes have imported what the last lab needs, and have computed next to nothing for a while."""
    training = server.workers()
    if len(training) < workers or not all("skimage" in imported(each) for each in training):
        return False
    before = sum(sum(each.cpu_times()[:2]) for each in training)
    time.sleep(8)
    return sum(sum(each.cpu_times()[:2]) for each in training) - before < 1.0  # idle ones need 0.5


def rows(server: Server, what: str) -> Iterator[str]:
    """A Markdown table: one line for each process, and their sum."""
    total = 0.0
    yield f"| {what} | PSS, MB | native packages |\n|---|---|---|"
    for process in family(server):
        pss = process.memory_full_info().pss / MB
        total += pss
        yield f"| {role(process, server)} | {pss:.0f} | {', '.join(imported(process))} |"
    yield f"| all | {total:.0f} | |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.memory", description=__doc__.split("\n")[0])
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="lectern-memory-") as folder,
        serve(Path(folder), LECTERN_WORKERS=str(asked.workers)) as server,
    ):
        while not at_rest(server, asked.workers):
            time.sleep(1)
        print(*rows(server, f"{asked.workers} training process(es), ready to train"), sep="\n")


if __name__ == "__main__":
    main()
