"""A patch that can be moved: one small picture which, wherever it is laid on any picture, brings the wanted answer."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from core.attack import pictures, report
from core.attack import settings as s
from core.attack.ball import LEVELS
from core.attack.models import Aim, Victims, ask, victims
from core.attack.notes import note
from core.attack.training import due
from core.attack.universal import aim_at, others, wish
from core.events import Event, Finished, Metrics, Started
from core.loop import seeded
from core.subject.models import as_bytes
from core.verdict import verdict

BATCH = {True: 4, False: 50}  # photos, digits in a step
PLACES = {True: 8, False: 200}  # at which a patch is judged: of one photo, or one each on so many test digits
RATE = {True: 0.2, False: 0.05}  # of Adam, in the range from black to white
REPORTS = {True: 5, False: 20}  # points of the curves


def side_of(size: float, whole: int) -> int:
    """The side of the patch in pixels. size: in % of the picture's side."""
    return max(round(size / 100 * whole), 1)


def laid(x: Tensor, patch: Tensor, top: Tensor, left: Tensor) -> Tensor:
    """Pictures x (N, C, H, W) with the patch (C, h, w) laid on each at its own place, top and left (N,) (Brown et al. 2017, the
    operator A; here it is neither turned nor scaled). Differentiable with respect to the patch."""
    (height, width), (tall, wide) = x.shape[-2:], patch.shape[-2:]
    rows, columns = torch.arange(height) - top[:, None], torch.arange(width) - left[:, None]
    inside = ((rows >= 0) & (rows < tall))[:, :, None] & ((columns >= 0) & (columns < wide))[:, None, :]
    rows, columns = rows.clamp(0, tall - 1), columns.clamp(0, wide - 1)
    moved = patch[:, rows[:, :, None], columns[:, None, :]].transpose(0, 1)
    return torch.where(inside[:, None], moved, x)


def anywhere(count: int, side: int, whole: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A random place for each of `count` patches, within the picture: top and left, (count,) each."""
    return tuple(torch.randint(0, whole - side + 1, (2, count), generator=generator))


def patches(net: nn.Module, x: Tensor, aim: Aim, side: int, steps: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Adam on the mean loss over pictures x (N, C, H, W) and places (Brown et al. 2017). Yields the patch
    (C, side, side), 8-bit levels in [0, 1], after each step."""
    patch = torch.rand(x.shape[1], side, side, generator=generator).requires_grad_()
    adam, size = torch.optim.Adam([patch], lr=RATE[x.shape[1] == 3]), min(BATCH[x.shape[1] == 3], len(x))
    for _ in range(steps):
        index = torch.randperm(len(x), generator=generator)[:size]
        attacked = laid(x[index], patch, *anywhere(size, side, x.shape[-1], generator))
        loss = -aim.only(index).loss(net(attacked)).mean()
        patch.grad = torch.autograd.grad(loss, patch)[0]
        adam.step()
        with torch.no_grad():
            patch.clamp_(0, 1)
        yield (LEVELS * patch.detach()).round() / LEVELS


def noise(patch: Tensor, generator: torch.Generator) -> Tensor:
    """The control: a patch of the same size, every number at random."""
    return torch.randint(0, LEVELS + 1, patch.shape, generator=generator) / LEVELS


def judged(found: Victims, aim: Aim, patch: Tensor, seed: int) -> Tensor:
    """Where the patch has what it wants, (n,) truth values: on every picture once, on a single one at several places. The places
    are the same for every patch of this seed. Pictures that had the wanted answer before do not count."""
    times = -(-PLACES[found.photo] // len(found.x))
    open_ = ~aim.reached(ask(found.net, found.x))
    x, label = found.x[open_].repeat(times, 1, 1, 1), aim.label[open_].repeat(times)
    if not len(x):
        return torch.zeros(0, dtype=torch.bool)
    place = anywhere(len(x), patch.shape[-1], x.shape[-1], seeded(seed))
    return Aim(label, aim.targeted).reached(ask(found.net, laid(x, patch, *place)))


def percent(where: Tensor) -> dict[str, float]:
    """The share of truth values that are true, under the name of the metric; nothing where there are none."""
    return {"patched": 100 * float(where.float().mean())} if len(where) else {}


def train_patch(method: s.Patch, subject: s.Subject, goal: s.Goal, seed: int) -> Iterator[Event]:
    """Learns a patch from training digits, or from the shipped photos but the one shown, and lays it on the picture chosen.

    Metrics in percent: patched, how often it brings what is wanted at random places, on test digits or on the photo;
    patched_noise, a patch of random colours. Raises RunError or BadPicture for a subject that is not there.
    """
    generator, shown = seeded(seed), victims(subject)
    tried = shown if shown.photo or len(shown.x) > 1 else victims(s.Digits(count=200, network=subject.network))
    learned = others(subject, shown, generator)
    wanted, side = wish(learned, goal), side_of(method.size, shown.x.shape[-1])
    first, aim = shown.only(slice(0, 1)), aim_at(tried, wanted)
    mine, middle = aim_at(first, wanted), torch.tensor([(shown.x.shape[-1] - side) // 2])
    facts = report.facts(first, mine) | {
        "axis": "steps",
        "count": len(tried.x),
        "learned_from": len(learned.x),
        "side": side,
    }
    yield Started(method.steps, facts)
    yield pictures.CLEAN.at(0, as_bytes(first.x[0]))
    rival = noise(first.x[0, :, :side, :side], seeded(seed))
    control = {f"{name}_noise": share for name, share in percent(judged(tried, aim, rival, seed)).items()}
    before = ask(first.net, first.x).argmax(1)
    for step, patch in enumerate(
        patches(learned.net, learned.x, aim_at(learned, wanted), side, method.steps, generator), start=1
    ):
        if due(step, method.steps, REPORTS[shown.photo]):
            attacked = laid(first.x, patch, middle, middle)
            now = report.measured(first, mine, before, attacked)
            yield Metrics(step, percent(judged(tried, aim, patch, seed)) | control | now)
            yield pictures.ATTACKED.at(step, as_bytes(attacked[0]))
            yield pictures.PATCH.at(step, as_bytes(patch))
    end = percent(judged(tried, aim, patch, seed)) | control
    noisy = laid(first.x, rival, middle, middle)
    end |= {
        "answers_after": report.best(first, ask(first.net, attacked)),
        "answers_noise": report.best(first, ask(first.net, noisy)),
    }
    said = [verdict("patch-says", name=end["answers_after"][0][0], noise=end["answers_noise"][0][0])]
    if "patched" in end:
        said.append(verdict("patch-brings", share=end["patched"], noise=end["patched_noise"], count=len(tried.x)))
    yield Finished(step, now | end | {"note": note(said)})
