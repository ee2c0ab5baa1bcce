"""What five seeds of the plane cost that learn side by side, against one."""

import time

import torch

from core.events import Metrics
from core.gan import train
from core.gan.settings import GanSettings, Plane

NEURONS, STEPS = (128, 32), 150  # of each hidden layer; 128 are the default


def seconds(seeds: int, hidden: int = NEURONS[0], steps: int = STEPS) -> float:
    """CPU seconds of the first steps of a run with its looks, on one thread."""
    begun = time.process_time()
    for event in train.train(GanSettings(data=Plane(hidden=hidden), r1=0.1, seeds=seeds)):
        if isinstance(event, Metrics) and event.step >= steps:
            break
    return time.process_time() - begun


def side_by_side(rounds: int, hidden: int = NEURONS[0], steps: int = STEPS) -> tuple[list[float], list[float]]:
    """(five seeds', one seed's) CPU seconds, taking turns."""
    torch.set_num_threads(1)
    seconds(5, hidden, 1)
    pairs = [(seconds(5, hidden, steps), seconds(1, hidden, steps)) for _ in range(rounds)]
    return [a for a, _ in pairs], [b for _, b in pairs]


if __name__ == "__main__":
    for neurons in NEURONS:
        for _ in range(5):
            (five,), (one,) = side_by_side(1, neurons)
            print(f"{neurons} neurons: five seeds {five:.2f} s, one {one:.2f} s: {five / one:.2f} ×", flush=True)
