"""The tab Explain: which pixels made the score high, by the detector itself and by every method that fits it."""

import json
from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.runs import RunError
from pages.parts import digit, explain, knobs, shown, views
from pages.parts.overlay import overlay, top_of
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data, example, maps, panels, why_table
from pages.views.anomaly import rivals as held_against
from pages.views.anomaly.example import PROMISE, Example
from pages.views.anomaly.rivals import Rival

MOST = 3  # detectors beside one another


def why(current: Shown) -> None:
    """Pictures get maps, a table gets bars; a digit classifier among the detectors can be asked as on every page."""
    if current.run is None or current.settings is None or data.final(current) is None:
        st.info(_("There is no detector to ask yet: let a run end."))
        return
    try:
        detector = data.detector_of(current)
    except (RunError, KeyError):  # deleted since, or kept no network
        st.info(_("The detector of this run is gone: train it once more."))
        return
    match current.settings.data.name:
        case "plane":
            st.info(
                _("Two numbers are no picture: the landscape, under Look inside, says all that this detector knows.")
            )
        case "tumours":
            why_table.columns(current, detector)
        case _:
            _pictures(current, detector)
    if current.run.about.models and shown.stored(current.id):
        st.subheader(_("The classifier itself"), anchor=False)
        st.markdown(
            _(
                "This detector is a digit classifier, and its score says how unsure it is. Why does it answer as it does?"
            )
        )
        explain.draw("anomaly", {_("This run's network"): (current.id, "model")}, digit.mnist())


@st.fragment
def _pictures(current: Shown, detector: Any) -> None:
    """One picture, one method, and the maps of up to three detectors."""
    found, at = held_against.names(current), "anomaly/why"
    expects = detector.expects(data.world(current.settings).test_x[:1]) is not None
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        chosen = example.choose(at, current.settings, example.by_verdict(data.final(current)))
        if chosen is not None:
            example.show(chosen, True)
        method, given, base = _asked(at, detector, expects)
        with st.popover(_("Beside which detectors"), icon=":material/checklist:"):
            known = [each for each in found if each != current.id]
            others = st.pills(
                _("Up to two others that learned from the same normals"),
                known,
                format_func=found.get,
                selection_mode="multi",
                key=views.kept(f"{at}/others", known, _other(current, found)),
            )
    with right:
        if chosen is None:
            st.info(_("Here stand the maps, as soon as there is a picture."))
            return
        st.markdown(f"**{_('Which pixels make the score high?')}** {_key_of(method)}")
        those = held_against.rivals(current, [current.id, *others[: MOST - 1]])
        _side_by_side(current, those, chosen, method, given, base)
    if chosen.index is not None and maps.mask_of(current.settings, chosen.index) is not None:
        _judged(current, those[0])


def _key_of(method: str) -> str:
    """What the colours of a map say."""
    if method == "saliency":
        return _("Orange is where a small change of the pixel changes the score most.")
    if method == "smoothgrad":
        return _(
            "Orange is where a brighter pixel would make the picture odder, blue where it would make it more normal."
        )
    return _("Orange makes the picture odder, blue more normal.")


def _other(current: Shown, found: dict[str, str]) -> list[str]:
    """One detector to begin with beside the run shown: of another family, and one that expects something."""
    kinds = held_against.methods(current, found)
    wanted = ["knn"] if current.settings.method.name == "pca" else ["pca"]
    return [
        each
        for each in held_against.one_of_each(found, current, len(found))
        if kinds[each] in wanted and each != current.id
    ][:1]


