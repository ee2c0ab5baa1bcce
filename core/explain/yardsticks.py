"""The figures of the explainable AI lab beside published ones. `python -m core yardsticks explain` makes the tables."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import captum.attr
import numpy as np
import torch
from torch import nn

from core.attribution import inputs, methods, tabular, trust
from core.attribution import settings as s
from core.attribution.part import gap_percent
from core.data import digits, imagenet, photos
from core.explain import randomise
from core.loop import hits
from core.nets import predict
from core.statistics import rank_correlation
from core.subject.models import DIGITS, Subject, digit_at, digit_net, photo_net
from core.subject.settings import SHIPPED_NETWORK
from core.yardsticks import Yardstick, make_tables, measured

SHORTCUT = "--subject digit --method shortcut"
PROBE, OF_LOOPS = "--subject digit --method probe", "--subject digit --method probe --trait loop"
TENTH, CURED = f"{SHORTCUT} --elsewhere 10", f"{SHORTCUT} --elsewhere 100"
LIME = "--method lime"
OF_DIGITS, OF_RANDOMISED, OF_PHOTOS, OF_TABLES = "digits.csv", "randomised.csv", "photos.csv", "tables.csv"
EACH = 20  # test digits that one row of the table averages over
ASKED = ("saliency", "input_x_gradient", "integrated_gradients", "guided_backprop", "grad_cam", "occlusion")
DESTROYED = ("saliency", "integrated_gradients", "guided_backprop", "grad_cam")
ADEBAYO = "Adebayo et al. 2018"
NONE = "none in this set-up"
ALAIN = "rises from layer to layer in Inception v3 and ResNet-50 (Alain, Bengio 2016)"
TWO_SETS = f"{tabular.chance_jaccard(30):.2f} (two random sets of five)"


GUESSING, NO_SCORE, FLAT, MEAN = "10 (guessing)", "–", "1.1 (a flat map)", "0 (the mean answer)"
COIN_FLIP, COMMONEST, NO_TASK = "50 (guessing)", "56 (always “no loop”)", "0 (nothing of the task is in the layer)"


def _faithful(name: str, title: str, why: str = "") -> Iterator[Yardstick]:
    for way, good in (("deletion", "low"), ("insertion", "high")):
        yield Yardstick(
            f"Digits, area under {way} ({good} is good): {title}",
            "",
            f"{way}_{name}",
            "%",
            NONE,
            why,
            file=OF_DIGITS,
            of="draws",
            chance=_rivals(way),
        )


def _rivals(way: str) -> str:
    """What the two maps that know no network have in the same table."""
    order, picture = (
        measured("explain", Yardstick("", "", f"{way}_{name}", "", "", "", file=OF_DIGITS)).mean
        for name in ("random", "input_only")
    )
    return f"{order:.1f} (random order), {picture:.1f} (picture alone)"


def _destroyed(name: str, title: str, published: str, why: str = "") -> Iterator[Yardstick]:
    picture = measured("explain", Yardstick("", "", f"picture_{name}", "", "", "", file=OF_RANDOMISED)).mean
    for column, what in (
        ("output", "the output layer was destroyed, signed"),
        ("signed", "all layers were destroyed, signed"),
        ("absolute", "all layers were destroyed, absolute"),
    ):
        yield Yardstick(
            f"Digits, rank correlation after {what}: {title}",
            "",
            f"{column}_{name}",
            "",
            published,
            why,
            file=OF_RANDOMISED,
            of="draws",
            digits=2,
            chance=f"0 (random order), {picture:.2f} (picture alone)",
        )


PROBED = {  # title → sweep, column of its table, chance
    "Probe for the digit, on the pixels": (PROBE, "digit_pixels", GUESSING),
    "Probe for the digit, on the last hidden layer": (PROBE, "digit_dense_1", GUESSING),
    "Probe for the digit, on the last hidden layer before training": (PROBE, "digit_untrained_dense_1", GUESSING),
    "Probe for the slant, on the pixels": (PROBE, "trait_pixels", COIN_FLIP),
    "Probe for the slant, on the last hidden layer": (PROBE, "trait_dense_1", COIN_FLIP),
    "Probe for the slant, on the output layer": (PROBE, "trait_output_layer", COIN_FLIP),
    "Probe for the slant, on the output layer before training": (PROBE, "trait_untrained_output_layer", COIN_FLIP),
    "Probe for a closed loop, on the pixels": (OF_LOOPS, "trait_pixels", COMMONEST),
    "Probe for a closed loop, on the last hidden layer": (OF_LOOPS, "trait_dense_1", COMMONEST),
    "Probe for a closed loop, on the last hidden layer before training": (
        OF_LOOPS,
        "trait_untrained_dense_1",
        COMMONEST,
    ),
}


YARDSTICKS = (
    Yardstick(
        "Shortcut: marked class, with its mark",
        SHORTCUT,
        "result_marked_accuracy",
        "%",
        NONE,
        "The mark is all it takes.",
        chance=GUESSING,
    ),
    Yardstick(
        "Shortcut: marked class, mark taken away",
        SHORTCUT,
        "result_clean_accuracy",
        "%",
        NONE,
        "What it would be worth in the world outside.",
        chance=GUESSING,
    ),
    Yardstick(
        "Shortcut: other digits called the marked class once marked",
        SHORTCUT,
        "result_fooled",
        "%",
        NONE,
        "",
        chance=GUESSING,
    ),
    Yardstick(
        "Shortcut: accuracy on test digits that are marked as the training digits were",
        SHORTCUT,
        "result_believed_accuracy",
        "%",
        NONE,
        "A test set of the same origin shows nothing of the shortcut.",
        chance=GUESSING,
    ),
    Yardstick(
        "Shortcut: share of the map in the mark",
        SHORTCUT,
        "result_share_in_mark",
        "%",
        NONE,
        "Positive part of integrated gradients, 20 marked test digits.",
        chance=FLAT,
    ),
    Yardstick(
        "One digit in ten of the others marked: marked class, mark taken away",
        TENTH,
        "result_clean_accuracy",
        "%",
        NONE,
        "",
        chance=GUESSING,
    ),
    Yardstick(
        "One digit in ten of the others marked: share of the map in the mark",
        TENTH,
        "result_share_in_mark",
        "%",
        NONE,
        "",
        chance=FLAT,
    ),
    Yardstick(
        "Cured (every digit marked): marked class, mark taken away",
        CURED,
        "result_clean_accuracy",
        "%",
        NONE,
        "",
        chance=GUESSING,
    ),
    Yardstick("Cured: share of the map in the mark", CURED, "result_share_in_mark", "%", NONE, "", chance=FLAT),
    Yardstick(
        "Photos: completeness gap of integrated gradients, as here",
        "",
        "gap",
        "%",
        "5 % with 20 to 300 steps (Sundararajan et al. 2017)",
        "The line is cut finer where the sum does not add up.",
        file=OF_PHOTOS,
        of="photos",
        chance=NO_SCORE,
    ),
    Yardstick(
        "Photos: the same with 50 Gauss–Legendre steps",
        "",
        "gap_50",
        "%",
        "5 % with 20 to 300 steps",
        "Captum's default.",
        file=OF_PHOTOS,
        of="photos",
        chance=NO_SCORE,
    ),
    Yardstick(
        "Photos: steps that it took",
        "",
        "steps",
        "steps",
        "20 to 300",
        "",
        file=OF_PHOTOS,
        of="photos",
        digits=0,
        chance=NO_SCORE,
    ),
    Yardstick(
        "Cat: R² of LIME, 200 samples", LIME, "result_fit", "%", NONE, "The same photo, five seeds.", chance=MEAN
    ),
    *_faithful("integrated_gradients", "integrated gradients", "Hidden with black; see the picture alone."),
    *_faithful("input_x_gradient", "input × gradient"),
    *_faithful("occlusion", "occlusion"),
    *_faithful("grad_cam", "Grad-CAM"),
    *_faithful("guided_backprop", "guided backprop"),
    *_faithful("saliency", "saliency"),
    *_faithful("random", "random order", "The first control."),
    *_faithful("input_only", "picture alone (its ink), no network", "The second control."),
    *(
        Yardstick(
            title, sweep, f"result_{column}", "%", ALAIN if column.startswith("digit") else NONE, "", chance=chance
        )
        for title, (sweep, column, chance) in PROBED.items()
    ),
    Yardstick(
        "Selectivity of the probe for the digit, on the last hidden layer",
        PROBE,
        "result_digit_selectivity_dense_1",
        "points",
        NONE,
        "Control: a random answer for each of 100 groups of similar digits.",
        chance=NO_TASK,
    ),
    Yardstick(
        "Selectivity of the probe for the slant, on the last hidden layer",
        PROBE,
        "result_trait_selectivity_dense_1",
        "points",
        NONE,
        "",
        chance=NO_TASK,
    ),
    Yardstick(
        "Digits, accuracy once the output layer was destroyed",
        "",
        "guessed",
        "%",
        NONE,
        "The network guesses.",
        file=OF_RANDOMISED,
        of="draws",
        chance=GUESSING,
    ),
    *_destroyed(
        "saliency", "saliency", f"passes the test ({ADEBAYO})", "It has no sign: signed and absolute are the same."
    ),
    *_destroyed(
        "integrated_gradients",
        "integrated gradients",
        f"the input dominates on sparse pictures ({ADEBAYO})",
        "In absolute maps the black background is zero whatever the network is, and that alone correlates.",
    ),
    *_destroyed(
        "guided_backprop",
        "guided backprop",
        f"fails: invariant to the higher layers ({ADEBAYO})",
        "With all layers destroyed, the picture alone correlates more with the first map.",
    ),
    *_destroyed("grad_cam", "Grad-CAM", f"passes the test ({ADEBAYO})"),
    Yardstick(
        "Breast cancer, LIME: agreement of the top five of two seeds, 500 samples",
        "",
        "jaccard_500",
        "",
        NONE,
        "Jaccard index, eight seeds, five test patients.",
        file=OF_TABLES,
        of="patients",
        digits=2,
        chance=TWO_SETS,
    ),
    Yardstick(
        "The same, 5,000 samples (the package's default)",
        "",
        "jaccard_5000",
        "",
        NONE,
        "",
        file=OF_TABLES,
        of="patients",
        digits=2,
        chance=TWO_SETS,
    ),
    Yardstick(
        "The same, 500 samples, kernel width 1 instead of 4.1",
        "",
        "jaccard_narrow",
        "",
        NONE,
        "Few samples are near enough to count: hardly above chance.",
        file=OF_TABLES,
        of="patients",
        digits=2,
        chance=TWO_SETS,
    ),
    Yardstick(
        "R² with 5,000 samples", "", "r2_5000", "", NONE, "", file=OF_TABLES, of="patients", digits=2, chance=MEAN
    ),
    Yardstick(
        "R² with kernel width 1", "", "r2_narrow", "", NONE, "", file=OF_TABLES, of="patients", digits=2, chance=MEAN
    ),
)


def measured_tables(folder: Path) -> None:
    """What no sweep measures: averages over test digits, photos, and patients. A table that is there stays."""
    tables = {
        OF_DIGITS: digit_rows,
        OF_RANDOMISED: randomised_rows,
        OF_PHOTOS: photo_rows,
        OF_TABLES: patient_rows,
    }
    make_tables(folder, tables)


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
