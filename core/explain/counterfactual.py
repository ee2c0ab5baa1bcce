"""What would it have to be? The smallest change of a digit that turns a network's answer, with a generator and without.

In the space of pixels the smallest change is an attack: the network is sure, and nobody else sees the class. A generator holds
the change to what digits look like (Nguyen et al. 2016 climb in such a space; Wachter, Mittelstadt, Russell 2017 ask for the
nearest input with another answer). A second network, trained apart from the first, says who has drawn the class.
"""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import generators
from core.events import Event, Finished, Metrics, Started
from core.explain.pictures import INPUT, WALKED, WALKED_PIXELS
from core.explain.settings import Counterfactual
from core.generators import DigitG
from core.loop import seeded
from core.subject.models import as_bytes, digit_net, look_at
from core.subject.settings import SHIPPED_NETWORK, Digit, Photo, Subject, Upload

GENERATOR = "gan-no-classes"  # it was told no class, so every class is the network's wish
JUDGE, OTHER_JUDGE = "attack-robust", SHIPPED_NETWORK  # the second where the first is the network that is asked
LOOK, STARTS = 100, 8  # steps of the search for the generator's nearest digit, from so many codes
SMALL = 1e-4  # weight of the code's length in that search
CODE_RATE, LOOK_RATE, PIXEL_RATE = 0.03, 0.1, 0.005  # of Adam
EVERY, FRAMES = 4, 4  # steps from number to number, and from picture to picture

Loss = Callable[[Tensor], Tensor]  # numbers (N, …) → a loss for each (N,)


def walk(method: Counterfactual, subject: Subject, seed: int) -> Iterator[Event]:
    """First the generator's nearest digit is looked for, then code and pixels walk to the class asked for, side by side.

    In percent: goal is the network's probability of that class for the generated picture, judge the second network's; goal_pixels
    and judge_pixels the same for the picture whose pixels were free.
    """
    asked = Digit() if isinstance(subject, Photo | Upload) else subject
    seen, generator, G = look_at(asked), seeded(seed), generators.of_run(GENERATOR)
    nets = {"goal": seen.net, "judge": digit_net(OTHER_JUDGE if asked.network == JUDGE else JUDGE)}
    from_digit, x = method.start == "digit", seen.x.unsqueeze(0)
    first, total = (LOOK, LOOK + method.walk) if from_digit else (0, method.walk)
    said = {"said": seen.names[seen.answer()]} if from_digit else {}
    facts = {"goal": method.goal, "start": method.start, "walk_from": first} | said
    yield Started(total, facts | {"axis": "steps", "marks": [first] if first else [], "whole": True})
    code = torch.randn(1, G.arch["latent"], generator=generator)
    pixels = x if from_digit else 0.5 + 0.01 * torch.randn(x.shape, generator=generator)
    yield INPUT.at(0, as_bytes(pixels[0]))
    if from_digit:
        for step, code in enumerate(nearest(G, x, generator)):
            yield from report(step, nets, method.goal, {WALKED: picture(G, code), WALKED_PIXELS: x})
    goal = torch.tensor([method.goal])
    pairs = zip(
        toward(seen.net, lambda z: picture(G, z), code, goal, method.near, method.walk, CODE_RATE, from_digit),
        toward(seen.net, lambda x: x, pixels, goal, method.near, method.walk, PIXEL_RATE, from_digit),
    )
    for step, (code, free) in enumerate(pairs, start=first):
        shown = {WALKED: picture(G, code), WALKED_PIXELS: free}
        if step > first or not from_digit:
            yield from report(step, nets, method.goal, shown, step == total)
    yield Finished(total, said | measured(nets, method.goal, shown))


def report(step: int, nets: dict[str, nn.Module], goal: int, shown: dict, last: bool = False) -> Iterator[Event]:
    """The numbers of every few steps, and the pictures of every few more."""
    if step % EVERY == 0 or last:
        yield Metrics(step, measured(nets, goal, shown))
    if step % FRAMES == 0 or last:
        for kind, x in shown.items():
            yield kind.at(step, as_bytes(x[0]))


@torch.no_grad()
def measured(nets: dict[str, nn.Module], goal: int, shown: dict) -> dict[str, float]:
    """Each network's probability of the class asked for, in percent, for the generated picture and for the free pixels."""
    which = {WALKED: "", WALKED_PIXELS: "_pixels"}
    return {
        f"{name}{which[kind]}": 100 * net(x).softmax(1)[0, goal].item()
        for kind, x in shown.items()
        for name, net in nets.items()
    }


def picture(G: DigitG, codes: Tensor) -> Tensor:
    """What G draws of codes (N, latent): (N, 1, 28, 28) in [0, 1]."""
    return (G(F.pad(codes, (0, generators.CODES - codes.shape[1]))) + 1) / 2


def nearest(G: DigitG, x: Tensor, generator: torch.Generator) -> Iterator[Tensor]:
    """Codes (N, latent) whose pictures come nearer and nearer to x (N, 1, 28, 28): of several starts the nearest, at each step."""
    starts = torch.randn(len(x) * STARTS, G.arch["latent"], generator=generator)
    wanted = x.repeat_interleave(STARTS, 0)

    def far(codes: Tensor) -> Tensor:
        return (picture(G, codes) - wanted).square().mean((1, 2, 3)) + SMALL * codes.square().sum(1)

    for codes, losses in descend(starts, far, LOOK_RATE, LOOK):
        best = losses.view(-1, STARTS).argmin(1)
        yield codes.view(-1, STARTS, codes.shape[1])[torch.arange(len(x)), best]


def toward(
    net: nn.Module, draw: Loss, start: Tensor, goal: Tensor, near: float, steps: int, rate: float, stay: bool
) -> Iterator[Tensor]:
    """Numbers, codes or pixels (N, …), on their way to a class: minimise −log p(goal) + λ ‖numbers − start‖².

    draw: makes pictures of them; pixels stay in [0, 1]. goal: classes (N,). stay: without it codes are held to 0 instead, where the
    generator's codes lie closest, and pixels are free.
    """
    pixels = start.dim() > 2
    home = start if stay else torch.zeros_like(start)
    weight = near if stay or not pixels else 0.0

    def loss(numbers: Tensor) -> Tensor:
        wrong = F.cross_entropy(net(draw(numbers)), goal, reduction="none")
        return wrong + weight * (numbers - home).flatten(1).square().sum(1)

    for numbers, _ in descend(start, loss, rate, steps, clamp=pixels):
        yield numbers


def descend(start: Tensor, loss: Loss, rate: float, steps: int, clamp: bool = False) -> Iterator[tuple[Tensor, Tensor]]:
    """(numbers, their losses) from step 0 to `steps`, by Adam on each of the N on its own. clamp: to [0, 1]."""
    numbers = start.clone().requires_grad_()
    optimiser = torch.optim.Adam([numbers], rate)
    for step in range(steps + 1):
        with torch.enable_grad():
            losses = loss(numbers)
        yield numbers.detach().clone(), losses.detach()
        if step < steps:
            (numbers.grad,) = torch.autograd.grad(losses.sum(), numbers)
            optimiser.step()
            if clamp:
                numbers.data.clamp_(0, 1)
