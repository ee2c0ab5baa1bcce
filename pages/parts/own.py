"""Settings that are no single number or choice: an upload, a digit drawn by hand, a choice of several digits, a line of text."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core import env
from pages.parts import pad
from pages.parts.words import _, plain, translate

ENDINGS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]


def photo(label: str, where: str, tip: str) -> Any:
    """A file chooser that puts the photo, as text, into the setting at `where`. What cannot be read leaves the old one."""
    from core.data import pictures

    tip += " " + _kept()
    if file := chosen(label, ENDINGS, where, help=tip, max_upload_size=20):
        _take(where, pictures.photo_from, file.getvalue(), file.name)
    if text := st.session_state[where]:
        try:
            st.image(_thumbnail(text), width=120, alt=_("Your photo"))
        except pictures.BadPicture as error:  # somebody wrote the address by hand
            st.session_state[where], st.session_state[f"{where}/said"] = "", str(error)
    _complain(where)
    return st.session_state[where]


def chosen(label: str, endings: Sequence[str], where: str, **look: Any) -> Any:
    """A file chooser; the file that has just been chosen, once: None from then on."""
    file, seen = st.file_uploader(label, endings, key=f"{where}/file", **look), f"{where}/seen"
    if file is None or st.session_state.get(seen) == file.file_id:
        return None
    st.session_state[seen] = file.file_id
    return file


def digit(label: str, where: str, tip: str) -> Any:
    """A pad that puts the digit drawn on it, as text, into the setting at `where`."""
    from core.data import pictures

    st.markdown(label, help=f"{tip} {_kept()}")
    strokes = pad.draw(f"{where}/pad")
    if strokes is not None:
        _take(where, pictures.digit_from, strokes)
    _complain(where)
    return st.session_state[where]


def _kept() -> str:
    """Where a picture of the visitor's own stays."""
    said = _(
        "A run keeps your picture on this server for at most {} days. Only you find that run in the lists; whoever has its "
        "link can open it."
    )
    return said.format(env.keep_days())


def digits(label: str, where: str, tip: str) -> str:
    """Ten switches, one for each digit, that put the chosen ones, as text in ascending order, into the setting at `where`.

    The last one cannot be switched off: then the setting stays what it was.
    """
    pick = f"{where}/pick"
    st.session_state[pick] = list(st.session_state[where])

    def choose() -> None:
        st.session_state[where] = "".join(sorted(st.session_state[pick])) or st.session_state[where]

    st.pills(label, list("0123456789"), selection_mode="multi", key=pick, help=tip, on_change=choose, wrap=True)
    return st.session_state[where]


def typed(label: str, where: str, tip: str) -> str:
    """A line of text; what does not fit is told by the setting itself."""
    return st.text_input(label, key=where, help=tip)


def _take(where: str, read: Callable[..., str], *given: Any) -> None:
    from core.data.pictures import BadPicture

    try:
        st.session_state[where], st.session_state[f"{where}/said"] = read(*given), ""
    except BadPicture as error:
        st.session_state[f"{where}/said"] = str(error)


def _complain(where: str) -> None:
    if sentence := st.session_state.get(f"{where}/said"):
        st.warning(plain(translate(sentence)), icon=":material/broken_image:")


@st.cache_data(max_entries=50, show_spinner=False)
def _thumbnail(text: str) -> Any:
    from core.data import pictures

    return pictures.unpack_photo(text).permute(1, 2, 0).numpy()
