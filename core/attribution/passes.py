"""Captum's long calls, made to report and to stop; and its draws from the global generators, kept apart from all others."""

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

import numpy as np
import torch
from torch import Tensor

LOCK = threading.Lock()  # held by whoever has changed something of the whole process


class Stopped(BaseException):
    """Raised inside Captum's thread when nobody wants its result any more."""


class Draws:
    """Random numbers of one's own, for code that draws from the global generators of torch and numpy.

    Between `take` and `give_back` (or inside `with`) the global generators go on where these draws ended the last
    time; before and after they are as everybody else left them. One at a time: the others wait.
    """

    def __init__(self, seed: int):
        self.torch = torch.Generator().manual_seed(seed).get_state()
        self.numpy = np.random.RandomState(seed % 2**32).get_state()

    def take(self) -> None:
        LOCK.acquire()
        self._swap()

    def give_back(self) -> None:
        self._swap()
        LOCK.release()

    def _swap(self) -> None:
        mine = self.torch, self.numpy
        self.torch, self.numpy = torch.get_rng_state(), np.random.get_state()
        torch.set_rng_state(mine[0])
        np.random.set_state(mine[1])

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, *_: object) -> None:
        self.give_back()


def stepwise(
    call: Callable[[Callable[[Tensor], Tensor]], Any], forward: Callable[[Tensor], Tensor], seed: int = 0
) -> Iterator[tuple[Tensor | None, Any]]:
    """Runs call(forward) and yields (answers, None) after each batch that `call` asks for, at the end (None, result).

    `call` runs in a thread of its own, which waits inside `forward` until the next item is asked for: so it does
    nothing between two items, and always ends with this generator. Its errors are raised here.
    """
    told, go_on, draws = SimpleQueue(), SimpleQueue(), Draws(seed)

    def pausing(x: Tensor) -> Tensor:
        draws.give_back()  # the network's work and the pause need nothing of the whole process
        try:
            answers = forward(x)
            told.put((answers, None, None))
            if not go_on.get():
                raise Stopped
            return answers
        finally:
            draws.take()

    def work() -> None:
        try:
            with draws:
                result = call(pausing)
            told.put((None, result, None))
        except Stopped:
            pass
        except Exception as error:
            told.put((None, None, error))

    thread = threading.Thread(target=work, name="captum", daemon=True)
    thread.start()
    try:
        answers = True
        while answers is not None:
            answers, result, error = told.get()
            if error is not None:
                raise error
            yield answers, result
            go_on.put(True)
    finally:
        go_on.put(False)
        thread.join()
