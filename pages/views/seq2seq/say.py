"""Say it: one's own words, read letter by letter and said token by token, with all that happens between."""

import numpy as np
import streamlit as st

from core.data import dates
from core.seq2seq.settings import Task
from pages.parts import chart, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.seq2seq import data, flow, stage, tiles
from pages.views.seq2seq.hear import Heard, architecture, complain, heard, origin, typed, words

STILL = 0.5  # letters that the centre of a look may move and still count as staying


@st.fragment
def say(current: Shown) -> None:
    """A text field, the answers, and one word's way through encoder and decoder."""
    task = current.settings.task
    text = typed(task, f"say/text/{task.name}", _("Your words"))
    good, complaints = words(current.id, text)
    complain(complaints)
    if not good:
        return
    found = [heard(current.id, word) for word in good]
    _at_work(current, found[_answers(task, found)])


def _answers(task: Task, found: list[Heard]) -> int:
    """What is said to each word; returns the one to look closer at, which a click on its row or on its name chooses."""
    which = f"say/which/{'|'.join(one.text for one in found)}"
    clicked = chart.picked(st.session_state.get("say/answers/plot"))
    if clicked and clicked != st.session_state.get("say/clicked"):
        st.session_state["say/clicked"] = clicked
        st.session_state[which] = clicked["custom"]
    views.kept(which, range(len(found)), 0)
    number = st.session_state[which]
    rows = [_row(task, one) for one in found]
    figure = tiles.figure(rows, max(14, *(len(row.tiles) for row in rows)), chosen=number if len(found) > 1 else None)
    alt = _("What is said to {}").format(", ".join(one.text for one in found))
    chart.show(figure, key="say/answers", alt=alt, pick=True)
    if any(not one.known for one in found):
        st.caption(_why_unknown(task))
    if len(found) > 1:
        st.pills(_("Look closer at"), range(len(found)), format_func=lambda i: found[i].text, required=True, key=which)
    return number if len(found) > 1 else 0


def _why_unknown(task: Task) -> str:
    """Why an answer gets no verdict."""
    if task.name == "dates":
        return _(
            "No verdict: none of the {} languages writes a date from {} to {} like this, so nobody knows which one is meant."
        ).format(len(dates.LANGUAGES), dates.FIRST.year, dates.LAST.year)
    return _("No verdict on a word that is not in the dictionary: nobody has written down how it sounds.")


def _row(task: Task, one: Heard) -> tiles.Row:
    """A word, where it comes from, what is said to it, and how probable the whole answer is."""
    name = f"{one.text}\n{origin(task, one.text)}"
    note = f"{tiles.tick(one.said, one.known)} {100 * one.p:.0f} %".strip()
    return tiles.Row(name, tiles.judged(one.said, one.sure, one.known), note)


@st.fragment
def _at_work(current: Shown, one: Heard) -> None:
    """The drawing, at the moment that the slider says, and where the decoder looks."""
    arch = architecture(current.id)
    recurrent = arch["kind"].startswith("recurrent")
    scene = flow.Scene(one.text, one.tokens, one.sure, one.looked, recurrent, arch.get("hidden", 0))
    key = f"say/moment/{one.text}"
    views.kept(key, range(scene.moments + 1), scene.moments)
    help_ = _("To the left and back: first the letters are read, then the tokens are said.")
    moment = st.slider(_("Moment"), 0, scene.moments, key=key, help=help_)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        chart.show(flow.figure(scene, moment), key="say/flow", alt=flow.about(scene, moment))
        st.markdown(about(current.settings.task, scene, moment))
    with right:
        if one.looked is not None:
            stage.heat(one.looked, one.text, one.tokens, "say/attention")
            st.markdown(about_attention(one))
        else:
            st.markdown(_("All that the decoder knows of the input went through **{} numbers**.").format(scene.size))


def about(task: Task, scene: flow.Scene, moment: int) -> str:
    """What happens at this moment, in words."""
    letter, sound = data.heading(task.name)
    letters = len(scene.letters)
    if moment == 0:
        return _("Nothing has been read yet.")
    if moment <= letters:
        if not scene.both_ways:
            return _("Letter {} of {} stands there. A transformer reads all at once.").format(moment, letters)
        return _("The encoder has read {} of {} from the left; a second direction reads from the right.").format(
            moment, letters
        )
    t = moment - letters - 1
    before = "`<BOS>`" if t == 0 else f"**{scene.tokens[t - 1]}**"
    said = _("Step {}: the decoder reads {} and says **{}** ({:.0f} %).").format(
        t + 1, before, scene.tokens[t], 100 * scene.sure[t]
    )
    if scene.tokens[t] == "<EOS>":
        return (
            said.replace("**<EOS>**", "`<EOS>`")
            + " "
            + _("That ends the answer: {} became {}.").format(_plural(letters, letter), _plural(t, sound))
        )
    if moment == scene.moments:
        return said + " " + _("It never says `<EOS>`: it was cut off here.")
    return said


def _plural(many: int, noun: str) -> str:
    return f"{many} {noun}" + ("" if many == 1 else "s")


def about_attention(one: Heard) -> str:
    """How the look moves and how sharp it is."""
    places, weights = np.arange(one.looked.shape[1]), np.asarray(one.looked, np.float64)
    if weights.shape[1] < 2:
        return _("There is one letter, so there is nothing to choose from.")
    moves = np.diff(weights @ places)
    on, back = (float(np.mean(where)) if len(moves) else 0.0 for where in (moves > STILL, moves < -STILL))
    bits = float(np.mean(-(weights * np.log2(np.maximum(weights, 1e-12))).sum(1)))
    said = _(
        "The look moves on in **{:.0f} %** of steps, back in **{:.0f} %**. It covers **{:.1f}** letters on average ({:.1f} bits)."
    )
    return said.format(100 * on, 100 * back, 2**bits, bits)
