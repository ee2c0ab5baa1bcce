"""A pad to draw a digit on with mouse, pen or finger (pad.js)."""

import base64
import binascii
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.words import _

HERE = Path(__file__).parent
MOST = 40_000  # characters of a small PNG as base64; a scribble all over the pad has a third of it


def html() -> str:
    return (
        '<div class="lectern-pad notranslate" translate="no">'
        '<canvas width="280" height="280" role="img" aria-label="{alt}">'
        '</canvas><div class="row"><button type="button">{clear}</button><span class="hint">'
        "{hint}</span></div></div>"
    ).format(alt=_("A pad to draw a digit on"), clear=_("Clear"), hint=_("Draw here, large."))


@cache
def _component() -> Any:
    css, js = ((HERE / f"pad.{kind}").read_text() for kind in ("css", "js"))
    return st.components.v2.component("lectern_pad", html=html(), css=css, js=js, isolate_styles=False)


def draw(key: str) -> bytes | None:
    """Shows the pad and returns what is drawn on it as a small grey PNG, None while it is empty.

    The page is asked again 0.4 s after each stroke. What is drawn stays when the page is drawn anew.
    """
    known = said(st.session_state.get(f"{key}/pad"))
    with st.container(key=key, gap=None):
        found = _component()(
            key=f"{key}/pad",
            data={"alt": _("A pad to draw a digit on"), "drawn": known},
            default={"drawn": ""},
            on_drawn_change=lambda: None,
        )
    return unpacked(said(found))


def said(state: Any) -> str:
    """The text that the browser sent; anything may come from a browser."""
    text = getattr(state, "drawn", None) if state is not None else None
    return text if isinstance(text, str) and len(text) <= MOST else ""


def unpacked(text: str) -> bytes | None:
    """The file in what the browser sent; None when there is none."""
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None
