"""The lecture's five reasons to explain, each with an example to play."""

import streamlit as st

from pages.parts import lecture, views
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _

PAGE = "pages/explainable_ai.py"


@view(N_("Why explain at all?"))
def draw(_current: Shown) -> None:
    """A card for each reason."""
    notes = lecture.read("explain").notes
    grid = st.grid(3, min_column_width=280, gap="medium")
    for name, icon, label, query in _examples():
        with grid.container(border=True, height="stretch"):
            st.markdown(f":material/{icon}: {notes[name]}")
            if query:
                st.page_link(PAGE, label=label, icon=":material/play_circle:", query_params=query)
            elif st.button(label, icon=":material/play_circle:", on_click=_open_tables, key="why/tables"):
                st.rerun()  # the whole page: the choice of views is above this one


def _open_tables() -> None:
    st.session_state[views.key("explain")] = "tables"


def _examples() -> list[tuple[str, str, str, dict[str, str]]]:
    """The note of the lecture text, an icon, what the link says and where it goes; nowhere for the view Tables."""
    cheque = {"subject": "digit", "digit": "4", "number": "35", "method": "integrated_gradients"}
    window = {"photo": "motorcycle", "method": "occlusion"}
    return [
        ("loan", "account_balance", _("Play: a digit on a cheque"), cheque),
        ("medicine", "medical_services", _("Play: one patient"), {}),
        ("court", "gavel", _("Play: right for the wrong reason"), {"scene": "right-for-the-wrong-reason"}),
        ("car", "directions_car", _("Play: a motorcycle, painted over"), window),
        ("comfort", "sentiment_satisfied", _("Play: do you trust this map?"), {"scene": "do-you-trust-this-map"}),
    ]
