"""The tab Explain: why networks of the shelf answer as they do on one digit, by any method of the explainable AI lab."""

import json
from typing import Any

import numpy as np
import streamlit as st

from core import runs
from pages.parts import chart, digit, knobs, panels
from pages.parts.overlay import enlarged, pixels, top_of
from pages.parts.words import _

LAB = "pages/explainable_ai.py"
ATTACK = "pages/adversarial_attack.py"


def draw(lab: str, networks: dict[str, tuple[str, str]], tests: dict[str, digit.Tests]) -> None:
    """Choose a digit and a method; every model answers side by side, on one shared colour scale."""
    if not tests:
        st.info(
            _(
                "What this network sees are two numbers and no picture: its border, under Look inside, says all that it knows."
            )
        )
        return
    if not networks:
        st.info(_("There is no trained network to explain yet: let a run end."))
        return
    _explain(lab, networks, tests)


@st.fragment
def _explain(lab: str, networks: dict[str, tuple[str, str]], tests: dict[str, digit.Tests]) -> None:
    """A fragment: choosing another digit redraws only this tab."""
    from core.attribution.settings import METHOD_NAMES, METHODS

    left, right = st.columns([1, 2.6], gap="large")
    where = f"{lab}/explain"
    with left:
        chosen = digit.pick(where, tests)
        method = st.selectbox(
            _("Method"),
            list(METHODS),
            list(METHODS).index("integrated_gradients"),
            format_func=lambda m: _(METHOD_NAMES[m]),
            key=f"{where}/method",
        )
        given = _knobs(where, METHODS[method])
    with right:
        answers = [
            (name, model, answer(*model, chosen.picture, method, given)) for name, model in list(networks.items())[:3]
        ]
        _side_by_side(lab, answers, chosen)
        panels.say_colours()


def _knobs(where: str, method: Any) -> str:
    """The method's own knobs as widgets; their values as JSON."""
    fields = {name: field for name, field in method.model_fields.items() if name != "name"}
    return json.dumps({name: knobs.clean(knobs.widget(where, name, field)) for name, field in fields.items()})


def _side_by_side(lab: str, answers: list[tuple[str, tuple[str, str], dict[str, Any]]], chosen: digit.Chosen) -> None:
    """One column for each model: what it says, how sure it is, the map, and how far to trust it."""
    maps = [found["map"] for *__, found in answers if found["map"] is not None]
    top = top_of(*maps) if maps else 1.0
    for column, (name, (run_id, model), found) in zip(st.columns(len(answers), gap="medium"), answers):
        with column:
            if _one(lab, name, chosen.picture, found, top):
                _onwards(f"{run_id}/{model}", chosen)


def _one(lab: str, name: str, picture: np.ndarray, found: dict[str, Any], top: float) -> bool:
    """What one network says, and its map or why there is none; returns whether there is one."""
    st.markdown(f"**{name}** · {_('says')} **{found['said']}** ({100 * found['sure']:.0f} %)")
    if found["map"] is None:
        st.info(found["note"], icon=":material/info:")
        return False
    figure = panels.board(320, top=4)
    panels.mapped(figure, (0, 1, 0, 1), picture, found["map"], "", top)
    chart.show(figure, key=f"{lab}/explain/map/{name}", alt=f"{_('Why')}, {name}")
    st.caption(f"{found['note']} {found['passes']} {_('passes through the network.')}")
    return True


def _onwards(network: str, chosen: digit.Chosen) -> None:
    """Links that open this network in the labs that go on from here, with this digit where they have it too."""
    subject = {"subject": "digit", "network": network}
    if chosen.shipped:
        subject |= {"digit": str(chosen.label), "number": str(chosen.number)}
    st.page_link(LAB, label=_("Ask it more"), icon=":material/arrow_outward:", query_params=subject)
    enemy = {"method": "pgd", "epsilon": "51", "goal": "away"}
    st.page_link(ATTACK, label=_("Attack it"), icon=":material/bug_report:", query_params=subject | enemy)


def draw_one(lab: str, key: str, subjects: dict[str, Any], methods: list[str]) -> None:
    """The tab for one given picture: choose a method, and each network says why it answers as it does.

    key: names picture and networks, for caches. subjects: name of the network → `core.subject.models.Subject`, all of the
    same picture. methods: those to choose from.
    """
    from core.attribution.settings import METHOD_NAMES, METHODS

    picture, where = pixels(next(iter(subjects.values())).x.numpy()), f"{lab}/explain"
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        st.image(enlarged(picture), width=140, output_format="PNG", alt=_("The picture of this run"))
        first = methods.index("integrated_gradients") if "integrated_gradients" in methods else 0
        method = st.selectbox(
            _("Method"), methods, first, format_func=lambda m: _(METHOD_NAMES[m]), key=f"{where}/method"
        )
        given = _knobs(where, METHODS[method])
    with right:
        found = [(name, _answered(f"{key}/{name}", method, given, subject)) for name, subject in subjects.items()]
        maps = [each["map"] for __, each in found if each["map"] is not None]
        top = top_of(*maps) if maps else 1.0
        for column, (name, each) in zip(st.columns(len(found), gap="medium"), found):
            with column:
                _one(lab, name, picture, each, top)
        panels.say_colours()


@st.cache_data(max_entries=100, show_spinner="Asking the network …")
def _answered(key: str, method: str, given: str, _subject: Any) -> dict[str, Any]:
    return _why(_subject, method, given)


@st.cache_data(max_entries=200, show_spinner=False)
def answer(run_id: str, model: str, picture: np.ndarray, method: str, given: str) -> dict[str, Any]:
    """What a stored model says to an 8-bit picture (H, W) or (H, W, 3), how sure it is, and why.

    given: the method's knobs as JSON. Returns said, sure, map (28, 28) or None when the method does not fit, note, passes.
    """
    from core.subject.models import DIGITS, Subject, from_bytes

    subject = Subject(runs.load(run_id).net(model).requires_grad_(False), from_bytes(picture), DIGITS)
    return _why(subject, method, given) | {"said": subject.answer()}


def _why(subject: Any, method: str, given: str) -> dict[str, Any]:
    """What the network says to the picture, by its name, how sure it is, and why: see `answer`."""
    from core.attribution import methods
    from core.attribution.settings import METHODS

    asked, said = METHODS[method](**json.loads(given)), subject.answer()
    found = {"said": subject.names[said], "sure": float(subject.probabilities[said]), "map": None}
    try:
        why = methods.answer(subject, said, asked)
    except methods.CannotExplain as error:
        return found | {"note": str(error)}
    return found | {"map": why.map, "note": why.note, "passes": why.passes}
