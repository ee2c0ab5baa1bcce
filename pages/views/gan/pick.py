"""A picture with places that can be chosen by a click, a finger or a key, each choice with its letter."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import streamlit as st

HTML = '<div class="lectern-pick"><div class="ground"></div></div>'
CSS = """
.lectern-pick { position: relative; width: 100%; }
.lectern-pick .ground img { display: block; width: 100% !important; max-width: none !important; }
.lectern-pick button { position: absolute; padding: 0; margin: 0; border: 0; background: transparent; cursor: pointer; border-radius: 4px;
  touch-action: manipulation; color: #fff; font: 700 0.8rem/1.3 sans-serif; text-align: left; vertical-align: top; }
.lectern-pick button.round { border-radius: 50%; }
.lectern-pick button:hover { box-shadow: inset 0 0 0 2px #FFD54A; }
.lectern-pick button[aria-pressed="true"] { box-shadow: inset 0 0 0 3px #C0368A; }
.lectern-pick button:focus-visible { outline: 3px solid #FF4FB0; outline-offset: 1px; }
.lectern-pick button span { position: absolute; left: 0; top: 0; background: #C0368A; padding: 0 0.35em; border-radius: 3px; }
"""
JS = """
function paint(root) {
  root.cells.forEach((cell, n) => {
    const said = root.known.letters.filter((_, k) => root.chosen[k] === n).join(" ");
    cell.setAttribute("aria-pressed", String(said !== ""));
    cell.setAttribute("aria-label", `${root.known.names[n]}${said ? " " + said : ""}`);
    cell.innerHTML = said ? `<span>${said}</span>` : "";
  });
}
function build(root, data) {
  root.known = data;
  root.style.maxWidth = `${data.width}px`;
  root.querySelector(".ground").innerHTML = data.html;
  root.querySelectorAll("button").forEach(old => old.remove());
  root.cells = data.boxes.map(([left, top, width, height], n) => {
    const cell = document.createElement("button");
    cell.type = "button";
    if (data.round) cell.className = "round";
    Object.assign(cell.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
    cell.addEventListener("click", () => {
      root.chosen = root.chosen.map((old, k) => (k === root.next ? n : old));
      root.next = (root.next + 1) % root.chosen.length;
      root.turn = Math.max(Date.now(), (root.turn || 0) + 1);
      paint(root);
      root.send({ chosen: root.chosen, next: root.next, turn: root.turn });
    });
    root.append(cell);
    return cell;
  });
}
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".lectern-pick");
  root.send = clicks => setStateValue("clicks", clicks);
  const fresh = !root.known, places = d => JSON.stringify([d.boxes, d.letters, d.names, d.round, d.width]);
  if (fresh || places(root.known) !== places(data)) build(root, data);
  else if (root.known.html !== data.html) { root.known = data; root.querySelector(".ground").innerHTML = data.html; }
  // an answer to an earlier click must not undo a later one
  if (fresh || !root.turn || data.turn >= root.turn) { root.chosen = [...data.chosen]; root.next = data.next; }
  paint(root);
}
"""


@cache
def _component() -> Any:
    return st.components.v2.component("lectern_pick", html=HTML, css=CSS, js=JS, isolate_styles=False)


def chosen(key: str, many: int, first: Sequence[int]) -> list[int]:
    """The places that are chosen now, one for each letter; `first` before any click. many: how many places there are."""
    return _said(st.session_state.get(f"{key}/clicks"), many, first)[0]


def show(
    html: str,
    boxes: Sequence[Sequence[float]],
    names: Sequence[str],
    letters: Sequence[str],
    first: Sequence[int],
    key: str,
    alt: str,
    width: int = 640,
    round: bool = False,
) -> None:
    """Draws it. html: one <img> of our own making. boxes: left, top, width, height of each place in % of it; names: for those who
    cannot see them. letters: one for each choice, first: the place that it begins with. A click moves the letter whose turn it is."""
    now, turn, after = _said(st.session_state.get(f"{key}/clicks"), len(boxes), first)
    with st.container(key=key, gap=None):
        _component()(
            key=f"{key}/clicks",
            data={
                "html": html,
                "boxes": [[float(v) for v in box] for box in boxes],
                "names": list(names),
                "letters": list(letters),
                "chosen": now,
                "next": after,
                "turn": turn,
                "width": width,
                "round": round,
                "alt": alt,
            },
            default={"clicks": None},
            on_clicks_change=lambda: None,
        )


def _said(state: Any, many: int, first: Sequence[int]) -> tuple[list[int], int, int]:
    """The chosen places, the number of the last click, and whose turn is next; anything may come from a browser."""
    clicks = getattr(state, "clicks", None) if state is not None else None
    if not isinstance(clicks, dict):
        return list(first), 0, 0
    found, turn, after = clicks.get("chosen"), clicks.get("turn"), clicks.get("next")
    fits = isinstance(found, list) and len(found) == len(first) and isinstance(turn, int) and isinstance(after, int)
    if not fits or not all(isinstance(n, int) and 0 <= n < many for n in found) or not 0 <= after < len(first):
        return list(first), 0, 0
    return found, turn, after
