"""Tables: a random forest, LIME on one row, and how much of its answer is chance."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.explain import weights

SHOWN = 8  # weights, of up to thirty
SAMPLES = [100, 200, 500, 1000, 2000, 5000]


@st.fragment
def tables(current: Shown) -> None:
    """Choose a table and a row; the forest answers, LIME says why, and repeats say how far to trust it."""
    from core.data.tables import TITLES

    st.markdown(
        _(
            "LIME explains a **random forest** on a table: it draws rows around yours, asks the forest about each, and fits "
            "a linear model that counts near rows more."
        )
    )
    name = st.segmented_control(
        _("Table"),
        list(TITLES),
        default="cancer",
        key="tables/table",
        format_func=lambda n: _(TITLES[n]),
        required=True,
    )
    _row(name)


@st.fragment
def _row(name: str) -> None:
    """One row of the table under the knobs of LIME."""
    from core.attribution import tabular
    from core.data import tables as source

    table = source.load(name)
    left, right = st.columns([1, 2], gap="large")
    with left:
        number = st.slider(
            _("{} in the test part").format(_(table.row)), 1, len(table.test_y), 1, key=f"tables/row/{name}"
        )
        samples = st.select_slider(_("Samples"), SAMPLES, 2000, key="tables/samples")
        width = st.select_slider(
            _("Kernel width $σ$"),
            _widths(tabular.default_width(table)),
            tabular.default_width(table),
            format_func=lambda v: f"{v:.3g}",
            key=f"tables/width/{name}",
            help=_(
                "How near a sample must stay to count. Its distance is the root of the number of features that lie in another quarter "
                "than the row's; ¾ √features is lime's own."
            ),
        )
        many = st.slider(
            _("Repeats"), 1, 8, 4, key="tables/repeats", help=_("The same question with other random rows.")
        )
    with right:
        target = _verdict(table, name, number - 1)
        found = _explained(name, number - 1, target, samples, width, many)
        _reasons(table, target, found, samples)
    _what_if(name, number - 1, target, [weight.feature for weight in found.mean.weights[:2]])
    _whole_table(name, table)


def _widths(default: float) -> list[float]:
    return sorted({default, *map(float, np.geomspace(0.3, 30, 25).round(2))})


def _verdict(table: Any, name: str, row: int) -> int:
    """What the forest says, and what is true; returns the class that it says."""
    from core.attribution import tabular

    probabilities = tabular.forest(table).predict_proba(table.test_x[row : row + 1])[0]
    target, truth = int(probabilities.argmax()), int(table.test_y[row])
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            _("The forest says"), f"{_(table.classes[target])} · {100 * probabilities[target]:.0f} %", width="content"
        )
        st.metric(_("True"), _(table.classes[truth]), width="content")
        accuracy, most = _accuracy(name)
        st.metric(
            _("Right on test rows"),
            f"{100 * accuracy:.1f} %",
            _("always the commonest: {:.0f} %").format(100 * most),
            delta_color="off",
            delta_arrow="off",
            width="content",
        )
    return target


def _reasons(table: Any, target: int, found: Any, samples: int) -> None:
    """The largest weights, the fit, and the agreement of the repeats."""
    from core.attribution.tabular import LOW_FIT, chance_jaccard

    rows = [(w.condition, 100 * w.value, 100 * found.sd[w.feature]) for w in found.mean.weights[:SHOWN]]
    st.markdown(f"**{_('What speaks for {} (orange), and against it (blue)').format(_(table.classes[target]))}**")
    figure = weights.bars(rows, _("weight (points)"))
    chart.show(figure, key="tables/weights", alt=_("The features with the largest weights"))
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            _("Fit of the linear model $R^2$"),
            f"{found.mean.r2:.2f}",
            _("the mean answer: 0"),
            delta_color="off",
            delta_arrow="off",
            width="content",
            help=_("Weighted by the kernel; 1 when the forest is linear near this row."),
        )
        st.metric(_("Samples that count"), f"{found.mean.effective:.0f}", width="content", help=_("(Σ w)² / Σ w²"))
        st.metric(
            _("Top five agree"),
            f"{100 * found.jaccard:.0f} %",
            _("by chance: {:.0f} %").format(100 * chance_jaccard(len(table.features))),
            delta_color="off",
            delta_arrow="off",
            width="content",
            help=_("Mean overlap (Jaccard) of the five largest weights between repeats."),
        )
    if found.mean.effective < len(table.features):
        st.info(
            _("Fewer samples count than there are features: the linear model overfits. Widen the kernel."),
            icon=":material/warning:",
        )
        return
    if found.mean.effective > 0.9 * samples:
        st.caption(_("Nearly all samples count alike, so the linear model is hardly local: try a narrower kernel."))
    if found.mean.r2 < LOW_FIT:
        st.info(
            _("R² is low: trust the order of the weights if the repeats agree, but not their sizes."),
            icon=":material/warning:",
        )


@st.fragment
def _what_if(name: str, row: int, target: int, features: list[int]) -> None:
    """Move the two features with the largest weights, and the forest answers at once."""
    from core.attribution import tabular
    from core.data import tables as source

    table = source.load(name)
    changed = table.test_x[row].copy()
    st.markdown(f"**{_('What if? Move the two features with the largest weights.')}**")
    columns = st.columns([1, 1, 1], gap="large", vertical_alignment="center")
    for column, feature in zip(columns, features):
        values = np.concatenate([table.train_x[:, feature], table.test_x[:, feature]])
        low, high = float(values.min()), float(values.max())
        changed[feature] = column.slider(
            _(table.features[feature]),
            low,
            high,
            float(changed[feature]),
            step=(high - low) / 200,
            format="%.4g",
            key=f"tables/if/{name}/{row}/{feature}",
        )
    before, now = tabular.forest(table).predict_proba(np.stack([table.test_x[row], changed]))[:, target]
    columns[2].metric(
        _("The forest now says {}").format(_(table.classes[target])),
        f"{100 * now:.0f} %",
        _("{:+.0f} points").format(100 * (now - before)) if abs(now - before) >= 0.005 else None,
        delta_color="off",
    )


def _whole_table(name: str, table: Any) -> None:
    """The control: what matters for the whole table, not for this row."""
    if not st.toggle(_("And for the whole table? (permutation importance)"), key="tables/global"):
        return
    mean, sd = _permutation(name)
    order = np.argsort(-mean)[:SHOWN]
    figure = weights.bars([(table.features[i], 100 * mean[i], 100 * sd[i]) for i in order], _("accuracy lost (points)"))
    chart.show(figure, key="tables/importance", alt=_("The most important features of the whole table"))
    st.caption(
        _("How far the accuracy on test rows falls when one column is shuffled, five times."),
        help=_(
            "Columns that say nearly the same, as radius and area do, replace each other: shuffling one alone hardly hurts."
        ),
    )


@st.cache_data(max_entries=100, show_spinner="Asking the forest about random rows …")
def _explained(name: str, row: int, target: int, samples: int, width: float, many: int) -> Any:
    from core.attribution import tabular
    from core.data import tables as source

    table = source.load(name)
    return tabular.repeats(table, table.test_x[row], target, samples, width, range(many))


@st.cache_data(max_entries=2, show_spinner=False)
def _accuracy(name: str) -> tuple[float, float]:
    """Share of the test rows that the forest gets right, and that whoever always says the commonest class would."""
    from core.attribution import tabular
    from core.data import tables as source

    table = source.load(name)
    return tabular.accuracy(table), tabular.commonest(table)


@st.cache_data(max_entries=2, show_spinner="Shuffling each column five times …")
def _permutation(name: str) -> tuple[np.ndarray, np.ndarray]:
    from core.attribution import tabular
    from core.data import tables as source

    return tabular.permutation(source.load(name))
