"""Networks side by side: why each answers as it does, by one method."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core import runs
from core.attribution import methods
from core.attribution.settings import METHODS
from core.subject.models import DIGITS, Subject, from_bytes


@dataclass(frozen=True)
class Answer:
    """What a network says, and why. number, said: of the class, and its name. sure: its probability in [0, 1]. map: (H, W);
    None where the method does not fit the network. note: how far to trust it, or why it does not fit. passes: what it took."""

    number: int
    said: str
    sure: float
    map: np.ndarray | None
    note: str
    passes: int = 0


def answer(subject: Subject, method: str, knobs: str = "{}") -> Answer:
    """The first answer of the subject's network, explained by a method. knobs: the method's own, as JSON."""
    number = subject.answer()
    said = number, subject.names[number], float(subject.probabilities[number])
    try:
        why = methods.answer(subject, number, METHODS[method](**json.loads(knobs)))
    except methods.CannotExplain as error:
        return Answer(*said, None, str(error))
    return Answer(*said, why.map, why.note, why.passes)


def answer_of(run_id: str, model: str, picture: np.ndarray, method: str, knobs: str = "{}") -> Answer:
    """The same of a digit classifier of the shelf. picture: 8-bit (H, W) or (H, W, 3). Raises RunError."""
    net = runs.load(run_id).net(model).requires_grad_(False)
    return answer(Subject(net, from_bytes(picture), DIGITS), method, knobs)


def offered(subjects: Iterable[Subject]) -> list[str]:
    """The methods to choose from: all of them; where there is a photo, those that answer at once."""
    photos = [subject.net for subject in subjects if subject.photo]
    return [m for m, how in METHODS.items() if not photos or how.quick and not any(map(how.fits, photos))]
