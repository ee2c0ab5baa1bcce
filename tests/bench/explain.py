"""How long the methods take that answer at once."""

import time
from functools import partial

import numpy as np

from core.attribution import methods
from core.attribution import settings as s
from core.subject.models import Subject


def seconds(work, rounds: int) -> list[float]:
    """CPU time of each round on one thread: other visitors of the machine do not count."""
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return taken


def at_once(subject: Subject, rounds: int) -> dict[str, float]:
    """The median of each gradient method that fits the network, after a first call that loads what it needs."""
    found, target = {}, subject.answer()
    for method in s.METHODS.values():
        if not method.needs_gradient or method.fits(subject.net) or subject.photo and not method.quick:
            continue
        ask = partial(methods.answer, subject, target, method())
        ask()
        found[method.__name__] = float(np.median(seconds(ask, rounds)))
    return found
