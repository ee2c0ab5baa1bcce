"""What no sweep measures: averages over test digits, photos and patients, and over many walks to another class."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import captum.attr
import numpy as np
import torch
from torch import Tensor, nn

from core import generators
from core.attribution import inputs, methods, tabular, trust
from core.attribution import settings as s
from core.attribution.part import gap_percent
from core.data import digits, imagenet, photos
from core.explain import counterfactual, randomise
from core.explain.settings import Counterfactual
from core.loop import hits, seeded
from core.nets import predict
from core.statistics import rank_correlation
from core.subject.models import DIGITS, Subject, digit_at, digit_net, photo_net
from core.subject.settings import SHIPPED_NETWORK

EACH = 20  # test digits that one row of the table averages over
ASKED = ("saliency", "input_x_gradient", "integrated_gradients", "guided_backprop", "grad_cam", "occlusion")
DESTROYED = ("saliency", "integrated_gradients", "guided_backprop", "grad_cam")


def walked_rows() -> Iterator[dict[str, Any]]:
    """A row for each of five draws: of twenty walks, how many end at the class asked for, as each network sees it, in percent.

    generated, pixels: from a test digit. preferred, noise: from a random code, and from noise.
    """
    net, judge = digit_net(SHIPPED_NETWORK), digit_net(counterfactual.JUDGE)
    for seed in range(5):
        ends, x, y, goal = walked(net, seed)
        shares = {
            f"{name}_{which}": hits(_logits(each, end), goal)
            for name, end in ends.items()
            for which, each in (("network", net), ("judge", judge))
        }
        yield {"seed": seed} | shares | {"pixels_judge_as_before": hits(_logits(judge, ends["pixels"]), y)}


def walked(net: nn.Module, seed: int) -> tuple[dict[str, Tensor], Tensor, Tensor, Tensor]:
    """(the pictures at the end of each kind of walk, the digits, their classes, the classes asked for)."""
    G, generator, data, knobs = (
        generators.of_run(counterfactual.GENERATOR),
        seeded(seed),
        digits.load(),
        Counterfactual(),
    )
    chosen = torch.randperm(len(data.test_y), generator=generator)[:EACH]
    x, y = data.test_x[chosen], data.test_y[chosen]
    goal = (y + torch.randint(1, 10, (EACH,), generator=generator)) % 10
    *_, code = counterfactual.nearest(G, x, generator)
    other, noise = torch.randn(code.shape, generator=generator), 0.5 + 0.01 * torch.randn(x.shape, generator=generator)

    def end(start: Tensor, stay: bool) -> Tensor:
        codes = start.dim() == 2
        draw = (lambda z: counterfactual.picture(G, z)) if codes else (lambda pixels: pixels)
        rate = counterfactual.CODE_RATE if codes else counterfactual.PIXEL_RATE
        *_, last = counterfactual.toward(net, draw, start, goal, knobs.near, knobs.walk, rate, stay)
        return draw(last)

    starts = {"generated": (code, True), "pixels": (x, True), "preferred": (other, False), "noise": (noise, False)}
    return {name: end(*start) for name, start in starts.items()}, x, y, goal


@torch.no_grad()
def _logits(net: nn.Module, x: Tensor) -> Tensor:
    return net(x)


def digit_rows() -> Iterator[dict[str, Any]]:
    """A row for each of five draws of twenty test digits: areas under the curves."""
    for seed, subjects in _draws():
        yield {"seed": seed} | _means([_areas(subject, seed) for subject in subjects])


def randomised_rows() -> Iterator[dict[str, Any]]:
    """A row for each of the same draws: what is left of the maps when the network is destroyed, by other random numbers for
    each draw, and how often it is right once its output layer is."""
    for seed, subjects in _draws():
        _, (_, first), *_, (_, last) = randomise.destroyed(subjects[0].net, seed)
        data = digits.load()
        yield (
            {"seed": seed, "guessed": hits(predict(first, data.test_x), data.test_y)}
            | _means([_left(subject, first, last) for subject in subjects])
        )


def _draws() -> Iterator[tuple[int, list[Subject]]]:
    net = digit_net(SHIPPED_NETWORK)
    for seed in range(5):
        drawn = np.random.default_rng(seed).integers([0, 1], [10, 101], (EACH, 2)).tolist()
        yield seed, [Subject(net, digit_at(*which), DIGITS) for which in drawn]


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([one[name] for one in rows])) for name in rows[0]}


def _areas(subject: Subject, seed: int) -> dict[str, float]:
    """Areas under deletion and insertion in percent, hidden with black, of six methods and the two controls."""
    target, black = subject.answer(), inputs.baseline(subject.x, "black")
    maps = {name: methods.answer(subject, target, s.METHODS[name]()).map for name in ASKED}
    maps |= {name.replace(" ", "_"): found for name, found in trust.controls(maps["saliency"], subject.x, seed).items()}
    return {
        f"{way}_{name}": 100 * trust.area(trust.curve(subject.net, subject.x, target, found, black, insert, seed=seed))
        for name, found in maps.items()
        for way, insert in (("deletion", False), ("insertion", True))
    }


def _left(subject: Subject, first: nn.Module, last: nn.Module) -> dict[str, float]:
    """Rank correlation of the trained network's map with the picture alone, with the map once the output layer has been
    destroyed (`first`), and once every layer has (`last`)."""
    found, target = {}, subject.answer()
    for name in DESTROYED:
        map, output, all = (
            methods.answer(replace(subject, net=net), target, s.METHODS[name]()).map
            for net in (subject.net, first, last)
        )
        found |= {
            f"output_{name}": rank_correlation(output, map),
            f"signed_{name}": rank_correlation(all, map),
            f"absolute_{name}": rank_correlation(abs(all), abs(map)),
            f"picture_{name}": rank_correlation(trust.input_only(subject.x), abs(map)),
        }
    return found


def photo_rows() -> Iterator[dict[str, Any]]:
    """A row for each photo: the completeness gap from black, ours and with even steps, and the steps that ours took."""
    for name in photos.FILES:
        subject = Subject(photo_net(), photos.load(name), imagenet.names())
        target, black = subject.answer(), inputs.baseline(subject.x, "black")
        pair = torch.stack([subject.x, black])
        with torch.no_grad():
            rise = float(torch.sub(*subject.net(pair)[:, target]))
        even = captum.attr.IntegratedGradients(subject.net).attribute(
            pair[:1], pair[1:], target=target, n_steps=50, internal_batch_size=10
        )
        ours = methods.answer(subject, target, s.IntegratedGradients())
        yield {
            "photo": name,
            "gap": ours.numbers["gap"],
            "gap_50": gap_percent(even.sum().item(), rise),
            "steps": ours.numbers["steps"],
        }


def patient_rows() -> Iterator[dict[str, Any]]:
    """A row for each of five test patients: how far eight seeds of LIME agree about the five features that matter most."""
    from core.data import tables

    table = tables.load("cancer")
    for patient in range(5):
        row = table.test_x[patient]
        target = int(tabular.forest(table).predict(row[None])[0])
        asked = {"500": (500, None), "5000": (5000, None), "narrow": (500, 1.0)}
        found = {
            name: tabular.repeats(table, row, target, samples, width, range(8))
            for name, (samples, width) in asked.items()
        }
        yield (
            {"patient": patient}
            | {f"jaccard_{name}": each.jaccard for name, each in found.items()}
            | {f"r2_{name}": each.mean.r2 for name, each in found.items()}
        )
