"""All methods on the same two domains, between the two bounds: source only, and trained on the target."""

from collections.abc import Mapping

import streamlit as st

from core.runs import About
from pages.parts import chart, figures, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.transfer import data

MOST = 10  # curves over one another


@st.fragment
def methods(current: Shown) -> None:
    """Target accuracy over the steps, one curve for each chosen run, and what was reached at which price."""
    found = {about.id: about for about in data.rivals(current.run.about)}
    if len(found) < 2:
        st.info(
            _(
                "No other run has the same domains, steps and seed. Choose another method and press Train: it will appear here."
            )
        )
        return
    views.keep_choice("transfer/methods", current.id, found, first_of_each(found, current.id))
    chosen = st.pills(
        _("Runs on the same two domains, with the same steps and seed"),
        list(found),
        format_func=lambda i: data.method_name(found[i]),
        selection_mode="multi",
        key="transfer/methods",
    )
    lines = lines_of({i: found[i] for i in chosen[:MOST]})
    chart.show(
        figures.live(
            lines,
            _("training step"),
            _("target accuracy (%)"),
            400,
            end=max((line.x[-1] for line in lines), default=None),
        ),
        key="methods/curves",
        alt=_("Target accuracy of several methods over training"),
    )
    if chosen:
        _table({i: found[i] for i in chosen}, *bounds(found.values()))


def first_of_each(found: Mapping[str, About], own: str) -> list[str]:
    """One run of each method, and the one that is shown."""
    kinds: dict[str, str] = {}
    for run_id, about in found.items():
        kinds.setdefault(about.settings["method"], run_id)
    return [run_id for run_id in found if run_id in (own, *kinds.values())][:MOST]


def lines_of(chosen: Mapping[str, About]) -> list[Line]:
    """One curve for each run; the bounds in grey and in ink, the methods in hues of their own."""
    lines, hue = [], 0
    for run_id, about in chosen.items():
        if data.source_only(about.settings):
            role, name = "control", _("{} (lower bound)")
        elif data.of_method(about.settings, "BOUND") == "upper":
            role, name = "whole", _("{} (upper bound)")
        else:
            hue, name = hue + 1, "{}"
            role = f"task{hue}"
        lines.append(Line(name.format(data.method_name(about)), role, *data.targets(run_id)))
    return lines


def bounds(found: Mapping[str, About] | list[About]) -> tuple[float | None, float | None]:
    """Target accuracy of source only and of training on the target, in percent; None where that run is missing."""
    lower = next((about.summary["target"] for about in found if data.source_only(about.settings)), None)
    uppers = (about for about in found if data.of_method(about.settings, "BOUND") == "upper")
    upper = next((about.summary["target"] for about in uppers), None)
    return lower, upper


def closed(target: float, lower: float | None, upper: float | None) -> float | None:
    """Share of the gap between the bounds that is closed, in percent; None without both, or without a gap."""
    if lower is None or upper is None or upper - lower < 1:
        return None
    return 100 * (target - lower) / (upper - lower)


def _table(chosen: Mapping[str, About], lower: float | None, upper: float | None) -> None:
    """What each run reached, the best first."""
    order = sorted(chosen.values(), key=lambda about: -about.summary["target"])
    shares = [closed(about.summary["target"], lower, upper) for about in order]
    st.table(
        {
            _("Method"): [data.method_name(about) for about in order],
            _("Source (%)"): [_number(about.summary.get("source")) for about in order],
            _("Target (%)"): [_number(about.summary["target"]) for about in order],
            _("Gap closed (%)"): [_number(share, 0) for share in shares],
            _("Proxy A-distance"): [_number(about.summary.get("a_distance"), 2) for about in order],
            _("Labels per class"): [_labels(about) for about in order],
            _("Seconds"): [_number(about.seconds, 0) for about in order],
        }
    )
    if lower is None or upper is None:
        missing = _("source only") if lower is None else _("trained on the target")
        if lower is None and upper is None:
            missing = _("source only, and trained on the target")
        st.caption(_("The gap needs both bounds. A stored run of these domains is missing: {}.").format(missing))
    elif not any(share is not None for share in shares):
        st.caption(_("There is no gap to close: here, source only is as good as training on the target."))
    st.caption(
        _("One seed each. Means over five seeds are in the tab Yardstick."),
        help=_(
            "The curves use a few hundred test pictures, the table uses all. Seconds are those of the machine that trained."
        ),
    )


def _labels(about: About) -> str:
    """How many target labels of each class a run learned from."""
    chosen = about.settings
    return _("all") if chosen["method"] == "target" else str(chosen.get("granted", 0) + chosen.get("shots", 0))


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")
