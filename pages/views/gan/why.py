"""The tab Explain: what in this picture made D say “fake”; on the plane, what each of its two numbers adds to the score."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, knobs, rasters
from pages.parts.overlay import enlarged, overlay, top_of
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import data, why_plane

FAKE = 0  # the first of the two logits
METHODS = (
    "integrated_gradients",
    "saliency",
    "smoothgrad",
    "input_x_gradient",
    "occlusion",
    "feature_ablation",
    "kernel_shap",
    "lime",
)
OF_PROBABILITY = ("kernel_shap", "lime")  # they explain the probability, which must not be flat at the picture
COMPARED = ("integrated_gradients", "input_x_gradient", "occlusion", "feature_ablation", "kernel_shap", "lime")
UNSIGNED = ("saliency",)
SOFT = 2.0  # standard deviations that a softened score may lie from where D is undecided
HOLE = 9  # pixels along each side of what is blacked out
INK = 0.2  # of white: what counts as ink
SHOWN = 40  # examples to choose among


@dataclass(frozen=True, eq=False)
class Example:
    """x: (1, 28, 28) in [0, 1]. digit: the class that D is told, None where it is told none. key: names it, for caches."""

    x: Any
    digit: int | None
    key: str
    title: str


def why(current: Shown) -> None:
    """Pictures get maps; a point of the plane gets bars and an arrow."""
    there = data.ended(current)
    if there is None:
        data.gone()
    elif there.digits:
        _digits(current, there)
    else:
        why_plane.draw(current, there)


@st.fragment
def _digits(current: Shown, there: data.Ended) -> None:
    """The chosen picture, and for comparison a real digit of the same class, by one method on one scale."""
    at = "gan/why"
    left, right = st.columns([1, 2.4], gap="large")
    with left:
        chosen = _choose(at, there)
        method, given, base = _asked(at)
    with right:
        st.markdown(f"**{_('What made D say “fake”?')}** {_key_of(method)}")
        shown = [chosen, _beside(there, chosen)]
        found = [answer(current.id, each.key, method, given, base, each, there) for each in shown]
        top = top_of(*(each["map"] for each in found))
        for column, key, each, got in zip(st.columns(2, gap="medium"), ("chosen", "beside"), shown, found):
            with column:
                st.markdown(f"**{each.title}**")
                st.caption(_verdict(there.settings, got["score"]))
                pixels = data.as_bytes(2 * each.x[None] - 1)[0]
                both, titles = (
                    [enlarged(pixels), overlay(pixels, got["map"], top)],
                    [each.title, _("Why, {}").format(each.title)],
                )
                chart.show(rasters.gallery(both, 2, titles, 230), key=f"why/{key}", alt=" · ".join(titles))
        st.markdown(about(found[0], data.as_bytes(2 * chosen.x[None] - 1)[0], method))
        tip = f"{found[0]['note']} {_about_method(method, base, found[0], there.settings)}"
        st.caption(_("Both maps share one scale."), help=tip)


def _key_of(method: str) -> str:
    if method in UNSIGNED:
        return _("Orange is where a small change of the pixel changes D's score most, whatever its sign.")
    if method == "smoothgrad":
        return _("Orange is where a brighter pixel would look more fake to D, blue where it would look more real.")
    return _("Orange speaks for fake, blue for real.")


# ---- which picture ----


def _choose(at: str, there: data.Ended) -> Example:
    """A fake, a real test digit, or that digit with something done to it."""
    ways = {"fake": _("a fake"), "real": _("a real digit"), "damaged": _("a damaged one")}
    way = st.segmented_control(
        _("Ask about"), list(ways), format_func=ways.get, default="fake", required=True, key=f"{at}/way", wrap=True
    )
    number = st.slider(_("Which one"), 1, SHOWN, 1, key=f"{at}/{way}")
    if way == "fake":
        x = ((there.fake[number - 1] + 1) / 2).clone()
        return Example(
            x, int(there.y[number - 1]) if there.told else None, f"fake/{number}", _("Fake {}").format(number)
        )
    real = _real(there, number)
    if way == "real":
        return real
    kinds = {"hole": _("a hole in its ink"), "blur": _("blurred"), "noise": _("noise on it")}
    if there.told and len(there.world.classes) > 1:
        kinds["class"] = _("told a wrong class")
    kind = st.selectbox(_("What is wrong with it"), list(kinds), format_func=kinds.get, key=f"{at}/damage")
    return damaged(real, kind, [int(c) for c in there.world.classes], kinds[kind])


def _real(there: data.Ended, number: int) -> Example:
    """One of the test digits, evenly spread over the classes."""
    place = (number - 1) * len(there.real) // SHOWN
    digit = int(there.real_y[place])
    return Example(
        (there.real[place] + 1) / 2, digit if there.told else None, f"real/{place}", _("Real {}").format(digit)
    )


def _beside(there: data.Ended, chosen: Example) -> Example:
    """A real test digit of the same class, which is another one than the chosen."""
    kind = chosen.digit if chosen.digit is not None else int(there.real_y[0])
    places = (there.real_y == kind).nonzero().flatten().tolist() or [0]
    place = next((p for p in places if f"real/{p}" not in chosen.key), places[0])
    digit = int(there.real_y[place])
    return Example(
        (there.real[place] + 1) / 2,
        digit if there.told else None,
        f"real/{place}",
        _("For comparison: a real {}").format(digit),
    )


def damaged(real: Example, kind: str, classes: list[int], title: str) -> Example:
    """The same digit with something done to it; its pixels stay in [0, 1]."""
    import torch
    import torch.nn.functional as F

    from core.loop import seeded

    x, digit = real.x.clone(), real.digit
    match kind:
        case "hole":  # where the most ink is
            ink = F.avg_pool2d(x[None], HOLE, 1)[0, 0]
            row, column = divmod(int(ink.argmax()), ink.shape[1])
            x[:, row : row + HOLE, column : column + HOLE] = 0
        case "blur":
            x = F.avg_pool2d(F.avg_pool2d(x[None], 3, 1, 1), 3, 1, 1)[0]
        case "noise":
            x = (x + 0.2 * torch.randn(x.shape, generator=seeded(0))).clamp(0, 1)
        case "class":
            digit = classes[(classes.index(digit) + 1) % len(classes)]
    said = _("{}, {}").format(real.title, title) + (f": {digit}" if kind == "class" else "")
    return Example(x, digit, f"{real.key}/{kind}", said)


# ---- how it is asked ----


def _asked(at: str) -> tuple[str, str, str]:
    """The method, its knobs as JSON, and what the picture is compared with."""
    from core.attribution.settings import METHOD_NAMES
    from core.attribution.settings import METHODS as KNOBS

    method = st.selectbox(_("Method"), METHODS, format_func=lambda m: _(METHOD_NAMES[m]), key=f"{at}/method")
    fields = {n: f for n, f in KNOBS[method].model_fields.items() if n not in ("name", "baseline", "fill")}
    given = {name: knobs.clean(knobs.widget(f"{at}/{method}", name, field)) for name, field in fields.items()}
    base = "black"
    if method in COMPARED:
        bases = {"black": _("black"), "mean": _("mean training digit"), "blur": _("blurred picture")}
        tip = _("What stands in the place of a pixel that is taken away. D has an opinion on that, too.")
        base = st.selectbox(_("Compared with"), list(bases), format_func=bases.get, key=f"{at}/base", help=tip)
    return method, json.dumps(given), base


@st.cache_data(max_entries=300, show_spinner=False)
def answer(
    run_id: str, key: str, method: str, given: str, base: str, _example: Example, _there: data.Ended
) -> dict[str, Any]:
    """What D says of a picture, and why. Returns score (raw, of being real), base_score (of what it is compared with), map
    (28, 28): positive speaks for fake; note and passes."""
    import torch

    from core.attribution import methods
    from core.attribution.settings import METHODS as KNOBS
    from core.subject.models import Subject

    origin = _origin(_example.x, method, base, _there)
    with torch.no_grad():
        score, nothing = (float(_scored(_there, x[None], _example.digit)) for x in (_example.x, origin))
    ask = asker(_there, _example.digit, origin, score if method in OF_PROBABILITY else None)
    fields = KNOBS[method].model_fields
    black = {name: "black" for name in ("baseline", "fill") if name in fields}  # zero, which is the origin
    subject = Subject(ask, _example.x - origin, ("fake", "real"))
    part = methods.answer(subject, FAKE, KNOBS[method](**json.loads(given), **black))
    note = part.note.replace("the network", "D").replace("the logit", _("the score of “fake”"))
    return {"score": score, "base_score": nothing, "map": part.map, "note": note, "passes": part.passes}


def _origin(x: Any, method: str, base: str, there: data.Ended) -> Any:
    """What stands for nothing to see, (1, 28, 28): the picture is handed over as its difference to it."""
    from core.attribution import inputs

    if method in COMPARED and base == "mean":
        return (there.world.x.mean(0) + 1) / 2
    return inputs.baseline(x, "blur" if method in COMPARED and base == "blur" else "black")


def _scored(there: data.Ended, x: Any, digit: int | None) -> Any:
    """D's raw scores (N,) of pictures (N, 1, 28, 28) in [0, 1], all told the same class."""
    import torch

    return there.scores(2 * x - 1, None if digit is None else torch.full((len(x),), digit))


