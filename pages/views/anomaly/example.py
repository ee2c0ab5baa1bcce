"""One example to ask detectors about: out of the test part, drawn, uploaded, or a point of the plane."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.anomaly.decide import p_values
from pages.parts import own, pad, rasters, views
from pages.parts.words import _, plain
from pages.views.anomaly import data
from pages.views.anomaly.data import Scores

SEEN = 25  # pixels that the lab's faces have on each side
PROMISE = 0.1  # of fresh normals may raise the alarm that is spoken of
Groups = Mapping[
    str, tuple[str, np.ndarray]
]  # name → (title on the page, places in the test part in the order of the slider)


@dataclass(frozen=True, eq=False)
class Example:
    """x: one example, without the side of a batch. key: names it, for caches. words: what it is, “this 7”. odd: whether it is
    an anomaly, None where nobody knows. index: its place in the test part, None where it comes from elsewhere."""

    x: Any
    key: str
    words: str
    odd: bool | None = None
    index: int | None = None


def choose(where: str, settings: Any, groups: Groups, start: float = 0) -> Example | None:
    """The choice of an example, first out of the groups; None while there is none, and then it is said why.

    where: the beginning of the widgets' keys. Groups without an example are left out. start: how far down its group the first
    choice lies, from 0 to 1.
    """
    ways = {name: title for name, (title, places) in groups.items() if len(places)}
    ways |= _ways(settings)
    key = views.kept(f"{where}/way", list(ways), next(iter(ways)))
    way = st.segmented_control(_("Ask about"), list(ways), format_func=ways.get, required=True, key=key, wrap=True)
    if way in groups:
        return of_test(settings, _one_of(where, way, groups[way][1], start))
    match way:
        case "class":
            return of_test(settings, _of_class(where, data.world(settings)))
        case "number":
            last = len(data.world(settings).test_x)
            key = views.kept(f"{where}/patient", range(1, last + 1), 1)
            return of_test(settings, st.slider(_("Patient in the test part"), 1, last, key=key) - 1)
        case "drawing":
            return _drawn(where)
    return _uploaded(where, settings.data.name)


def by_verdict(found: Scores, promise: float = PROMISE) -> Groups:
    """The test part in four groups, by what it is and whether it raises the alarm; in each the most telling first."""
    raised = p_values(found.test, found.held) <= promise
    order = np.argsort(-found.test, kind="stable")
    loud, quiet = order[raised[order]], order[~raised[order]][::-1]
    parts = {
        "found": (_("Found"), loud[found.odd[loud]]),
        "missed": (_("Missed"), quiet[found.odd[quiet]]),
        "alarms": (_("False alarms"), loud[~found.odd[loud]]),
        "passed": (_("Rightly silent"), quiet[~found.odd[quiet]]),
    }
    return {name: (f"{title} ({len(places):,})", places) for name, (title, places) in parts.items()}


def _ways(settings: Any) -> dict[str, str]:
    """What there is besides the groups: everything by its number, and what a visitor brings."""
    match settings.data.name:
        case "digits" | "damaged":
            return {"class": _("By digit"), "drawing": _("Draw one"), "upload": _("Your picture")}
        case "faces":
            return {"class": _("By kind"), "upload": _("Your picture")}
        case _:
            return {"number": _("By patient")}


def point(where: str, start: tuple[float, float]) -> Example:
    """A point of the plane, by two sliders."""
    import torch

    from core.anomaly.worlds import REACH

    here = []
    for name, first in zip(("x", "y"), start):
        first = float(np.clip(round(first, 2), -REACH, REACH))
        key = views.kept(f"{where}/{name}", np.linspace(-REACH, REACH, 81).round(2).tolist(), first)
        here.append(st.slider(name, -REACH, REACH, step=0.05, key=key))
    words = _("the point ({}, {})").format(*(f"{value:.2f}".replace("-", "−") for value in here))
    return Example(torch.tensor(here), f"point/{here}", words)


def of_test(settings: Any, index: int) -> Example:
    """An example of the test part by its place there."""
    there = data.world(settings)
    odd = bool(there.test_odd[index])
    words = called(settings, index)
    words = words if settings.data.name == "tumours" else _("this {}").format(words)
    return Example(there.test_x[index], f"test/{index}", words, odd, index)


def called(settings: Any, index: int) -> str:
    """What a test example is: “7”, “damaged 7”, “patient 12”, “face”."""
    there = data.world(settings)
    match settings.data.name:
        case "tumours":
            return _("patient {}").format(index + 1)
        case "plane":
            return "({:.2f}, {:.2f})".format(*there.test_x[index].tolist()).replace("-", "−")
        case "damaged" if bool(there.test_odd[index]):
            return _("damaged {}").format(there.names[int(there.test_y[index])])
        case "faces":
            return _("face") if not bool(there.test_odd[index]) else _("piece of background")
    return there.names[int(there.test_y[index])]


def show(chosen: Example, picture: bool) -> None:
    """What is asked about, and what it truly is where that is known."""
    truth = {True: _("an anomaly"), False: _("normal"), None: ""}[chosen.odd]
    if picture:
        st.image(rasters.enlarge(pixels(chosen.x), 6), width=168, output_format="PNG", alt=chosen.words)
    words = chosen.words[:1].upper() + chosen.words[1:]
    st.markdown(f"{words}: **{truth}**" if truth else words)


def pixels(x: Any) -> np.ndarray:
    """A grey picture (1, H, W) in [0, 1] as 8-bit (H, W)."""
    return (255 * x[0].clamp(0, 1)).round().byte().numpy()


def _one_of(where: str, way: str, places: np.ndarray, start: float = 0) -> int:
    number = 1
    if len(places) > 1:
        first = 1 + round(start * (len(places) - 1))
        key = views.kept(f"{where}/number/{way}", range(1, len(places) + 1), first)
        number = st.slider(_("Which one of them"), 1, len(places), key=key)
    return int(places[number - 1])


def _of_class(where: str, there: Any) -> int:
    """A place in the test part, by class and number."""
    labels = there.test_y.numpy()
    known = sorted(set(labels.tolist()))
    label = known[0]
    if len(known) > 1:
        label = st.segmented_control(
            _("Class"),
            known,
            format_func=lambda each: _(there.names[each]),
            required=True,
            key=views.kept(f"{where}/class", known, known[0]),
            wrap=True,
        )
    return _one_of(where, f"class/{label}", np.flatnonzero(labels == label))


def _drawn(where: str) -> Example | None:
    from core.data import pictures

    strokes = pad.draw(f"{where}/pad")
    if strokes is None:
        st.caption(_("Draw something: a digit that is normal, one that is not, or nothing of the kind."))
        return None
    return _taken(lambda: pictures.unpack_digit(pictures.digit_from(strokes)), _("your drawing"))


def _uploaded(where: str, kind: str) -> Example | None:
    from core.data import pictures

    tip = _("One digit, dark on light or light on dark.")
    if kind == "faces":
        tip = _(
            "Its middle square is taken, in grey and as small as the faces are: a face should fill it from chin to brow."
        )
    file = st.file_uploader(_("A picture"), own.ENDINGS, key=f"{where}/file", help=tip, max_upload_size=20)
    if file is None:
        return None
    if kind == "faces":
        return _taken(lambda: _patch(pictures.read(file.getvalue(), file.name)), _("your picture"))
    return _taken(lambda: pictures.unpack_digit(pictures.digit_from(file.getvalue())), _("your picture"))


def _taken(read: Any, words: str) -> Example | None:
    """What was brought, as an example; a sentence when it cannot be used."""
    from core.data.pictures import BadPicture

    try:
        x = read()
    except BadPicture as error:
        st.warning(plain(str(error)), icon=":material/broken_image:")
        return None
    return Example(x, "own/" + hashlib.sha256(x.numpy().tobytes()).hexdigest(), words)


def _patch(picture: Any) -> Any:
    """The middle square of a photo as the lab's faces are: grey, 25 × 25 pixels, then in the frame of the digits: (1, 28, 28)."""
    from PIL import Image, ImageOps

    from core.data import faces

    square = ImageOps.fit(picture, (SEEN, SEEN), Image.Resampling.BICUBIC).convert("L")
    return faces.fitted(np.asarray(square, np.float32)[None] / 255)[0]
