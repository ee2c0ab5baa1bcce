"""One figure on the page, drawn by a few hundred lines of our own (chart.js) as SVG.

Plotly's script weighs 4.5 MB, replaces its figure at every redraw and doubles the time from a slider to its answer;
this is there with the page, redraws in place, and costs little more than the slider itself.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.words import _

HERE = Path(__file__).parent


@cache
def _component() -> Any:
    html = (
        '<div class="lectern-chart notranslate" translate="no"><div class="legend"></div>'
        '<svg class="picture" role="img"></svg><div class="tip" hidden></div>'
        f'<button title="{_("Save as PNG")}" aria-label="{_("Save as PNG")}">⤓</button></div>'
    )
    css, js = (_minified((HERE / f"chart.{kind}").read_text()) for kind in ("css", "js"))
    return st.components.v2.component("lectern_chart", html=html, css=css, js=js, isolate_styles=False)


def show(figure: Mapping[str, Any], key: str, alt: str, share: float | None = None) -> None:
    """Draws a figure of figures.py. alt: what it shows, in words, for those who cannot see it."""
    with st.container(key=key, gap=None):
        _component()(key=f"{key}/svg", data={**figure, "alt": alt})


def _minified(script: str) -> str:
    """Without comments and indentation: the script travels with every redraw."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
