"""Which attack carries over: made on one network of the shelf, tried on all of them.

Networks that were trained apart err alike (Szegedy et al. 2014, section 4.2), so who has no access to a network
attacks others in its place (Papernot, McDaniel, Goodfellow 2016); several at once are better (Liu et al. 2017).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core import runs
from core.attack import pictures
from core.attack import settings as s
from core.attack.ball import LEVELS, Ball, saved
from core.attack.craft import craft, last
from core.attack.models import Aim, Ensemble, Victims, answers, folded
from core.attack.notes import note
from core.events import Event, Finished, Metrics, Started
from core.loop import seeded
from core.subject.models import digit_net
from core.verdict import verdict

TRAVEL = 200  # how far all steps together may go, in % of ε


def transfer(method: s.Transfer, victims: Victims, network: str, seed: int) -> Iterator[Event]:
    """The matrix A of accuracies in %: A[i, j] of network j on pictures made on network i.

    Networks: those of `SURROGATES`, and `network` (a run, or run/model) when it is not among them. The last row: made on
    all networks but j together, the mean of their logits. A diagonal entry is the white-box result. Steps are attacks
    made; all are judged as 8-bit pictures. victims: digits; their own network is not asked. Raises RunError.
    """
    names = networks(network)
    field = Field([folded(digit_net(name)) for name in names], victims, attack_of(method), seed)
    yield Started(
        2 * len(names),
        {
            "axis": "attacks made",
            "networks": names,
            "labels": [label(name) for name in names],
            "clean": field.clean(),
            "count": len(victims.x),
        },
    )
    control = field.fooled_by_noise()
    for step in range(1, 2 * len(names) + 1):
        field.make(step - 1)
        yield pictures.MATRIX.at(step, field.matrix.copy())
        yield Metrics(step, {"carried": field.carried(), "carried_noise": control})
    yield Finished(step, field.summary())


def networks(network: str) -> list[str]:
    """The networks that take part, as run/model, each once."""
    return list(dict.fromkeys(full(name) for name in (*s.SURROGATES, network)))


def full(name: str) -> str:
    """A network's name with its model: a run alone means the run's first. Raises RunError."""
    run_id, _, model = name.partition("/")
    return f"{run_id}/{model or next(iter(runs.load(run_id).models), 'model')}"


def label(name: str) -> str:
    """How people call a network: its make, or the run that it comes from."""
    return s.SURROGATES.get(name) or name.removesuffix("/model")


def attack_of(method: s.Transfer) -> s.Method:
    """The settings of the attack that is carried over."""
    knobs = {"norm": "inf", "epsilon": method.epsilon}
    if method.with_attack != "fgsm":
        knobs |= {"steps": method.steps, "stride": max(1, min(100, round(TRAVEL / method.steps)))}
    return s.BY_NAME[method.with_attack](**knobs)


def percent(true: Tensor) -> float:
    """How many of the truth values hold, in %; NaN of none."""
    return 100 * int(true.sum()) / true.numel() if true.numel() else float("nan")


@dataclass
class Field:
    """The networks, the pictures, and what is known of the matrix."""

    nets: list[nn.Module]
    victims: Victims
    attack: s.Method
    seed: int

    def __post_init__(self) -> None:
        shape = (len(self.nets) + 1, len(self.nets))
        self.matrix = np.full(shape, np.nan, np.float32)
        self.fooled = np.full(shape, np.nan)  # in % of those that the network had right on clean pictures
        self.said = [answers(net, self.victims.x) for net in self.nets]

    def clean(self) -> list[float]:
        """The accuracy in % of each network on the clean pictures."""
        return [percent(said == self.victims.y) for said in self.said]

    def make(self, number: int) -> None:
        """One attack: the first as many fill a row each, the others the last row, entry by entry."""
        count = len(self.nets)
        if number < count:
            attacked = self.made_on(self.nets[number])
            for j in range(count):
                self.note(number, j, attacked)
        else:
            j = number - count
            self.note(count, j, self.made_on(Ensemble(self.nets[:j] + self.nets[j + 1 :])))

    def made_on(self, net: nn.Module) -> Tensor:
        """The attacked pictures (N, 1, 28, 28), saved with 8 bits."""
        x, ball = self.victims.x, Ball("inf", self.attack.epsilon / LEVELS)
        return saved(x, last(craft(net, x, Aim(self.victims.y), self.attack, self.seed)), ball)

    def note(self, i: int, j: int, attacked: Tensor) -> None:
        """What network j makes of attacked pictures of row i."""
        right, before = answers(self.nets[j], attacked) == self.victims.y, self.said[j] == self.victims.y
        self.matrix[i, j] = percent(right)
        self.fooled[i, j] = percent(~right[before])

    def apart(self, table: np.ndarray) -> np.ndarray:
        """The known entries of single networks tried on others."""
        single = table[:-1][~np.eye(len(self.nets), dtype=bool)]
        return single[np.isfinite(single)]

    def carried(self) -> float:
        """How many of the pictures that a network had right an attack made on another one fools, in %, on average."""
        known = self.apart(self.fooled)
        return float(known.mean()) if len(known) else float("nan")

    def shaken(self) -> Tensor:
        """Which network is right about which digit under noise of the same size, truth values (networks, N)."""
        x, ball = self.victims.x, Ball("inf", self.attack.epsilon / LEVELS)
        noisy = saved(x, ball.noise(x, seeded(self.seed)), ball)
        return torch.stack([answers(net, noisy) == self.victims.y for net in self.nets])

    def noise(self) -> float:
        """The control: the accuracy in % under noise of the same size, over all networks."""
        return percent(self.shaken())

    def fooled_by_noise(self) -> float:
        """The control of `carried`: how many of the pictures that a network had right noise fools, in %, on average."""
        was = torch.stack([said == self.victims.y for said in self.said])
        return float(np.mean([percent(~right[before]) for right, before in zip(self.shaken(), was)]))

    def summary(self) -> dict[str, object]:
        """Means over the matrix in %: white box, black box from one network, from all others; noise; and a sentence."""
        found = {
            "white": float(np.diag(self.matrix).mean()),
            "black": float(self.apart(self.matrix).mean()),
            "ensemble": float(self.matrix[-1].mean()),
            "noise": self.noise(),
        }
        return found | {"note": note([verdict("carried-over", **found)])}