def _asked(at: str, detector: Any, expects: bool) -> tuple[str, str, str]:
    """The method, its knobs as JSON, and what the picture is compared with: widgets for what fits the detector.

    expects: whether the detector has an idea of what should be in the place of a picture.
    """
    from core.attribution.settings import METHOD_NAMES, METHODS

    names = ({"expected": _("What was expected")} if expects else {}) | {
        name: _(METHOD_NAMES[name]) for name in (maps.GRADIENTS if detector.gradients else ()) + maps.CHANGES
    }
    where = views.kept(f"{at}/method", list(names), next(iter(names)))
    method = st.selectbox(_("Method"), list(names), format_func=names.get, key=where)
    given = {}
    if method != "expected":
        fields = METHODS[method].model_fields.items()
        given = {
            name: knobs.clean(knobs.widget(f"{at}/{method}", name, field))
            for name, field in fields
            if name not in ("name", "baseline", "fill")
        }
    base = "mean"
    if method in maps.COMPARED:
        bases = {"expected": _("what was expected")} if expects else {}
        bases |= {"mean": _("mean normal picture"), "blur": _("blurred picture"), "black": _("black")}
        tip = _(
            "What stands in the place of a pixel that is taken away. Black is what most programs take, and odd itself."
        )
        where = views.kept(f"{at}/base", list(bases), next(iter(bases)))
        base = st.selectbox(_("Compared with"), list(bases), format_func=bases.get, key=where, help=tip)
    return method, json.dumps(given), base


def _side_by_side(current: Shown, those: list[Rival], chosen: Example, method: str, given: str, base: str) -> None:
    """One column for each detector: what it says, its map, and below what it expected."""
    answers = [
        maps.answer(each.id, chosen.key, method, given, base, each, chosen.x, current.settings) for each in those
    ]
    drawn = [found["map"] for found in answers if found["map"] is not None]
    errors = [_error(found, method) for found in answers]
    top = top_of(*drawn, *(values for values, one_scale in errors if one_scale)) if drawn else 1.0
    rest = [values for values, one_scale in errors if values is not None and not one_scale]
    error_top = top_of(*rest) if rest else 1.0
    picture = panels.pixels(chosen.x)
    for column, each, name, found, (error, one_scale) in zip(
        st.columns(len(those), gap="medium"), those, held_against.titles(those), answers, errors
    ):
        with column:
            st.markdown(f"**{name}**" + (f" ({_('this run')})" if each.id == current.id else ""))
            st.caption(_said(found["score"], each) if found["score"] is not None else "")
            if found["map"] is None:
                st.info(found["note"], icon=":material/info:")
            else:
                st.image(overlay(picture, found["map"], top), width=320, output_format="PNG", alt=f"{_('Why')}, {name}")
                st.caption(_under(found, current.settings, chosen, method), help=found["note"] or None)
            if found["expected"] is not None:
                images, titles = [overlay(found["expected"], np.zeros((28, 28)), 1.0, 0)], [_("expected")]
                if method != "expected":
                    images.append(overlay(picture, error, top if one_scale else error_top))
                    titles.append(_("squared difference"))
                st.image(images, titles, width=148, output_format="PNG")
    _in_words(answers[0], method, errors[0], current.settings.data.name == "faces")


def _error(found: dict[str, Any], method: str) -> tuple[np.ndarray | None, bool]:
    """The squared difference to what was expected, and whether it is measured as the map of the method is.

    Where the score is the sum of these squares, both are shares of one sum, and have one scale.
    """
    if found["error"] is None or method == "expected":
        return None, False
    if found["sum"] and method in maps.ADDS_UP and found["map"] is not None:
        return found["error"] / (2 * found["scale"]), True
    return found["error"], False


def _said(score: float, each: Rival) -> str:
    """What a detector says of the picture: “score 26.3, p = 1.2 %: alarm”."""
    p = float(decide.p_values(np.array([score]), each.held)[0])
    verdict = _("it raises the alarm at 10 %") if p <= PROMISE else _("no alarm at 10 %")
    return _("score {}, p = {}: {}").format(f"{score:.4g}".replace("-", "−"), held_against.percent(p), verdict)


