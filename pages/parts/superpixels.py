"""A picture whose superpixels can be switched off and on by hand, with mouse, finger or keys (superpixels.js)."""

import base64
import io
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from pages.parts.words import _

HERE = Path(__file__).parent
HTML = '<div class="lectern-superpixels"><svg role="group"></svg></div>'


@cache
def _component() -> Any:
    css, js = ((HERE / f"superpixels.{kind}").read_text() for kind in ("css", "js"))
    return st.components.v2.component("lectern_superpixels", html=HTML, css=css, js=js, isolate_styles=False)


def toggle(
    picture: np.ndarray, segments: np.ndarray, off: list[int], key: str, fill: np.ndarray | None = None
) -> list[int]:
    """Shows the picture (H, W, 3) of 8 bits, and returns the numbers of the superpixels that are off now, sorted.

    segments: (H, W) numbers from 0. off: those that are off so far; the caller keeps them, and may change them itself.
    fill: a picture (H, W, 3) of what is painted over a superpixel that is off; its mean colour there is used. Left out:
    the superpixel's own mean colour.
    """
    many = int(segments.max()) + 1
    known, seen = st.session_state.get(f"{key}/clicks"), f"{key}/seen"
    turn, clicked = said(known, many)
    if turn and turn != st.session_state.get(seen):
        st.session_state[seen] = turn
        off = clicked
    off = sorted(set(off))
    with st.container(key=key, gap=None):
        _component()(
            key=f"{key}/clicks",
            data=_data(picture, segments, picture if fill is None else fill) | {"off": off, "turn": turn},
            default={"clicks": None},
            on_clicks_change=lambda: None,
        )
    return off


def said(state: Any, many: int) -> tuple[int, list[int]]:
    """The number of the last click and the superpixels that were off after it; anything may come from a browser."""
    clicks = getattr(state, "clicks", None) if state is not None else None
    if (
        not isinstance(clicks, dict)
        or not isinstance(clicks.get("off"), list)
        or not isinstance(clicks.get("turn"), int)
    ):
        return 0, []
    return clicks["turn"], sorted({n for n in clicks["off"] if isinstance(n, int) and 0 <= n < many})


def _data(picture: np.ndarray, segments: np.ndarray, fill: np.ndarray) -> dict[str, Any]:
    """What the browser needs: the picture as a file, the superpixels as runs of equal numbers, and their colours."""
    file = io.BytesIO()
    lossless = picture.shape[0] * picture.shape[1] < 10_000
    Image.fromarray(picture).save(file, "PNG" if lossless else "JPEG", **({} if lossless else {"quality": 92}))
    runs = [n for number, run in groupby(segments.ravel().tolist()) for n in (int(number), sum(1 for _each in run))]
    kind = "png" if lossless else "jpeg"
    return {
        "picture": f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}",
        "height": int(picture.shape[0]),
        "width": int(picture.shape[1]),
        "runs": runs,
        "colours": colours(fill, segments),
        "alt": _("A picture cut into superpixels: each can be switched off and on"),
        "part": _("Superpixel"),
    }


def colours(fill: np.ndarray, segments: np.ndarray) -> list[str]:
    """The mean colour (“#RRGGBB”) of a picture (H, W, 3) of 8 bits in each superpixel."""
    counts = np.bincount(segments.ravel())
    means = [np.bincount(segments.ravel(), fill[..., c].ravel()) / np.maximum(counts, 1) for c in range(3)]
    return ["#{:02X}{:02X}{:02X}".format(*rgb) for rgb in np.rint(np.stack(means, 1)).astype(int)]
