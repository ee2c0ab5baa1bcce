"""What the live picture shows of a walk to another class."""

from dataclasses import dataclass

import numpy as np

from core.explain.pictures import WALKED_PIXELS
from core.pictures import Kind
from core.record import Record

ENDS = (("goal", "judge"), ("goal_pixels", "judge_pixels"))


@dataclass(frozen=True)
class Frame:
    """A picture of the way, 8-bit (H, W). ends: of the last one, the probability of the class asked for in %, as the network that
    is asked and as the second network sees it; None of the others."""

    step: int
    picture: np.ndarray
    ends: tuple[float, float] | None


def frames(record: Record, kind: Kind, many: int) -> list[Frame | None]:
    """A few pictures of the walk, closer together at its beginning, where most happens; before it begins, of the search for the
    digit."""
    seen = record.pictures(kind)
    begun = [each for each in seen if each.step >= record.facts.get("walk_from", 0)]
    known = begun or seen
    places = sorted({round((i / (many - 1)) ** 2 * (len(known) - 1)) for i in range(many)}) if known else []
    chosen = [known[i] for i in places]
    last = chosen[-1] if chosen else None
    numbers = [record.series(name)[1] for name in ENDS[kind == WALKED_PIXELS]]
    ends = (numbers[0][-1], numbers[1][-1]) if all(numbers) else None
    found = [Frame(each.step, np.array(each.array), ends if each is last else None) for each in chosen]
    return found + [None] * (many - len(found))
