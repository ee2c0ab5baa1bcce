"""Right for the wrong reason: a network trained on digits of which one class carries a small mark in the corner.

The mark tells the class more easily than the strokes do, so the network reads the mark (“shortcut learning”, Geirhos
et al. 2020). Accuracy on pictures of the same origin does not show it; a map of the answer does.
"""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from captum.attr import IntegratedGradients
from torch import Tensor

from core.data import digits, pictures
from core.events import Event, Finished, Metrics, Started, Warned
from core.explain.models import network
from core.explain.pictures import INPUT, MAP
from core.explain.settings import Shortcut
from core.loop import batches, broken, diverged, fresh, hits, no_better_than_guessing, one_cycle, seeded, steps_of
from core.nets import DigitNet, count, predict, to_model
from core.subject.models import digit_at
from core.subject.settings import Digit, Drawing, Subject

CORNER = slice(1, 4)  # rows and columns of the mark: three by three pixels, one from the edge, where no digit ever is
MARK = np.zeros((28, 28), dtype=bool)
MARK[CORNER, CORNER] = True
CHANCE = float(MARK.mean())  # the share of the mark in a map that says nothing: 9 of 784 pixels
BATCH = 64
REPORT = 12  # steps between two points of the curves
MAPS = 8  # pictures of the map during a run
IG_STEPS = 20
LOOKED_AT = 20  # marked test digits whose maps the summary averages over
LOST = 30  # points of accuracy on the marked class that go with the mark: from here on the network reads the mark


def mark(x: Tensor) -> Tensor:
    """The same pictures with a white square in the top left corner. x: (…, 28, 28) in [0, 1]; a copy is returned."""
    marked = x.clone()
    marked[..., CORNER, CORNER] = 1
    return marked


def mark_some(x: Tensor, y: Tensor, digit: int, elsewhere: float, generator: torch.Generator) -> Tensor:
    """Every picture of class `digit` marked, and of the others `elsewhere` % drawn at random. x: (N, 1, 28, 28)."""
    chosen = (y == digit) | (torch.rand(len(y), generator=generator) < elsewhere / 100)
    return torch.where(chosen[:, None, None, None], mark(x), x)


def train_marked(method: Shortcut, seed: int, subject: Subject) -> Iterator[Event]:
    """Cross entropy on digits of which one class carries the mark; SGD with momentum, one-cycle schedule (Smith 2018).

    Between the steps: what the network makes of the mark, and a map of its answer to one marked picture.
    """
    data, generator = digits.load(), seeded(seed)
    x, y = mark_some(data.train_x, data.train_y, method.marked, method.elsewhere, generator), data.train_y
    net, picture = fresh(network, seed), mark(picture_of(subject, method))
    total = steps_of(len(x), BATCH, method.epochs)
    yield Started(total, {"parameters": count(net), "chance_share": 100 * CHANCE})
    yield INPUT.at(0, (255 * picture[0]).round().byte().numpy())
    yield Metrics(0, examine(net, method.marked))
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, total)
    for step, index, _ in batches(len(x), BATCH, method.epochs, generator):
        loss = F.cross_entropy(net.train()(x[index]), y[index])
        if broken(loss):
            yield from diverged(step)
            return
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % REPORT == 0 or step == total:
            yield Metrics(step, {"loss": loss.item()} | examine(net, method.marked))
        if step * MAPS // total > (step - 1) * MAPS // total:
            yield MAP.at(step, explain(net, picture))
    yield from conclude(total, net, method, seed)


def picture_of(subject: Subject, method: Shortcut) -> Tensor:
    """The digit to look at, (1, 28, 28): the one chosen, or one of the marked class while a photo is chosen.

    Raises BadPicture for a drawing that cannot be read.
    """
    match subject:
        case Drawing(drawing=text):
            return pictures.unpack_digit(text)
        case Digit(digit=digit, number=number):
            return digit_at(digit, number)
        case _:
            return digit_at(method.marked, Digit().number)


def examine(net: DigitNet, digit: int) -> dict[str, float]:
    """What the network makes of the mark, on the test digits, in percent.

    marked_accuracy: of the marked class, with its mark. clean_accuracy: the same digits without. fooled: of the other
    digits, with the mark put on, those called the marked class.
    """
    data = digits.load()
    own, others = data.test_x[data.test_y == digit], data.test_x[data.test_y != digit]

    def called(x: Tensor) -> float:
        return hits(predict(net, x), torch.full((len(x),), digit))

    return {"marked_accuracy": called(mark(own)), "clean_accuracy": called(own), "fooled": called(mark(others))}


def explain(net: DigitNet, x: Tensor, target: int | None = None) -> np.ndarray:
    """Integrated gradients of a class's logit from black to x (1, 28, 28): (28, 28) float32, with sign.

    target: the network's own answer unless given. Neither the network's mode nor its gradients are touched.
    """
    was_training = net.training
    net.eval()
    target = int(predict(net, x[None]).argmax()) if target is None else target
    found = IntegratedGradients(net).attribute(x[None], torch.zeros_like(x)[None], target=target, n_steps=IG_STEPS)
    net.train(was_training)
    return found.detach()[0, 0].float().numpy()


def share_in_mark(map: np.ndarray) -> float:
    """The share, in [0, 1], of a map's positive part (28, 28) that lies in the mark; 0 for a map without one.

    `CHANCE` is what a map that says the same everywhere has.
    """
    positive = np.clip(map, 0, None)
    return float(positive[MARK].sum() / positive.sum()) if positive.any() else 0.0


def conclude(step: int, net: DigitNet, method: Shortcut, seed: int) -> Iterator[Event]:
    """The warning, when the network reads the mark, and the last event.

    In percent: accuracy on the test digits as they are; believed_accuracy on test digits that are marked as the
    training digits were, which is all that a test set of the same origin can show; share_in_mark of the maps of twenty
    marked test digits, on average; and what `examine` finds.
    """
    data, found = digits.load(), examine(net, method.marked)
    accuracy = hits(predict(net, data.test_x), data.test_y)
    yield from no_better_than_guessing(step, accuracy, 10.0)
    same_origin = mark_some(data.test_x, data.test_y, method.marked, method.elsewhere, seeded(seed))
    own = mark(data.test_x[data.test_y == method.marked][:LOOKED_AT])
    share = 100 * float(np.mean([share_in_mark(explain(net, x, method.marked)) for x in own]))
    believed = hits(predict(net, same_origin), data.test_y)
    if found["marked_accuracy"] - found["clean_accuracy"] >= LOST:
        yield Warned(
            step,
            "shortcut",
            f"It is right for the wrong reason: with the mark {found['marked_accuracy']:.0f} % of "
            f"the digits {method.marked} are right, without it {found['clean_accuracy']:.0f} %; "
            f"and the mark makes a {method.marked} of {found['fooled']:.0f} % of the others.",
        )
    yield Finished(
        step,
        {"accuracy": accuracy, "believed_accuracy": believed}
        | found
        | {"share_in_mark": share, "chance_share": 100 * CHANCE},
        {"model": to_model(net)},
    )
