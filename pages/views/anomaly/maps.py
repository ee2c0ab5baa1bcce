"""What detectors answer when they are asked which pixels made the score high: computed once, shared by all visitors."""

import json
from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.runs import RunError
from pages.parts.words import _
from pages.views.anomaly import data
from pages.views.anomaly.panels import pixels
from pages.views.anomaly.rivals import Rival

GRADIENTS = ("integrated_gradients", "saliency", "smoothgrad", "input_x_gradient", "gradient_shap")
CHANGES = ("occlusion", "feature_ablation", "kernel_shap", "lime")
OF_PROBABILITY = ("kernel_shap", "lime")  # what they explain is bounded, and must not be flat at the example
ADDS_UP = ("integrated_gradients", "input_x_gradient", "gradient_shap")  # to the score, as squared errors do
UNSIGNED = ("saliency", "smoothgrad")  # a gradient is as telling where more ink would make the example more normal
COMPARED = ("integrated_gradients", "input_x_gradient", *CHANGES)
NORMALS = 20  # that GradientSHAP compares with
JUDGED = 10  # damaged pictures
JUDGED_BY = ("saliency", "input_x_gradient", "integrated_gradients", "occlusion", "lime")


@st.cache_data(max_entries=600, show_spinner=False)
def answer(
    rival: str, key: str, method: str, given: str, base: str, _rival: Rival, _x: Any, _settings: Any
) -> dict[str, Any]:
    """What a detector says of one picture (1, 28, 28), and why. rival, key, method, given, base: what the answer is kept under.

    Returns score, scale (of held-out scores), map (28, 28) or None and then a note why, passes, expected (28, 28) 8-bit or
    None, error (28, 28), sum: whether the score is the sum of the error; picture as 8-bit.
    """
    from core.anomaly.detector import Rebuilds, scores

    found = dict.fromkeys(("score", "map", "expected", "error")) | {"passes": 0, "sum": False, "scale": 1.0, "note": ""}
    found["picture"] = pixels(_x)
    try:
        detector = _rival.detector()
    except (RunError, KeyError):
        return found | {"note": _("This detector is gone: its run was deleted.")}
    found["score"] = float(scores(detector, _x.unsqueeze(0))[0])
    found["scale"] = float(_rival.held.std()) or 1.0
    expected = detector.expects(_x.unsqueeze(0))
    if expected is not None:
        error = detector.error(_x.unsqueeze(0)).detach()[0, 0].numpy().copy()
        found |= {
            "expected": pixels(expected.detach()[0]),
            "error": error,
            "sum": isinstance(detector, Rebuilds),
        }
    if method != "expected":
        return found | _explained(_rival, _x, found["score"], method, given, base, _settings)
    if expected is None:
        return found | {"note": _("This detector expects nothing in the place of a picture.")}
    note = _("The squared difference, pixel by pixel; its sum is the score.")
    if not found["sum"]:
        note = _("The squared difference to the nearest that it knows, pixel by pixel; the score is a distance.")
    return found | {"map": found["error"], "note": note}


def _explained(rival: Rival, x: Any, score: float, method: str, given: str, base: str, settings: Any) -> dict[str, Any]:
    """map, note and passes of one of the methods of the explainable AI lab, which asks the detector as a network."""
    from core.anomaly.alarm import ALARM, NAMES, alarm
    from core.attribution import methods
    from core.attribution.settings import METHODS
    from core.subject.models import Subject

    detector = rival.detector()
    if method in GRADIENTS and not detector.gradients:
        return {
            "note": _(
                "This detector's score has no gradients: choose a method that changes the picture, such as occlusion."
            )
        }
    origin = _origin(detector, x, method, base, settings)
    net = alarm(detector, rival.held, origin, score if method in OF_PROBABILITY else None)
    fields = METHODS[method].model_fields
    nothing = {name: "black" for name in ("baseline", "fill") if name in fields}  # zero, which is the origin
    asked, subject = METHODS[method](**json.loads(given), **nothing), Subject(net, x - origin, NAMES)
    if method == "gradient_shap":
        return _gradient_shap(subject, data.world(settings).fit_x[:NORMALS] - origin, asked)
    part = methods.answer(subject, ALARM, asked)
    note = part.note.replace("the network", "the detector").replace("the logit", _("what is explained"))
    return {"map": part.map, "note": note, "passes": part.passes}


