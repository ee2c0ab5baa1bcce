"""Answers drawn at a temperature, among the likeliest k."""

import streamlit as st

from core.seq2seq import analysis
from core.seq2seq.analysis.answers import tick
from pages.parts import chart, choose, figures, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, plain
from pages.views.seq2seq import tiles, typed

ROWS = 8  # distinct answers in the picture
SHOWN = 10  # tokens in the picture


@view(N_("Sampling"))
def draw(current: Shown) -> None:
    """Temperature, top k, and the answers that come."""
    word, state = typed.word(current, f"sample/text/{current.settings.task.name}"), st.session_state
    if word is None:
        return
    left, middle, right = st.columns([1, 1, 0.6], gap="large", vertical_alignment="bottom")
    help_ = _("Divides the logits inside the exponent.")
    temperature = left.slider(_("Temperature T"), 0.1, 3.0, 1.0, 0.1, key="sample/T", help=help_)
    help_ = _("Only the k likeliest tokens may be drawn; at 0 all may.")
    top_k = middle.slider(_("Top k"), 0, 20, 0, key="sample/k", help=help_)
    if right.button(_("Draw again"), key="sample/again", icon=":material/casino:"):
        state["sample/seed"] = state.get("sample/seed", 0) + 1
    drawn = ask(analysis.samples.draws, current, word, temperature, top_k, state.get("sample/seed", 0))
    expected = ask(analysis.samples.chance, current, word, temperature, top_k)
    one = ask(analysis.own_words.heard, current, word)
    near, far = st.columns([1.2, 1], gap="large")
    with near:
        _drawn(one, drawn)
        verdict.draw(current.lab, analysis.samples.variety(one, drawn, temperature, top_k, expected))
    with far:
        _next_token(current, one, temperature, top_k)


def _drawn(one: "analysis.own_words.Heard", drawn: "list[analysis.samples.Drawn]") -> None:
    """A row for each answer: how often it was drawn, its tokens, and a mark where it is right."""
    rows = []
    for each in drawn[:ROWS]:
        name = _("{:.1f} % greedy") if list(each.names) == one.said else "{:.1f} %"
        note = verdict.minus(f"{tick(each.names, one.known)} {each.logp:.1f}".strip())
        rows.append(tiles.Row(name.format(each.percent), analysis.answers.plain(each.names), note))
    title = _("✓ right, ✗ wrong; at the right log p at T = 1, in nats.")
    if rest := drawn[ROWS:]:
        said = _("{} other answers: {:.1f} % of the draws.").format(len(rest), sum(each.percent for each in rest))
        title = f"{title} {said}"
    alt = _("The most frequent answers of {} draws").format(analysis.samples.DRAWS)
    chart.show(tiles.figure(rows, title), key="sample/answers", alt=alt)


def _next_token(current: Shown, one: "analysis.own_words.Heard", temperature: float, top_k: int) -> None:
    """The distribution over the next token along greedily said ones, as the network gives it and as it is drawn from."""
    tokens = analysis.network.tokens_of(current)
    step = choose.number(f"sample/step/{one.text}", _("Step of the answer"), 1, len(one.ids), 1)
    said = one.ids[: step - 1]
    own, drawn_from = ask(analysis.samples.next_token, current, one.text, said, temperature, top_k)
    order = (-own).argsort()[:SHOWN]
    groups = {_("as the network gives it (T = 1)"): ("control", 100 * own[order])}
    groups |= {_("as it is drawn from"): ("after", 100 * drawn_from[order])}
    titles = _("the likeliest tokens at step {}").format(step), _("probability (%)")
    figure = figures.bars(groups, [tokens[i] for i in order], *titles, 300, top=105)
    chart.show(figure, "sample/next", _("The next token's distribution before and after temperature and top k"))
    likeliest = analysis.samples.next_likeliest(one, step, own, drawn_from, tokens)
    st.caption(plain(verdict.words(current.lab, likeliest)))
