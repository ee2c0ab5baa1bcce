"""What several views of the explainable AI page ask of the run shown."""

import json
from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.runs import RunError
from core.subject.models import DIGITS, Subject, look_at
from pages.parts.shown import Shown

Array = np.ndarray
QUICK = ("saliency", "input_x_gradient", "grad_cam")  # on a photo, within a second or two


def subject_of(current: Shown) -> Any:
    """The picture that the run looks at and the network it asks, a `core.attribution.inputs.Subject`; None when it has
    neither, or not yet: a network that learns a shortcut exists when its training has ended."""
    from core.data.pictures import BadPicture
    from core.explain import shortcut
    from core.explain.settings import Shortcut

    if current.settings is None:
        return None
    if isinstance(current.settings.method, Shortcut):
        if not current.run or not current.run.models:
            return None
        picture = shortcut.mark(shortcut.picture_of(current.settings.subject, current.settings.method))
        return Subject(current.run.net().requires_grad_(False), picture, DIGITS)
    try:
        return look_at(current.settings.subject)
    except (BadPicture, RunError):
        return None


def key_of(current: Shown) -> str:
    """A name for the picture and the network of the run, for caches."""
    from core.explain.settings import Shortcut

    trained = current.id if isinstance(current.settings.method, Shortcut) else ""
    return json.dumps([current.settings.subject.model_dump(), trained])


class Maps:
    """The methods that answer at once on the subject, or whose map a stored run has, and those maps."""

    def __init__(self, current: Shown, subject: Any):
        from core.attribution.settings import METHODS

        self.current, self.subject = current, subject
        self.stored = stored_maps(current) if subject.photo else {}
        self.methods = [m for m in METHODS if not subject.photo or m in QUICK or m in self.stored]

    def of(self, method: str) -> tuple[Array | None, str]:
        """The method's map (H, W) and its note, which a stored one lacks; (None, why not) when it does not fit."""
        if method in self.stored:
            return self.stored[method], ""
        return _answer(key_of(self.current), self.current.settings.answer, method, self.subject)


@st.cache_data(max_entries=300, show_spinner=False)
def _answer(key: str, rank: int, method: str, _subject: Any) -> tuple[Array | None, str]:
    """A method's map (H, W) of the subject's rank-th answer with its default knobs, and its note. key: of the subject."""
    from core.attribution import methods
    from core.attribution.settings import METHODS

    try:
        found = methods.answer(_subject, _subject.answer(rank), METHODS[method]())
    except methods.CannotExplain as error:
        return None, str(error)
    return found.map, found.note


def stored_maps(current: Shown) -> dict[str, Array]:
    """Maps of the same picture, network and answer from stored runs, method → (H, W): what is slow is not done twice."""
    wanted = current.settings.subject.model_dump() | {"answer": current.settings.answer}
    wanted["subject"] = wanted.pop("name")
    found = {}
    for about in runs.listing("explain")[0]:
        if all(about.settings.get(name) == value for name, value in wanted.items()) and "note" in about.summary:
            if maps := runs.load(about.id).pictures("map"):
                found.setdefault(about.settings["method"], np.array(maps[-1].array, np.float32))
    return found
