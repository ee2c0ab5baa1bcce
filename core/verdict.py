"""What an analysis concludes: a named case with its numbers. The sentence of each case stands in the lab's lecture text."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """case: the name of the sentence, in assets/lectures/<language>/<lab>.md under “## verdict: case”. numbers: what it is
    about, by the names in the sentence's braces: numbers, or names that the page may translate."""

    case: str
    numbers: dict[str, Any]


def verdict(case: str, **numbers: Any) -> Verdict:
    """A verdict, as it is written where it is reached."""
    return Verdict(case, numbers)
