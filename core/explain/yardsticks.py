"""The figures of the explainable AI lab beside published ones. `python -m core yardsticks explain` makes the tables."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import captum.attr
import numpy as np
import torch
from torch import nn

from core.data import digits, imagenet, photos
from core.explain import methods, models, randomise, tabular, trust
from core.explain import settings as s
from core.explain.part import gap_percent
from core.loop import hits
from core.nets import predict
from core.subject.models import DIGITS, Subject, digit_at, digit_net, photo_net
from core.subject.settings import SHIPPED_NETWORK
from core.yardsticks import Yardstick, write

SHORTCUT = "--subject digit --method shortcut"
CURED = f"{SHORTCUT} --elsewhere 100"
LIME = "--method lime"
OF_DIGITS, OF_PHOTOS, OF_TABLES = "digits.csv", "photos.csv", "tables.csv"
EACH = 20  # test digits that one row of the table averages over
ASKED = {"saliency": s.Saliency, "input_x_gradient": s.InputXGradient, "integrated_gradients": s.IntegratedGradients,
         "guided_backprop": s.GuidedBackprop, "grad_cam": s.GradCam, "occlusion": s.Occlusion}
DESTROYED = ("saliency", "integrated_gradients", "guided_backprop", "grad_cam")
ADEBAYO = "Adebayo et al. 2018"
NONE = "none in this set-up"


def _faithful(name: str, title: str, why: str = "") -> Iterator[Yardstick]:
    for way, good in (("deletion", "low"), ("insertion", "high")):
        yield Yardstick(f"Digits, area under {way} ({good} is good): {title}", "", f"{way}_{name}", "%", NONE, why,
                        file=OF_DIGITS, of="draws")


def _destroyed(name: str, title: str, published: str, why: str = "") -> Iterator[Yardstick]:
    for kind in ("signed", "absolute"):
        yield Yardstick(f"Digits, rank correlation after all layers were destroyed, {kind}: {title}", "", f"{kind}_{name}", "",
                        published, why, file=OF_DIGITS, of="draws", digits=2)


YARDSTICKS = (
    Yardstick("Shortcut: marked class, with its mark", SHORTCUT, "result_marked_accuracy", "%", NONE, "The mark is all it takes."),
    Yardstick("Shortcut: marked class, mark taken away", SHORTCUT, "result_clean_accuracy", "%", NONE,
              "What it would be worth in the world outside."),
    Yardstick("Shortcut: other digits called the marked class once marked", SHORTCUT, "result_fooled", "%", NONE, ""),
    Yardstick("Shortcut: share of the map in the mark", SHORTCUT, "result_share_in_mark", "%", "1.1 % if the map were flat",
              "Positive part of integrated gradients, 20 marked test digits."),
    Yardstick("Cured (every digit marked): marked class, mark taken away", CURED, "result_clean_accuracy", "%", NONE, ""),
    Yardstick("Cured: share of the map in the mark", CURED, "result_share_in_mark", "%", "1.1 % if the map were flat", ""),
    Yardstick("Photos: completeness gap of integrated gradients, as here", "", "gap", "%",
              "5 % with 20 to 300 steps (Sundararajan et al. 2017)", "The line is cut finer where the sum does not add up.",
              file=OF_PHOTOS, of="photos"),
    Yardstick("Photos: the same with 50 even Gauss–Legendre steps", "", "gap_50", "%", "5 % with 20 to 300 steps",
              "Captum's default: what most programs show.", file=OF_PHOTOS, of="photos"),
    Yardstick("Photos: steps that it took", "", "steps", "steps", "20 to 300", "", file=OF_PHOTOS, of="photos", digits=0),
    Yardstick("Cat: R² of LIME, 200 samples", LIME, "result_fit", "%", NONE, "The same photo, five seeds."),
    *_faithful("integrated_gradients", "integrated gradients", "Hidden with black: the picture's own ink does as well."),
    *_faithful("occlusion", "occlusion"),
    *_faithful("grad_cam", "Grad-CAM"),
    *_faithful("guided_backprop", "guided backprop"),
    *_faithful("saliency", "saliency"),
    *_faithful("random", "random order", "The first control."),
    *_faithful("input_only", "the picture's ink, no network", "The second control."),
    *_destroyed("saliency", "saliency", f"passes the test ({ADEBAYO})", "It has no sign: both rows are the same."),
    *_destroyed("integrated_gradients", "integrated gradients", f"the input dominates on sparse pictures ({ADEBAYO})",
                "The black background is zero in every map, and that alone correlates."),
    *_destroyed("guided_backprop", "guided backprop", f"fails: invariant to the higher layers ({ADEBAYO})",
                "It draws the picture; the ink alone has 0.5."),
    *_destroyed("grad_cam", "Grad-CAM", f"passes the test ({ADEBAYO})"),
    Yardstick("Breast cancer, LIME: agreement of the top five of two seeds, 500 samples", "", "jaccard_500", "", NONE,
              "Jaccard index, eight seeds, five test patients.", file=OF_TABLES, of="patients", digits=2),
    Yardstick("The same, 5,000 samples (the package's default)", "", "jaccard_5000", "", NONE, "", file=OF_TABLES, of="patients", digits=2),
    Yardstick("The same, 500 samples, kernel width 1 instead of 4.1", "", "jaccard_narrow", "", NONE,
              "Few samples are near enough to count.", file=OF_TABLES, of="patients", digits=2),
    Yardstick("R² with 5,000 samples", "", "r2_5000", "", NONE, "", file=OF_TABLES, of="patients", digits=2),
    Yardstick("R² with kernel width 1", "", "r2_narrow", "", NONE, "", file=OF_TABLES, of="patients", digits=2),
)


def measured_tables(folder: Path) -> None:
    """What no sweep measures: averages over test digits, photos, and patients. A table that is there stays."""
    for name, rows in ((OF_DIGITS, digit_rows), (OF_PHOTOS, photo_rows), (OF_TABLES, patient_rows)):
        if not (folder / name).is_file():
            found = [row | {"state": "finished"} for row in rows()]
            with (folder / name).open("w", newline="") as stream:
                write(found, stream)


def digit_rows() -> Iterator[dict[str, Any]]:
    """A row for each of five draws of twenty test digits: areas under the curves, and what randomisation leaves."""
    net = digit_net(SHIPPED_NETWORK)
    for seed in range(5):
        drawn = np.random.default_rng(seed).integers([0, 1], [10, 101], (EACH, 2)).tolist()
        subjects = [Subject(net, digit_at(*which), DIGITS) for which in drawn]
        _, (_, first), *_, (_, last) = randomise.destroyed(net, seed)
        found = [_areas(subject, seed) | _left(subject, first, last) for subject in subjects]
        yield {"seed": seed, "guessed": _accuracy(first)} | {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def _accuracy(net: nn.Module) -> float:
    data = digits.load()
    return hits(predict(net, data.test_x), data.test_y)


def _areas(subject: Subject, seed: int) -> dict[str, float]:
    """Areas under deletion and insertion in percent, hidden with black, of six methods and the two controls."""
    target, black = subject.answer(), models.baseline(subject.x, "black")
    maps = {name: methods.answer(subject, target, ask()).map for name, ask in ASKED.items()}
    maps |= {name.replace(" ", "_"): found for name, found in trust.controls(maps["saliency"], subject.x, seed).items()}
    return {f"{way}_{name}": 100 * trust.area(trust.curve(subject.net, subject.x, target, found, black, insert, seed=seed))
            for name, found in maps.items() for way, insert in (("deletion", False), ("insertion", True))}


def _left(subject: Subject, first: nn.Module, last: nn.Module) -> dict[str, float]:
    """Rank correlation of the trained network's map with the picture alone, with the map once the output layer has been
    destroyed (`first`), and once every layer has (`last`)."""
    found, target = {}, subject.answer()
    for name in DESTROYED:
        map, output, all = (methods.answer(replace(subject, net=net), target, ASKED[name]()).map for net in (subject.net, first, last))
        found |= {f"output_{name}": trust.rank_correlation(output, map), f"signed_{name}": trust.rank_correlation(all, map),
                  f"absolute_{name}": trust.rank_correlation(abs(all), abs(map)),
                  f"picture_{name}": trust.rank_correlation(trust.input_only(subject.x), abs(map))}
    return found


def photo_rows() -> Iterator[dict[str, Any]]:
    """A row for each photo: the completeness gap from black, ours and with even steps, and the steps that ours took."""
    for name in photos.FILES:
        subject = Subject(photo_net(), photos.load(name), imagenet.names())
        target, black = subject.answer(), models.baseline(subject.x, "black")
        pair = torch.stack([subject.x, black])
        with torch.no_grad():
            rise = float(torch.sub(*subject.net(pair)[:, target]))
        even = captum.attr.IntegratedGradients(subject.net).attribute(pair[:1], pair[1:], target=target, n_steps=50,
                                                                      internal_batch_size=10)
        ours = methods.answer(subject, target, s.IntegratedGradients())
        yield {"photo": name, "gap": ours.numbers["gap"], "gap_50": gap_percent(even.sum().item(), rise),
               "steps": ours.numbers["steps"]}


def patient_rows() -> Iterator[dict[str, Any]]:
    """A row for each of five test patients: how far eight seeds of LIME agree about the five features that matter most."""
    from core.data import tables

    table = tables.load("cancer")
    for patient in range(5):
        row = table.test_x[patient]
        target = int(tabular.forest(table).predict(row[None])[0])
        asked = {"500": (500, None), "5000": (5000, None), "narrow": (500, 1.0)}
        found = {name: tabular.repeats(table, row, target, samples, width, range(8)) for name, (samples, width) in asked.items()}
        yield ({"patient": patient} | {f"jaccard_{name}": each.jaccard for name, each in found.items()}
               | {f"r2_{name}": each.mean.r2 for name, each in found.items()})
