"""The tab Explain: why networks of the shelf answer as they do on one digit, by any method of the explainable AI lab."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.attribution.settings import METHOD_NAMES, METHODS
from pages.parts import chart, choose, digit, knobs, panels
from pages.parts.overlay import enlarged, top_of
from pages.parts.words import _, in_a_row, translate

LAB = "pages/explainable_ai.py"
ATTACK = "pages/adversarial_attack.py"
MOST = 3  # networks side by side


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
    _explain(lab, dict(list(networks.items())[:MOST]), tests)


@st.fragment
def _explain(lab: str, networks: dict[str, tuple[str, str]], tests: dict[str, digit.Tests]) -> None:
    """A fragment: choosing another digit redraws only this tab."""
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        chosen = digit.pick(f"{lab}/explain", tests)
        method, given = _method(lab, list(METHODS))
    with right:
        answers = {name: asked(*network, chosen.picture, method, given) for name, network in networks.items()}
        for name, column in _side_by_side(lab, chosen.picture, answers).items():
            if answers[name].map is not None:
                with column:
                    _onwards("/".join(networks[name]), chosen)


def draw_one(lab: str, key: str, subjects: Mapping[str, Any], methods: Sequence[str]) -> None:
    """The tab for one given picture: choose a method, and each network says why it answers as it does.

    key: names picture and networks, for caches. subjects: name of the network → `core.subject.models.Subject`, all of the
    same picture. methods: those to choose from.
    """
    from core.subject.models import as_bytes

    picture = as_bytes(next(iter(subjects.values())).x)
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        st.image(enlarged(picture), width=140, output_format="PNG", alt=_("The picture of this run"))
        method, given = _method(lab, methods)
    with right:
        with st.spinner(_("Asking the network …")):
            answers = {name: _answered(f"{key}/{name}", method, given, subject) for name, subject in subjects.items()}
        _side_by_side(lab, picture, answers)


def _method(lab: str, methods: Sequence[str]) -> tuple[str, str]:
    """A method, at first one whose map adds up, and its own knobs as JSON."""
    where = f"{lab}/explain"
    first = next((i for i, method in enumerate(methods) if METHODS[method].complete), 0)
    method = st.selectbox(_("Method"), methods, first, format_func=lambda m: _(METHOD_NAMES[m]), key=f"{where}/method")
    fields = {name: field for name, field in METHODS[method].model_fields.items() if name != "name"}
    return method, json.dumps({name: knobs.clean(knobs.widget(where, name, field)) for name, field in fields.items()})


def way(where: str, methods: Mapping[str, Any], hidden: Collection[str]) -> tuple[str, str]:
    """One of a lab's own methods, and its knobs as JSON. methods: name → its settings class. hidden: fields that are no knobs."""
    titles = {name: _(method.title) for name, method in methods.items()}
    method = choose.one(f"{where}/method", _("Method"), titles, side_by_side=False)
    fields = {name: field for name, field in methods[method].model_fields.items() if name not in hidden}
    given = {name: knobs.clean(knobs.widget(f"{where}/{method}", name, field)) for name, field in fields.items()}
    return method, json.dumps(given)


def _side_by_side(lab: str, picture: np.ndarray, answers: Mapping[str, Any]) -> dict[str, Any]:
    """A column for each network, with what it says and how sure it is, and its map or why there is none; all maps have one
    scale. Returns the columns."""
    maps = [found.map for found in answers.values() if found.map is not None]
    top = top_of(*maps) if maps else 1.0
    columns = dict(zip(answers, st.columns(len(answers), gap="medium")))
    for name, found in answers.items():
        with columns[name]:
            st.markdown(_("**{}** · says **{}** ({:.0f} %)").format(name, found.said, 100 * found.sure))
            if found.map is None:
                st.info(translate(found.note), icon=":material/info:")
                continue
            figure = panels.board(320, top=4)
            panels.mapped(figure, (0, 1, 0, 1), picture, found.map, "", top)
            chart.show(figure, key=f"{lab}/explain/map/{name}", alt=_("Why, {}").format(name))
            st.caption(in_a_row(translate(found.note), _("{} passes through the network.").format(found.passes)))
    panels.say_colours()
    return columns


def _onwards(network: str, chosen: digit.Chosen) -> None:
    """Links that open this network in the labs that go on from here, with this digit where they have it too."""
    subject = {"subject": "digit", "network": network}
    if chosen.shipped:
        subject |= {"digit": str(chosen.label), "number": str(chosen.number)}
    st.page_link(LAB, label=_("Ask it more"), icon=":material/arrow_outward:", query_params=subject)
    enemy = {"method": "pgd", "epsilon": "51", "goal": "away"}
    st.page_link(ATTACK, label=_("Attack it"), icon=":material/bug_report:", query_params=subject | enemy)


@st.cache_resource(max_entries=100, show_spinner=False)
def _answered(key: str, method: str, given: str, _subject: Any) -> Any:
    """The `core.attribution.side_by_side.Answer` about a subject; key: names it. Shared by all visitors."""
    from core.attribution import side_by_side  # with torch and captum, which take seconds to load

    return side_by_side.answer(_subject, method, given)


@st.cache_resource(max_entries=200, show_spinner=False)
def asked(run_id: str, model: str, picture: np.ndarray, method: str, given: str = "{}") -> Any:
    """The same of a stored model about an 8-bit picture (H, W) or (H, W, 3). given: the method's knobs as JSON."""
    from core.attribution import side_by_side

    return side_by_side.answer_of(run_id, model, picture, method, given)
