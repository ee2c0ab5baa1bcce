"""One example to ask detectors about: out of the test part, drawn, uploaded, or a point of the plane."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.anomaly.analysis import example
from core.anomaly.analysis.example import by_outcome
from core.anomaly.analysis.scores import PROMISE as PROMISE
from core.anomaly.analysis.scores import Scores
from core.anomaly.datasets import dataset_of
from core.anomaly.settings import REACH
from core.data import pictures
from pages.parts import own, pad, rasters, views
from pages.parts.words import _, plain
from pages.views.anomaly.panels import pixels

Groups = Mapping[
    str, tuple[str, np.ndarray]
]  # name → (title on the page, places in the test part in the order of the slider)


@dataclass(frozen=True, eq=False)
class Example:
    """x: one example, without the side of a batch. key: names it, for caches. words: what it is, “this 7”. is_anomaly: whether it is
    an anomaly, None where nobody knows. index: its place in the test part, None where it comes from elsewhere."""

    x: Any
    key: str
    words: str
    is_anomaly: bool | None = None
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
            return of_test(settings, _of_class(where, dataset_of(settings)))
        case "number":
            last = len(dataset_of(settings).test_x)
            key = views.kept(f"{where}/patient", range(1, last + 1), 1)
            return of_test(settings, st.slider(_("Patient in the test part"), 1, last, key=key) - 1)
        case "drawing":
            return _drawn(where)
    return _uploaded(where, settings.data.name)


def by_verdict(found: Scores) -> Groups:
    """The test part in four groups, by what it is and whether it raises the alarm."""
    titles = {"found": _("Found"), "missed": _("Missed"), "alarms": _("False alarms"), "passed": _("Rightly silent")}
    groups = by_outcome(found).items()
    return {name: (f"{titles[name]} ({len(places):,})", places) for name, places in groups}


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
    here = []
    for name, first in zip(("x", "y"), start):
        first = float(np.clip(round(first, 2), -REACH, REACH))
        key = views.kept(f"{where}/{name}", np.linspace(-REACH, REACH, 81).round(2).tolist(), first)
        here.append(st.slider(name, -REACH, REACH, step=0.05, key=key))
    words = _("the point ({}, {})").format(*(f"{value:.2f}".replace("-", "−") for value in here))
    return Example(example.point(*here), f"point/{here}", words)


def of_test(settings: Any, index: int) -> Example:
    """An example of the test part by its place there."""
    there = dataset_of(settings)
    is_anomaly = bool(there.test_is_anomaly[index])
    words = called(settings, index)
    words = words if settings.data.name == "tumours" else _("this {}").format(words)
    return Example(there.test_x[index], f"test/{index}", words, is_anomaly, index)


def called(settings: Any, index: int) -> str:
    """What a test example is: “7”, “damaged 7”, “patient 12”, “face”."""
    there = dataset_of(settings)
    match settings.data.name:
        case "tumours":
            return _("patient {}").format(index + 1)
        case "plane":
            return "({:.2f}, {:.2f})".format(*there.test_x[index].tolist()).replace("-", "−")
        case "damaged" if bool(there.test_is_anomaly[index]):
            return _("damaged {}").format(there.names[int(there.test_y[index])])
        case "faces":
            return _("face") if not bool(there.test_is_anomaly[index]) else _("piece of background")
    return there.names[int(there.test_y[index])]


def show(chosen: Example, picture: bool) -> None:
    """What is asked about, and what it truly is where that is known."""
    truth = {True: _("an anomaly"), False: _("normal"), None: ""}[chosen.is_anomaly]
    if picture:
        st.image(rasters.enlarge(pixels(chosen.x), 6), width=168, output_format="PNG", alt=chosen.words)
    words = chosen.words[:1].upper() + chosen.words[1:]
    st.markdown(f"{words}: **{truth}**" if truth else words)


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
    strokes = pad.draw(f"{where}/pad")
    if strokes is None:
        st.caption(_("Draw something: a digit that is normal, one that is not, or nothing of the kind."))
        return None
    return _taken(lambda: pictures.unpack_digit(pictures.digit_from(strokes)), _("your drawing"))


def _uploaded(where: str, kind: str) -> Example | None:
    tip = _("One digit, dark on light or light on dark.")
    if kind == "faces":
        tip = _(
            "Its middle square is taken, in grey and as small as the faces are: a face should fill it from chin to brow."
        )
    file = st.file_uploader(_("A picture"), own.ENDINGS, key=f"{where}/file", help=tip, max_upload_size=20)
    if file is None:
        return None
    if kind == "faces":
        return _taken(lambda: example.face(pictures.read(file.getvalue(), file.name)), _("your picture"))
    return _taken(lambda: pictures.unpack_digit(pictures.digit_from(file.getvalue())), _("your picture"))


def _taken(read: Any, words: str) -> Example | None:
    """What was brought, as an example; a sentence when it cannot be used."""
    try:
        x = read()
    except pictures.BadPicture as error:
        st.warning(plain(str(error)), icon=":material/broken_image:")
        return None
    return Example(x, f"own/{example.fingerprint(x)}", words)
