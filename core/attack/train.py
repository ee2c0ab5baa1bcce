"""A run of the adversarial attack lab: one attack and what it does to the answer, or one of the experiments."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from core.attack import (
    backdoor,
    curve,
    defences,
    detect,
    models,
    patch,
    pictures,
    smoothing,
    training,
    transfer,
    universal,
)
from core.attack import settings as s
from core.attack.ball import Ball, saved
from core.attack.craft import ball_of, craft, gradients_of, steps_of
from core.attack.models import Victims
from core.attack.report import confusion, facts, many, measured, noise_like, summary
from core.attack.settings import AttackSettings
from core.events import Event, Finished, Metrics, Started
from core.loop import hits, seeded
from core.subject.models import as_bytes
from core.subject.settings import SHIPPED_NETWORK

GRADIENTS = {True: 4_000, False: 800_000}  # of photos and of digits: about five minutes
REPORTS = 40  # points of the curves
PICTURES = 8  # of the attacked picture, kept in the run
AXES = {"one_pixel": "generations", "square": "queries"}  # what is counted instead of steps
FOLLOWED = 20  # steps of the PGD that follows the gradient of a defence, beside an attack that needs none
SHOWN = 20  # attacked digits that a run on many keeps


class CannotAttack(ValueError):
    """The attack does not fit the subject; one sentence says why."""


def train(settings: AttackSettings) -> Iterator[Event]:
    """The run that `settings` describe. The same settings give the same events."""
    method, subject, seed = settings.method, settings.subject, settings.seed
    match method:
        case s.Universal():
            yield from universal.train_universal(method, subject, settings.goal, seed)
        case s.Patch():
            yield from patch.train_patch(method, subject, settings.goal, seed)
        case s.Curve():
            yield from curve.curve(method, models.crowd(subject), seed)
        case s.Transfer():
            network = getattr(subject, "network", SHIPPED_NETWORK)
            yield from transfer.transfer(method, models.digit_crowd(subject), network, seed)
        case s.Defend():
            yield from defences.defend(method, models.crowd(subject), seed)
        case s.Detect():
            yield from detect.detect(method, models.digit_crowd(subject), seed)
        case s.Training():
            yield from training.train_robust(method, seed, subject)
        case s.Backdoor():
            yield from backdoor.train_backdoor(method, seed)
        case s.Smoothing():
            yield from smoothing.train_smooth(method, seed)
        case _:
            yield from attack(settings)


def attack(settings: AttackSettings) -> Iterator[Event]:
    """One attack, step by step: what the network says to the picture as it would be saved, and how far that picture is."""
    method = settings.method
    victims = defences.guarded(models.victims(settings.subject), method, settings.seed)
    aim, ball, steps = models.aim_for(victims, settings.goal), ball_of(method), steps_of(method)
    source = source_of(settings, victims)
    affordable(method, victims)
    yield Started(steps, facts(victims, aim) | {"axis": AXES.get(method.name, "steps")})
    if len(victims.x) == 1:
        yield pictures.CLEAN.at(0, as_bytes(victims.x[0]))
    else:
        chosen = torch.linspace(0, len(victims.x) - 1, min(SHOWN, len(victims.x))).round().long()
        yield pictures.MANY_CLEAN.at(0, many(victims.x[chosen]))
    before = models.answers(victims.net, victims.x)
    beside = by_gradient(victims, method, ball, settings.seed)
    control = under_noise(victims, ball, settings.seed) | beside

    def now(x: Tensor) -> dict[str, float]:
        logits = models.ask(victims.net, x)
        found = measured(victims, aim, before, x, logits)
        if not isinstance(method, s.APGD | s.Square):
            return found | control
        return control | {"margin": float(aim.lead(logits).mean())} | found  # the first is drawn first

    yield Metrics(0, now(victims.x))
    reports, shown = math.ceil(steps / REPORTS), math.ceil(steps / PICTURES)
    for step, attacked in enumerate(craft(source, victims.x, aim, method, settings.seed), start=1):
        if step % reports == 0:
            yield Metrics(step, now(saved(victims.x, attacked, ball)))
        if len(victims.x) == 1 and step % shown == 0:
            yield pictures.ATTACKED.at(step, as_bytes(saved(victims.x, attacked, ball)[0]))
    kept = saved(victims.x, attacked, ball)
    if step % reports:  # it ended between two reports
        yield Metrics(step, now(kept))
    if len(victims.x) == 1 and step % shown:
        yield pictures.ATTACKED.at(step, as_bytes(kept[0]))
    if len(victims.x) > 1:
        yield pictures.MANY_ATTACKED.at(step, many(kept[chosen]))
        yield pictures.BECOMES.at(step, confusion(victims, models.answers(victims.net, kept)))
    yield Finished(step, summary(victims, settings.goal, aim, attacked, kept, ball, settings.seed) | beside)


def under_noise(victims: Victims, ball: Ball | None, seed: int) -> dict[str, float]:
    """The control of many pictures, in percent: those that are right under noise of the size of the ball."""
    if len(victims.x) == 1 or not ball:
        return {}  # of one picture it would be all or nothing; the smallest change has no size before it is found
    return {"noise": hits(models.ask(victims.net, noise_like(victims, victims.x, ball, seed)), victims.y)}


def by_gradient(victims: Victims, method: s.Method, ball: Ball | None, seed: int) -> dict[str, float]:
    """Beside the Square attack on many pictures: those right, in %, under PGD that follows the gradient of the defence, if any."""
    if len(victims.x) == 1 or getattr(method, "behind", "none") == "none":
        return {}
    return {"naive": defences.naive(victims.net, victims, ball, FOLLOWED, seeded(seed))}


def source_of(settings: AttackSettings, victims: Victims) -> nn.Module:
    """The network whose gradients the attack may use. Raises CannotAttack when there is none."""
    if getattr(settings.method, "access", "white") == "white":
        return victims.net
    if victims.photo:
        raise CannotAttack(
            "There is only one network for photos here, so no other could lend its gradients: choose “the network”, or "
            "attack a digit."
        )
    return models.surrogates(settings.subject.network)


def affordable(method: s.Method, victims: Victims) -> None:
    """Raises CannotAttack when the attack would take much longer than the few minutes that a run may."""
    wanted, most = gradients_of(method, len(victims.x)), GRADIENTS[victims.photo]
    if wanted > most:
        raise CannotAttack(
            f"That would be {wanted / most:.1f} times as much work as one run may do here: choose fewer pictures, a smaller "
            "population, or fewer generations, restarts or steps."
        )
