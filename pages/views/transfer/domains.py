"""What both domains look like: ten test pictures of each, and what the run's network says to those of the target."""

from typing import Any

import numpy as np
import streamlit as st

from core.transfer.settings import labelled
from pages.parts import digit, figures, rasters
from pages.parts.overlay import pixels
from pages.parts.shown import Shown
from pages.parts.words import _

ALT = _("Ten test digits of the source, and ten of the target with the network's answers")


def strip(current: Shown) -> figures.Figure:
    """A row of test digits of each domain, from the settings alone; once the run has ended, with the network's answers."""
    target = current.settings.target
    places, images = _ten(target.model_dump_json(), target)
    said = _answers(current.id, places[1], target, current.run) if _ended(current) else []
    source, names = (
        [_("source, a {}").format(which) for which in range(10)],
        [_("target, a {}").format(which) for which in range(10)],
    )
    if current.settings.rare < 100:
        names[5:] = [
            _("{}, rare: {} % of the training pictures").format(name, current.settings.rare) for name in names[5:]
        ]
    if said:
        names = [_("{}: the network says {}").format(name, answer) for name, answer in zip(names, said)]
    marks = [str(answer) if answer == which else f"{answer} ✗" for which, answer in enumerate(said)] or [" "] * 10
    inks = [figures.INK if answer == which else figures.COLOURS["danger"] for which, answer in enumerate(said)] or [
        figures.INK
    ] * 10
    rows = [figures.inked(_("source"), "before"), figures.inked(_("target"), "after")]
    rows = [f"{row}<br>{note}" for row, note in zip(rows, (_("with labels"), titled(current)))]
    figure = rasters.gallery(
        images, 10, source + names, 120, titles=[" "] * 10 + marks, inks=[figures.INK] * 10 + inks, rows=rows
    )
    figure["layout"]["margin"] = {"t": 2, "b": 8}
    return figure


def titled(current: Shown) -> str:
    """What the target's labels are used for."""
    if current.settings.method.name == "target":
        return _("with all labels")
    if each := labelled(current.settings):
        return _("{} labels a class").format(each)
    return _("no labels")


def tests(current: Shown) -> dict[str, digit.Tests]:
    """The test pictures of both domains for the Explain tab; of the moons there are none."""
    if current.settings is None:
        return digit.mnist()
    if current.settings.target.name == "moons":
        return {}
    target = current.settings.target
    source, changed = _tests(target.model_dump_json(), target)
    return {_("Source"): source, _("Target"): changed}


def shown_in_cloud(current: Shown) -> np.ndarray | None:
    """The pictures of the cloud's points, 8-bit (N, H, W, 3), in the order of `who`; None of the moons."""
    target = current.settings.target if current.settings else None
    return None if target is None or target.name == "moons" else _in_cloud(target.model_dump_json(), target)


def _ended(current: Shown) -> bool:
    return current.run is not None and "model" in current.run.models and "target" in current.summary


@st.cache_data(max_entries=64, show_spinner=False)
def _ten(key: str, _target: Any) -> tuple[tuple[list[int], list[int]], list[np.ndarray]]:
    """One test digit of each class: their places in source and target, and the pictures, those of the source first. key: names
    the target."""
    from core.transfer.domains import domains

    pair = domains(_target)
    places, images = [], []
    for data in (pair.source, pair.target):
        y = data.test_y.numpy()
        places.append([int(np.flatnonzero(y == which)[0]) for which in np.unique(y)])
        images += [pixels(data.test_x[place].numpy()) for place in places[-1]]
    return tuple(places), images


@st.cache_data(max_entries=16, show_spinner=False)
def _in_cloud(key: str, _target: Any) -> np.ndarray:
    """Both domains' pictures, those of the source first. key: names the target."""
    from core.transfer.domains import domains
    from core.transfer.monitor import EACH, SHOWN, every_class

    pair = domains(_target)
    return np.stack(
        [pixels(x.numpy()) for data in (pair.source, pair.target) for x in every_class(data, EACH).test_x[:SHOWN]]
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _answers(run_id: str, places: list[int], _target: Any, _run: Any) -> list[int]:
    """What the network of a run that ended answers to these test pictures of its target."""
    from core.nets import predict
    from core.transfer.domains import domains

    return predict(_run.net("model"), domains(_target).target.test_x[places]).argmax(1).tolist()


@st.cache_resource(max_entries=4, show_spinner=False)
def _tests(key: str, _target: Any) -> tuple[digit.Tests, digit.Tests]:
    """Source and target as pictures; key: names the target. Those that are MNIST's own are known to the other labs."""
    from core.data import digits
    from core.transfer.domains import domains

    pair = domains(_target)
    source, target = (digit.as_tests(data, shipped=data is digits.load()) for data in (pair.source, pair.target))
    return source, target
