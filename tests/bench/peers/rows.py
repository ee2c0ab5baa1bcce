"""One row of the bench against a peer."""

from collections.abc import Callable
from dataclasses import dataclass

Way = Callable[[int], tuple[float, float]]


@dataclass(frozen=True)
class Row:
    """What is held against a peer.

    what: in words. peer: the distribution whose version is told. ours, theirs: seed -> (CPU seconds, result). result: its name and
    unit. close: how far the means of both over the seeds may be apart and still count as the same. note: where the time goes and what
    was tried, told where the row is below 2x. passes: CPU seconds of our network's passes alone, on examples that lie ready, with
    nothing done to what they give: no program with this network in this library is faster, so it says how far the ratio could go.
    """

    what: str
    peer: str
    ours: Way
    theirs: Way
    result: str
    close: float
    note: str = ""
    passes: Callable[[], float] | None = None
