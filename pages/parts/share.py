"""A link to the page as it is, and its QR code: what a hall scans to see the same run on its own screens."""

from io import BytesIO
from urllib.parse import urlencode

import segno
import streamlit as st

from core.settings import Settings
from pages.parts import builder
from pages.parts.words import _

PRIVATE = ("present", "lecturer")  # of who presents, and not of what is shown
MOST = 1200  # letters: of more a phone in a hall cannot tell the squares apart
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


def begin(lab: str, settings: Settings | None = None, shortcut: str | None = None) -> None:
    """The button that shows link and code, and with `settings` also makes lessons."""
    tip = _("Share: this page as a link and a QR code, or a lesson of several pages.")
    if st.button(
        _("Share"), icon=":material/qr_code_2:", key=f"share/{lab}", help=tip, type="tertiary", shortcut=shortcut
    ):
        st.dialog(_("Share"))(_shown)(lab, settings)


def _shown(lab: str, settings: Settings | None) -> None:
    if settings is None:
        _page()
        return
    page, lesson = st.tabs([_("This page"), _("A lesson")])
    with page:
        _page()
    with lesson:
        builder.draw(lab, settings, str(st.context.url))


def _page() -> None:
    address = link()
    if len(address) <= MOST:
        st.image(code(address), caption=_("Who opens it sees this page as it is, with its run, also while it trains."))
    st.code(address, language=None, wrap_lines=True)
