"""Passive defences: a picture is squeezed before the network sees it. And what an attacker does who knows that.

A defence that cannot be differentiated, or that rolls dice, hides the gradients that an attack needs ("obfuscated
gradients", Athalye, Carlini, Wagner 2018). Hidden is not gone: the attacker goes backward through an approximation
(BPDA), or takes the mean over the dice (EOT).
"""

import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from core.attack import pictures
from core.attack import settings as s
from core.attack.ball import LEVELS, Ball, saved
from core.attack.gradient import REACH, pgd
from core.attack.models import Aim, Victims, answers
from core.attack.notes import note
from core.events import Event, Finished, Metrics, Started, Warned
from core.loop import seeded
from core.pictures import Kind
from core.subject.models import as_bytes
from core.verdict import Verdict, verdict

# what strength 1 … 5 means
GREYS = (32, 16, 8, 4, 2)  # levels that are left of each colour: 5, 4, 3, 2, 1 bits
QUALITIES = (75, 50, 25, 10, 5)  # of JPEG
SMALLEST = (0.95, 0.9, 0.8, 0.7, 0.6)  # share of the side that is left at least
WINDOWS = ((1, 2), (1, 3), (2, 2), (3, 3), (4, 4))  # rows and columns of the median: ever more pixels
RANDOM = ("resize",)  # another draw each time
STEEP = ("bits", "jpeg")  # made of steps: their gradient is zero, or there is none
HIDDEN = 30  # points of accuracy that the attacker's ignorance is worth: from here on the defence only seems to be one
PHOTO_STEPS, PHOTO_SAMPLES = 10, 3  # at most, for photos: a photo costs as much as three hundred digits


def is_photo(x: Tensor) -> bool:
    """Whether the pictures (N, C, H, W) have colours."""
    return x.shape[1] == 3


def squeeze(x: Tensor, defence: str, strength: int, generator: torch.Generator | None = None) -> Tensor:
    """Pictures (N, C, H, W) in [0, 1] as the defence hands them on, of the same shape. strength: 1 to 5.

    "smooth" and "resize" can be differentiated, "bits" has a gradient of zero, "jpeg" has none. generator: for "resize" only.
    """
    match defence:
        case "bits":
            return fewer_greys(x, GREYS[strength - 1])
        case "smooth":
            return median(x, *WINDOWS[strength - 1])
        case "jpeg":
            return jpeg(x, QUALITIES[strength - 1])
        case "resize":
            return resized(x, SMALLEST[strength - 1], generator)
    raise ValueError(f"there is no defence {defence!r}")


def fewer_greys(x: Tensor, greys: int) -> Tensor:
    """Every pixel at the nearest of `greys` levels (Xu, Evans, Qi 2018: colour bit depth). x: (N, C, H, W)."""
    return (x * (greys - 1)).round() / (greys - 1)


def median(x: Tensor, rows: int, columns: int) -> Tensor:
    """The median of a sliding window (Xu, Evans, Qi 2018: local smoothing), (N, C, H, W) as x; margins are repeated.

    Of an even number the upper of the two middle ones, and the pixel right below the window's middle, as in SciPy, which
    Xu et al. use. Its gradient is exact: one, at the pixel that is handed on.
    """
    above, left = rows // 2, columns // 2
    wide = F.pad(x, (left, columns - 1 - left, above, rows - 1 - above), mode="replicate")
    windows = wide.unfold(2, rows, 1).unfold(3, columns, 1).flatten(-2)
    return windows.kthvalue(rows * columns // 2 + 1, dim=-1).values


def jpeg(x: Tensor, quality: int) -> Tensor:
    """Saved as JPEG and opened again (Dziugaite et al. 2016; Guo et al. 2018), (N, C, H, W) as x."""
    return torch.stack([_through_jpeg(picture, quality) for picture in x.detach()])


def _through_jpeg(x: Tensor, quality: int) -> Tensor:
    file = io.BytesIO()
    Image.fromarray(as_bytes(x)).save(file, "JPEG", quality=quality)
    pixels = np.asarray(Image.open(file), dtype=np.float32) / LEVELS
    return torch.from_numpy(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1).copy())


