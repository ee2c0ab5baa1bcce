"""One's own words, read letter by letter and said token by token, with all that happens between."""

import streamlit as st

from core.seq2seq import analysis
from core.seq2seq.analysis.answers import compared, tick
from pages.parts import chart, choose, lecture, verdict, views
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.seq2seq import flow, stage, tiles, typed


@view(N_("Your words"))
def draw(current: Shown) -> None:
    """A text field, the answers, and one word's way through encoder and decoder."""
    good = typed.words(current, f"say/text/{current.settings.task.name}", _("Your words"))
    if good:
        found = [ask(analysis.own_words.heard, current, word) for word in good]
        _at_work(current, found[_answers(current, found)])


def _answers(current: Shown, found: "list[analysis.own_words.Heard]") -> int:
    """What is said to each word; returns the one to look closer at, which a click on its row or on its name chooses."""
    task, which = current.settings.task, f"say/which/{'|'.join(one.text for one in found)}"
    if click := chart.clicked("say/answers"):
        st.session_state[which] = click["custom"]
    views.kept(which, range(len(found)), 0)
    number, several = st.session_state[which], len(found) > 1
    rows = []
    for one in found:
        judged, right = compared(one.said, one.sure, one.known, one.generated), tick(one.said, one.known)
        rows.append(
            tiles.Row(
                f"{one.text}\n{_(analysis.own_words.origin(task, one.text))}",
                judged,
                f"{right} {100 * one.p:.0f} %".strip(),
            )
        )
    alt = _("What is said to {}").format(", ".join(one.text for one in found))
    chart.show(tiles.figure(rows, chosen=number if several else None), "say/answers", alt, pick=True)
    if any(not one.known for one in found):
        st.caption(verdict.words(current.lab, analysis.own_words.unknown(task)))
    if several:
        st.pills(_("Look closer at"), range(len(found)), format_func=lambda i: found[i].text, required=True, key=which)
    return number if several else 0


@st.fragment
def _at_work(current: Shown, one: "analysis.own_words.Heard") -> None:
    """The drawing, at the moment that the slider says, and where the decoder looks."""
    key, task = f"say/moment/{one.text}", current.settings.task
    tip = lecture.note(current.lab, "moments")
    moment = choose.number(key, _("Moment"), 0, one.moments, one.moments, help=tip)
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        chart.show(flow.figure(one, moment), key="say/flow", alt=flow.about(one, moment))
        read, said = _counted(task.READS, len(one.text)), _counted(task.SAYS, len(one.said))
        verdict.draw(current.lab, analysis.own_words.moment(one, moment), read=read, said=said)
    with right:
        if one.looked is not None:
            stage.heat(one.looked, one.text, one.tokens, "say/attention", generated=one.generated)
            verdict.draw(current.lab, analysis.own_words.attention(one))
        else:
            st.markdown(_("All that the decoder knows of the input went through **{} numbers**.").format(one.size))


def _counted(nouns: tuple[str, str], many: int) -> str:
    """“1 letter” or “2 letters”."""
    return _(nouns[many != 1]).format(many)
