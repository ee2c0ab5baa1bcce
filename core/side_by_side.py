"""Several seeds at once, each of which learns what it learns alone: equal networks stacked into one, or runs in step.

Stacked: a small dense network waits most of its time for Python and for PyTorch to begin; five of them wait once. The outputs of
each depend on its own weights only, so a loss that is the sum over the networks has for each network the gradient of its own loss,
and Adam and SGD change every number by itself.

In step: whole runs go on from report to report, on two cores where two are free. Any run can, whatever its networks and method, and
it is how five are learned where products of matrices, not waiting, fill the time: five of them cost five times as much.
"""

import copy
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from core import together
from core.events import Event, Finished, Metrics, Started, Warned
from core.settings import SPREAD


class Stacked(nn.Module):
    """The linear layers of S networks side by side: (S, N, in) to (S, N, out), y_s = x_s W_sᵀ + b_s.

    weight: (S, out, in). bias: (S, out), or None.
    """

    def __init__(self, layers: Sequence[nn.Linear]):
        super().__init__()
        self.weight = nn.Parameter(torch.stack([layer.weight.detach() for layer in layers]))
        biased = layers[0].bias is not None
        self.bias = nn.Parameter(torch.stack([layer.bias.detach() for layer in layers])) if biased else None

    def forward(self, x: Tensor) -> Tensor:
        if self.bias is None:
            return torch.bmm(x, self.weight.mT)
        return torch.baddbmm(self.bias.unsqueeze(1), x, self.weight.mT)

    def layer(self, i: int) -> nn.Linear:
        """The layer of the i-th network. Its weights are those that are learned here, not a copy."""
        __, out, inputs = self.weight.shape
        layer = nn.Linear(inputs, out, bias=False, device="meta")  # which draws no random numbers
        layer.weight = nn.Parameter(self.weight.detach()[i])
        if self.bias is not None:
            layer.bias = nn.Parameter(self.bias.detach()[i])
        return layer


def stacked(nets: Sequence[nn.Module]) -> nn.Module:
    """One network whose forward maps (S, N, in) to (S, N, out), of S equal ones that each map (N, in) to (N, out).

    Their parameters may only be those of linear layers, and nothing in their own forward may count on two dimensions. Raises
    ValueError where another layer has parameters or statistics of its own: it would have to know of the networks.
    """
    first = nets[0]
    if isinstance(first, nn.Linear):
        return Stacked(nets)
    if own := [*first._parameters, *first._buffers]:
        raise ValueError(type(first).__name__, own)
    whole = _without_children(first)
    for name, __ in first.named_children():
        setattr(whole, name, stacked([getattr(net, name) for net in nets]))
    return whole


def unstacked(net: nn.Module, i: int) -> nn.Module:
    """The i-th of the networks in `net`, plain again and with weights of its own."""
    return copy.deepcopy(seen_alone(net, i))


def seen_alone(net: nn.Module, i: int) -> nn.Module:
    """The i-th of the networks in `net` as a plain one that goes on changing as they learn: it has the same weights, not copies."""
    if isinstance(net, Stacked):
        return net.layer(i)
    one = _without_children(net)
    for name, child in net.named_children():
        setattr(one, name, seen_alone(child, i))
    return one


def _without_children(net: nn.Module) -> nn.Module:
    """A copy of a module that shares nothing with it, in which the children, in their order, are still to be put."""
    whole = copy.copy(net)
    whole.__dict__ = {
        name: dict.fromkeys(value) if name == "_modules" else copy.deepcopy(value) for name, value in vars(net).items()
    }
    return whole


def over_seeds(each: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Of what each of at least two networks reached: the mean under each name, and the sample standard deviation as `<name>_sd`.

    Names that not every network has are left out.
    """
    found: dict[str, float] = {}
    for name in _shared(each):
        values = [float(one[name]) for one in each]
        found |= {name: statistics.fmean(values), name + SPREAD: statistics.stdev(values)}
    return found


def listed(each: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """The values of every network, in their order, under each name that all have."""
    return {name: [float(one[name]) for one in each] for name in _shared(each)}


def _shared(each: Sequence[Mapping[str, float]]) -> Iterable[str]:
    return [name for name in each[0] if all(name in one for one in each)]


def in_step(runs: Sequence[Iterator[Event]], tiny: bool = False) -> Iterator[Event]:
    """Runs of the same length as one: the pictures and networks of the first, the numbers of all with their deviation, and what any of
    them warns of. Where one diverges, all end.

    The runs must not draw from the same random numbers. Every other one goes on in a second thread (core/together.py), unless they are
    `tiny`: two threads whose every operation is over at once wait for each other more than they compute.
    """
    try:
        while True:
            reports = list(map(_report, runs)) if tiny else together.each([partial(_report, run) for run in runs])
            if diverged := [report for report in reports if getattr(report[-1], "summary", {}).get("diverged")]:
                yield from diverged[0]
                return
            yield from _joined(reports)
            if isinstance(reports[0][-1], Finished):
                return
    finally:
        for run in runs:
            run.close()


def _report(run: Iterator[Event]) -> list[Event]:
    """What a run says until it has begun, until its next numbers, or until its end."""
    said = []
    for event in run:
        said.append(event)
        if isinstance(event, (Started, Metrics, Finished)):
            break
    return said


def _joined(reports: Sequence[Sequence[Event]]) -> Iterator[Event]:
    """What all runs say about the same step as one report."""
    first, *others = reports
    *before, last = first
    yield from before
    warned = {event.kind: event for report in others for event in report if isinstance(event, Warned)}
    yield from (event for kind, event in warned.items() if kind not in {getattr(e, "kind", "") for e in before})
    match last:
        case Metrics():
            yield Metrics(last.step, over_seeds([report[-1].values for report in reports]))
        case Finished():
            each = [_numbers(report[-1].summary) for report in reports]
            yield Finished(last.step, last.summary | over_seeds(each) | {"each": listed(each)}, last.models)
        case _:
            yield last


def _numbers(summary: Mapping[str, Any]) -> dict[str, float]:
    return {name: value for name, value in summary.items() if type(value) in (int, float)}
