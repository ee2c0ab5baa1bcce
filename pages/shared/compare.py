"""The tab Compare: any runs of the lab over one another in the live picture, with what differs in their settings."""

import streamlit as st

from core import runs
from pages.shared import shown
from pages.shared.shown import Shown
from pages.shared.words import _, plain


def draw(lab: str, current: Shown) -> None:
    """Choose runs; their curves appear faint in the live picture, their differences here."""
    found, skipped = runs.listing(lab)
    abouts = {about.id: about for about in found if about.id != current.id}
    where = f"{lab}/compare"
    st.session_state[where] = [run_id for run_id in st.session_state.get(where, []) if run_id in abouts]
    chosen = st.multiselect(
        _("Lay over the picture above"),
        list(abouts),
        format_func=lambda i: shown.name(abouts[i]),
        key=f"{where}/pick",
        default=st.session_state[where],
        max_selections=3,
        placeholder=_("Choose up to three runs"),
    )
    if chosen != st.session_state[where]:
        st.session_state[where] = chosen
        st.rerun()
    for sentence in skipped:
        st.warning(plain(sentence))
    everything = [current.run.about] if current.run else []
    everything += [abouts[run_id] for run_id in chosen]
    if len(everything) > 1:
        st.table(differences(everything))


def differences(abouts: list[runs.About]) -> dict[str, list[str]]:
    """A table of what differs: one column for each run, one row for each setting or result that is not the same in all."""
    rows: dict[str, list[str]] = {}
    for part in ("settings", "summary"):
        for name in dict.fromkeys(n for about in abouts for n in getattr(about, part)):
            values = [getattr(about, part).get(name) for about in abouts]
            if (
                all(isinstance(v, (int, float, str, bool, type(None))) for v in values)
                and len(set(map(str, values))) > 1
            ):
                rows[name.replace("_", " ")] = [_text(v) for v in values]
    return {"": list(rows)} | {shown.name(a): [row[i] for row in rows.values()] for i, a in enumerate(abouts)}


def _text(value: object) -> str:
    text = "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 200 else "…"  # a picture of one's own, as text
