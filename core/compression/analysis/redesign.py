"""Standard against depthwise-separable convolutions: what each costs."""

from dataclasses import dataclass

from core.compression import models
from core.compression.analysis.latency import on_digits
from core.nets import count


@dataclass(frozen=True)
class Cost:
    """Of a network: its parameters, multiply–adds for one digit, and median ms for a batch of 1 and of 64."""

    parameters: int
    macs: int
    latency_1: float
    latency_64: float


@dataclass(frozen=True)
class Redesign:
    """Both architectures of the same widths, and the separable one's costs as shares of the standard one's."""

    standard: Cost
    separable: Cost

    def share(self, cost: str) -> float:
        return getattr(self.separable, cost) / getattr(self.standard, cost)


def redesign(channels: int = 16, kernel: int = 3, repeats: int = 20) -> Redesign:
    """Untrained: none of these figures depends on the weights."""
    nets = {kind: models.redesigned(kind, channels, kernel).eval() for kind in ("standard", "separable")}
    times = on_digits(nets, repeats)
    return Redesign(**{kind: Cost(count(net), models.macs(net), *times[kind].values()) for kind, net in nets.items()})