def resized(x: Tensor, smallest: float, generator: torch.Generator) -> Tensor:
    """Each picture shrunk to a random side and put at a random place (Xie et al. 2018, section 3), (N, C, H, W) as x.

    smallest: share of the side that is left at least. The margin is black for digits, grey (zero for the network) for photos.
    Xie et al. enlarge the picture and the frame instead.
    """
    scale, right, down = torch.rand(3, len(x), generator=generator)
    scale = smallest + (1 - smallest) * scale
    room = 1 / scale - 1  # how far the middle may move, in half sides of the shrunk picture
    still = torch.zeros_like(scale)
    across = torch.stack([1 / scale, still, room * (2 * right - 1)], 1)
    along = torch.stack([still, 1 / scale, room * (2 * down - 1)], 1)
    grid = F.affine_grid(torch.stack([across, along], 1), list(x.shape), align_corners=False)
    margin = 0.5 if is_photo(x) else 0.0
    return F.grid_sample(x - margin, grid, align_corners=False) + margin


class StraightThrough(torch.autograd.Function):
    """BPDA (Athalye, Carlini, Wagner 2018, section 4.1.1): forward the defence, backward as if it did nothing."""

    @staticmethod
    def forward(ctx, x: Tensor, squeezed: Tensor) -> Tensor:
        return squeezed.clone()

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient, None


class Defended(nn.Module):
    """The network behind the defence, as it is: for judging, and for an attacker who does not think about it."""

    def __init__(self, net: nn.Module, defence: str, strength: int, generator: torch.Generator | None = None):
        super().__init__()
        self.net, self.defence, self.strength, self.generator = net, defence, strength, generator

    def squeeze(self, x: Tensor) -> Tensor:
        """What the network gets of pictures (N, C, H, W); a new draw each time where the defence is random."""
        return squeeze(x, self.defence, self.strength, self.generator)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) in [0, 1]. Returns logits (N, classes)."""
        return self.net(self.squeeze(x))


class Knowing(Defended):
    """The defended network as an attacker sees it who knows the defence: with gradients that are worth following.

    Straight through where the defence is made of steps (BPDA); the exact gradient of smoothing; the mean logits over
    `samples` draws of a random defence (EOT: Athalye et al. 2018, "Synthesizing robust adversarial examples", section 2).
    """

    def __init__(
        self, net: nn.Module, defence: str, strength: int, generator: torch.Generator | None = None, samples: int = 8
    ):
        super().__init__(net, defence, strength, generator)
        self.samples = samples if defence in RANDOM else 1

    def squeeze(self, x: Tensor) -> Tensor:
        """As `Defended.squeeze`, but every picture has a gradient."""
        squeezed = super().squeeze(x)
        return StraightThrough.apply(x, squeezed) if self.defence in STEEP else squeezed

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) in [0, 1]. Returns logits (N, classes)."""
        if self.samples == 1:
            return super().forward(x)
        return sum(self._forgetful(self.squeeze(x)) for _ in range(self.samples)) / self.samples

    def _forgetful(self, x: Tensor) -> Tensor:
        """The network's logits; going backward it is asked again, or all draws of a photo would have to be kept."""
        if is_photo(x):
            return checkpoint(self.net, x, use_reentrant=False, preserve_rng_state=False)
        return self.net(x)


def guarded(victims: Victims, method: s.Method, seed: int) -> Victims:
    """The same pictures, and the network behind the defence that stands in front of it, where the method has one."""
    if getattr(method, "behind", "none") == "none":
        return victims
    return replace(victims, net=Defended(victims.net, method.behind, method.strength, seeded(seed)))


