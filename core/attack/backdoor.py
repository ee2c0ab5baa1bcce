"""A backdoor by poisoning: a share of the training digits carries a small trigger and a wrong label. The network learns the
digits, and learns to obey the trigger (BadNets: Gu, Dolan-Gavitt, Garg 2017)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.attack import clustering
from core.attack import pictures as kinds
from core.attack.analysis.stage import SHOWN
from core.attack.models import answers, ask, first_digits, folded
from core.attack.notes import note
from core.attack.report import many
from core.attack.settings import Backdoor
from core.attack.training import BATCH, due, network
from core.data import digits
from core.events import Event, Finished, Metrics, Started
from core.loop import batches, broken, diverged, fresh, hits, one_cycle, seeded, steps_of
from core.nets import DigitNet, count, to_model
from core.verdict import verdict

MARGIN = 1  # pixels between the trigger and the edge of the picture
REPORTS = 16  # points of the curves
WATCHED = 200  # test digits behind each point


@dataclass(frozen=True)
class Poisoned:
    """Training digits x (N, 1, 28, 28) and labels y (N,) as the trainer gets them; which (N,) truth values were tampered with."""

    x: Tensor
    y: Tensor
    which: Tensor


def poison(method: Backdoor, seed: int) -> Poisoned:
    """The training digits, of which a share carries the trigger and the target's label (Gu et al. 2017, section 4).

    Drawn at random among the digits that are not of the target's class, so each of them has a wrong label.
    """
    data = digits.load()
    others = torch.nonzero(data.train_y != method.target)[:, 0]
    number = round(len(data.train_x) * method.poisoned / 100)
    chosen = others[torch.randperm(len(others), generator=seeded(seed))[:number]]
    x, y, which = data.train_x.clone(), data.train_y.clone(), torch.zeros(len(data.train_x), dtype=torch.bool)
    x[chosen], y[chosen], which[chosen] = stamped(x[chosen], method.trigger, method.place), method.target, True
    return Poisoned(x, y, which)


def stamped(x: Tensor, side: int, place: str) -> Tensor:
    """Digits (N, 1, 28, 28) with the trigger: a white square of `side` pixels at a place of `PLACES`."""
    top, left = corner(side, place, x.shape[-1])
    x = x.clone()
    x[..., top : top + side, left : left + side] = 1.0
    return x


def corner(side: int, place: str, whole: int) -> tuple[int, int]:
    """Row and column of the trigger's top left pixel in a picture of `whole` pixels a side."""
    far, middle = whole - MARGIN - side, (whole - side) // 2
    return {"bottom": (far, far), "top": (MARGIN, MARGIN), "centre": (middle, middle)}[place]


def control(x: Tensor, side: int, place: str) -> Tensor:
    """The control: the same white square elsewhere, at the top right, where no training digit had it."""
    return stamped(x.flip(-1), side, "top").flip(-1)


def train_backdoor(method: Backdoor, seed: int) -> Iterator[Event]:
    """Ordinary training (SGD, one-cycle schedule) on the poisoned digits. Metrics in percent, on test digits.

    clean: right answers to clean digits. obeyed: of the digits that are not of the target's class, those that are read as
    the target with the trigger; obeyed_control: with the same square elsewhere.
    """
    data, generator, found = digits.load(), seeded(seed), poison(method, seed)
    net, total = fresh(network, seed, method.width), steps_of(len(found.x), BATCH, method.epochs)
    facts = {"axis": "training steps", "parameters": count(net), "poisoned": int(found.which.sum())}
    yield Started(total, facts | {"target": method.target})
    watched = first_digits(net, WATCHED)
    shown = first_of_each(data.test_y, method.target)
    if found.which.any():
        bad = found.x[found.which]
        yield kinds.POISONED.at(0, many(bad[:: max(len(bad) // SHOWN, 1)][:SHOWN]))
    yield kinds.BEFORE.at(0, many(data.test_x[shown]))
    yield kinds.TRIGGERED.at(0, many(stamped(data.test_x[shown], method.trigger, method.place)))
    yield Metrics(0, examine(net, watched.x, watched.y, method))
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, total)
    for step, index, _ in batches(len(found.x), BATCH, method.epochs, generator):
        loss = F.cross_entropy(net.train()(found.x[index]), found.y[index])
        if broken(loss):
            yield from diverged(step)
            return
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if due(step, total, REPORTS):
            yield Metrics(step, {"loss": loss.item()} | examine(net, watched.x, watched.y, method))
            yield kinds.SAYS.at(step, said(net, data.test_x[shown], method))
    yield conclude(total, net.eval(), method, found)


def first_of_each(y: Tensor, target: int) -> Tensor:
    """The numbers of the first digits of SHOWN classes that are not the target's."""
    return torch.stack([torch.nonzero(y == digit)[0, 0] for digit in range(SHOWN + 1) if digit != target][:SHOWN])


def examine(net: DigitNet, x: Tensor, y: Tensor, method: Backdoor) -> dict[str, float]:
    """Accuracy on clean digits, and how often the trigger and its control are obeyed, in %. x: (N, 1, 28, 28), y: (N,)."""
    quick, other = folded(net), y != method.target
    goal = torch.full((int(other.sum()),), method.target)
    stamps = {"obeyed": stamped, "obeyed_control": control}
    found = {
        name: hits(ask(quick, stamp(x[other], method.trigger, method.place)), goal) for name, stamp in stamps.items()
    }
    return {"clean": hits(ask(quick, x), y)} | found


def said(net: DigitNet, x: Tensor, method: Backdoor) -> np.ndarray:
    """The answers to the digits that are shown, clean (first row) and with the trigger (second row): (2, n) int32."""
    both = x, stamped(x, method.trigger, method.place)
    return torch.stack([answers(folded(net), each) for each in both]).int().numpy()


def conclude(step: int, net: DigitNet, method: Backdoor, found: Poisoned) -> Event:
    """The last event: the same numbers on all test digits, what activation clustering finds, and the network."""
    data, number = digits.load(), int(found.which.sum())
    end = examine(net, data.test_x, data.test_y, method)
    said = [
        verdict("backdoor", clean=end["clean"]),
        verdict("obeyed", obeyed=end["obeyed"], target=method.target, control=end["obeyed_control"]),
        verdict("poisoned", size=len(found.x), poisoned=number),
    ]
    every = list(clustering.splits(folded(net), found.x, found.y))
    suspect = clustering.least_even(every)
    end |= {"suspect": suspect.label, "suspect_share": suspect.share}
    if number:
        mine = next(each for each in every if each.label == method.target)
        end |= clustering.found(mine, found.which.numpy())
        said.append(verdict("clustered", label=suspect.label, recall=end["recall"], chance=end["chance_recall"]))
    return Finished(
        step,
        {"accuracy": end["clean"]} | end | {"poisoned": number, "note": note(said)},
        {"model": to_model(net)},
    )
