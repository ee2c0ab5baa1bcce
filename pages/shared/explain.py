"""The tab Explain: why the models of this run, and the one it came from, answer as they do on one digit."""

import numpy as np
import streamlit as st

from core import runs
from pages.shared import chart, digit, figures
from pages.shared.words import _


def draw(lab: str, networks: dict[str, tuple[str, str]]) -> None:
    """Choose a digit and a method; every model answers side by side, on one shared colour scale."""
    if not networks:
        st.info(_("There is no trained network to explain yet: let a run end."))
        return
    _explain(lab, networks)


@st.fragment
def _explain(lab: str, networks: dict[str, tuple[str, str]]) -> None:
    """A fragment: choosing another digit redraws only this tab."""
    from core.explain.attribution import METHODS, CannotExplain

    left, right = st.columns([1, 2.6], gap="large")
    with left:
        index = digit.pick(f"{lab}/explain")
    with right:
        method = st.segmented_control(
            _("Method"), list(METHODS), default="Integrated gradients", key=f"{lab}/explain/method", required=True
        )
        try:
            _side_by_side([(name, *answer(*model, index, method)) for name, model in list(networks.items())[:3]])
        except CannotExplain as error:
            st.info(str(error), icon=":material/info:")


def _side_by_side(answers: list[tuple[str, int, float, np.ndarray, str]]) -> None:
    """One column for each model: what it says, how sure it is, the map, and how far to trust it."""
    top = max(float(np.abs(values).max()) for *__, values, __ in answers) or 1.0
    for column, (name, said, sure, values, note) in zip(st.columns(len(answers)), answers):
        with column:
            st.markdown(f"**{name}** · {_('says')} **{said}** ({100 * sure:.0f} %)")
            chart.show(
                figures.matrix(values, 260, signed=True, limit=top), f"why/{name}", f"{_('Attribution')}, {name}"
            )
            st.caption(note)
    st.caption(_("Orange speaks for the answer, blue against it; all maps share one scale."))


@st.cache_data(max_entries=200, show_spinner=False)
def answer(run_id: str, model: str, index: int, method: str) -> tuple[int, float, np.ndarray, str]:
    """What a stored model says to a test digit, how sure it is, and why: (class, probability, map (28, 28), note)."""
    from core.data import digits
    from core.explain.attribution import METHODS

    net, picture = runs.load(run_id).net(model), digits.load().test_x[index]
    probability = net(picture.unsqueeze(0)).softmax(1)[0].detach()
    said = int(probability.argmax())
    why = METHODS[method](net, picture, said)
    return said, float(probability[said]), why.map, why.note
