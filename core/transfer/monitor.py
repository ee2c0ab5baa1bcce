"""What is seen of a run: both accuracies, the domain classifier's and a fresh probe's, label-free judgements, the cloud."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor, nn

from core import together
from core.data.digits import Digits
from core.events import Event, Finished, Metrics, Warned
from core.loop import confusion, hits, no_better_than_guessing, seeded
from core.nets import predict, to_model
from core.transfer import domains, judge, models, pictures, shift
from core.transfer.method import SourceOnly
from core.transfer.pictures import REACH
from core.transfer.settings import Moons, OnTarget, Shares, Tent, about_shares, phases

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
        self.weights = None  # of the classes in the target's accuracy
        if isinstance(self.settings.target, Shares):
            self.weights = torch.tensor(self.settings.target.shares(self.settings.held))
        self.held = len(pair.target.train_y.unique())
        self.models, self.shelf = {}, self.settings.target.OF_DIGITS  # other networks are no digit classifiers

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
        if step in EARLY or step % self.every == 0 or last or step in self.method.watched:
            yield from self.look(step, p, parts)

    def look(self, step: int, p: float, parts: dict[str, Tensor], first=tuple) -> Iterator[Event]:
        self.method.look()
        s, t, *rivals = self.asked(self.few, self.few_x)
        found = {"source": hits(s.logits, s.y), "target": self.hits(t)} | self.rivals(rivals)
        found |= self.absent(t) | self.worst(s, in_turn(self.data["source"].test_y, EACH))
        if self.method.critic is not None:
            found["domain"] = domain_accuracy(self.method.critic, s.h, t.h)
        found["probe"] = judge.probe(s.f, t.f)
        found["lam"] = self.method.lam_at(p)
        found |= label_free(t.logits) | {name: value.item() for name, value in parts.items()}
        yield Metrics(step, {name: value for name, value in found.items() if value is not None})
        yield from first()
        yield from self.shares(step)
        yield from self.cloud(step, torch.cat([s.f[:SHOWN], t.f[:SHOWN]]))

    def hits(self, t: "Seen") -> float:
        """Share of correct answers in percent on the target's test part, each class counted as often as it comes."""
        return hits(t.logits, t.y) if self.weights is None else weighted_hits(t.logits, t.y, self.weights)

    def absent(self, t: "Seen") -> dict[str, float]:
        """Share in percent of answers that no picture of the target can deserve, where it does not hold all classes."""
        some = self.held < t.logits.shape[1]
        return {"absent": 100 * float((t.logits.argmax(1) >= self.held).float().mean())} if some else {}

    def worst(self, s: "Seen", order: Tensor | slice = slice(None)) -> dict[str, float]:
        """The least accuracy on one of several source domains, in percent. order: which of the test pictures were asked."""
        if self.method.world.pair.test_group is None:
            return {}
        group = self.method.world.pair.test_group[order]
        right = s.logits.argmax(1) == s.y
        return {"worst": 100 * min(float(right[group == which].float().mean()) for which in group.unique())}

    def rivals(self, seen: list["Seen"]) -> dict[str, float]:
        """The same of the networks that a method is held against."""
        return {name: self.hits(each) for name, each in zip(self.method.rivals(), seen)}

    @cached_property
    def few_x(self) -> dict[str, Tensor]:
        """The pictures of a look, made what the networks read once, and not at every look."""
        return self.normalised(self.few)

    def normalised(self, data: dict[str, Digits]) -> dict[str, Tensor]:
        """The test pictures as all networks of the run read them."""
        return {name: self.method.net.normalise(part.test_x) for name, part in data.items()}

    def asked(self, data: dict[str, Digits], x: dict[str, Tensor]) -> list["Seen"]:
        """What the source's network makes of the source's pictures x, the target's of the target's, then each rival; on two cores."""
        of_target = [self.method.net_for("target"), *self.method.rivals().values()]
        nets = [(self.method.net_for("source"), "source"), *((net, "target") for net in of_target)]
        with answering(net for net, _ in nets):
            return together.each([partial(Seen, net, x[name], data[name].test_y) for net, name in nets])

    def shares(self, step: int) -> Iterator[Event]:
        """How frequent the classes are in the target, where this is what the run is about."""
        if not about_shares(self.settings):
            return
        true, answered, estimated = self.class_shares(EACH)
        found = np.stack([true, answered, np.full_like(true, np.nan) if estimated is None else estimated])
        yield pictures.SHARES.at(step, (100 * found).astype(np.float32))

    def class_shares(self, most: int | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """(true, answered, estimated) shares of the classes in the target's training part. most: how many of its pictures, and
        of the source's test part, are asked at most, where the method has not asked them itself."""
        pair, net = self.method.world.pair, self.method.net_for("target")
        true = pair.target.train_y.bincount(minlength=pair.classes).numpy() / len(pair.target.train_y)
        if self.method.shares:
            return true, *self.method.shares
        was_training, x = net.training, pair.target.train_x
        source = pair.source if most is None else self.few["source"]
        found = shift.shares_of(net.eval(), source, x if most is None else x[:: max(1, len(x) // most)])
        net.train(was_training)
        return true, *found

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
        x = self.normalised(self.data)
        s, t, *rivals = self.asked(self.data, x)
        axes = main_axes(self.way[-1])
        yield pictures.WAY.at(step, torch.stack([seen_from(f, axes) for f in self.way]).half().numpy())
        yield pictures.FEATURES.at(step, self.way[-1].half().numpy())
        yield pictures.CONFUSION.at(step, confusion(t.y, t.logits.argmax(1), t.logits.shape[1]).astype(np.int32))
        yield from self.said(step, t)
        yield from self.worse(step, t)
        learned = t if isinstance(self.settings.method, OnTarget) else s  # what had the labels
        yield from no_better_than_guessing(step, hits(learned.logits, learned.y), 100 / learned.logits.shape[1])
        found = {"source": hits(s.logits, s.y), "target": self.hits(t), "probe": judge.probe(s.f, t.f)}
        kept = self.method.kept()
        stored = found["target"] if kept is self.method.net_for("target") else self.hits(Seen(kept, x["target"], t.y))
        found |= {"accuracy": stored, "a_distance": judge.a_distance(found["probe"])} | label_free(t.logits)
        found |= self.label_shift() | self.rivals(rivals) | self.absent(t) | self.worst(s)
        yield Finished(step, found, {"model": to_model(kept)} | self.models if self.shelf else {})

    def said(self, step: int, t: "Seen") -> Iterator[Event]:
        """The answers that the strip shows, where no network is stored that could be asked."""
        if not self.shelf and not isinstance(self.settings.target, Moons):
            first = [int(torch.nonzero(t.y == which)[0]) for which in t.y.unique()]
            yield pictures.SAID.at(step, t.logits[first].argmax(1).to(torch.uint8).numpy())

    def label_shift(self) -> dict[str, float]:
        """Where some target classes are rare, their share in percent of the training pictures: the true one, among the
        answers of the target's network, and what black-box shift estimation makes of these answers. Where all shares are
        other ones: how far the answers and the estimate are off, as total variation in percent."""
        if self.settings.rare == 100 and not about_shares(self.settings):
            return {}
        true, *found = self.class_shares()
        shares = {name: share for name, share in zip(("answered", "estimated"), found) if share is not None}
        if self.settings.rare == 100:
            return {f"off_{name}": 50 * float(np.abs(share - true).sum()) for name, share in shares.items()}
        first = domains.first_rare(self.method.world.pair.classes)
        return {f"rare_{name}": 100 * float(share[first:].sum()) for name, share in ({"true": true} | shares).items()}

    def worse(self, step: int, t: "Seen") -> Iterator[Event]:
        """A target on which whole classes are never answered."""
        answered = t.logits.argmax(1).bincount(minlength=t.logits.shape[1])
        missing = torch.nonzero(answered[: self.held] < 0.01 * len(t.y)).flatten().tolist()
        if missing and self.method.world.pair.classes > 2 and self.weights is None:  # a rare class may be
            yield Warned(step, "collapsed", self.why_missing(", ".join(map(str, missing))))

    def why_missing(self, which: str) -> str:
        """The sentence about classes that are never answered."""
        if isinstance(self.settings.method, Tent):
            return (
                f"On the target the network hardly ever answers {which}. One answer for everything has the lowest entropy: a "
                "lower test-time learning rate, larger batches or fewer of them help."
            )
        return (
            f"On the target the network hardly ever answers {which}: those classes have been given to others. "
            "Aligned clouds need not be aligned class by class."
        )


@contextmanager
def answering(nets: Iterable[nn.Module]) -> Iterator[None]:
    """The networks are in evaluation mode within, and afterwards as they were."""
    modes = [(net, net.training) for net in nets]
    for net, _ in modes:
        net.eval()
    try:
        yield
    finally:
        for net, mode in modes:
            net.train(mode)


class Seen:
    """What a network makes of test pictures: h, the extractor's features; f, what its last layer reads; logits.

    x: the pictures, normalised. A network that says how many pictures it wants `together` gets as many at once, at least,
    in an order drawn once: its answer to one picture depends on the others.
    """

    @torch.inference_mode()
    def __init__(self, net: nn.Module, x: Tensor, y: Tensor, batch: int = 50):
        if many := getattr(net, "together", None):
            order = torch.randperm(len(x), generator=seeded(0))
            parts = [self._one(net, x[i]) for i in order.tensor_split(max(1, len(x) // many))]
            places = order.argsort()
        else:
            parts, places = [self._one(net, part) for part in x.split(batch)], slice(None)
        self.h, self.f, self.logits = (torch.cat(each)[places] for each in zip(*parts))
        self.y = y

    def _one(self, net: nn.Module, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h, f = models.through(net, x)
        return h, f, net.head(f)


def every_class(data: Digits, count: int) -> Digits:
    """`count` of the test pictures, every class in turn, so that any first part of them is balanced."""
    order = in_turn(data.test_y, count)
    return Digits(data.train_x, data.train_y, data.test_x[order], data.test_y[order])


def in_turn(y: Tensor, count: int) -> Tensor:
    """Places of `count` of the labels y (N,), every class in turn."""
    own = [torch.nonzero(y == which).flatten() for which in y.unique()]
    each = min(map(len, own))
    return torch.stack([part[:each] for part in own], 1).flatten()[:count]


def weighted_hits(logits: Tensor, y: Tensor, weights: Tensor) -> float:
    """Share of correct answers in percent where class c makes up weights[c] of all pictures, whatever its share in y (N,) is."""
    right = (logits.argmax(1) == y).float()
    each = torch.stack([right[y == which].mean() for which in range(len(weights))])
    return 100 * float((weights * each).sum())


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
