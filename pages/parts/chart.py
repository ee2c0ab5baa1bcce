"""One Plotly figure on the page, drawn in place by a component of our own.

Streamlit's own st.plotly_chart loads 4.5 MB and replaces its figure at every redraw. Here a part of Plotly is loaded once
from static/, and static/chart.js redraws in place: nothing blinks, and zoom, hover and hidden curves stay.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import language
from pages.parts.words import _

HERE = Path(__file__).parent
SCRIPT, FILM = (HERE.parents[1] / "static" / name for name in ("chart.js", "film.js"))
RUN: ContextVar[str] = ContextVar("run whose pictures are drawn", default="")
HTML = (
    '<div class="lectern-chart notranslate" translate="no" role="figure"><img class="still" alt="" hidden>'
    '<div class="box"></div><div class="shot" hidden></div><button type="button" class="opener"></button>'
    '<div class="table" tabindex="0" hidden></div></div>'
)


@cache
def _component() -> Any:
    """What is given here travels with every redraw, so it is short: the script itself is a static file, loaded once."""
    version = sha256(SCRIPT.read_bytes() + FILM.read_bytes()).hexdigest()[:12]
    js = (
        f'const {{ default: chart }} = await import(new URL("app/static/chart.js?v={version}", document.baseURI).href);\n'
        "export default chart;"
    )
    css = (HERE / "chart.css").read_text()
    return st.components.v2.component("lectern_chart", html=HTML, css=css, js=js, isolate_styles=False)


def show(
    figure: Mapping[str, Any] | Any,
    key: str,
    alt: str,
    share: float | None = None,
    pick: bool = False,
    reel: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Draws a figure: a dict of figures.py or rasters.py, or one of plotly.graph_objects.

    alt: what it shows, in words, for those who cannot see it. share: of the height of the stage (the CSS variable --stage)
    instead of the figure's own height in pixels. pick: a click on a point or cell asks the page again, and is returned as
    {"trace", "index", "x", "y", "custom"} from then on.
    reel: what `film` plays.
    """
    drawn = figure.to_plotly_json() if hasattr(figure, "to_plotly_json") else figure
    data = {"figure": {"data": drawn["data"], "layout": drawn["layout"]}, "alt": alt, "revision": _revision(drawn, key)}
    data["words"] = {
        "png": _("Save as PNG"),
        "svg": _("Save as SVG"),
        "table": _("Data table"),
        "close": _("Close"),
    }
    if reel:
        data["words"] |= {"play": _("Play"), "pause": _("Pause"), "place": _("Place in the film")}
    data |= {
        name: value
        for name, value in (("share", share), ("pick", pick), ("still", _still(key)), ("film", reel))
        if value
    }
    asked = {"default": {"picked": None}, "on_picked_change": lambda: None} if pick else {}
    with st.container(key=key, gap=None):
        found = _component()(key=f"{key}/plot", data=_packed(data), **asked)
    return picked(found) if pick else None


def _packed(data: Mapping[str, Any]) -> bytes:
    """What the browser is sent. Streamlit would write an object down twice, once of it only to tell components without a key
    apart, and look through it for tables."""
    return json.dumps(data, separators=(",", ":")).encode()


@contextmanager
def stills_of(run_id: str) -> Iterator[None]:
    """Around the pictures of a shipped run: until Plotly's script has arrived, the browser shows how each was drawn before
    (`make stills`), so that the first picture comes with the page."""
    token = RUN.set(run_id)
    try:
        yield
    finally:
        RUN.reset(token)


def _still(key: str) -> str:
    """Address of the stored picture of this figure, without the theme and ending; empty when there is none."""
    path = Path("stills", language.spoken(), RUN.get(), re.sub(r"[^A-Za-z0-9_-]", "-", key))
    return f"app/static/{path}" if (SCRIPT.parent / f"{path}-light.webp").is_file() else ""


def film(
    frames: Sequence[Mapping[str, Any]], names: Sequence[str], key: str, alt: str, share: float | None = None
) -> None:
    """Plays figures one after the other: they are sent once, and the browser plays them. It begins by itself, unless the
    visitor's system asks for little motion.

    frames: figures with the same traces and one layout. names: of each frame, shown beside the film's slider. alt: of the
    whole film; another one is another film.
    """
    show(frames[0], key, alt, share, reel={"frames": _moving(frames), "names": list(names)})


def _moving(frames: Sequence[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """Of each trace of each frame, what is not the same in all frames."""
    first = frames[0]["data"]
    fields = [
        [name for name in trace if any(frame["data"][i][name] != trace[name] for frame in frames)]
        for i, trace in enumerate(first)
    ]
    return [[{name: trace[name] for name in fields[i]} for i, trace in enumerate(frame["data"])] for frame in frames]


def picked(state: Any) -> dict[str, Any] | None:
    """The last click; anything may come from a browser."""
    click = getattr(state, "picked", None) if state is not None else None
    if not isinstance(click, dict) or not isinstance(click.get("trace"), str):
        return None
    wanted = {"index": (int, list), "x": (int, float, str), "y": (int, float, str)}
    if not all(isinstance(click.get(name), kinds) for name, kinds in wanted.items()):
        return None
    return {name: click.get(name) for name in ("trace", "index", "x", "y", "custom")}


def clicked(key: str) -> dict[str, Any] | None:
    """The last click into the figure of this key, once: None from then on. Ask before the widgets that it moves are drawn."""
    state = st.session_state
    click = picked(state.get(f"{key}/plot"))
    new = click if click != state.get(f"{key}/click") else None
    state[f"{key}/click"] = click
    return new


def _revision(figure: Mapping[str, Any], key: str) -> str:
    """Zoom and hidden curves live as long as this: it changes only when the axes mean something else."""
    layout = figure["layout"]
    axes = [layout.get(name, {}) for name in ("xaxis", "yaxis")]
    return "|".join([key, *(f"{(axis.get('title') or {}).get('text', '')}:{axis.get('type', '')}" for axis in axes)])
