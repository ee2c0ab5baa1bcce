"""Training on the enemy: every batch is attacked first, and the network learns from what comes out.

With the attack as the inner maximum this is robust optimisation (Madry et al. 2018, section 2, equation 2.1). One long
step (FGSM) is cheaper, but a network can learn to withstand just that step: “catastrophic overfitting”, which a random
start prevents or delays (Wong, Rice, Kolter 2020, sections 4 and 5.4).
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.attack import gradient
from core.attack import pictures as kinds
from core.attack.ball import LEVELS, Ball, saved
from core.attack.craft import last
from core.attack.models import DIGITS_AT_ONCE, Aim, answers, first_digits, fold_again, folded
from core.attack.notes import note
from core.attack.settings import Subject, Training
from core.data import digits, pictures
from core.events import Event, Finished, Metrics, Started, Warned
from core.loop import batches, broken, diverged, fresh, hits, one_cycle, seeded, steps_of
from core.nets import DigitNet, count, predict, to_model
from core.subject import models as looked_at
from core.subject.settings import Digit, Drawing
from core.verdict import verdict

BATCH = 64
WARM_UP = 1 / 3  # share of the run in which ε rises: the easy enemy first
TRAVEL = 1.5  # how far the steps of PGD go together, in ε; with a few long ones the start is left behind, too
WONG = 1.25  # the one step of FGSM from a random start, in ε (Wong, Rice, Kolter 2020, section 4.2)
SHIFT = 1  # pixels by which a digit is moved at random in each direction, so that 4,000 are a few more
REPORTS, PER_EPOCH = 16, 2  # points of the curves at most, and in one epoch: judging stays a fifth of the work
PICTURES = 8  # of the watched digit
WATCHED = DIGITS_AT_ONCE  # test digits behind each point
QUICK = 10, 0.25  # steps and step size, in ε, of the PGD behind each point
LONG = 40, 1 / 15, 5  # steps, step size in ε, restarts of the last judgement: 0.02 at ε = 0.3
ONE_STEP = 60  # withstands FGSM: at least this many percent are right
COLLAPSED = 0.5  # and PGD leaves less than this share of them


def train_robust(method: Training, seed: int, watched: Subject) -> Iterator[Event]:
    """min_θ E max_{‖δ‖∞ ≤ ε} L(f_θ(x + δ), y) (Madry et al. 2018, equation 2.1), on digits; SGD, one-cycle schedule.

    ε rises during the first third. The enemy sees the network in evaluation mode, as it will be judged; the network
    learns in training mode. Metrics in percent, on a hundred test digits, at the full ε from the first point on.
    watched: a digit or a drawing that is attacked at each report; another subject stands for a digit.
    Raises BadPicture for a drawing that cannot be read.
    """
    data, generator = digits.load(), seeded(seed)
    net, ball, picture = fresh(network, seed, method.width), Ball("inf", method.epsilon / LEVELS), picture_of(watched)
    total = steps_of(len(data.train_x), BATCH, method.epochs)
    yield Started(
        total, {"axis": "training steps", "parameters": count(net), "count": WATCHED, "warm_up": WARM_UP * total}
    )
    yield kinds.CLEAN.at(0, looked_at.as_bytes(picture))
    yield Metrics(0, examine(net, ball, seed))
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, total)
    points, quick = [], folded(net)
    for step, index, _ in batches(len(data.train_x), BATCH, method.epochs, generator):
        x, y = moved(data.train_x[index], generator), data.train_y[index]
        fold_again(quick, net)
        x = enemy(quick, x, y, method, rising(ball, step / total), generator)
        loss = F.cross_entropy(net.train()(x), y)
        if broken(loss):
            yield from diverged(step)
            return
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if due(step, total, min(REPORTS, PER_EPOCH * method.epochs)):
            points.append((step, examine(net, ball, seed)))
            yield Metrics(step, {"loss": loss.item()} | points[-1][1])
            yield from warning(method, points, WARM_UP * total)
        if due(step, total, PICTURES):
            yield kinds.ATTACKED.at(step, looked_at.as_bytes(attacked(net, picture, watched, ball, seed)))
    yield from conclude(total, net.eval(), method, picture, watched, seed)


def network(width: int) -> DigitNet:
    """Narrow in front, where each channel costs most: half the usual width takes half the time."""
    return DigitNet((width, 2 * width, 4 * width), (128,))


def due(step: int, total: int, times: int) -> bool:
    """True at `times` steps of the run, evenly spread, the last among them."""
    return step * times // total > (step - 1) * times // total


def rising(ball: Ball, progress: float) -> Ball:
    """The ball in which the enemy may move after a share `progress` of the run."""
    return Ball(ball.norm, ball.epsilon * min(1.0, progress / WARM_UP))


def moved(x: Tensor, generator: torch.Generator) -> Tensor:
    """Each digit (N, 1, 28, 28) moved by up to SHIFT pixels in both directions; black comes in."""
    side, wide = x.shape[-1], F.pad(x[:, 0], (SHIFT,) * 4)
    corner = torch.randint(0, 2 * SHIFT + 1, (2, len(x), 1), generator=generator) + torch.arange(side)
    return wide[torch.arange(len(x))[:, None, None], corner[0][:, :, None], corner[1][:, None, :]].unsqueeze(1)


def enemy(net: nn.Module, x: Tensor, y: Tensor, method: Training, ball: Ball, generator: torch.Generator) -> Tensor:
    """The inner maximum, approximately: the batch x (N, 1, 28, 28) attacked by FGSM or PGD within the ball, or as it is.

    FGSM: one step of ε from the digit, or of 1.25 ε from a random point (Wong, Rice, Kolter 2020, algorithm 3).
    PGD: steps of α = 1.5 ε / steps (Madry et al. 2018, section 2.1). y: right answers (N,).
    """
    random = method.begin == "random"
    match method.inner:
        case "none":
            return x
        case "fgsm":
            steps, stride = 1, WONG if random else 1.0
        case "pgd":
            steps, stride = method.steps, TRAVEL / method.steps
    point = ball.anywhere(x, generator) if random else x
    for _ in range(steps):
        point = ball.project(x, point + stride * ball.steepest(gradient.gradient(net, point, Aim(y))[0]))
    return point


def examine(net: DigitNet, ball: Ball, seed: int) -> dict[str, float]:
    """Accuracy in % on a hundred test digits: clean, under noise of size ε, FGSM and PGD with ten steps."""
    victims = first_digits(net, WATCHED)
    x, aim, generator = victims.x, Aim(victims.y), seeded(seed)
    tries = {
        "clean": x,
        "noise": ball.noise(x, generator),
        "fgsm": last(gradient.fgsm(victims.net, x, aim, ball)),
        "pgd": last(gradient.pgd(victims.net, x, aim, ball, *QUICK, 1, generator)),
    }
    return {name: hits(predict(net, tried), victims.y) for name, tried in tries.items()}


def overfitted(points: list[tuple[int, dict[str, float]]], warm_up: float) -> bool:
    """Catastrophic overfitting: at the last two points the network withstands FGSM, but not half as often PGD.

    points: (step, what `examine` found). Two, because one may be a dip; none before ε has stopped rising at step
    `warm_up`, since until then the network has not met what it is judged by.
    """
    two = [found for step, found in points[-2:] if step >= warm_up]
    return len(two) == 2 and all(
        found["fgsm"] >= ONE_STEP and found["pgd"] < COLLAPSED * found["fgsm"] for found in two
    )


def warning(method: Training, points: list[tuple[int, dict[str, float]]], warm_up: float) -> Iterator[Warned]:
    """The sentence for catastrophic overfitting, the first time that it shows. Ordinary training has nothing to forget."""
    if (
        method.inner != "none"
        and overfitted(points, warm_up)
        and not any(overfitted(points[:n], warm_up) for n in range(len(points)))
    ):
        step, found = points[-1]
        yield Warned(
            step,
            "overfitted",
            f"Catastrophic overfitting: {found['fgsm']:.0f} % withstand one long step, "
            f"but only {found['pgd']:.0f} % ten small ones. The network has learned to mislead the one step, not to be "
            "right. A random start, or PGD as the attack in training, helps.",
        )


def picture_of(watched: Subject) -> Tensor:
    """The digit to watch, (1, 28, 28): the one chosen, or one of the shipped where a photo or many digits were chosen."""
    match watched:
        case Drawing(drawing=text):
            return pictures.unpack_digit(text)
        case Digit(digit=digit, number=number):
            return looked_at.digit_at(digit, number)
        case _:
            return looked_at.digit_at(Digit().digit, Digit().number)


def attacked(net: DigitNet, picture: Tensor, watched: Subject, ball: Ball, seed: int) -> Tensor:
    """The watched digit (1, 28, 28) under PGD, as it would be saved. Of a drawing the network's own answer counts as right."""
    x, quick = picture.unsqueeze(0), folded(net)
    match watched:
        case Digit(digit=digit):
            label = torch.tensor([digit])
        case Drawing():
            label = answers(quick, x)
        case _:
            label = torch.tensor([Digit().digit])
    return saved(x, last(gradient.pgd(quick, x, Aim(label), ball, *QUICK, 1, seeded(seed))), ball)[0]


