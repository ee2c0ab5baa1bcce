"""What is seen of a run: both accuracies, the domain classifier's and a fresh probe's, label-free judgements, the cloud."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from core.data.digits import Digits
from core.events import Event, Finished, Metrics, Warned
from core.loop import confusion, hits, no_better_than_guessing
from core.nets import DigitNet, predict, to_model
from core.transfer import domains, judge, models, pictures
from core.transfer.method import SourceOnly
from core.transfer.pictures import REACH
from core.transfer.settings import Moons, OnTarget, phases

LOOKS = 20  # in a run, evenly spread; and a few at its very beginning
EARLY = (1, 5, 20)  # steps after which it looks as well
EACH = 500  # test pictures of each domain that every look asks; the last one asks all
SHOWN = 200  # of them in the cloud
GRID = 41  # places along each side of the moons' plane


class Monitor:
    """Measures beside the training and never changes it."""

    def __init__(self, method: SourceOnly):
        self.method, self.settings, pair = method, method.settings, method.world.pair
        self.phases = phases(method.settings)
        self.total = sum(self.phases)
        self.every = max(1, self.total // LOOKS)
        self.data = {"source": pair.source, "target": pair.target}
        self.few = {name: every_class(data, EACH) for name, data in self.data.items()}
        self.axes: tuple[Tensor, Tensor] | None = None  # where the live cloud is seen from, chosen at the first look
        self.way: list[Tensor] = []  # the features of each look, to be seen from where the last of them are best seen
        self.models, self.shelf = {}, isinstance(method.net, DigitNet)  # the moons' network is no digit classifier

    def facts(self) -> dict:
        """What is known before the first step."""
        pair = self.method.world.pair
        return {
            "marks": np.cumsum(self.phases)[:-1].tolist(),
            "classes": pair.classes,
            "source": len(pair.source.train_y),
            "target": len(pair.target.train_y),
            "granted": len(self.method.world.granted_y),
            "target_classes": pair.target.train_y.bincount(minlength=pair.classes).tolist(),
            "parameters": sum(p.numel() for p in self.method.net.parameters()),
            "whole": True,
        }

    def begins(self) -> Iterator[Event]:
        """The look before the first step, and whose points the cloud shows."""
        yield from self.look(0, 0.0, {}, self.points)

    def points(self) -> Iterator[Event]:
        """Row 0 the domain of each point (0 source, 1 target), row 1 its class; of the moons where it lies, too."""
        y = torch.cat([self.few[name].test_y[:SHOWN] for name in self.data])
        domain = torch.arange(len(y)) >= len(y) // 2
        yield pictures.WHO.at(0, torch.stack([domain, y]).to(torch.uint8).numpy())
        if isinstance(self.settings.target, Moons):
            yield pictures.POINTS.at(0, torch.cat([self.few[name].test_x[:SHOWN] for name in self.data]).half().numpy())

    def after_step(self, step: int, p: float, parts: dict[str, Tensor], last: bool) -> Iterator[Event]:
        """p: the share of the phase's steps that is done. last: it is the last of its phase."""
        if step in EARLY or step % self.every == 0 or last:
            yield from self.look(step, p, parts)

    def look(self, step: int, p: float, parts: dict[str, Tensor], first=tuple) -> Iterator[Event]:
        seen = {name: Seen(self.method.net_for(name), data) for name, data in self.few.items()}
        s, t = seen["source"], seen["target"]
        found = {"source": hits(s.logits, s.y), "target": hits(t.logits, t.y)}
        if self.method.critic is not None:
            found["domain"] = domain_accuracy(self.method.critic, s.h, t.h)
        found["probe"] = judge.probe(s.f, t.f)
        found["lam"] = self.method.lam_at(p)
        found |= label_free(t.logits) | {name: value.item() for name, value in parts.items()}
        yield Metrics(step, {name: value for name, value in found.items() if value is not None})
        yield from first()
        yield from self.cloud(step, torch.cat([s.f[:SHOWN], t.f[:SHOWN]]))

    def cloud(self, step: int, f: Tensor) -> Iterator[Event]:
        self.way.append(f)
        self.axes = self.axes or main_axes(f)
        if isinstance(self.settings.target, Moons):
            yield pictures.BORDER.at(step, border(self.method.net_for("target")).half().numpy())
        yield pictures.CLOUD.at(step, seen_from(f, self.axes).half().numpy())

    def phase_ends(self, phase: int) -> None:
        """A method of two phases leaves the network of the first beside that of the last."""
        if phase == 0 and len(self.phases) > 1 and self.shelf:
            self.models["before"] = to_model(self.method.net_for("target"))

    def run_ends(self, step: int) -> Iterator[Event]:
        seen = {name: Seen(self.method.net_for(name), data) for name, data in self.data.items()}
        s, t = seen["source"], seen["target"]
        axes = main_axes(self.way[-1])
        yield pictures.WAY.at(step, torch.stack([seen_from(f, axes) for f in self.way]).half().numpy())
        yield pictures.FEATURES.at(step, self.way[-1].half().numpy())
        yield pictures.CONFUSION.at(step, confusion(t.y, t.logits.argmax(1), t.logits.shape[1]).astype(np.int32))
        yield from self.worse(step, t)
        learned = t if isinstance(self.settings.method, OnTarget) else s  # what had the labels
        yield from no_better_than_guessing(step, hits(learned.logits, learned.y), 100 / learned.logits.shape[1])
        found = {"source": hits(s.logits, s.y), "target": hits(t.logits, t.y), "probe": judge.probe(s.f, t.f)}
        found |= {"accuracy": found["target"], "a_distance": judge.a_distance(found["probe"])} | label_free(t.logits)
        found |= self.label_shift()
        kept = {"model": to_model(self.method.net_for("target"))} | self.models if self.shelf else {}
        yield Finished(step, found, kept)

    def label_shift(self) -> dict[str, float]:
        """Where some target classes are rare, their share in percent of the training pictures: the true one, among the
        answers of the target's network, and what black-box shift estimation makes of these answers."""
        if self.settings.rare == 100:
            return {}
        pair, net = self.method.world.pair, self.method.net_for("target").eval()
        first, said = domains.first_rare(pair.classes), predict(net, pair.target.train_x).argmax(1)
        answered = said.bincount(minlength=pair.classes).numpy() / len(said)
        on_source = confusion(pair.source.test_y, predict(net, pair.source.test_x).argmax(1), pair.classes)
        shares = {
            "true": pair.target.train_y.bincount(minlength=pair.classes).numpy() / len(said),
            "answered": answered,
            "estimated": judge.label_shares(on_source, answered),
        }
        return {f"rare_{name}": 100 * float(share[first:].sum()) for name, share in shares.items() if share is not None}

    def worse(self, step: int, t: "Seen") -> Iterator[Event]:
        """A target on which whole classes are never answered."""
        answered = t.logits.argmax(1).bincount(minlength=t.logits.shape[1])
        missing = torch.nonzero(answered < 0.01 * len(t.y)).flatten().tolist()
        if missing and self.method.world.pair.classes > 2:
            yield Warned(
                step,
                "collapsed",
                f"On the target the network hardly ever answers {', '.join(map(str, missing))}: those "
                "classes have been given to others. Aligned clouds need not be aligned class by class.",
            )


