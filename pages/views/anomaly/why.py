"""The tab Explain: which pixels of a picture or columns of a table made the score high, by every method that fits the detector."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.anomaly.analysis import columns, maps
from core.anomaly.analysis.maps import METHODS, Answer, Fitting
from core.anomaly.analysis.rivals import Rival, candidates, one_other, rivals
from core.anomaly.analysis.scores import final
from core.anomaly.analysis.trust import MANY, judged
from core.anomaly.datasets import dataset_of
from core.anomaly.monitor import as_bytes
from pages.parts import chart, choose, digit, explain, lecture, shown, verdict
from pages.parts.ask import ask
from pages.parts.overlay import enlarged, overlay, top_of
from pages.parts.panels import percent
from pages.parts.shown import Shown
from pages.parts.words import N_, _, translate
from pages.views.anomaly import example, panels
from pages.views.anomaly.example import Example
from pages.views.anomaly.names import number, pick, titles

MOST = 3  # detectors beside one another
AT = "anomaly/why"  # where the keys of the widgets begin
BASES = {  # what a picture can be compared with
    "expected": N_("what was expected"),
    "mean": N_("mean normal picture"),
    "blur": N_("blurred picture"),
    "black": N_("black"),
}


def draw(current: Shown) -> None:
    """Pictures get maps, a table gets bars; a digit classifier among the detectors can be asked as on every page."""
    if current.run is None or current.settings is None or final(current) is None:
        st.info(_("There is no detector to ask yet: let a run end."))
        return
    fitting = ask(maps.fitting, current)
    if fitting is None:
        st.info(_("The detector of this run is gone: train it once more."))
        return
    match current.settings.data.name:
        case "plane":
            st.info(_("Two numbers are no picture: the landscape, under Look inside, says all it knows."))
        case "tumours":
            _patient(current)
        case _:
            _pictures(current, fitting)
    if current.run.about.models and shown.stored(current.id):
        st.subheader(_("The classifier itself"), anchor=False)
        st.markdown(_("This detector is a digit classifier; its score is its doubt. Why does it answer as it does?"))
        explain.draw("anomaly", {_("This run's network"): (current.id, "model")}, digit.mnist())


@st.fragment
def _pictures(current: Shown, fitting: Fitting) -> None:
    """One picture, one method, and the maps of up to three detectors."""
    found = candidates(current)
    rest = {each: about for each, about in found.items() if each != current.id}
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        chosen = example.chosen(AT, current.settings, example.by_verdict(final(current)))
        if chosen is not None:
            example.show(chosen, True)
        method, given, base = _asked(fitting)
        label = _("Up to two others that learned from the same normals")
        others = pick(_("Beside which detectors"), label, f"{AT}/others", rest, one_other(found, current.id))
    with right:
        if chosen is None:
            st.info(_("Here stand the maps, as soon as there is a picture."))
            return
        colours = verdict.words("anomaly", maps.colours(method))
        st.markdown(_("**Which pixels make the score high?** {}").format(colours))
        those = rivals(current, [current.id, *others[: MOST - 1]])
        _side_by_side(current, those, chosen, method, given, base)
    if maps.mask_of(current.settings, chosen.index) is not None:
        _judged(current)


def _asked(fitting: Fitting) -> tuple[str, str, str]:
    """The method, its knobs as JSON, and what the picture is compared with: widgets for what fits the detector."""
    methods = {name: METHODS[name] for name in fitting.methods}
    method, given = explain.way(AT, methods, hidden=("name", "baseline", "fill"))
    base = "mean"
    if METHODS[method].compares:
        tip = _("What replaces a pixel that is taken away. Most programs take black, which is odd itself.")
        bases = {each: _(BASES[each]) for each in fitting.bases}
        base = choose.one(f"{AT}/base", _("Compared with"), bases, side_by_side=False, help=tip)
    return method, given, base


@st.cache_data(max_entries=600, show_spinner=False)
def _answer(rival: str, key: str, method: str, given: str, base: str, _rival: Rival, _x, _settings) -> Answer:
    """`maps.answer`, kept under the names of detector and example."""
    return maps.answer(_rival, _x, method, given, base, _settings)


def _side_by_side(current: Shown, those: Sequence[Rival], chosen: Example, method: str, given: str, base: str) -> None:
    """One column for each detector: what it says, its map, and below what it expected."""
    answers = [_answer(each.id, chosen.key, method, given, base, each, chosen.x, current.settings) for each in those]
    errors = [found.beside(method) for found in answers]
    shared = [found.map for found in answers if found.map is not None]
    top = top_of(*shared, *(values for values, one_scale in errors if one_scale)) if shared else 1.0
    rest = [values for values, one_scale in errors if values is not None and not one_scale]
    error_top, names = top_of(*rest) if rest else 1.0, titles(those)
    picture, mask = as_bytes(chosen.x)[0], maps.mask_of(current.settings, chosen.index)
    for column, each, found, (error, one_scale) in zip(st.columns(len(those), gap="medium"), those, answers, errors):
        with column:
            own = _("**{}** (this run)") if each.id == current.id else "**{}**"
            st.markdown(own.format(names[each.id]))
            _map(found, names[each.id], picture, top, mask, method)
            if found.expected is not None:
                images, labels = [enlarged(found.expected)], [_("expected")]
                if error is not None:
                    images.append(overlay(picture, error, top if one_scale else error_top))
                    labels.append(_("squared difference"))
                st.image(images, labels, width=148, output_format="PNG")
    faces = current.settings.data.name == "faces"
    verdict.draw("anomaly", maps.about_map(answers[0], picture, method, faces))
    if answers[0].map is not None:
        st.caption(verdict.words("anomaly", maps.scale(method, errors[0][1])))


def _map(found: Answer, name: str, picture: np.ndarray, top: float, mask: np.ndarray | None, method: str) -> None:
    """What a detector says of the picture, and its map, or why there is none."""
    if found.score is not None:
        score = verdict.minus(f"{found.score:.4g}")
        st.caption(verdict.words("anomaly", found.about(), score=score, p=percent(100 * found.p)))
    note = translate(found.note) if isinstance(found.note, str) else verdict.words("anomaly", found.note)
    if found.map is None:
        st.info(note, icon=":material/info:")
        return
    st.image(overlay(picture, found.map, top), width=320, output_format="PNG", alt=_("Why, {}").format(name))
    st.caption(verdict.words("anomaly", maps.said(found, mask, method)) or _("The map"), help=note or None)


def _judged(current: Shown) -> None:
    """On damaged digits it is known where the damage is: how well the methods find it, over a few pictures."""
    label = _("Which method finds the damage? Ask about {} damaged digits").format(MANY)
    if not st.toggle(label, key=f"{AT}/judge"):
        return
    found = ask(judged, current, wait=_("Asking every method about ten pictures …"))
    names = {method: _(METHODS[method].title) for method in found.rows} | {"expected": _("Squared difference")}
    table, cell = {_("Method"): [names[method] for method in found.rows]}, "{:.0f} ± {:.0f}"
    for base in ("mean", "black", "expected"):
        cells = [cell.format(*row[base]) if base in row else "–" for row in found.rows.values()]
        table[_("compared with: {}").format(_(BASES[base]))] = cells
    st.table(table)
    for each in found.about:
        method, base = each.numbers["way"]
        way = _("{} compared with: {}").format(names[method], _(BASES[base])) if base else names[method]
        verdict.draw("anomaly", each, way=way)
    lecture.caption("anomaly", "judged methods", many=MANY)


# ---- a table ----


@st.fragment
def _patient(current: Shown) -> None:
    """One patient, one method, and a bar for each of the columns that count most."""
    names = dataset_of(current.settings).columns
    left, right = st.columns([1, 1.9], gap="large")
    with left:
        groups = example.by_verdict(final(current))
        chosen = example.chosen(AT, current.settings, groups, start=0.5)  # the first may lie 60 σ out
        example.show(chosen, False)
        offered = {name: _(METHODS[name].title) for name in ask(columns.fitting, current)}
        method = choose.one(f"{AT}/method", _("Method"), offered, side_by_side=False)
    found = ask(columns.columns, current, chosen.index, method)
    with right:
        st.markdown(_("**Which columns make the score high?** Orange makes the patient odder, blue more normal."))
        most, rest = columns.largest(found.values)
        rows = {_("{}, {:+.1f} σ").format(names[i], float(chosen.x[i])): float(found.values[i]) for i in most}
        rows[_("all {} others").format(len(names) - len(most))] = rest
        unit = _("squared standard deviations") if found.squares else _("standard deviations of held-out scores")
        said = [f"+{number(value)}" if value > 0 else number(value) for value in rows.values()]
        figure = panels.across([verdict.minus(row) for row in rows], list(rows.values()), said, unit)
        chart.show(figure, key="why/columns", alt=_("How much each column adds to the score"))
        verdict.draw("anomaly", verdict.named([columns.about_half(found.values, names)], {}))
        note = verdict.words("anomaly", found.note) if found.note else _("What the bars say")
        st.caption(note, help=verdict.words("anomaly", found.meaning))