def judge(net: DigitNet, number: int, ball: Ball, seed: int) -> dict[str, float]:
    """Accuracy in % on `number` test digits, as many of each class: under noise, FGSM, PGD, and what withstood all.

    long: PGD with 40 steps and five restarts; a digit that fell is not tried again. worst: neither that nor FGSM turned it.
    Pictures are not rounded to 8 bits, as in the literature, which makes the attacker a little stronger.
    """
    victims, generator = first_digits(net, number), seeded(seed)
    aim, (steps, stride, restarts) = Aim(victims.y), LONG
    noisy = ball.noise(victims.x, generator)
    stands = answers(victims.net, last(gradient.fgsm(victims.net, victims.x, aim, ball))) == victims.y
    alive = torch.arange(number)
    for _ in range(restarts):
        left = victims.only(alive)
        tried = last(gradient.pgd(left.net, left.x, Aim(left.y), ball, steps, stride, 1, generator))
        alive = alive[answers(left.net, tried) == left.y]
    worst = int(stands[alive].sum())
    return {
        "noise": hits(predict(net, noisy), victims.y),
        "fgsm": 100 * int(stands.sum()) / number,
        "pgd": 100 * len(alive) / number,
        "worst": 100 * worst / number,
    }


def conclude(
    step: int, net: DigitNet, method: Training, picture: Tensor, watched: Subject, seed: int
) -> Iterator[Event]:
    """The last event: the long judgement, clean accuracy on all test digits, and the network."""
    data, ball = digits.load(), Ball("inf", method.epsilon / LEVELS)
    found = judge(net, method.judged, ball, seed)
    clean = hits(predict(net, data.test_x), data.test_y)
    under_attack = attacked(net, picture, watched, ball, seed)
    said = [looked_at.Subject(net, x, looked_at.DIGITS).best() for x in (picture, under_attack)]
    end = verdict(
        "trained", clean=clean, worst=found["worst"], judged=method.judged, epsilon=method.epsilon, noise=found["noise"]
    )
    yield Finished(
        step,
        {"accuracy": clean, "clean": clean}
        | found
        | {"judged": method.judged, "answers": said[0], "answers_after": said[1], "note": note([end])},
        {"model": to_model(net)},
    )
