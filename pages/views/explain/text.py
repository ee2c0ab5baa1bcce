"""Text: which library does a sentence describe, which words said so, and a shortcut that only an explanation reveals."""

import streamlit as st

from core.explain import analysis
from pages.parts import chart, choose, figures, lecture, verdict
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.explain import weights

SHOWN = 8  # weights of words
SAMPLES = [50, 100, 200, 500, 1000, 2000]
EXAMPLES = {  # name, sentence
    "trap": (
        N_("A wrong name in front"),
        "sklearn.cluster.threshold: Return a threshold value for an image, based on the histogram of its pixels.",
    ),
    "edges": (N_("Edges"), "Find the edges in a picture and cut it into regions of the same colour."),
    "trees": (N_("Trees"), "Fit many decision trees on random parts of the dataset and average what they predict."),
    "waves": (N_("Signals"), "Design a digital filter with a window, and apply it to a signal."),
    "layers": (N_("Layers"), "Applies a convolution over an input of several planes, then a linear layer."),
    "own": (N_("My own"), ""),
}


@view(N_("Text"))
def draw(_current: Shown) -> None:
    """A sentence, and two models side by side: one may read names, the other has to read the meaning."""
    lecture.write("explain", "text")
    sentence = _sentence()
    left, right = st.columns(2, gap="large")
    samples = choose.along("text/samples", _("Samples"), SAMPLES, 500, at=left)
    tip = _("The same question with other random words out.")
    many = right.slider(_("Repeats"), 1, 8, 3, key="text/repeats", help=tip)
    if not analysis.text.has_words(sentence):
        st.info(_("Type a sentence of a few words: the models answer at once."), icon=":material/edit:")
        return
    titles = {False: _("It saw the names"), True: _("It did not see the names")}
    for column, (hidden, title) in zip(st.columns(2, gap="large"), titles.items()):
        with column:
            _model(sentence, hidden, title, samples, many)


def _sentence() -> str:
    """One of the examples, or one's own."""
    names = {example: _(name) for example, (name, _sentence) in EXAMPLES.items()}
    label, key = _("Sentence"), "text/example"
    example = st.pills(label, list(names), default="trap", format_func=names.get, key=key, required=True)
    key, hint = f"text/sentence/{example}", _("Describe what a function does, in English.")
    look = {"height": 90, "label_visibility": "collapsed", "placeholder": hint}
    return st.text_area(label, EXAMPLES[example][1], max_chars=1000, key=key, **look)[:1000]


def _model(sentence: str, hidden: bool, title: str, samples: int, many: int) -> None:
    """What one model says and why."""
    from core.data.docstrings import LIBRARIES

    with st.spinner(_("Asking the model about the sentence with random words out …")):
        reading = analysis.text.reading(sentence, hidden, samples, many)
    st.markdown(_("**{}** · right on {:.0f} % of 400 test texts (guessing: 25 %)").format(title, reading.accuracy))
    figure = figures.bars({"": ("neutral", reading.probabilities)}, LIBRARIES, "", "%", 170, ".0f", top=112)
    chart.show(figure, key=f"text/answers/{hidden}", alt=_("Probability of each library"))
    st.caption(_("Why **{}**: orange speaks for it, blue against it.").format(reading.library))
    found = reading.found.weights
    st.markdown(weights.highlighted(analysis.text.pieces(sentence, found)))
    rows = [(word, 100 * weight, 100 * reading.sd[word]) for word, weight in list(found.items())[:SHOWN]]
    figure = weights.bars(rows, _("weight (points)"))
    chart.show(figure, key=f"text/weights/{hidden}", alt=_("The words with the largest weights"))
    st.caption(verdict.words("explain", reading.verdicts))
