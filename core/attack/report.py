"""What an attack did: the answers before and after, how far the picture went, and noise of the same size beside it."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import loop
from core.attack import models
from core.attack.ball import LEVELS, Ball, largest, lengths, saved
from core.attack.models import Aim, Victims
from core.attack.notes import note
from core.attack.settings import Goal, ToDigit, ToThing
from core.data import imagenet
from core.loop import hits, seeded
from core.subject.models import as_bytes
from core.verdict import Verdict, verdict

FEW = 10  # changed pixels that are counted one by one
FAR = 96  # levels of one pixel: beyond, the length of the whole change says more
SMALL = 25  # levels of ε, below which attacks on digits seldom reach anything
HALVINGS = 20  # of the interval in which the strength of the noise is searched


def facts(victims: Victims, aim: Aim) -> dict[str, Any]:
    """What is known before the attack: of one picture its answers, and what is wanted instead."""
    wanted = victims.names[int(aim.label[0])] if aim.targeted and len(set(aim.label.tolist())) == 1 else ""
    found = {"photo": victims.photo, "count": len(victims.x), "wanted": wanted, "targeted": aim.targeted, "whole": True}
    if len(victims.x) == 1:
        found |= {
            "truth": victims.names[int(victims.y[0])],
            "answers": best(victims, models.ask(victims.net, victims.x)),
        }
    return found


def best(victims: Victims, logits: Tensor, count: int = 5) -> list[list]:
    """The first answers to the first picture, each as [name, percent]. logits: (N, classes)."""
    found = logits[0].softmax(0)
    return [[victims.names[i], 100 * float(found[i])] for i in found.argsort(descending=True)[:count].tolist()]


def measured(victims: Victims, aim: Aim, before: Tensor, x: Tensor, logits: Tensor | None = None) -> dict[str, float]:
    """How the network stands against the pictures x (N, C, H, W), in percent, and how far they are from the clean ones.

    before: its answers to the clean pictures, (N,). logits: what it says to x, (N, classes), where that is known already.
    Only what the attack itself changed counts as its success. fooled: of the pictures that were right before, those that
    are wrong now. reached: of those that did not have the wanted answer before, those that have it now. Each is left out
    when there is no such picture.
    """
    logits = models.ask(victims.net, x) if logits is None else logits
    found, change = logits.softmax(1), x - victims.x
    wrong = (
        found.scatter(1, victims.y[:, None], 0).amax(1)
        if not aim.targeted
        else found.gather(1, aim.label[:, None])[:, 0]
    )
    numbers = {
        "truth": 100 * float(found.gather(1, victims.y[:, None]).mean()),
        "wrong": 100 * float(wrong.mean()),
        "largest": float(largest(change).mean()),
        "length": float(lengths(change).mean()),
        "changed": float(touched(change).mean()),
    }
    if len(x) > 1:  # of one picture these would be all or nothing
        numbers["right"], said = hits(logits, victims.y), logits.argmax(1)
        if (was := before == victims.y).any():
            numbers["fooled"] = share(said[was] != victims.y[was])
        if aim.targeted and (open_ := before != aim.label).any():
            numbers["reached"] = share(said[open_] == aim.label[open_])
    return numbers


def share(where: Tensor) -> float:
    """The share of truth values that are true, in percent."""
    return 100 * int(where.sum()) / len(where)


def touched(change: Tensor) -> Tensor:
    """How many pixels of each picture changed, in whatever colour: (N,)."""
    return (change != 0).any(1).flatten(1).sum(1).float()


def many(x: Tensor) -> np.ndarray:
    """Digits (N, 1, 28, 28) as 8-bit (N, 28, 28)."""
    return np.stack([as_bytes(each) for each in x])


def confusion(victims: Victims, said: Tensor) -> np.ndarray:
    """Which class was called what, counts (10, 10): right class by answer."""
    return loop.confusion(victims.y, said).astype(np.int32)


def summary(
    victims: Victims, goal: Goal, aim: Aim, attacked: Tensor, kept: Tensor, ball: Ball | None, seed: int
) -> dict[str, Any]:
    """The end of an attack: before and after rounding, beside noise of the same size, and a note on it.

    attacked, kept: the pictures (N, C, H, W) before and after they were saved with 8 bits.
    """
    noisy, before = noise_like(victims, kept, ball, seed), models.ask(victims.net, victims.x)
    said = [(x, models.ask(victims.net, x)) for x in (kept, noisy, attacked)]
    found, noise, unrounded = (measured(victims, aim, before.argmax(1), *each) for each in said)
    end = found | {
        "truth_unrounded": unrounded["truth"],
        "truth_noise": noise["truth"],
        "length_noise": noise["length"],
    }
    if len(victims.x) == 1:
        names = "answers_after", "answers_noise", "answers_unrounded"
        end |= {name: best(victims, logits) for name, (_, logits) in zip(names, said)}
        said = of_one(victims, aim, best(victims, before)[0][0], end)
        return end | {"note": note(said + hints(victims, goal, ball, end))}
    end |= {"right_before": hits(before, victims.y), "right_unrounded": unrounded["right"]}
    end |= {f"{name}_noise": noise[name] for name in ("right", "fooled", "reached") if name in noise}
    return end | {"note": note(of_many(victims, end) + hints(victims, goal, ball, end))}


def noise_like(victims: Victims, kept: Tensor, ball: Ball | None, seed: int) -> Tensor:
    """The control: saved pictures with noise of the size of the ball, or, without one, as long as each attacked picture's change."""
    generator = seeded(seed)
    if ball:
        return saved(victims.x, ball.noise(victims.x, generator), ball)
    return as_long(victims.x, kept - victims.x, generator)


