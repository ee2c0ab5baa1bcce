"""How long networks take on this machine."""

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from core.data import digits

WARM_UP = 5
BATCHES = (1, 64)


@torch.inference_mode()
def latency(functions: dict[str, Callable[[Tensor], Tensor]], x: Tensor, repeats: int = 20) -> dict[str, float]:
    """Median milliseconds of each function on x, on one thread, after a warm-up.

    They take turns, so that a busy moment of the machine hits all alike.
    """
    threads, times = torch.get_num_threads(), {name: [] for name in functions}
    torch.set_num_threads(1)  # more would wait for each other in networks as small as these
    try:
        for turn in range(WARM_UP + repeats):
            for name, function in functions.items():
                start = time.perf_counter()
                function(x)
                if turn >= WARM_UP:
                    times[name].append(1000 * (time.perf_counter() - start))
    finally:
        torch.set_num_threads(threads)
    return {name: statistics.median(values) for name, values in times.items()}


def on_digits(functions: dict[str, Callable[[Tensor], Tensor]], repeats: int = 20) -> dict[str, dict[int, float]]:
    """Median milliseconds of each function on test digits: name → batch size → ms, for each of BATCHES."""
    x = digits.load().test_x
    measured = {batch: latency(functions, x[:batch], repeats) for batch in BATCHES}
    return {name: {batch: times[name] for batch, times in measured.items()} for name in functions}
