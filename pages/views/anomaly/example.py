"""One example to ask detectors about: out of the test part, drawn, uploaded, or a point of the plane."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.anomaly.analysis import example
from core.anomaly.analysis.scores import Scores
from core.anomaly.datasets import dataset_of
from core.anomaly.monitor import as_bytes
from core.anomaly.settings import REACH
from core.data.pictures import BadPicture
from pages.parts import choose, own, pad, rasters, verdict, views
from pages.parts.words import _, plain, translate

Groups = Mapping[str, tuple[str, np.ndarray]]  # name → (title, places in the test part in the order of the slider)


@dataclass(frozen=True, eq=False)
class Example:
    """x: one example, without the side of a batch. key: names it, for caches. words: what it is, “this 7”. is_anomaly: whether it is
    an anomaly, None where nobody knows. index: its place in the test part, None where it comes from elsewhere."""

    x: Any
    key: str
    words: str
    is_anomaly: bool | None = None
    index: int | None = None


def chosen(where: str, settings: Any, groups: Groups, start: float = 0) -> Example | None:
    """The choice of an example, first out of the groups; None while there is none, and then it is said why.

    where: the beginning of the widgets' keys. Groups without an example are left out. start: how far down its group the first
    choice lies, from 0 to 1.
    """
    there, kind = dataset_of(settings), settings.data.name
    ways = {name: title for name, (title, places) in groups.items() if len(places)}
    if not there.pictures:
        ways["number"] = _("By patient")
    else:
        ways["class"] = _("By kind") if kind == "faces" else _("By digit")
        ways |= {} if kind == "faces" else {"drawing": _("Draw one")}
        ways["upload"] = _("Your picture")
    way = choose.one(f"{where}/way", _("Ask about"), ways, wrap=True)
    if way in groups:
        return of_test(settings, _one_of(where, way, groups[way][1], start))
    match way:
        case "class":
            return of_test(settings, _of_class(where, there))
        case "number":
            last = len(there.test_x)
            return of_test(settings, choose.number(f"{where}/patient", _("Patient in the test part"), 1, last, 1) - 1)
    return _brought(where, way, kind == "faces")


def by_verdict(found: Scores) -> Groups:
    """The test part in four groups, by what it is and whether it raises the alarm."""
    titles = {
        "found": _("Found ({:,})"),
        "missed": _("Missed ({:,})"),
        "alarms": _("False alarms ({:,})"),
        "passed": _("Rightly silent ({:,})"),
    }
    groups = example.by_outcome(found).items()
    return {name: (titles[name].format(len(places)), places) for name, places in groups}


def point(where: str, start: tuple[float, float]) -> Example:
    """A point of the plane, by two sliders."""
    here = []
    for name, first in zip(("x", "y"), start):
        first = float(np.clip(round(first, 2), -REACH, REACH))
        key = views.kept(f"{where}/{name}", np.linspace(-REACH, REACH, 81).round(2).tolist(), first)
        here.append(st.slider(name, -REACH, REACH, step=0.05, key=key))
    words = verdict.minus(_("the point ({:.2f}, {:.2f})").format(*here))
    return Example(example.point(*here), f"point/{here}", words)


def of_test(settings: Any, index: int) -> Example:
    """An example of the test part by its place there."""
    there, words = dataset_of(settings), called(settings, index)
    words = _("this {}").format(words) if there.pictures else words
    return Example(there.test_x[index], f"test/{index}", words, bool(there.test_is_anomaly[index]), index)


def called(settings: Any, index: int) -> str:
    """What a test example is: “7”, “damaged 7”, “patient 12”, “face”."""
    there = dataset_of(settings)
    is_anomaly, name = bool(there.test_is_anomaly[index]), there.names[int(there.test_y[index])]
    match settings.data.name:
        case "tumours":
            return _("patient {}").format(index + 1)
        case "plane":
            return verdict.minus("({:.2f}, {:.2f})".format(*there.test_x[index].tolist()))
        case "faces":
            return _("piece of background") if is_anomaly else _("face")
        case "damaged" if is_anomaly:
            return _("damaged {}").format(name)
    return name


def show(chosen: Example, picture: bool) -> None:
    """What is asked about, and what it truly is where that is known."""
    if picture:
        st.image(rasters.enlarge(as_bytes(chosen.x)[0], 6), width=168, output_format="PNG", alt=chosen.words)
    words = chosen.words[:1].upper() + chosen.words[1:]
    said = "{}" if chosen.is_anomaly is None else _("{}: **an anomaly**") if chosen.is_anomaly else _("{}: **normal**")
    st.markdown(said.format(words))


def _one_of(where: str, way: str, places: np.ndarray, start: float = 0) -> int:
    many = len(places)
    number = choose.number(f"{where}/number/{way}", _("Which one of them"), 1, many, 1 + round(start * (many - 1)))
    return int(places[number - 1])


def _of_class(where: str, there: Any) -> int:
    """A place in the test part, by class and number."""
    labels = there.test_y.numpy()
    known = np.unique(labels).tolist()
    names = {each: _(there.names[each]) for each in known}
    label = choose.one(f"{where}/class", _("Class"), names, wrap=True) if len(known) > 1 else known[0]
    return _one_of(where, f"class/{label}", np.flatnonzero(labels == label))


def _brought(where: str, way: str, faces: bool) -> Example | None:
    """What a visitor draws or uploads; None while there is nothing, and where it cannot be used, which a sentence says."""
    if way == "drawing":
        words, name, content = _("your drawing"), "", pad.draw(f"{where}/pad")
        if content is None:
            st.caption(_("Draw something: a digit that is normal, one that is not, or nothing of the kind."))
    else:
        tip = _("One digit, dark on light or light on dark.")
        if faces:
            tip = _("Its middle square is taken, small and grey: a face should fill it from chin to brow.")
        file = st.file_uploader(_("A picture"), own.ENDINGS, key=f"{where}/file", help=tip, max_upload_size=20)
        words, name, content = _("your picture"), file and file.name, file and file.getvalue()
    if content is None:
        return None
    try:
        x = example.brought(content, name, faces)
    except BadPicture as error:
        st.warning(plain(translate(str(error))), icon=":material/broken_image:")
        return None
    return Example(x, f"own/{example.fingerprint(x)}", words)
