"""What both domains look like: ten test pictures of each, and what the run's network says to those of the target."""

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from core.transfer.settings import labelled
from pages.shared import digit
from pages.shared.figures import COLOURS
from pages.shared.overlay import inline, pixels
from pages.shared.shown import Shown
from pages.shared.words import _

EACH = 500  # test pictures that a look asks, as core/transfer/watch.py has it
SIDE = 56  # pixels of each picture on the screen: each of its own is two by two
IN_A_ROW = 5


@dataclass(frozen=True)
class Strip:
    """One test picture of each class: their places in the test part, and each as an address that holds it."""

    places: list[int]
    addresses: list[str]


def both_domains(current: Shown) -> None:
    """Two strips of test pictures from the settings alone; once the run has ended, with the network's answers."""
    if current.settings is None or current.settings.target.name == "moons":
        return
    target = current.settings.target
    strips = _strips(target.model_dump_json(), target)
    said = _answers(current.id, strips["target"].places, target, current.run) if _ended(current) else []
    st.markdown(f"**{_('Source: with labels')}**")
    st.html(strip(strips["source"].addresses, _("source"), []))
    st.markdown(f"**{_titled(current)}**")
    st.html(strip(strips["target"].addresses, _("target"), said))
    if said:
        right = sum(answer == which for which, answer in enumerate(said))
        st.caption(
            _(
                "Under each target picture stands the network's answer; ✗ marks a wrong one. Here {} of 10 are right, of all {:,} "
                "test pictures **{:.1f} %** (guessing: 10 %). The curves and the numbers above ask only {} of them."
            ).format(right, current.last("confusion").sum(), current.summary["target"], EACH)
        )
    if more := _granted(current) + _missing(current):
        st.caption(" ".join(more))


def tests(current: Shown) -> dict[str, digit.Tests]:
    """The test pictures of both domains for the Explain tab; of the moons there are none."""
    if current.settings is None:
        return digit.mnist()
    if current.settings.target.name == "moons":
        return {}
    target = current.settings.target
    source, changed = _tests(target.model_dump_json(), target)
    return {_("Source"): source, _("Target"): changed}


def _ended(current: Shown) -> bool:
    return current.run is not None and "model" in current.run.models and "target" in current.summary


@st.cache_data(max_entries=64, show_spinner=False)
def _strips(key: str, _target: Any) -> dict[str, Strip]:
    """Both strips of a target. key: names it."""
    from core.transfer.domains import domains

    pair = domains(_target)
    return {name: _strip(data) for name, data in (("source", pair.source), ("target", pair.target))}


def _strip(data: Any) -> Strip:
    y = data.test_y.numpy()
    places = [int(np.flatnonzero(y == which)[0]) for which in np.unique(y)]
    return Strip(places, [inline(pixels(data.test_x[place].numpy())) for place in places])


@st.cache_data(max_entries=64, show_spinner=False)
def _answers(run_id: str, places: list[int], _target: Any, _run: Any) -> list[int]:
    """What the network of a run that ended answers to these test pictures of its target."""
    from core.nets import predict
    from core.transfer.domains import domains

    return predict(_run.net("model"), domains(_target).target.test_x[places]).argmax(1).tolist()


@st.cache_resource(max_entries=4, show_spinner=False)
def _tests(key: str, _target: Any) -> tuple[digit.Tests, digit.Tests]:
    """Source and target as pictures; key: names the target. Those that are MNIST's own are known to the other labs."""
    from core.data import digits
    from core.transfer.domains import domains

    pair = domains(_target)
    source, target = (digit.as_tests(data, shipped=data is digits.load()) for data in (pair.source, pair.target))
    return source, target


def strip(addresses: list[str], domain: str, said: list[int]) -> str:
    """HTML of ten pictures, each class in turn. said: the answers to stand under them, or none."""
    cells = []
    for which, address in enumerate(addresses):
        alt = escape(_("A {} of the {}").format(which, domain))
        image = f'<img src="{address}" alt="{alt}" title="{alt}" width="{SIDE}" height="{SIDE}" '
        image += 'style="image-rendering:pixelated;border-radius:3px;display:block;width:100%;height:auto">'
        cells.append(f"<div>{image}{_answer(which, said[which]) if said else ''}</div>")
    grid = f"display:grid;grid-template-columns:repeat({IN_A_ROW},minmax(0,{SIDE}px));gap:6px"
    return f'<div style="{grid}">{"".join(cells)}</div>'


def _answer(which: int, answer: int) -> str:
    """A right answer in the page's ink, a wrong one bold, in another colour and with a cross."""
    right = answer == which
    style = "text-align:center;font-size:0.9rem;line-height:1.5;"
    style += (
        "opacity:0.8" if right else f"font-weight:700;color:color-mix(in srgb, {COLOURS['danger']} 75%, currentColor)"
    )
    return f'<div style="{style}">{answer}{"" if right else " ✗"}</div>'


def _titled(current: Shown) -> str:
    """How the target's strip is called: what its labels are used for."""
    if current.settings.method.name == "target":
        return _("Target: with all its labels, for comparison")
    if each := labelled(current.settings):
        return _("Target: without, but for {} of each class").format(each)
    return _("Target: without")


def _granted(current: Shown) -> list[str]:
    facts = current.facts
    if not labelled(current.settings) or current.settings.method.name == "target" or "granted" not in facts:
        return []
    return [
        _("{:,} of the {:,} training pictures of the target come with their labels.").format(
            facts["granted"], facts["target"]
        )
    ]


def _missing(current: Shown) -> list[str]:
    """Which classes are rare in the target's training part, when some are."""
    if current.settings.rare == 100:
        return []
    held = current.facts.get("target_classes")
    if not held:
        return [_("Of the digits 5–9 the target's training part keeps {} %.").format(current.settings.rare)]
    half = len(held) // 2
    return [
        _(
            "The target's training part holds {:,} pictures of the digits 0–4 and {:,} of 5–9; in the source all are about as frequent."
        ).format(sum(held[:half]), sum(held[half:]))
    ]
