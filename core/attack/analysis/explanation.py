"""Where the network looks in the clean picture and in the attacked one, and whether noise moves that as far."""

from dataclasses import dataclass

import numpy as np

from core.attack import models
from core.attack.pictures import ATTACKED, CLEAN
from core.attack.report import as_long
from core.attack.settings import Subject
from core.attribution import methods
from core.attribution.settings import METHODS as KNOWN
from core.attribution.settings import GradCam, InputXGradient, Saliency
from core.attribution.trust import rank_correlation
from core.loop import seeded
from core.record import Record
from core.subject import models as looked_at
from core.subject.models import as_bytes, from_bytes
from core.verdict import Verdict, verdict

METHODS = (Saliency, InputXGradient, GradCam)  # quick ones that suit every network with convolutions
ALIKE = 0.7  # rank correlation from which on two maps tell the same


@dataclass(frozen=True)
class Explained:
    """picture: uint8 (H, W[, 3]). map: (H, W), what speaks for the answer `said`, of which the network is `sure` percent."""

    picture: np.ndarray
    map: np.ndarray
    said: str
    sure: float


def explained(record: Record, subject: Subject, method: str) -> tuple[Explained, Explained, Explained] | str:
    """The clean picture, the attacked one and a noisy one, each with its map; a sentence when the method does not fit the
    network. method: a name of METHODS. Raises RunError or BadPicture."""
    clean, attacked = record.last(CLEAN), record.last(ATTACKED)
    victims, found = models.victims(subject), []
    for picture in (clean, attacked, noisy(clean, attacked)):
        asked = looked_at.Subject(victims.net, from_bytes(picture), victims.names)
        try:
            part = methods.answer(asked, asked.answer(), KNOWN[method]())
        except methods.CannotExplain as error:
            return str(error)
        found.append(Explained(picture, part.map, *asked.best(1)[0]))
    return tuple(found)


def noisy(clean: np.ndarray, attacked: np.ndarray) -> np.ndarray:
    """The control: the clean picture with noise as long (L2) as the change; all uint8 (H, W[, 3])."""
    x, change = from_bytes(clean)[None], from_bytes(attacked)[None] - from_bytes(clean)[None]
    return as_bytes(as_long(x, change, seeded(0))[0])


def moved(clean: Explained, attacked: Explained, control: Explained) -> list[Verdict]:
    """How far the attack moved the map, beside noise of the same size, and what that means."""
    agreement, noise = (float(rank_correlation(clean.map, other.map)) for other in (attacked, control))
    return [verdict("map-correlation", agreement=agreement, noise=noise), meaning(agreement, noise, clean, attacked)]


def meaning(agreement: float, noise: float, clean: Explained, attacked: Explained) -> Verdict:
    """agreement, noise: rank correlations of the clean map with the attacked and with the noisy one."""
    if clean.said == attacked.said:
        return verdict("answer-stayed")
    if agreement > ALIKE:
        return verdict("map-stayed")
    return verdict("noise-moves-map" if noise <= agreement else "map-moved")
