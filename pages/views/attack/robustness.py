"""Robust accuracy against ε: every attack beside noise of the same size, several networks over each other, the worst of all."""

from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.attack.settings import METRICS
from core.runs import About, RunError
from pages.parts import chart, figures, rasters, shown, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import data
from pages.views.attack.becomes import draw_becomes

BESIDE = 3  # curves of other networks that are shown at first
ORDER = ("noise", "fgsm", "mifgsm", "deepfool", "pgd", "cw", "worst")


@st.fragment
def robust(current: Shown) -> None:
    """The curves of this network, other networks' worst over them, the table, and what becomes what at one ε."""
    network = _network(current)
    measured = _measured(current, network)
    if measured is None:
        _how(network)
        return
    if measured.id != current.id:
        st.caption(_("From the newest stored run on this network: {}").format(measured.id))
    norm, photo = measured.settings.method.norm, measured.facts.get("photo", False)
    others = {about.id: _title(about) for about in _stored(norm) if about.id != measured.id and _photo(about) == photo}
    chosen = []
    if others:
        chosen = st.multiselect(
            _("Over it, the worst of other runs"),
            list(others),
            format_func=others.get,
            key=_others(others),
            max_selections=8,
        )
    chart.show(
        robust_figure(measured, {run_id: others[run_id] for run_id in chosen}),
        key="attack/robust/curves",
        alt=_("Robust accuracy against the size of the change, for several attacks and for noise"),
    )
    if note := measured.summary.get("note"):
        st.markdown(f":material/balance: {note}")
    _table(measured)
    _becomes(measured)


def _others(offered: dict[str, str]) -> str:
    """The key of the choice of other runs: what was chosen and is still offered, at first the newest few."""
    where = "attack/robust/others"
    chosen = st.session_state.get(where, list(offered)[:BESIDE])
    st.session_state[where] = [run_id for run_id in chosen if run_id in offered]
    return where


def _network(current: Shown) -> str:
    """The network that the page is about, as run/model: the one that the run trained, or the one attacked; empty for photos."""
    if current.run and current.run.models:
        return _full(current.id)
    return _full(getattr(current.settings and current.settings.subject, "network", ""))


def _full(name: str) -> str:
    """A network's name with its model: a run alone means the run's first."""
    run_id, __, model = name.partition("/")
    if not run_id or model:
        return name
    try:
        return f"{run_id}/{next(iter(runs.load(run_id).models), 'model')}"
    except RunError:
        return name


def _photo(about: About) -> bool:
    return "network" not in about.settings


def _stored(norm: str | None = None) -> list[About]:
    """Every stored run that measured the curve to its end, the newest first; of one norm when it is given."""
    found = [a for a in runs.listing("attack")[0] if a.settings.get("method") == "curve" and "half" in a.summary]
    return sorted((a for a in found if norm in (None, a.settings.get("norm"))), key=lambda a: -a.created)


def _measured(current: Shown, network: str) -> Shown | None:
    """The run shown when it measures the curve, else the newest stored one that did on the same network."""
    if current.settings and current.settings.method.name == "curve" and current.table[0]:
        return current
    for about in _stored():
        if _full(about.settings.get("network", "")) == network:
            try:
                found = shown.of(runs.load(about.id))
            except RunError:
                continue  # deleted since
            if found.settings:
                return found
    return None


def _how(network: str) -> None:
    """What to choose so that there is a curve of this network."""
    sentence = _("No stored run has measured this network yet: choose the method “Robust accuracy”.")
    subject = {"subject": "digits", "network": network.removesuffix("/model")} if network else {"subject": "photo"}
    data.how(sentence, {"method": "curve"} | subject, ":material/show_chart:")


def _title(about: About) -> str:
    """How another run is called: its network, its norm is the same."""
    return _("{} · seed {}").format(about.settings.get("network", _("photos")), about.settings.get("seed", 0))


def robust_figure(measured: Shown, others: dict[str, str]) -> figures.Figure:
    """All curves of one run, and the worst of others (run id → title) in the background."""
    steps, columns = measured.table
    names = [name for name in ORDER if name in columns]
    names.sort(key="worst".__ne__)  # drawn first, for it lies under the strongest attack's curve
    lines = [Line(_(METRICS[name].label), METRICS[name].role, steps, columns[name]) for name in names]
    guess = METRICS["worst"].chance.of(measured.settings)
    for place, (run_id, title) in enumerate(others.items()):
        try:
            other_steps, other = runs.load(run_id).history()
        except RunError:
            continue  # deleted since
        label = _("worst · {}").format(title)
        lines.append(Line(label, f"task{place % 10 + 1}", other_steps, other["worst"], faint=True))
    unit = {"inf": _("size of the change ε (of 255, L∞)"), "2": _("size of the change ε (of 255, root mean square)")}
    figure = figures.curves(lines, unit[measured.settings.method.norm], _("still right (%)"), 360)
    figures.within(figure, x=(0, measured.settings.method.highest), y=(-2, 102))
    return figures.add_levels(figure, [(_("guessing: {:g} %").format(guess), guess)])


def numbers_figure(current: Shown) -> figures.Figure:
    """Accuracy (%) under each attack (rows) at each ε (columns)."""
    steps, columns = current.table
    names = [name for name in ORDER if name in columns]
    array = np.array([[np.nan if v is None else v for v in columns[name]] for name in names])
    labels = [_(METRICS[name].label) for name in names]
    sizes = [f"{step:g}" for step in steps]
    return rasters.matrix(array, 300, limit=100, text=".0f", rows=labels, columns=sizes, x=_("still right (%) at ε"))


def _table(measured: Shown) -> None:
    """Every number of the curve, and which attack was the worst."""
    steps, columns = measured.table
    strongest = measured.summary.get("strongest", {})
    rows: list[dict[str, Any]] = []
    for i, step in enumerate(steps):
        row: dict[str, Any] = {"ε": step}
        row |= {_(METRICS[name].label): columns[name][i] for name in ORDER if name in columns}
        name = strongest.get(str(step))
        rows.append(row | {_("Strongest attack"): _(METRICS[name].label) if name in METRICS else "–"})
    numbers = [_(METRICS[name].label) for name in ORDER if name in columns]
    with st.expander(_("All numbers"), icon=":material/table:"):
        st.dataframe(
            rows,
            hide_index=True,
            key="attack/robust/table",
            column_config={name: st.column_config.NumberColumn(format="%.1f %%") for name in numbers},
        )
        st.caption(
            _("“Worst of all” counts each picture by itself: right only if it withstood every attack up to this ε."),
            help=_(
                "So it may be lower than the lowest curve. No curve proves that a network is robust: these attacks found no more."
            ),
        )


def _becomes(measured: Shown) -> None:
    """A slider of ε, and which digit is called what under the strongest attack there."""
    matrices = {e.step: e.array for e in measured.pictures("becomes")}
    if len(matrices) < 2:
        return
    half = measured.summary.get("half")
    falls = max(matrices) if half is None else half
    left, right = st.columns([1, 1.4], gap="large")
    with left:
        level = st.select_slider(
            _("What becomes what at ε (of 255)"),
            list(matrices),
            key=views.kept("attack/robust/level", list(matrices), min(matrices, key=lambda step: abs(step - falls))),
        )
        name = measured.summary.get("strongest", {}).get(str(level))
        if name in METRICS:
            st.caption(_("Under the strongest attack there: {}.").format(_(METRICS[name].label)))
        st.caption(_("A digit lost at a smaller ε counts with the answer that it was lost with."))
    with right:
        draw_becomes(matrices[level], "attack/robust/becomes")