def _under(found: dict[str, Any], settings: Any, chosen: Example, method: str) -> str:
    """Whether a map lies where the damage is, and what it cost."""
    parts = [_("{} passes through the detector.").format(found["passes"])] if found["passes"] else []
    mask = maps.mask_of(settings, chosen.index) if chosen.index is not None else None
    if mask is not None:
        right = 100 * maps.where(found["map"], mask, method)
        parts.insert(0, _("Damage found: **{:.0f} %** (AUROC of its pixels; 50 % is chance).").format(right))
    return " ".join(parts) or _("The map")


def _in_words(found: dict[str, Any], method: str, error: tuple[np.ndarray | None, bool], faces: bool) -> None:
    """Of the run shown: how few pixels carry its map, and whether it tells what the error tells."""
    if found["map"] is None or not (found["map"] > 0).any():
        return
    half = half_of(found["map"])
    said = _("**Half of all orange** in the map of this run lies on **{} of {} pixels**.").format(
        half, found["map"].size
    )
    if method == "expected":
        more = found["picture"] > found["expected"]
        share = 100 * float(found["map"][more].sum() / found["map"].sum())
        words = _("{:.0f} % of the squared error is ink that was not expected, {:.0f} % ink that is missing.")
        if faces:
            words = _(
                "{:.0f} % of the squared error lies where it is brighter than expected, {:.0f} % where it is darker."
            )
        said += " " + words.format(share, 100 - share)
    elif error[0] is not None:
        rho = _alike(np.abs(found["map"]), error[0])
        said += " " + _("Rank correlation with the squared difference: {}.").format(f"{rho:.2f}".replace("-", "−"))
    st.markdown(said)
    scale = _("All maps of the method share one scale.")
    if error[1]:
        scale = _("All pictures share one scale: each pixel's part of the same score.")
    if method in maps.OF_PROBABILITY:
        scale += " " + _(
            "Explained is the probability of an alarm: a smooth step over the threshold of 10 % false alarms."
        )
    elif method in (*maps.ADDS_UP, *maps.CHANGES):
        scale += " " + _(
            "Explained is how far the score lies above the threshold of 10 % false alarms, in units of twice the standard deviation "
            "of held-out normals' scores."
        )
    st.caption(scale)


def half_of(values: np.ndarray) -> int:
    """The least number of pixels that hold half of all that is positive in a map."""
    sizes = np.sort(values[values > 0].astype(np.float64))[::-1].cumsum()
    return int(np.searchsorted(sizes, sizes[-1] / 2) + 1)


def _alike(a: np.ndarray, b: np.ndarray) -> float:
    from scipy.stats import rankdata

    return float(np.nan_to_num(np.corrcoef(rankdata(a), rankdata(b))[0, 1]))


# ---- which method may be believed ----


def _judged(current: Shown, rival: Rival) -> None:
    """On damaged digits it is known where the damage is: how well the methods find it, over a few pictures."""
    label = _("Which method finds the damage? Ask about {} damaged digits").format(maps.JUDGED)
    if not st.toggle(label, key="anomaly/why/judge"):
        return
    found, most = maps.judgements(rival.id, rival, current.settings)
    columns = {"mean": _("mean normal"), "black": _("black"), "expected": _("what was expected")}
    cells = {title: [_cell(row.get(base)) for __, row in found] for base, title in columns.items()}
    st.table(
        {_("Method"): [name for name, __ in found], **{_("compared with: {}").format(t): c for t, c in cells.items()}}
    )
    st.markdown(most)
    tip = _(
        "How often a map is higher on a damaged pixel than on another one. Of gradients the size counts. Where one number stands in a "
        "row, the method compares with nothing."
    )
    said = _("AUROC of the pixels in % ± standard error over {} damaged digits; 50 % is chance.")
    st.caption(said.format(maps.JUDGED), help=tip)


def _cell(value: tuple[float, float] | None) -> str:
    return "–" if value is None else f"{value[0]:.0f} ± {value[1]:.0f}"
