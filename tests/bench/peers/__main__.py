"""Every lab against what its user would otherwise run: one JSON line for each row. Runs in the peers' environment (make peers).

Both sides train in this process on one thread, taking turns with the same seeds; what they print is thrown away.
"""

import argparse
import contextlib
import io
import json
import os
import statistics
import sys
import time
import warnings
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import version

os.environ.update(TQDM_DISABLE="1", OMP_NUM_THREADS="1", MPLBACKEND="agg")

import torch

from core import together
from tests.bench.peers import standin  # noqa: F401 (before any peer)
from tests.bench.peers.rows import Row

LABS = ("transfer", "lifelong", "anomaly", "gan", "seq2seq", "compression", "attack", "explain")


@dataclass(frozen=True)
class Told:
    """A measured row. ours, theirs: CPU seconds, medians. ratio: median over the pairs of theirs / ours. results: (ours, theirs), each
    the mean over the seeds and its standard deviation. limit: what the ratio would be if ours were its network's passes and nothing else;
    None where they were not measured."""

    what: str
    peer: str
    ours: float
    theirs: float
    ratio: float
    result: str
    results: tuple[tuple[float, float], tuple[float, float]]
    close: float
    note: str
    limit: float | None


def measure(row: Row, pairs: int) -> Told:
    """The row, in so many pairs, each with a seed of its own; before them one that warms both sides up."""
    seen, passes = [], []
    with contextlib.redirect_stdout(io.StringIO()):
        for seed in range(pairs + 1):
            ways = (row.ours, row.theirs) if seed % 2 else (row.theirs, row.ours)  # neither always goes first
            found = {way: way(seed) for way in ways}
            seen.append((found[row.ours], found[row.theirs]))
            passes.append(row.passes() if row.passes else None)
    seen = seen[1:]
    times, results = ([[each[side][part] for each in seen] for side in (0, 1)] for part in (0, 1))
    spread = tuple((statistics.fmean(each), statistics.stdev(each) if pairs > 1 else 0.0) for each in results)
    ours, theirs = (statistics.median(each) for each in times)
    ratio = statistics.median(b / a for a, b in zip(*times))
    peer = f"{row.peer} {version(row.peer).split('+')[0]}"
    limit = statistics.median(b / bare for b, bare in zip(times[1], passes[1:])) if row.passes else None
    return Told(row.what, peer, ours, theirs, ratio, row.result, spread, row.close, row.note, limit)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--labs", nargs="*", default=LABS, choices=LABS)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    together._helper = lambda: None  # neither side gets a second core
    warnings.simplefilter("ignore")
    for lab in asked.labs:
        for row in import_module(f"tests.bench.peers.{lab}").ROWS:
            print(f"  {time.strftime('%H:%M:%S')} {lab}: {row.what}", file=sys.stderr, flush=True)
            print(json.dumps(asdict(measure(row, asked.pairs))), flush=True)


if __name__ == "__main__":
    main()
