"""The yardstick of every defence: attacks of the same length by PGD, APGD on the cross entropy and APGD on the DLR loss,
and of each picture the worst of them."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from core.attack import apgd, gradient
from core.attack.apgd import DLR, CrossEntropy
from core.attack.ball import Ball, saved
from core.attack.craft import last
from core.attack.defences import percent, right
from core.attack.gradient import REACH
from core.attack.models import Aim, Victims
from core.loop import seeded

NAMES = ("pgd", "apgd_ce", "apgd_dlr")  # in the order in which they are shown; then "worst"


def attacks(source: nn.Module, victims: Victims, ball: Ball, steps: int, seed: int) -> Iterator[tuple[str, Tensor]]:
    """Each attack by name, and the pictures (N, C, H, W) that it makes, saved with 8 bits. source: whose gradients it follows."""
    x, aim = victims.x, Aim(victims.y)
    yield "pgd", saved(x, last(gradient.pgd(source, x, aim, ball, steps, REACH / steps, 1, seeded(seed))), ball)
    for name, loss in (("apgd_ce", CrossEntropy), ("apgd_dlr", DLR)):
        yield name, saved(x, last(apgd.apgd(source, x, loss.of(aim), ball, steps, 1, seeded(seed))), ball)


def withstood(
    source: nn.Module, judged: nn.Module, victims: Victims, ball: Ball, steps: int, seed: int
) -> dict[str, Tensor]:
    """Where `judged` is right, (N,) truth values, by attack; "worst": under all of them (Croce, Hein 2020, section 1).

    source: the network whose gradients the attacker follows, for one who knows the defence `core.attack.defences.Knowing`.
    """
    found = {name: right(judged, attacked, victims.y) for name, attacked in attacks(source, victims, ball, steps, seed)}
    return found | {"worst": torch.stack(list(found.values())).all(0)}


def accuracies(
    source: nn.Module, judged: nn.Module, victims: Victims, ball: Ball, steps: int, seed: int
) -> dict[str, float]:
    """As `withstood`, in % of the pictures; and "noise", the control, under random noise of the same size."""
    noisy = saved(victims.x, ball.noise(victims.x, seeded(seed)), ball)
    found = withstood(source, judged, victims, ball, steps, seed)
    return {"noise": percent(right(judged, noisy, victims.y))} | {name: percent(where) for name, where in found.items()}