def as_long(x: Tensor, change: Tensor, generator: torch.Generator) -> Tensor:
    """Saved pictures x (N, C, H, W) with Gaussian noise, each as long as its `change` once it is clamped and rounded.

    Found by halving, since most of a noise as small as that of the smallest attacks would be lost in rounding.
    """
    direction, wanted = torch.randn(x.shape, generator=generator), lengths(change)
    low, high = torch.zeros_like(wanted), torch.ones_like(wanted)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fits = lengths(saved(x, (x + middle * direction).clamp(0, 1)) - x) <= wanted
        low, high = torch.where(fits, middle, low), torch.where(fits, high, middle)
    return saved(x, (x + low * direction).clamp(0, 1))


def of_many(victims: Victims, end: dict[str, Any]) -> list[Verdict]:
    """What happened to many digits. What was wrong before is no success of the attack."""
    found = [
        verdict(
            "still-right",
            right=end["right"],
            count=len(victims.x),
            before=end["right_before"],
            noise=end["right_noise"],
        )
    ]
    if "fooled" in end:
        found.append(verdict("turned", fooled=end["fooled"], noise=end["fooled_noise"]))
    if "reached" in end:
        found.append(verdict("reached", reached=end["reached"], noise=end["reached_noise"]))
    undone = end["right"] - end["right_unrounded"]
    return found + ([verdict("undone", undone=undone)] if undone > 0 else [])


def of_one(victims: Victims, aim: Aim, before: str, end: dict[str, Any]) -> list[Verdict]:
    """What happened to one picture. before: the answer to the clean picture."""
    (name, sure), (unrounded, _), (noise, noise_sure) = (
        end[f"answers_{when}"][0] for when in ("after", "unrounded", "noise")
    )
    label = victims.names[int(aim.label[0])]  # what is wanted, or, of an untargeted attack, what is not
    nothing_to_win = aim.targeted == (before == label)
    found = []
    if nothing_to_win:
        found.append(verdict("wanted-already" if aim.targeted else "wrong-already", before=before, label=label))
    found += [verdict("still" if name == before else "now", name=name, sure=sure), size_of(end)]
    if not nothing_to_win and aim.targeted == (unrounded == label) and aim.targeted != (name == label):
        found.append(verdict("lost-in-rounding", unrounded=unrounded))
    return found + ([verdict("to-noise", noise=noise, sure=noise_sure)] if end["changed"] else [])


def hints(victims: Victims, goal: Goal, ball: Ball | None, end: dict[str, Any]) -> list[Verdict]:
    """On knobs that were made for the other kind of picture: a wish that became another class, a small ε."""
    found = []
    if isinstance(goal, ToThing) and not victims.photo:
        thing = imagenet.names()[goal.wish]
        found.append(verdict("thing-of-digits", thing=thing, wish=goal.wish, digit=goal.wish % 10))
    if isinstance(goal, ToDigit) and victims.photo:
        found.append(verdict("digit-of-photos", wish=goal.wish_digit, thing=victims.names[goal.wish_digit]))
    if ball and not victims.photo and LEVELS * ball.epsilon < SMALL and end["wrong"] < 50:
        found.append(verdict("small-for-digits", epsilon=LEVELS * ball.epsilon, small=SMALL))
    return found


def size_of(end: dict[str, Any]) -> Verdict:
    """How large the change of one picture is."""
    if not end["changed"]:
        return verdict("nothing-changed")
    if end["changed"] == 1:
        return verdict("one-pixel")
    if end["changed"] <= FEW:
        return verdict("few-pixels", changed=end["changed"])
    if end["largest"] > FAR:
        return verdict("length", length=end["length"])
    return verdict("largest", largest=end["largest"])
