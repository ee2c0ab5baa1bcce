"""The tab Explain: which letters speak for one token of the answer, and whether these are the letters that were looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters, views
from pages.parts.shown import Shown
from pages.parts.words import _, plain
from pages.views.seq2seq import data

LOOKED, NOTHING = "looked", "nothing"  # what may stand beside a method
UNSIGNED = ("saliency", LOOKED)
SHARE = 0.8  # of all that speaks for a token
FEW = 4  # letters that a rank correlation needs
SPACE = "␣"


@dataclass(frozen=True)
class Answer:
    """What is said to one input, greedily: its tokens with <EOS>, their names, p of each, where was looked (T, S) or None."""

    letters: tuple[str, ...]
    tokens: tuple[int, ...]
    names: tuple[str, ...]
    p: tuple[float, ...]
    looked: np.ndarray | None


def why(current: Shown) -> None:
    """Which letters made it say that?"""
    if data.ready(current):
        _asked(current)


@st.fragment
def _asked(current: Shown) -> None:
    at = f"why/{current.settings.task.name}"
    word = _word(current, at)
    if word is None:
        return
    try:
        said = answer(current.id, word)
    except ValueError as error:  # it cannot be read: the sentence says why
        st.info(plain(str(error)))
        return
    key = f"{at}/place/{''.join(said.letters)}"
    views.kept(key, range(len(said.tokens)), 0)
    place = st.segmented_control(
        _("Which token of the answer"),
        list(range(len(said.tokens))),
        format_func=lambda t: f"{said.names[t]} · {100 * said.p[t]:.0f} %",
        required=True,
        key=key,
        wrap=True,
    )
    left, right = st.columns(2)
    with left:
        method = _method(at)
    with right:
        beside = _beside(at, method, said.looked is not None)
    found, noun = explained(current.id, word, place, method), data.heading(current.settings.task.name)[0]
    st.markdown(question(said, place, found["p"]))
    rows = {method: found["weights"]}
    if beside == LOOKED:
        rows[LOOKED] = said.looked[place]
    elif beside != NOTHING:
        rows[beside] = explained(current.id, word, place, beside)["weights"]
    figure = boxes(said.letters, rows)
    chart.show(
        figure,
        key="why/letters",
        alt=_("How much each letter of {} speaks for the token").format("".join(said.letters)),
    )
    if beside in rows:
        st.markdown(about_both(found["weights"], rows[beside], method, beside))
    _bars(said, found["weights"], method, noun)
    st.markdown(about(said, found["weights"], method, noun))
    st.caption(plain(found["note"]))


# ---- what is asked ----


def _word(current: Shown, at: str) -> str | None:
    """What the visitor typed; of a line with several words the one chosen."""
    from core.seq2seq import tasks

    world = data.opened(current.id)[1]
    typed = st.text_input(
        _("Explain the answer to"), world.film[1 if world.name == "pronounce" else 0], key=f"{at}/text", max_chars=300
    )
    words = tasks.sayings(typed) if world.name == "pronounce" else [typed]
    if len(words) < 2:
        return words[0] if words else typed
    numbers = list(range(len(words)))
    chosen = st.selectbox(_("Which word"), numbers, format_func=lambda i: words[i], key=f"{at}/word/{typed}")
    return words[chosen if chosen in numbers else 0]


def _method(at: str) -> str:
    names = method_names()
    return st.selectbox(_("Method"), list(names), format_func=lambda name: _(names[name]), key=f"{at}/method")


def _beside(at: str, method: str, attends: bool) -> str:
    """What the method is held against: attention where there is any, or another method."""
    names = {LOOKED: _("where it looks (attention)")} if attends else {}
    names |= {name: _(title) for name, title in method_names().items() if name != method}
    names[NOTHING] = _("nothing")
    first = 0 if attends else list(names).index("ablation" if method != "ablation" else "integrated_gradients")
    return st.selectbox(_("Beside it"), list(names), first, format_func=names.get, key=f"{at}/beside/{method}")


def method_names() -> dict[str, str]:
    """The methods' names, by which core knows them."""
    from core.seq2seq.why import METHODS

    return METHODS


@st.cache_data(max_entries=200, show_spinner=False)
def answer(run_id: str, word: str) -> Answer:
    """The greedy answer to a word. Raises ValueError with a sentence for what cannot be read."""
    import torch

    from core.seq2seq import decode, tasks
    from core.seq2seq.models import BOS, EOS

    net, world = data.opened(run_id)
    letters = tuple(tasks.understood(world, word))
    with torch.inference_mode():
        memory = net.read(world.example(word))
        spoken = decode.greedy(net, memory, world.longest)
        given = torch.cat((torch.tensor([[BOS]]), spoken.tokens[:, :-1]), 1)
        p = decode.possible(net.teach(memory, given)).softmax(2)[0].gather(1, spoken.tokens.T)[:, 0]
    tokens = tuple(spoken.tokens[0].tolist())
    names = tuple(_("end") if token == EOS else world.target.tokens[token] for token in tokens)
    return Answer(
        letters, tokens, names, tuple(p.tolist()), None if spoken.looked is None else spoken.looked[0].numpy()
    )


@st.cache_data(max_entries=300, show_spinner=False)
def explained(run_id: str, word: str, place: int, method: str) -> dict[str, Any]:
    """`core.seq2seq.why.why` as plain values: weights (S,), p, note."""
    from core.seq2seq.why import Question
    from core.seq2seq.why import why as ask

    net, world = data.opened(run_id)
    found = ask(Question(net, world, word, answer(run_id, word).tokens, place), method)
    return {"weights": np.asarray(found.weights, np.float64), "p": found.p, "note": found.note}


# ---- what is drawn ----


