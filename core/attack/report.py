"""What an attack did: the answers before and after, how far the picture went, and noise of the same size beside it."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from core import loop
from core.attack import models
from core.attack.ball import Ball, largest, lengths, saved
from core.attack.models import Aim, Victims
from core.loop import hits, seeded
from core.subject.models import as_bytes

FEW = 10  # changed pixels that are counted one by one
FAR = 96  # levels of one pixel: beyond, the length of the whole change says more
HALVINGS = 20  # of the interval in which the strength of the noise is searched


def facts(victims: Victims, aim: Aim) -> dict[str, Any]:
    """What is known before the attack: of one picture its answers, and what is wanted instead."""
    wanted = victims.names[int(aim.label[0])] if aim.targeted and len(set(aim.label.tolist())) == 1 else ""
    found = {"photo": victims.photo, "count": len(victims.x), "wanted": wanted, "targeted": aim.targeted,
             "whole": True}
    if len(victims.x) == 1:
        found |= {"truth": victims.names[int(victims.y[0])], "answers": best(victims, models.ask(victims.net, victims.x))}
    return found


def best(victims: Victims, logits: Tensor, count: int = 5) -> list[list]:
    """The first answers to the first picture, each as [name, percent]. logits: (N, classes)."""
    found = logits[0].softmax(0)
    return [[victims.names[i], 100 * float(found[i])] for i in found.argsort(descending=True)[:count].tolist()]


def measured(victims: Victims, aim: Aim, x: Tensor, logits: Tensor | None = None) -> dict[str, float]:
    """How the network stands against the pictures x (N, C, H, W), in percent, and how far they are from the clean ones.

    logits: what it says to them, (N, classes), where that is known already.
    """
    logits = models.ask(victims.net, x) if logits is None else logits
    found, change = logits.softmax(1), x - victims.x
    wrong = found.scatter(1, victims.y[:, None], 0).amax(1) if not aim.targeted else found.gather(1, aim.label[:, None])[:, 0]
    numbers = {"truth": 100 * float(found.gather(1, victims.y[:, None]).mean()), "wrong": 100 * float(wrong.mean()),
               "largest": float(largest(change).mean()), "length": float(lengths(change).mean()),
               "changed": float(touched(change).mean())}
    if len(x) > 1:  # of one picture these would be all or nothing
        numbers["right"] = hits(logits, victims.y)
        if aim.targeted:
            numbers["reached"] = 100 * float(aim.reached(logits).float().mean())
    return numbers


def touched(change: Tensor) -> Tensor:
    """How many pixels of each picture changed, in whatever colour: (N,)."""
    return (change != 0).any(1).flatten(1).sum(1).float()


def many(x: Tensor) -> np.ndarray:
    """Digits (N, 1, 28, 28) as 8-bit (N, 28, 28)."""
    return np.stack([as_bytes(each) for each in x])


def confusion(victims: Victims, said: Tensor) -> np.ndarray:
    """Which class was called what, counts (10, 10): right class by answer."""
    return loop.confusion(victims.y, said).astype(np.int32)


def summary(victims: Victims, aim: Aim, attacked: Tensor, kept: Tensor, ball: Ball | None, seed: int) -> dict[str, Any]:
    """The end of an attack: before and after rounding, beside noise of the same size."""
    generator = seeded(seed)
    noisy = saved(victims.x, ball.noise(victims.x, generator), ball) if ball else as_long(victims.x, kept - victims.x, generator)
    said = [(x, models.ask(victims.net, x)) for x in (kept, noisy, attacked)]
    found, noise, unrounded = (measured(victims, aim, *each) for each in said)
    end = found | {"truth_unrounded": unrounded["truth"], "truth_noise": noise["truth"], "length_noise": noise["length"]}
    if len(victims.x) == 1:
        names = "answers_after", "answers_noise", "answers_unrounded"
        end |= {name: best(victims, logits) for name, (_, logits) in zip(names, said)}
    else:
        end |= {"right_unrounded": unrounded["right"], "right_noise": noise["right"]}
    return end | {"note": in_words(victims, aim, end)}


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


def in_words(victims: Victims, aim: Aim, end: dict[str, Any]) -> str:
    """What happened, in one or two sentences."""
    size = f"No pixel moved by more than {end['largest']:.0f} of 255 levels"
    if not end["changed"]:
        size = "No pixel changed"
    elif end["changed"] <= FEW:
        size = f"{end['changed']:.0f} pixel{'s' if end['changed'] > 1 else ''} changed"
    elif end["largest"] > FAR:
        size = f"The whole change is {end['length']:.2f} long (L2), where one pixel from black to white is 1"
    if len(victims.x) > 1:
        undone = end["right"] - end["right_unrounded"]
        rounding = f" Saving with 8 bits undid the attack on {undone:.1f} %." if undone > 0 else ""
        return (f"{end['right']:.1f} % of {len(victims.x)} digits are still right; under noise of the same size "
                f"{end['right_noise']:.1f} %.{rounding}")
    (name, sure), (before, _) = end["answers_after"][0], end["answers_unrounded"][0]
    noise, noise_sure = end["answers_noise"][0]
    wanted = victims.names[int(aim.label[0])]  # or, of an untargeted attack, what is not wanted
    lost = aim.targeted == (before == wanted) and aim.targeted != (name == wanted)
    rounding = f" Before it was saved with 8 bits it was “{before}”: so small a change is lost in rounding." if lost else ""
    now = "still" if name == victims.names[int(victims.y[0])] else "now"
    return (f"The network {now} says “{name}” ({sure:.0f} %). {size}.{rounding} To noise of the same size it says “{noise}” "
            f"({noise_sure:.0f} %).")