def defend(method: s.Defend, victims: Victims, seed: int) -> Iterator[Event]:
    """PGD, step by step, on the network itself, and on the defended network by an attacker who knows the defence.

    In % still right of all victims, after saving with 8 bits. bare: without a defence. blind: defended, under the attack
    made on the bare network. knowing: defended, under an attack through `Knowing`; where the defence has no dice the attacker
    also tries what was made on the bare network, and keeps what fools (the worst of both counts).
    clean, clean_defended, noise_defended (noise in the curves): not attacked, and with noise of the same size. naive: where
    the defence has no gradients, what an attacker gets who follows the gradients of the defended network as it is: the random start.
    """
    ball, steps, samples = Ball("inf", method.epsilon / LEVELS), method.steps, method.samples
    if victims.photo:
        steps, samples = min(steps, PHOTO_STEPS), min(samples, PHOTO_SAMPLES)
    defended = Defended(victims.net, method.defence, method.strength, seeded(seed))
    knowing = Knowing(victims.net, method.defence, method.strength, seeded(seed + 1), samples)
    found = unattacked(victims, defended, ball, seeded(seed + 2))
    yield Started(steps, {"axis": "steps of the attack", "count": len(victims.x), "photo": victims.photo} | found)
    shown = first_right(victims)
    yield from framed(0, [(pictures.CLEAN, pictures.CLEAN_DEFENDED, victims.x[shown])], defended)
    control = {"noise": found["noise_defended"]}
    yield Metrics(
        0, {"bare": found["clean"], "blind": found["clean_defended"], "knowing": found["clean_defended"]} | control
    )
    aim = Aim(victims.y)
    attacks = [
        pgd(net, victims.x, aim, ball, steps, REACH / steps, 1, seeded(seed + 3)) for net in (victims.net, knowing)
    ]
    for step, attacked in enumerate(zip(*attacks), start=1):
        blind, adaptive = (saved(victims.x, x, ball) for x in attacked)
        scores = judged(victims, defended, blind, adaptive)
        yield Metrics(step, scores | control)
    ends = [
        (pictures.ATTACKED, pictures.ATTACKED_DEFENDED, blind[shown]),
        (pictures.KNOWING, pictures.KNOWING_DEFENDED, adaptive[shown]),
    ]
    yield from framed(steps, ends, defended)
    if scores["blind"] - scores["knowing"] >= HIDDEN:
        yield Warned(
            steps,
            "false_security",
            "The defence lives on the attacker's ignorance: of every hundred pictures it keeps "
            f"{scores['blind']:.0f}, and {scores['knowing']:.0f} once the attacker knows it.",
        )
    yield Finished(steps, scores | found | {"count": len(victims.x), "note": note(outcome(scores, found))})


def right(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Where the network is right, (N,) truth values."""
    return answers(net, x) == y


def percent(where: Tensor) -> float:
    """The share of truth values that are true."""
    return 100 * int(where.sum()) / len(where)


def unattacked(victims: Victims, defended: Defended, ball: Ball, generator: torch.Generator) -> dict[str, float]:
    """What the defence costs without an attack, and what is left under noise, all in %."""
    x, y = victims.x, victims.y
    found = {
        "clean": percent(right(victims.net, x, y)),
        "clean_defended": percent(right(defended, x, y)),
        "noise_defended": percent(right(defended, saved(x, ball.noise(x, generator), ball), y)),
    }
    return found | ({"naive": naive(defended, victims, ball, 1, generator)} if defended.defence in STEEP else {})


def naive(defended: Defended, victims: Victims, ball: Ball, steps: int, generator: torch.Generator) -> float:
    """What PGD leaves, in %, that follows the gradient of the defended network as it is; where that has none, the random start."""
    if defended.defence in STEEP:
        attacked = ball.anywhere(victims.x, generator)
    else:
        *_, attacked = pgd(defended, victims.x, Aim(victims.y), ball, steps, REACH / steps, 1, generator)
    return percent(right(defended, saved(victims.x, attacked, ball), victims.y))


def judged(victims: Victims, defended: Defended, blind: Tensor, adaptive: Tensor) -> dict[str, float]:
    """In % still right: the bare network, and the defended one under the attack that does not and the one that does know."""
    unaware, aware = right(defended, blind, victims.y), right(defended, adaptive, victims.y)
    if defended.defence not in RANDOM:
        aware = aware & unaware
    return {"bare": percent(right(victims.net, blind, victims.y)), "blind": percent(unaware), "knowing": percent(aware)}


def first_right(victims: Victims) -> int:
    """The number of the first picture that the network gets right; the first of all when there is none."""
    return int(right(victims.net, victims.x, victims.y).int().argmax())


def framed(step: int, shown: list[tuple[Kind, Kind, Tensor]], defended: Defended) -> Iterator[Event]:
    """Pictures (C, H, W), each as it is and as the network gets it."""
    for bare, behind, x in shown:
        yield bare.at(step, as_bytes(x))
        yield behind.at(step, as_bytes(defended.squeeze(x[None])[0]))


def outcome(scores: dict[str, float], found: dict[str, float]) -> list[Verdict]:
    """What the defence was worth. scores: as `judged` gives them, found: as `unattacked` does."""
    blind, knowing = round(scores["blind"]), round(scores["knowing"])
    if blind - knowing >= 5:
        said = [verdict("ignorance", blind=blind, knowing=knowing)]
    else:
        said = [verdict("no-matter", blind=blind, bare=scores["bare"])]
    said.append(verdict("defended-noise", noise=found["noise_defended"]))
    if found.get("naive", 0) - knowing >= HIDDEN:
        said.append(verdict("no-gradients", naive=found["naive"]))
    return said