def asker(there: data.Ended, digit: int | None, origin: Any, soft_at: float | None = None) -> Any:
    """D as a network of two classes: pictures as differences to `origin` (N, 1, 28, 28) → logits (N, 2) of “fake” and “real”, whose
    softmax is D's own probability where its loss has one. soft_at: a score that shall not lie where that probability is flat."""
    import torch

    middle = 0.5 if there.settings.method.name == "ls" else 0.0
    scale = 1.0 if soft_at is None else max(1.0, abs(soft_at - middle) / SOFT)

    def ask(x: Any) -> Any:
        above = (_scored(there, x + origin, digit) - middle) / scale
        return torch.stack([-above, torch.zeros_like(above)], 1)

    return ask


# ---- in words ----


def _verdict(settings: Any, score: float) -> str:
    """What D says of a picture."""
    if data.critic(settings):
        return _("D scores it {}").format(data.number(score))
    said = float(data.opinion(settings, np.array([score]))[0])
    word = _("real") if said > 0.5 else _("fake")
    return data.minus(_("D(x) = {:.2f}: it says {}").format(said, word))


def about(found: dict[str, Any], picture: np.ndarray, method: str) -> str:
    """How few pixels carry what speaks for fake, and whether they are ink or background."""
    values, ink = found["map"], picture > 255 * INK
    sizes = np.abs(values) if method in UNSIGNED else np.clip(values, 0, None)
    if not sizes.any():
        return _("Nothing in this picture speaks for fake.")
    order = np.sort(sizes.ravel().astype(np.float64))[::-1].cumsum()
    half = int(np.searchsorted(order, order[-1] / 2) + 1)
    on_ink, area = 100 * float(sizes[ink].sum() / sizes.sum()), 100 * float(ink.mean())
    said = _(
        "**Half of all orange** lies on **{} of {} pixels**; **{:.0f} %** of it lies on ink, which covers {:.0f} % of "
        "the picture."
    )
    said = said.format(half, values.size, on_ink, area)
    if on_ink < area:
        return said + " " + _("D looks at the background more than at the strokes.")
    if on_ink > 2 * area:
        return said + " " + _("D judges the strokes.")
    return said + " " + _("D judges both the strokes and what lies about them.")


def _about_method(method: str, base: str, found: dict[str, Any], settings: Any) -> str:
    """What the map adds up to, and what is explained."""
    words = {"black": _("a black picture"), "mean": _("the mean training digit"), "blur": _("the blurred picture")}
    said = ""
    if method == "integrated_gradients":
        said += " " + _(
            "Completeness: the map adds up to how much more fake D finds this picture than {}, of which it says: {}."
        ).format(words[base], _verdict(settings, found["base_score"]))
    if method in OF_PROBABILITY:
        said += " " + _(
            "Explained is a probability of fake; where D is very sure, its score is first divided, or nothing would "
            "move it."
        )
    passes = _("{} passes through D.").format(found["passes"])
    return f"{said} {passes}".strip()
