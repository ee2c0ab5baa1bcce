"""Which language a visitor reads: the one that the address names, else the browser's own. It stays for the whole session: another
one begins with another address."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

SOURCE = "en"
NAMES = {
    SOURCE: "English",
    "zh_CN": "中文",
}  # each in itself; assets/locale and assets/lectures hold those that are no source
KEY, PARAMETER = "language", "lang"
FIXED: ContextVar[str | None] = ContextVar("language where no visitor can be asked", default=None)


def settle() -> None:
    """Before anything else of a page: an address that names a language decides, then what the session began with, then the browser."""
    named = known(st.query_params.get(PARAMETER, ""))
    st.session_state[KEY] = named or st.session_state.get(KEY) or of_browser()


def spoken() -> str:
    """The visitor's language."""
    if found := FIXED.get():
        return found
    if get_script_run_ctx(suppress_warning=True) is None:
        return SOURCE  # nobody's page
    if (found := st.session_state.get(KEY)) is None:
        settle()
        found = st.session_state.get(KEY, SOURCE)
    return found


def fixed(language: str, make: Callable[..., Any], *given: Any) -> Any:
    """`make(*given)` in a language: for what is made when it is asked for, outside of any visitor's page."""
    token = FIXED.set(language)
    try:
        return make(*given)
    finally:
        FIXED.reset(token)


def known(name: str) -> str | None:
    """The language that a browser or an address means, as far as we speak it: zh, zh-CN and zh_CN are one."""
    wanted = name.replace("_", "-").split("-")[0].lower()
    return next((each for each in NAMES if each.split("_")[0] == wanted), None)


def of_browser() -> str:
    """The language that the visitor's browser prefers, or the source."""
    return known(st.context.locale or "") or SOURCE


def address() -> dict[str, str]:
    """What the address says of it: nothing in English, unless the browser prefers another language."""
    return {} if spoken() == SOURCE == of_browser() else {PARAMETER: spoken()}


def switch() -> None:
    """At the end of every page: the address names the language, and a link the same page in the other one; the style sheet puts it
    on top. It loads the page anew, because a browser keeps the words of what was chosen and not what they mean."""
    if st.query_params.get(PARAMETER) not in NAMES:
        st.query_params.pop(PARAMETER, None)
        st.query_params.update(address())
    other = next(name for name in NAMES if name != spoken())
    query = urlencode(st.query_params.to_dict() | {PARAMETER: other})
    with st.container(key="language"):
        st.html(f'<a href="?{query.replace("&", "&amp;")}" lang="{other.replace("_", "-")}">{NAMES[other]}</a>')