class Seen:
    """What a network makes of test pictures: h, the extractor's features; f, what its last layer reads; logits."""

    @torch.inference_mode()
    def __init__(self, net: nn.Module, data: Digits, batch: int = 200):
        was_training = net.training
        net.eval()
        parts = [self._one(net, x) for x in data.test_x.split(batch)]
        net.train(was_training)
        self.h, self.f, self.logits = (torch.cat(each) for each in zip(*parts))
        self.y = data.test_y

    def _one(self, net: nn.Module, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h, f = models.through(net, net.normalise(x))
        return h, f, net.head(f)


def every_class(data: Digits, count: int) -> Digits:
    """`count` of the test pictures, every class in turn, so that any first part of them is balanced."""
    own = [torch.nonzero(data.test_y == which).flatten() for which in data.test_y.unique()]
    each = min(map(len, own))
    order = torch.stack([part[:each] for part in own], 1).flatten()[:count]
    return Digits(data.train_x, data.train_y, data.test_x[order], data.test_y[order])


def label_free(logits: Tensor) -> dict[str, float]:
    """The three judgements of `judge` on the target's answers."""
    p = logits.softmax(1)
    return {"entropy": judge.entropy(p), "information": judge.information(p), "snd": judge.snd(p)}


def domain_accuracy(critic: nn.Module, s: Tensor, t: Tensor) -> float:
    """Share in percent of test features that the method's own domain classifier puts into the right domain."""
    guesses = torch.cat([-predict(critic, s), predict(critic, t)])
    right = (guesses.sign() + 1).sum().item() / 2  # where it cannot say, half is right
    return 100 * right / (len(s) + len(t))


def main_axes(f: Tensor) -> tuple[Tensor, Tensor]:
    """Middle (D,) and the two directions (D, 2) of the largest spread of features (N, D), signs fixed."""
    middle = f.mean(0)
    _, _, v = torch.linalg.svd(f - middle, full_matrices=False)
    v = v[:2].T
    return middle, v * v.gather(0, v.abs().argmax(0, keepdim=True)).sign()


def seen_from(f: Tensor, axes: tuple[Tensor, Tensor]) -> Tensor:
    """Features (N, D) as points (N, 2)."""
    return (f - axes[0]) @ axes[1]


def border(net: nn.Module) -> Tensor:
    """How sure the network is of class 1 at every place of the plane: (GRID, GRID), rows from below."""
    axis = torch.linspace(-REACH, REACH, GRID)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return predict(net, torch.stack([x.flatten(), y.flatten()], 1)).softmax(1)[:, 1].view(GRID, GRID)
