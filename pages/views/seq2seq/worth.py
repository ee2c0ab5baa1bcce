"""What a beam is worth: errors on test examples beside greedy's, and where the two part."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts.shown import Shown
from pages.parts.words import _, plain
from pages.views.seq2seq import data, tiles

JUDGED = 500  # test examples that greedy and beam are judged by
PARTED = 6  # examples in the list of those where they part, of each kind


@st.fragment
def worth(current: Shown) -> None:
    """What a width is worth on test examples; in a fragment of its own, since a new width takes half a second."""
    if st.session_state.pop("beam/opened", False):
        st.rerun()
    st.markdown(f"**{_('What is it worth?')}**")
    left, right = st.columns(2, gap="large")
    key = f"beam/{current.settings.task.name}/many"
    width = left.select_slider(_("Beam width, on many examples"), [1, 2, 3, 5, 10], 5, key=f"{key}/width")
    alpha = right.select_slider(
        _("Length normalisation α, on many examples"), [0.0, 0.5, 1.0, 1.5], 1.0, key=f"{key}/alpha"
    )
    with st.spinner(_("Searching {} answers …").format(JUDGED)):
        found = measured(current.id, width, alpha)
    st.markdown(about_worth(found, width))
    data.rule(current.settings.task)
    if whole := about_all(current):
        st.caption(whole)
    if found["parted"]:
        st.pills(
            _("Where the two differ; choose one to see its tree"),
            [row[0] for row in found["parted"]],
            key=f"{key}/parted/{width}/{alpha}",
            on_change=_open,
            args=(current.settings.task.name, f"{key}/parted/{width}/{alpha}", width, alpha),
        )
        heads = (_("read"), _("greedy says"), _("the beam says"), _("right"))
        st.table(
            {head: [plain(tiles.joined(row[i])) for row in found["parted"]] for i, head in enumerate(heads)},
            hide_index=True,
        )


def _open(task: str, chosen: str, width: int, alpha: float) -> None:
    """Puts the chosen example above, with the knobs at which the two part; that is another fragment, so the page is redrawn."""
    if word := st.session_state.get(chosen):
        st.session_state[example_key(task)] = (word, width, alpha)
        st.session_state["beam/opened"] = True


def example_key(task: str) -> str:
    """Where the chosen example is remembered: (input, width, α)."""
    return f"beam/{task}/example"


@st.cache_data(max_entries=30, show_spinner=False)
def measured(run_id: str, width: int, alpha: float) -> dict[str, Any]:
    """PER and WER in % of greedy and beam on the first test examples, and some of those where one is right and the other not."""
    from core.seq2seq import score

    net, world = data.opened(run_id)
    part = world.test.first(JUDGED)
    greedy = score.judged(score.answers_of(net, world, part), part)
    wide = score.judged(score.beamed(net, world, part, width, alpha), part)
    mended, spoilt = (greedy.edits > 0) & (wide.edits == 0), (greedy.edits == 0) & (wide.edits > 0)
    parted = [
        (
            "".join(world.source.tokens[k] for k in part.x[i].tolist() if k),
            *(tuple(world.target.tokens[k] for k in each) for each in (greedy.said[i], wide.said[i], better.said[i])),
        )
        for group, better in ((mended, wide), (spoilt, greedy))
        for i in np.flatnonzero(group)[:PARTED]
    ]
    from_both = {
        name: (score.per(v.edits, v.lengths), score.wer(v.edits)) for name, v in (("greedy", greedy), ("beam", wide))
    }
    return from_both | {"many": len(part), "wrong": int((greedy.edits > 0).sum()), "mended": int(mended.sum()),
                        "spoilt": int(spoilt.sum()), "parted": parted}  # fmt: skip


def about_worth(found: dict[str, Any], width: int) -> str:
    """Both errors of both ways, and how many answers were mended and spoilt."""
    said = _("{:,} test examples. Greedy: PER **{:.1f} %**, WER **{:.1f} %**. Beam of {}: **{:.1f} %**, **{:.1f} %**.")
    said = said.format(found["many"], *found["greedy"], width, *found["beam"])
    if not found["wrong"]:
        return f"{said} " + _("Greedy gets none wrong; the beam gets **{}** wrong.").format(found["spoilt"])
    told = _("Of {} wrong greedy answers the beam corrects **{}**; it makes **{}** right ones wrong.")
    return f"{said} " + told.format(found["wrong"], found["mended"], found["spoilt"])


def about_all(current: Shown) -> str:
    """What was measured on the whole test part when this run was shipped. A toy's other figures leave its longest inputs out."""
    found = current.summary
    if "beam_wer" not in found or current.settings.task.name == "toy":
        return ""
    from core.seq2seq.formulas import ALPHA, BEAM

    told = _(
        "Whole test part: greedy PER {:.1f} %, WER {:.1f} %; beam of {} with α = {:.1f} PER {:.1f} %, WER {:.1f} %."
    )
    return told.format(found["per"], found["wer"], BEAM, ALPHA, found["beam_per"], found["beam_wer"])
