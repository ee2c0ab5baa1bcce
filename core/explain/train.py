"""A run of the explainable AI lab: one explanation and how far to trust it, or one of the experiments."""

from collections.abc import Iterator

import numpy as np

from core.attribution import methods, trust
from core.attribution.settings import METHODS
from core.events import Event, Finished, Metrics, Started
from core.explain import counterfactual, excite, pictures, probe, randomise, shortcut, tcav
from core.explain import settings as s
from core.explain.settings import ExplainSettings
from core.subject.models import Subject, as_bytes, look_at

POINTS = 14  # of the insertion and deletion curves
GROWING = 4  # a map that still grows is kept in squares of this many pixels


def prepare() -> None:
    """Loads the clustering of scikit-learn, which takes a second, before anybody waits for it."""
    import sklearn.cluster  # noqa: F401


def train(settings: ExplainSettings) -> Iterator[Event]:
    """The run that `settings` describe. The same settings give the same events."""
    match settings.method:
        case s.Shortcut():
            yield from shortcut.train_marked(settings.method, settings.seed, settings.subject)
        case s.Randomise():
            yield from destroy(settings)
        case s.Excite():
            yield from excite.excite(settings.method, look_at(settings.subject), settings.seed)
        case s.Probe():
            yield from probe.probe(settings.method, settings.subject, settings.seed)
        case s.Counterfactual():
            yield from counterfactual.walk(settings.method, settings.subject, settings.seed)
        case s.Concept():
            yield from tcav.tcav(settings.method, settings.subject, settings.seed)
        case _:
            yield from explain(settings)


def explain(settings: ExplainSettings) -> Iterator[Event]:
    """One method's map as it grows, then what happens when the pixels that it names are hidden, beside two controls."""
    subject = look_at(settings.subject)
    target = subject.answer(settings.answer)
    yield Started(
        methods.cost(subject, settings.method) + 6 * (POINTS + 1),
        said(subject, target)
        | {"axis": "passes through the network", "cost": methods.cost_words(settings.method, subject)},
    )
    yield pictures.INPUT.at(0, as_bytes(subject.x))
    yield Metrics(0, {"probability": 100 * float(subject.probabilities[target])})
    for part in methods.explain(subject, target, settings.method, settings.seed):
        yield Metrics(part.passes, part.numbers)
        if part.map is not None:
            yield pictures.GROWING.at(part.passes, shrunk(part.map))
    step = part.passes
    yield pictures.MAP.at(step, part.map.astype(np.float16 if subject.photo else np.float32))
    areas = {}
    for name, insert, curve in trust.examine(subject, target, part.map, settings.hide, settings.seed, POINTS):
        step += POINTS + 1
        way = "insertion" if insert else "deletion"
        areas[f"{way} {name}"] = 100 * trust.area(curve)
        yield pictures.CURVES[way, name].at(step, curve)
    yield Metrics(step, {way: areas[f"{way} map"] for way in ("deletion", "insertion")})
    yield Finished(step, said(subject, target) | part.numbers | areas | {"note": part.note, "passes": part.passes})


def destroy(settings: ExplainSettings) -> Iterator[Event]:
    """The randomisation test: the map after each further layer lost its weights, and how much of it is left."""
    subject = look_at(settings.subject)
    target = subject.answer(settings.answer)
    ask = METHODS[settings.method.ask]()

    def asked(other: Subject) -> np.ndarray:
        return methods.answer(other, target, ask, settings.seed).map

    stages = [randomise.TRAINED, *randomise.stages(subject.net)]
    yield Started(len(stages) - 1, said(subject, target) | {"stages": stages, "axis": "layers destroyed"})
    yield pictures.INPUT.at(0, as_bytes(subject.x))
    for step, stage in enumerate(randomise.run(subject, target, asked, settings.seed)):
        yield pictures.MAP.at(step, stage.map.astype(np.float16 if subject.photo else np.float32))
        left = {
            "signed": stage.signed,
            "absolute": stage.absolute,
            "input_only": stage.input_only,
            "random": stage.random,
        }
        yield Metrics(step, left)
    yield Finished(step, said(subject, target) | left)


def said(subject: Subject, target: int) -> dict[str, object]:
    """What the network says, and which of its answers is explained."""
    return {
        "photo": subject.photo,
        "target": target,
        "answer": subject.names[target],
        "probability": 100 * float(subject.probabilities[target]),
        "answers": subject.best(),
    }


def shrunk(values: np.ndarray) -> np.ndarray:
    """A map of a photo as the means of small squares: enough to see it grow, and a sixteenth of the bytes."""
    height, width = values.shape
    if height < 100:
        return values.astype(np.float32)
    squares = values.reshape(height // GROWING, GROWING, width // GROWING, GROWING)
    return squares.mean((1, 3)).astype(np.float16)
