"""Which language a visitor reads: the one that the address names or the visitor has chosen, else the browser's own."""

import streamlit as st

SOURCE = "en"
NAMES = {
    SOURCE: "English",
    "zh_CN": "中文",
}  # each in itself; assets/locale and assets/lectures hold those that are no source
KEY, PARAMETER = "language", "lang"


def settle() -> None:
    """Before anything else of a page: an address that names a language decides, then what was chosen, then the browser."""
    named = st.query_params.get(PARAMETER)
    st.session_state[KEY] = named if named in NAMES else st.session_state.get(KEY) or of_browser()


def spoken() -> str:
    """The visitor's language."""
    if (known := st.session_state.get(KEY)) is None:
        settle()
        known = st.session_state.get(KEY, SOURCE)
    return known


def of_browser() -> str:
    """The language that the visitor's browser prefers, as far as we speak it."""
    preferred = (st.context.locale or "").replace("_", "-").lower()
    return next((name for name in NAMES if preferred.split("-")[0] == name.split("_")[0]), SOURCE)


def address() -> dict[str, str]:
    """What the address says of it: nothing where a visitor without it would read the same."""
    return {} if spoken() == SOURCE == of_browser() else {PARAMETER: spoken()}


def switch() -> None:
    """At the end of every page: the address names the language, and a button the other one; the style sheet puts it on top."""
    if PARAMETER not in st.query_params:
        st.query_params.update(address())
    other = next(name for name in NAMES if name != spoken())
    with st.container(key="language"):
        st.button(NAMES[other], key="language/other", type="tertiary", on_click=_choose, args=(other,))


def _choose(name: str) -> None:
    st.session_state[KEY] = st.query_params[PARAMETER] = name
