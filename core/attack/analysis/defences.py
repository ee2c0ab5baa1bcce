"""A picture on its way through a defence, attacked by who knows the defence or does not; and all defences on many digits."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.attack import defences as d
from core.attack import models
from core.attack.ball import LEVELS, Ball, saved
from core.attack.craft import last
from core.attack.gradient import REACH, pgd
from core.attack.models import Aim, ask
from core.attack.report import best
from core.attack.settings import Defend, Subject
from core.attack.strongest import accuracies
from core.loop import seeded
from core.record import Record
from core.settings import choices_of
from core.subject.models import as_bytes, digit_net
from core.verdict import Verdict, verdict

STEPS, SAMPLES = {True: 7, False: 20}, {True: 4, False: 8}  # of PGD on a photo, and on a digit
DRAWS = 20  # of a random defence, for how often the network is right
MANY, MANY_STEPS, MANY_SAMPLES = 100, 10, 4
STRONG_STEPS = 30  # APGD begins with long steps, and needs more than ten

Answers = list[list]  # [[name, percent], …], the surest first


@dataclass(frozen=True)
class Tried:
    """pictures: uint8 (H, W[, 3]), answers: of the network to each, both by "clean", "clean_defended", "attacked" and "behind"
    (attacked, then defended). truth: the right answer. noise: the first answer to noise of the same size behind the
    defence. often: in how many of `draws` draws of the defence, in %, the network is right behind it. knows: whether the
    attacker knows the defence."""

    pictures: dict[str, np.ndarray]
    answers: dict[str, Answers]
    truth: str
    noise: list
    often: float
    draws: int
    knows: bool


def tried(record: Record, subject: Subject, defence: str, strength: int, level: float, knows: bool) -> Tried:
    """PGD in L∞ on one picture. level: ε in levels of 255. Raises RunError or BadPicture."""
    victims = models.victims(subject)
    net, x, y = victims.net, victims.x[:1], victims.y[:1]
    ball, steps = Ball("inf", level / LEVELS), STEPS[victims.photo]
    source = d.Knowing(net, defence, strength, seeded(1), SAMPLES[victims.photo]) if knows else net
    attacked = saved(x, last(pgd(source, x, Aim(y), ball, steps, REACH / steps, 1, seeded(0))), ball)
    defended = d.Defended(net, defence, strength, seeded(2))
    behind = defended.squeeze(attacked)
    noisy = defended.squeeze(saved(x, ball.noise(x, seeded(3)), ball))
    draws = DRAWS if defence in d.RANDOM else 1
    often = [d.percent(d.right(defended, attacked, y)) for __ in range(draws)]
    shown = {"clean": x, "clean_defended": defended.squeeze(x), "attacked": attacked, "behind": behind}
    return Tried(
        {name: as_bytes(picture[0]) for name, picture in shown.items()},
        {name: best(victims, ask(net, picture)) for name, picture in shown.items()},
        victims.names[int(y)],
        best(victims, ask(net, noisy), 1)[0],
        sum(often) / draws,
        draws,
        knows,
    )


def worth(found: Tried) -> Verdict:
    """What the defence was worth here."""
    clean, bare, behind = (found.answers[name][0][0] for name in ("clean", "attacked", "behind"))
    if clean != found.truth:
        return verdict("nothing-to-defend", clean=clean)
    if behind != found.truth:
        return verdict("went-through" if found.knows else "did-not-help", behind=behind)
    if found.knows:
        return verdict("withstands-who-knows")
    return verdict("fools-nobody" if bare == behind else "right-again")


def controls(found: Tried) -> list[Verdict]:
    """What noise of the same size does behind the defence; of a random defence, what other draws do."""
    name, sure = found.noise
    said = [verdict("defended-noise", name=name, sure=sure)]
    return said + ([verdict("many-draws", draws=found.draws, often=found.often)] if found.draws > 1 else [])


def strengths(record: Record, defence: str) -> Verdict:
    """What strength 1 to 5 mean."""
    match defence:
        case "bits":
            return verdict("strengths-bits", values=listed(d.GREYS))
        case "smooth":
            return verdict("strengths-smooth", values=listed(f"{rows} × {columns}" for rows, columns in d.WINDOWS))
        case "jpeg":
            return verdict("strengths-jpeg", values=listed(d.QUALITIES))
        case "resize":
            return verdict("strengths-resize", values=listed(f"{100 * share:.0f} %" for share in d.SMALLEST))
    raise ValueError(f"there is no defence {defence!r}")


def listed(values: Any) -> str:
    return ", ".join(map(str, values))


def every(record: Record, network: str, strength: int, level: float) -> dict[str, dict[str, Any]]:
    """The end of the experiment on a hundred digits, defence → as `core.attack.defences.defend` has it in its summary, in %.
    Raises RunError."""
    victims, found = models.first_digits(digit_net(network), MANY), {}
    for defence in choices_of(Defend.model_fields["defence"]):
        method = Defend(defence=defence, strength=strength, epsilon=level, steps=MANY_STEPS, samples=MANY_SAMPLES)
        *__, end = d.defend(method, victims, 0)
        found[defence] = end.summary
    return found


def strongest(record: Record, network: str, strength: int, level: float) -> dict[str, dict[str, float]]:
    """Every defence, and "none", against an attacker who knows it, on a hundred digits: by defence as
    `core.attack.strongest.accuracies` has it, in %. Raises RunError."""
    victims, ball, found = models.first_digits(digit_net(network), MANY), Ball("inf", level / LEVELS), {}
    for defence in ("none", *choices_of(Defend.model_fields["defence"])):
        source = judged = victims.net
        if defence != "none":
            judged = d.Defended(victims.net, defence, strength, seeded(2))
            source = d.Knowing(victims.net, defence, strength, seeded(1), MANY_SAMPLES)
        found[defence] = accuracies(source, judged, victims, ball, STRONG_STEPS, 0)
    return found
