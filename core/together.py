"""Two independent pieces of a training step, on two cores where two are free. Which core computes what changes no bit of the result.

A piece is never cut in another way because of the cores: the same two pieces are computed and added up in the same order
everywhere. Threads of the libraries below would not do: how they cut their sums depends on their number.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, TypeVar

import torch
from torch import Tensor

A = TypeVar("A")
B = TypeVar("B")
_DRAWING = threading.RLock()
GIVES_WAY = 9  # how much nicer the second thread is: the page, and what trains elsewhere, go first on its core


@cache
def _helper() -> ThreadPoolExecutor | None:
    """The second thread of this process; None where it would have no core."""
    if len(os.sched_getaffinity(0)) < 2 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) < 2:
        return None
    return ThreadPoolExecutor(1, "lectern-second", initializer=_get_ready)


def _get_ready() -> None:
    torch.set_num_threads(1)  # PyTorch's setting is each thread's own
    with suppress(OSError, AttributeError):  # a thread's niceness is Linux's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + GIVES_WAY)


os.register_at_fork(after_in_child=_helper.cache_clear)  # a forked process has none of its parent's threads


def both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """(first(), second()), which must not depend on each other, nor draw from the same random numbers.

    The second one is computed here after the first where no other core has begun it by then. An error of either is raised when
    both have ended. Whether gradients are kept is for each piece to say: a new thread keeps them.
    """
    helper = _helper()
    if helper is None or threading.current_thread().name.startswith("lectern-second"):
        return first(), second()
    begun = helper.submit(second)
    try:
        mine = first()
    finally:
        alone = begun.cancel()
        if not alone:
            begun.exception()  # waits
    return mine, second() if alone else begun.result()


def each(pieces: Sequence[Callable[[], A]]) -> list[A]:
    """What each of some pieces gives, in their order; every other one may be computed on the second core, as with `both`."""
    if len(pieces) == 1:
        return [pieces[0]()]
    found: list[Any] = [None] * len(pieces)
    found[::2], found[1::2] = both(
        lambda: [piece() for piece in pieces[::2]], lambda: [piece() for piece in pieces[1::2]]
    )
    return found


@contextmanager
def own_draws() -> Iterator[None]:
    """PyTorch's global random numbers for one thread alone; afterwards they are as they were."""
    with _DRAWING, torch.random.fork_rng(devices=[]):
        yield


class _Halves(torch.autograd.Function):
    @staticmethod
    def forward(context, first, second, *parameters: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            context.made = both(first, second)
        context.parameters = parameters
        return tuple(half.detach() for half in context.made)

    @staticmethod
    def backward(context, *gradients: Tensor):
        def gradient(i: int) -> tuple[Tensor | None, ...]:
            return torch.autograd.grad(context.made[i], context.parameters, gradients[i], allow_unused=True)

        a, b = both(lambda: gradient(0), lambda: gradient(1))
        context.made = None  # frees what the passes kept
        return None, None, *(x if y is None else y if x is None else x + y for x, y in zip(a, b))


def halves(
    first: Callable[[], Tensor], second: Callable[[], Tensor], parameters: Iterable[Tensor]
) -> tuple[Tensor, Tensor]:
    """(first(), second()) for two passes through networks with these parameters, forward and backward on two cores.

    Each returns one tensor; gradients reach `parameters` alone, those of the first pass added before those of the second.
    Two passes must not change the same buffers: BatchNorm's running statistics need a twin of their own.
    """
    return _Halves.apply(first, second, *(p for p in parameters if p.requires_grad))
