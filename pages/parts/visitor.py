"""Who looks: a visitor keeps a name over reloads and tabs, so that the own runs stay the own."""

import hmac
import os
import re
import uuid

import streamlit as st

from core import keeping

COOKIE = "lectern_visitor"


def visitor() -> str:
    """A secret name for the visitor's browser, from its cookie. Where cookies are blocked it is new with every load."""
    state = st.session_state
    if "visitor" not in state:
        given = str(st.context.cookies.get(COOKIE))
        state["visitor"] = given if re.fullmatch("[0-9a-f]{32}", given) else uuid.uuid4().hex
    return state["visitor"]


def viewer() -> str:
    """Who looks at a run: the visitor, and which of the visitor's open pages."""
    if "viewer" not in st.session_state:
        st.session_state["viewer"] = uuid.uuid4().hex[:12]
    return f"{visitor()}.{st.session_state['viewer']}"


def maker() -> str:
    """Who makes the visitor's runs, as runs hold it: nobody can tell the visitor's name from it."""
    return keeping.maker_of(visitor())


def lecturer() -> bool:
    """Whether this visitor came by a link with the lecturer's key (LECTERN_LECTURER): the own runs then go first."""
    key, given = os.environ.get("LECTERN_LECTURER", "").strip(), st.query_params.get("lecturer")
    if key and given and hmac.compare_digest(key.encode(), given.encode()):
        st.session_state["lecturer"] = True
    return st.session_state.get("lecturer", False)
