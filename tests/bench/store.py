"""python -m tests.bench.store: how long a store of 2,000 runs takes to be listed, at first and from then on."""

import os
import tempfile
import time
from dataclasses import replace
from statistics import median

RUNS = 2000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LECTERN_RUNS"] = folder
        from core import runs  # reads the folder's name

        like = runs.load("gan-the-duel")
        small = [event for event in like.events if not hasattr(event, "array")]
        for i in range(RUNS):
            runs.save(runs.Run(replace(like.about, id=f"gan-{i:012x}", shipped=False, models=[]), small))
        taken = []
        for _ in range(6):
            start = time.perf_counter()
            found, skipped = runs.listing()
            taken.append(time.perf_counter() - start)
        print(f"{len(found)} runs, {len(skipped)} skipped: {taken[0]:.2f} s at first, then {median(taken[1:]):.3f} s")


if __name__ == "__main__":
    main()
