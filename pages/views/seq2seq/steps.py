"""Step by step: at each step the distribution over the next token, and the visitor may say another one."""

import streamlit as st

from core.seq2seq import analysis
from pages.parts import chart, choose, figures, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.seq2seq import tiles, typed

SHOWN = 10  # of the likeliest tokens


@view(N_("Step by step"))
def draw(current: Shown) -> None:
    """What was said so far, what may come next, and what would follow."""
    word = typed.word(current, f"steps/text/{current.settings.task.name}")
    if word is None:
        return
    tokens, key = analysis.network.tokens_of(current), f"steps/said/{current.settings.task.name}/{word}"
    # a run before it may have had more tokens
    said = tuple(token for token in st.session_state.get(key, []) if token < len(tokens))
    at = ask(analysis.steps.after, current, word, said)
    _answers(current, word, said, at, tokens)
    left, right = st.columns([1.3, 1], gap="large")
    with right:
        _choose(key, said, at, tokens)
    with left:
        if not at.ended:
            _distribution(at, tokens, len(said))


def _choose(key: str, said: tuple[int, ...], at: "analysis.steps.After", tokens: tuple[str, ...]) -> None:
    """Say the likeliest, force another, take back, begin again."""
    order = at.order.tolist()
    with st.container(horizontal=True, gap="small"):
        for label, name, icon, locked, after in (
            (_("Say {}").format(tokens[order[0]].strip("<>")), "say", "record_voice_over", at.ended, [*said, order[0]]),
            (_("Undo"), "undo", "undo", not said, list(said[:-1])),
            (_("Begin again"), "again", "restart_alt", not said, []),
        ):
            kind = "primary" if name == "say" else "secondary"
            drawn = {"type": kind, "icon": f":material/{icon}:", "disabled": locked}
            st.button(label, key=f"{key}/{name}", on_click=_say, args=(key, after), **drawn)
    if at.ended:
        st.caption(_("The answer has ended. Undo takes the last token back."))
        return
    other = f"{key}/other/{len(said)}"
    names = {i: f"{tokens[i]} · {100 * at.p[i]:.1f} %" for i in order}
    choice = choose.one(other, _("Or make it say"), names, order[min(1, len(order) - 1)], side_by_side=False)
    forced = (key, [*said, choice])
    st.button(_("Force it"), key=f"{key}/force", icon=":material/front_hand:", on_click=_say, args=forced)


def _say(key: str, said: list[int]) -> None:
    st.session_state[key] = said


def _distribution(at: "analysis.steps.After", tokens: tuple[str, ...], place: int) -> None:
    order = at.order[:SHOWN]
    titles = _("the {} likeliest tokens at step {}").format(len(order), place + 1), _("probability (%)")
    groups = {_("next token"): ("after", 100 * at.p[order])}
    figure = figures.bars(groups, [tokens[i] for i in order], *titles, 260, ".0f", top=112)
    chart.show(figure, key="steps/next", alt=_("Probability of the likeliest next tokens"))


def _answers(
    current: Shown, word: str, said: tuple[int, ...], at: "analysis.steps.After", tokens: tuple[str, ...]
) -> None:
    """The answer from here if it is left to itself, beside the one that nobody touched."""
    own, rows = ask(analysis.own_words.heard, current, word), []
    for name, ids, sure, kept, logp in (
        (_("from here"), at.follows, at.sure, len(said), at.logp),
        (_("nobody touches it"), own.ids, own.sure, 0, own.logp),
    ):
        names = [_("end") if tokens[i] == "<EOS>" else tokens[i] for i in ids]
        chosen = analysis.answers.plain(names[:kept], sure, "chosen")
        row = [*chosen, *analysis.answers.plain(names[kept:], sure[kept:])]
        rows.append(tiles.Row(name, row, verdict.minus(f"{logp:.2f}")))
    title = _("Green: chosen step by step. At the right: log p of the whole answer, in nats.")
    alt = _("The answer from here, and the one that nobody touched")
    chart.show(tiles.figure(rows, title), key="steps/answers", alt=alt)
    verdict.draw(current.lab, analysis.steps.changed(said, at, own))
