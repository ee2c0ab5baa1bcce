"""A link to the page as it is, and its QR code: what a hall scans to see the same run on its own screens."""

from io import BytesIO
from urllib.parse import urlencode

import segno
import streamlit as st

from pages.parts.words import _

PRIVATE = ("present", "lecturer")  # of who presents, and not of what is shown
SIDE = 8  # pixels of one square of the code: a phone in the last row has to read it


def link() -> str:
    """The address that opens this page with its scene, its run and its knobs, in anybody's browser."""
    shown = {name: value for name, value in st.query_params.to_dict().items() if name not in PRIVATE}
    return f"{st.context.url}?{urlencode(shown)}" if shown else str(st.context.url)


def code(address: str) -> bytes:
    """The QR code of an address, as a PNG. Black on white in both themes: not every phone reads the reverse."""
    out = BytesIO()
    segno.make(address, error="l").save(out, kind="png", scale=SIDE, border=2)
    return out.getvalue()


def begin(lab: str, shortcut: str | None = None) -> None:
    """The button that shows link and code."""
    tip = _("Share: a link and a QR code of this page, with its knobs and its run.")
    if st.button(
        _("Share"), icon=":material/qr_code_2:", key=f"share/{lab}", help=tip, type="tertiary", shortcut=shortcut
    ):
        st.dialog(_("This page as a link"))(_shown)()


def _shown() -> None:
    address = link()
    st.image(code(address), caption=_("Who opens it sees this scene, these knobs and this run, also while it trains."))
    st.code(address, language=None, wrap_lines=True)
