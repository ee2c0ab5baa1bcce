"""Does a smaller network break more easily? Each way of the compression lab to make one small, over five seeds, under attack."""

from collections.abc import Iterator
from typing import Any

from torch import nn

from core import labs
from core.attack import gradient, minimal, models
from core.attack.ball import Ball, lengths, saved
from core.attack.craft import last
from core.attack.models import Aim
from core.loop import hits, seeded
from core.nets import from_model
from core.settings import build

SEEDS, COUNT = 5, 1000
SIZES = (0, 5, 10, 15)  # ε, in percent of the range of brightness
WAYS = {  # how each network is made of the same teacher, as the compression lab's settings say it
    "distilled": {"method": "distill", "labels": 100},
    "pruned": {"method": "prune"},
    "thinned": {"method": "slim"},
    "two bits": {"method": "quantize", "bits": 2},
}


def rows() -> Iterator[dict[str, Any]]:
    """A row for each seed and network: how many of 1,000 test digits stay right under PGD of each size, in percent, and the
    smallest change that DeepFool finds, ρ = mean ‖δ‖₂ / ‖x‖₂ in percent."""
    for seed in range(SEEDS):
        for way, net in networks(seed):
            victims = models.first_digits(net, COUNT)
            aim, found = Aim(victims.y), {"seed": seed, "network": way}
            for percent in SIZES:
                ball = Ball("inf", percent / 100)
                attacked = (
                    last(gradient.pgd(victims.net, victims.x, aim, ball, 20, 0.1, 1, seeded(seed)))
                    if percent
                    else victims.x
                )
                found[f"pgd_{percent}"] = hits(models.ask(victims.net, saved(victims.x, attacked, ball)), victims.y)
            few = models.first_digits(net, COUNT // 5)
            moved = last(minimal.deepfool(few.net, few.x, Aim(few.y), 50, 0.02)) - few.x
            yield found | {"rho": 100 * float((lengths(moved) / lengths(few.x)).mean())}


def networks(seed: int) -> Iterator[tuple[str, nn.Module]]:
    """The teacher of this seed, and what each way makes of it, with the same seed."""
    lab = labs.of("compression")
    *_, teacher = lab.train(build(lab.settings, {"method": "teacher", "seed": seed}))
    yield "teacher", from_model(teacher.models["model"])
    for way, knobs in WAYS.items():
        *_, made = lab.train(build(lab.settings, knobs | {"seed": seed}), from_model(teacher.models["model"]))
        yield way, from_model(made.models["model"])
