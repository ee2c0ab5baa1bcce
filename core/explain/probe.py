"""What does layer k know? A linear classifier on each layer of a digit classifier, with a control task beside it.

The network stays as it is; only the probe learns (Alain, Bengio 2016). What a probe reads may be its own work, so beside each
task stands a control task that no layer can know: a random, but fixed, answer for each group of similar digits (Hewitt, Liang
2019). And beside the network stands the same network before its training.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import nets
from core.attribution import filters, inputs
from core.data import digits
from core.events import Event, Finished, Metrics, Started
from core.explain import properties
from core.explain.pictures import TRAITS
from core.explain.settings import Probe
from core.loop import fresh, hits, seeded
from core.subject.models import as_bytes, digit_net
from core.subject.settings import SHIPPED_NETWORK, Subject

STEPS = 60  # of L-BFGS at most; the loss is convex
SMALL = 1e-6  # of the largest eigenvalue: directions with less hold no examples
SHOWN = 6  # test digits of each answer
PIXELS, OUTPUT = "pixels", "output layer"


class Task(NamedTuple):
    """Right answers (N,) of the training digits, then of the test digits."""

    train: Tensor
    test: Tensor


def probe(method: Probe, subject: Subject, seed: int) -> Iterator[Event]:
    """Layer by layer, from the pixels to the logits: accuracy on the 1,000 test digits, in percent, of the probe for the digit and of
    that for the trait, of their control tasks, and of the same probes on the network before its training."""
    net = digit_net(getattr(subject, "network", SHIPPED_NETWORK))
    rivals = {"": net, "_untrained": fresh(nets.build, seed, net.arch).eval().requires_grad_(False)}
    layers = [PIXELS, *inputs.layers(net), OUTPUT]
    yield Started(len(layers) - 1, {"axis": "layers read", "layers": layers, "trait": method.trait, "whole": True})
    x, tasks = asked(method, seed)
    many = method.examples
    yield TRAITS.at(0, examples(x[many:], tasks["trait"].test))
    summary = {}
    for step, name in enumerate(layers):
        found = {}
        for which, each in rivals.items():
            if name == PIXELS and which:  # no layer of the network is between
                found |= {f"{task}{which}": found[task] for task in tasks}
                continue
            h = activations(each, name, x)
            answers = read(h[:many], h[many:], [task.train for task in tasks.values()], method.penalty)
            found |= {f"{task}{which}": hits(said, tasks[task].test) for task, said in zip(tasks, answers)}
        shown = {task: found[task] for task in found if not task.endswith("control_untrained")}
        shown |= {f"{task}_selectivity": found[task] - found[f"{task}_control"] for task in ("digit", "trait")}
        yield Metrics(step, shown)
        summary |= {f"{metric}_{name.replace(' ', '_')}": value for metric, value in shown.items()}
    yield Finished(len(layers) - 1, summary | {name: value for name, value in shown.items()})


def asked(method: Probe, seed: int) -> tuple[Tensor, dict[str, Task]]:
    """Pictures (examples + 1000, 1, 28, 28), training digits first, and the four tasks on them."""
    data, generator = digits.load(), seeded(seed)
    some = torch.randperm(len(data.train_y), generator=generator)[: method.examples]
    y = torch.cat([data.train_y, data.test_y])
    x, trait = properties.answers(method.trait, torch.cat([data.train_x, data.test_x]), y, len(data.train_y), generator)
    which = torch.cat([some, torch.arange(len(data.train_y), len(y))])
    groups = alike(data.train_x[some], data.test_x, method.types, seed)
    found = {}
    for name, answers in (("digit", y[which]), ("trait", trait[which])):
        train, control = answers[: method.examples], control_task(answers[: method.examples], groups, generator)
        found[name] = Task(train, answers[method.examples :])
        found[f"{name}_control"] = Task(control[: method.examples], control[method.examples :])
    return x[which], found


def alike(train: Tensor, test: Tensor, types: int, seed: int) -> Tensor:
    """The group (N,) of every picture, training digits first: k-means on the pixels of the training digits."""
    from sklearn.cluster import KMeans

    means = KMeans(types, n_init=1, random_state=seed).fit(train.flatten(1).numpy())
    return torch.from_numpy(means.predict(torch.cat([train, test]).flatten(1).numpy())).long()


def control_task(answers: Tensor, groups: Tensor, generator: torch.Generator) -> Tensor:
    """A control task (Hewitt, Liang 2019): each group gets one answer, drawn at random as often as the task's own answers
    occur, for training and test alike. answers: (n,) of the task. groups: (N,). Returns (N,)."""
    drawn = answers[torch.randint(len(answers), (int(groups.max()) + 1,), generator=generator)]
    return drawn[groups]


def activations(net: nn.Module, layer: str, x: Tensor) -> Tensor:
    """What a layer holds of the pictures x (N, 1, 28, 28), as vectors (N, d); a convolution's before its pooling."""
    match layer:
        case "pixels":
            return x.flatten(1)
        case "output layer":
            with torch.no_grad():
                return torch.cat([net(part) for part in x.split(200)])
        case _:
            return filters.activations(net, x, inputs.layers(net)[layer]).flatten(1)


def read(h: Tensor, test: Tensor, tasks: list[Tensor], penalty: float) -> list[Tensor]:
    """Logits of linear probes for the test vectors, (M, classes) for each task. h: (n, d), test: (M, d), tasks: right answers (n,).

    Softmax regression: mean cross entropy + λ / 2n ‖W‖² on vectors whose mean square length is 1. The best W lies in the span of
    the n examples, so each is written in at most n coordinates, whatever d is; nothing is lost by it.
    """
    h, test = h - h.mean(0), test - h.mean(0)
    products = h @ h.T
    scale = products.diagonal().mean().clamp(min=1e-12)
    values, axes = torch.linalg.eigh((products / scale).double())
    held = values > SMALL * values[-1]
    roots, axes = values[held].sqrt(), axes[:, held]
    train, test = (axes * roots).float(), ((test @ h.T / scale).double() @ axes / roots).float()
    found = fitted(train, tasks, penalty)
    return [test @ weights + bias for weights, bias in found]


@torch.enable_grad()
def fitted(h: Tensor, tasks: list[Tensor], penalty: float) -> list[tuple[Tensor, Tensor]]:
    """Weights (d, classes) and bias (classes,) of softmax regression for each task, all in one L-BFGS (they share no number)."""
    counts = [int(right.max()) + 1 for right in tasks]
    weights, bias = torch.zeros(h.shape[1], sum(counts)), torch.zeros(sum(counts))
    both = [each.requires_grad_() for each in (weights, bias)]
    optimiser = torch.optim.LBFGS(both, max_iter=STEPS, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        logits = (h @ weights + bias).split(counts, 1)
        found = sum(F.cross_entropy(each, right) for each, right in zip(logits, tasks))
        found = found + penalty / (2 * len(h)) * weights.square().sum()
        found.backward()
        return found

    optimiser.step(loss)
    return list(zip(weights.detach().split(counts, 1), bias.detach().split(counts)))


def examples(x: Tensor, answers: Tensor) -> Tensor:
    """A few test digits of each answer, 8-bit (answers, 6, 28, 28): the first of six classes, so that they can be compared."""
    some = [x[answers == answer] for answer in range(int(answers.max()) + 1)]
    return as_bytes(torch.stack([each[:: max(1, len(each) // SHOWN)][:SHOWN] for each in some]))
