"""Text: which library does a sentence describe, which words said so, and a shortcut that only an explanation reveals."""

import re
from typing import Any

import streamlit as st

from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.explain import weights

SHOWN = 8  # weights of words
EXAMPLES = {
    "trap": "sklearn.cluster.threshold: Return a threshold value for an image, based on the histogram of its pixels.",
    "edges": "Find the edges in a picture and cut it into regions of the same colour.",
    "trees": "Fit many decision trees on random parts of the dataset and average what they predict.",
    "waves": "Design a digital filter with a window, and apply it to a signal.",
    "layers": "Applies a convolution over an input of several planes, then a linear layer.",
    "own": "",
}


@st.fragment
def text(current: Shown) -> None:
    """A sentence, and two models side by side: one may read names, the other has to read the meaning."""
    st.markdown(
        _(
            "Two models say which of four libraries a description comes from. One learned with the functions' full names, "
            "the other **without the libraries' names**. Which one would you trust?"
        )
    )
    names = {
        "trap": _("A wrong name in front"),
        "edges": _("Edges"),
        "trees": _("Trees"),
        "waves": _("Signals"),
        "layers": _("Layers"),
        "own": _("My own"),
    }
    example = st.pills(
        _("Sentence"), list(names), default="trap", format_func=names.get, key="text/example", required=True
    )
    sentence = st.text_area(
        _("Sentence"),
        EXAMPLES[example],
        max_chars=1000,
        height=90,
        key=f"text/sentence/{example}",
        label_visibility="collapsed",
        placeholder=_("Describe what a function does, in English."),
    )
    left, right = st.columns(2, gap="large")
    samples = left.select_slider(_("Samples"), [50, 100, 200, 500, 1000, 2000], 500, key="text/samples")
    many = right.slider(
        _("Repeats"), 1, 8, 3, key="text/repeats", help=_("The same question with other random words out.")
    )
    if not re.search(r"\w", sentence):
        st.info(_("Type a sentence of a few words: the models answer at once."), icon=":material/edit:")
        return
    titles = {False: _("It saw the names"), True: _("It did not see the names")}
    for column, (hidden, title) in zip(st.columns(2, gap="large"), titles.items()):
        with column:
            _model(sentence[:1000], hidden, title, samples, many)


def _model(sentence: str, hidden: bool, title: str, samples: int, many: int) -> None:
    """What one model says and why."""
    from core.attribution.tabular import LOW_FIT
    from core.attribution.text import FEW
    from core.data.docstrings import LIBRARIES

    accuracy, probabilities, target, found, spread = _explained(sentence, hidden, samples, many)
    st.markdown(f"**{title}** · {_('right on {:.0f} % of 400 test texts (guessing: 25 %)').format(100 * accuracy)}")
    chart.show(
        figures.bars({"": ("neutral", [100 * p for p in probabilities])}, LIBRARIES, "", "%", 170, ".0f", top=112),
        key=f"text/answers/{hidden}",
        alt=_("Probability of each library"),
    )
    st.caption(_("Why {}: orange speaks for it, blue against it.").format(f"**{LIBRARIES[target]}**"))
    st.markdown(weights.highlighted(_coloured(sentence, found.weights)))
    rows = [(word, 100 * weight, 100 * spread[word]) for word, weight in list(found.weights.items())[:SHOWN]]
    figure = weights.bars(rows, _("weight (points)"))
    chart.show(figure, key=f"text/weights/{hidden}", alt=_("The words with the largest weights"))
    if len(found.weights) <= FEW:
        st.caption(_("So few words need no linear model: a weight is how far the probability falls without the word."))
        return
    warned = " " + _("That is low: do not trust the weights.") if found.r2 < LOW_FIT else ""
    st.caption(_("Fit of the linear model: R² = {:.2f} (the mean answer: 0).").format(found.r2) + warned)


def _coloured(sentence: str, found: dict[str, float]) -> list[tuple[str, float | None]]:
    """The sentence in pieces, each with the weight of its word; None between words."""
    return [(piece, found.get(piece)) for piece in re.split(r"(\W+)", sentence) if piece]


@st.cache_data(max_entries=100, show_spinner="Asking the model about the sentence with random words out …")
def _explained(sentence: str, hidden: bool, samples: int, many: int) -> tuple[float, list[float], int, Any, dict]:
    """(accuracy, probabilities, the class explained, mean explanation, spread of each word's weight)."""
    from core.attribution import text as core_text

    model = core_text.text_model(hidden)
    probabilities = [float(p) for p in model.predict([sentence])[0]]
    target = max(range(len(probabilities)), key=probabilities.__getitem__)
    found, spread = core_text.repeats(model.predict, sentence, target, samples, core_text.WIDTH, range(many))
    return model.accuracy, probabilities, target, found, spread