def boxes(letters: Sequence[str], rows: Mapping[str, np.ndarray]) -> figures.Figure:
    """A square for every letter, a row for every method: orange speaks for the token, blue against it. rows: method → weights (S,).

    Each row has its own scale, so that the deepest colour is its largest weight.
    """
    scaled = np.stack([weights / (float(np.abs(weights).max()) or 1.0) for weights in rows.values()])
    names = [_("where it looks (attention)") if method == LOOKED else _(method_names()[method]) for method in rows]
    written = [[number(weight, method) for weight in weights.tolist()] for method, weights in rows.items()]
    columns = [letter.replace(" ", SPACE) for letter in letters]
    figure = rasters.matrix(
        scaled, 76 + 46 * len(rows), signed=True, limit=1.0, rows=names, columns=columns, words=written
    )
    figure["layout"]["yaxis"].pop("scaleanchor")
    figure["layout"]["xaxis"]["tickfont"] = {"size": 16}
    return figure


def number(weight: float, method: str) -> str:
    """A weight as it is written in its box."""
    if method == LOOKED:
        return f"{100 * weight:.0f} %"
    written = f"{weight:.2f}" if method in UNSIGNED else f"{weight:+.2f}"
    return "0.00" if written in ("+0.00", "-0.00") else written.replace("-", "−")


def _bars(said: Answer, weights: np.ndarray, method: str, noun: str) -> None:
    """The same weights as bars, in the order of the letters."""
    letters = [letter.replace(" ", SPACE) for letter in said.letters]
    if method in UNSIGNED:
        groups = {_("how sensitive"): ("after", weights.tolist())}
    else:
        groups = {
            _("speaks for it"): ("after", np.clip(weights, 0, None).tolist()),
            _("speaks against it"): ("before", np.clip(weights, None, 0).tolist()),
        }
    figure = figures.bars(groups, letters, noun, unit(method), 220)
    figure["layout"]["barmode"] = (
        "relative"  # a letter has one bar only: it stands above its name, or hangs where it speaks against
    )
    lowest, highest = min(0.0, float(weights.min())), max(0.0, float(weights.max()))
    figures.within(figure, y=(1.12 * lowest, 1.12 * highest if highest > lowest else 1.0))
    chart.show(figure, key="why/bars", alt=_("How much every letter speaks for or against the chosen token"))


def unit(method: str) -> str:
    """What a method's weights are measured in."""
    if method == "lime":
        return _("part of p")
    return _("gradient of log p") if method == "saliency" else _("part of log p (nats)")


# ---- in words ----


def question(said: Answer, place: int, p: float) -> str:
    """What is explained: this token, after those before it."""
    before = " ".join(said.names[:place])
    after = _("at the very beginning") if not before else _("after “{}”").format(before)
    return _("Why **{}** {}? Its probability is **p = {:.1f} %**.").format(said.names[place], plain(after), 100 * p)


def about(said: Answer, weights: np.ndarray, method: str, noun: str) -> str:
    """Which letter weighs most for the token, how few carry it, and which letter speaks against it."""
    gains = np.clip(weights, 0, None)
    if not gains.any():
        return _("Nothing there speaks for this token: it would be as likely, or likelier, without.")
    best, worst = int(gains.argmax()), int(weights.argmin())
    order = np.sort(gains)[::-1].cumsum()
    many = int(np.searchsorted(order, SHARE * order[-1] * (1 - 1e-9)) + 1)
    verb = _("Log p is most sensitive to {}.") if method in UNSIGNED else _("Most speaks for it: {}.")
    text = verb.format(_named(said, best, weights, method, noun)) + " "
    if method in UNSIGNED:
        text += _("**{} of {}** make up {:.0f} % of all sensitivity.")
    else:
        text += _("**{} of {}** make up {:.0f} % of all that speaks for it.")
    text = text.format(many, len(weights), 100 * SHARE)
    if method not in UNSIGNED and weights[worst] < 0:
        text += " " + _("Most speaks against it: {}.").format(_named(said, worst, weights, method, noun))
    return text


def _named(said: Answer, place: int, weights: np.ndarray, method: str, noun: str) -> str:
    """A letter with its place and weight."""
    letter = plain(said.letters[place].replace(" ", SPACE))
    return _("{} {}, **{}** ({})").format(noun, place + 1, letter, number(float(weights[place]), method))


def about_both(one: np.ndarray, two: np.ndarray, first: str, second: str) -> str:
    """How far two ways to weigh letters agree: the rank correlation, and whether the same letter is first."""
    rho = agreement(one, two, first, second)
    if rho is None:
        return _("That is too short, or too even, to compare the two.")
    same = int(_comparable(one, first, second).argmax()) == int(_comparable(two, first, second).argmax())
    said = _("Rank correlation of the two: **{:.2f}** (1: the same order, 0: unrelated); {}.").format(
        rho, _("both put the same letter first") if same else _("they put different letters first")
    )
    said = said.replace("-", "−")
    if second != LOOKED:
        return said
    return said + " " + _("Attention is where it looks; the weights are what it needs.")


def agreement(one: np.ndarray, two: np.ndarray, first: str, second: str) -> float | None:
    """Spearman's rank correlation of two rows of weights; sizes are compared where one of them has no sign. None for too few."""
    from scipy.stats import spearmanr

    one, two = (_comparable(weights, first, second) for weights in (one, two))
    if len(one) < FEW or np.ptp(one) == 0 or np.ptp(two) == 0:
        return None
    return float(spearmanr(one, two).statistic)


def _comparable(weights: np.ndarray, first: str, second: str) -> np.ndarray:
    return np.abs(weights) if first in UNSIGNED or second in UNSIGNED else weights