def _origin(detector: Any, x: Any, method: str, base: str, settings: Any) -> Any:
    """What stands for nothing to see, (1, 28, 28): the picture is handed over as its difference to it."""
    from core.attribution import inputs

    if method not in COMPARED or base == "black":
        return inputs.baseline(x, "black")
    if base == "expected" and (expected := detector.expects(x.unsqueeze(0))) is not None:
        return expected.detach()[0]
    if base == "blur":
        return inputs.baseline(x, "blur")
    return data.world(settings).fit_x.mean(0)


def _gradient_shap(subject: Any, normals: Any, asked: Any) -> dict[str, Any]:
    """Expected gradients with learned normals (n, 1, 28, 28) to compare with (Erion et al. 2021): random digits, as for a
    classifier, would be anomalies themselves."""
    import torch
    from captum.attr import GradientShap

    from core.anomaly.alarm import ALARM
    from core.attribution.passes import Draws

    with Draws(0):
        values = GradientShap(subject.net).attribute(
            subject.x.unsqueeze(0).clone().requires_grad_(),
            normals,
            n_samples=asked.samples,
            stdevs=asked.noise / 100,
            target=ALARM,
        )
    with torch.no_grad():
        logits = subject.net(torch.cat([subject.x.unsqueeze(0), normals]))[:, ALARM]
    found, rise = values.detach()[0, 0].numpy().copy(), float(logits[0] - logits[1:].mean())
    note = _("The map adds up to {:.2f}; the picture lies {:.2f} above the mean of {} normals.").format(
        found.sum(), rise, len(normals)
    )
    return {"map": found, "note": note, "passes": 2 * asked.samples + len(logits)}


# ---- which method may be believed ----


def where(values: np.ndarray, mask: np.ndarray, method: str) -> float:
    """How often a map (H, W) is higher on a damaged pixel than on another one, in [0, 1]. mask: (H, W) bool."""
    return decide.auroc((np.abs(values) if method in UNSIGNED else values).ravel(), mask.ravel())


def mask_of(settings: Any, index: int) -> np.ndarray | None:
    """Where a test picture is damaged, (28, 28) bool; None where nothing is, or nobody knows."""
    masks = data.world(settings).masks
    found = None if masks is None else masks[index].numpy()
    return found if found is not None and found.any() and not found.all() else None


@st.cache_data(max_entries=16, show_spinner="Asking every method about ten pictures …")
def judgements(
    rival: str, _rival: Rival, _settings: Any
) -> tuple[list[tuple[str, dict[str, tuple[float, float]]]], str]:
    """Rows (method, baseline → (mean, standard error) in %), and one sentence on them."""
    from core.attribution.settings import METHOD_NAMES

    there, detector = data.world(_settings), _rival.detector()
    places = [int(i) for i in np.flatnonzero(there.test_odd.numpy()) if mask_of(_settings, int(i)) is not None]
    places = [places[(k * len(places)) // JUDGED] for k in range(min(JUDGED, len(places)))]
    expects = detector.expects(there.test_x[:1]) is not None
    rows = (
        [(_("Squared difference"), {"expected": _over(_rival, places, "expected", "mean", _settings)})]
        if expects
        else []
    )
    for method in JUDGED_BY if detector.gradients else [each for each in JUDGED_BY if each not in GRADIENTS]:
        bases = ("mean", "black", *(("expected",) if expects else ())) if method in COMPARED else ("mean",)
        rows.append((_(METHOD_NAMES[method]), {base: _over(_rival, places, method, base, _settings) for base in bases}))
    every = [(value[0], name, base if len(row) > 1 else "") for name, row in rows for base, value in row.items()]
    words = {"mean": _("the mean normal picture"), "black": _("black"), "expected": _("what was expected")}
    best, worst = (
        f"**{name}**" + (" " + _("compared with {}").format(words[base]) if base else "") + f" ({value:.0f} %)"
        for value, name, base in (max(every), min(every))
    )
    return rows, _("Best: {}. Worst: {}.").format(best, worst)


def _over(rival: Rival, places: list[int], method: str, base: str, settings: Any) -> tuple[float, float]:
    """Mean and standard error, in %, of `where` over some damaged test pictures."""
    found = []
    for place in places:
        x = data.world(settings).test_x[place]
        values = answer(rival.id, f"test/{place}", method, "{}", base, rival, x, settings)["map"]
        found.append(100 * where(values, mask_of(settings, place), method))
    return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(len(found)))
