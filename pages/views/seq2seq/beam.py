"""Beam search: several beginnings at once, which of them were cut and why, and what it is worth."""

import streamlit as st

from core.seq2seq import analysis
from core.seq2seq.analysis.answers import joined, tick
from pages.parts import chart, table, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, plain
from pages.views.seq2seq import tree, typed

EXAMPLE = "beam/{}/example"  # where the chosen example of a task is remembered: (input, width, α)
FAINT = 0.0005  # a probability that would be written as 0.0 %


@view(N_("Beam search"), scene="seq2seq-greedy-or-beam")
def draw(current: Shown) -> None:
    """One word's tree; then what a beam is worth on many."""
    _one(current)
    _worth(current)


@st.fragment
def _one(current: Shown) -> None:
    task = current.settings.task.name
    default = (current.settings.task.hard or current.facts["inputs"][0], 5, 1.0)
    first, width, alpha = st.session_state.get(EXAMPLE.format(task), default)
    key = f"beam/{task}/{first}/{width}/{alpha}"  # knobs of its own for each example: they begin where it says
    word = typed.word(current, f"{key}/text", first)
    if word is None:
        return
    left, right = st.columns(2, gap="large")
    help_ = _("Hypotheses that stay after each step; 1 is greedy.")
    width = left.slider(_("Beam width"), 1, 10, width, key=f"{key}/width", help=help_)
    help_ = _("log p is divided by the length to this power; at 0 short answers win.")
    alpha = right.slider(_("Length normalisation α"), 0.0, 1.5, alpha, 0.1, key=f"{key}/alpha", help=help_)
    found = ask(analysis.beam.search, current, word, width, alpha)
    steps = analysis.beam.nodes(found)
    alt = _("Tree of {} steps: the winner in orange, greedy in blue, what was kept in grey").format(len(steps))
    chart.show(tree.figure(steps), key="beam/tree", alt=alt)
    st.caption(_("Each box: a token and its score, log p / lengthᵅ. Dashed: where greedy goes. Pink outline: cut."))
    verdict.draw(current.lab, analysis.beam.why_cut(found))
    _reasons(found)
    _finalists(current, ask(analysis.own_words.heard, current, word), found)


def _reasons(found: "analysis.beam.Search") -> None:
    """Each of the crosses, with its reason."""
    rows, placed = [], _("number {}, score {}")
    for cut in found.cuts:
        score, last = (verdict.minus(f"{value:.{cut.places}f}") for value in (cut.score, cut.last))
        beginning = plain(joined([found.tokens[i] for i in cut.ids]))
        rows.append((f"{cut.step}", beginning, placed.format(cut.rank, score), placed.format(cut.last_rank, last)))
    if rows:
        with st.expander(_("What was cut, and why")):
            st.caption(_("Each step keeps the best scores. Of those left out the best are listed."))
            table.draw((_("step"), _("beginning"), _("it came as"), _("the last one kept")), rows, hide_index=True)


def _finalists(current: Shown, one: "analysis.own_words.Heard", found: "analysis.beam.Search") -> None:
    """The final hypotheses and greedy's answer, each with log p, p, length and score."""
    rows = []
    for i, each in enumerate(found.best, 1):
        names = found.named(each.tokens)
        said = plain(joined(names)) if each.ended else _("{} (did not end)").format(plain(joined(names)))
        score = verdict.minus(f"{each.score:.2f}")
        rows.append((f"{i}", said, *_likely(each.logp), f"{len(each.tokens)}", score, tick(names, one.known)))
    known = tick(one.said, one.known)
    rows.append((_("greedy"), plain(joined(one.said)), *_likely(one.logp), f"{len(one.ids)}", "–", known))
    heads = (_("answer"), _("log p, nats"), _("p"), _("length with <EOS>"), _("score"), _("right"))
    table.draw((_("place"), *heads), rows, hide_index=True)
    verdict.draw(current.lab, analysis.beam.compared(one, found))


def _likely(logp: float) -> tuple[str, str]:
    """log p and p, as they are written."""
    p = analysis.beam.probability(logp)
    return verdict.minus(f"{logp:.2f}"), f"{100 * p:.1f} %" if p >= FAINT else _("below 0.1 %")


@st.fragment
def _worth(current: Shown) -> None:
    """What a width is worth on test examples; in a fragment of its own, since a new width takes half a second."""
    if st.session_state.pop("beam/opened", False):
        st.rerun()
    st.markdown(f"**{_('What is it worth?')}**")
    left, right = st.columns(2, gap="large")
    task = current.settings.task
    key, title = f"beam/{task.name}/many", _("Length normalisation α, on many examples")
    width = left.select_slider(_("Beam width, on many examples"), [1, 2, 3, 5, 10], 5, key=f"{key}/width")
    alpha = right.select_slider(title, [0.0, 0.5, 1.0, 1.5], 1.0, key=f"{key}/alpha")
    wait = _("Searching {} answers …").format(analysis.worth.JUDGED)
    found = ask(analysis.worth.measured, current, width, alpha, wait=wait)
    verdict.draw(current.lab, analysis.worth.compared(found, width))
    st.caption(verdict.words(current.lab, analysis.network.rule(task)))
    if whole := verdict.words(current.lab, analysis.worth.whole_part(current)):
        st.caption(whole)
    if found.parted:
        chosen = f"{key}/parted/{width}/{alpha}"
        texts, given = [text for text, *__ in found.parted], (task.name, chosen, width, alpha)
        label = _("Where the two differ; choose one to see its tree")
        st.pills(label, texts, key=chosen, on_change=_open, args=given)
        heads = (_("read"), _("greedy says"), _("the beam says"), _("right"))
        table.draw(heads, [[plain(joined(each)) for each in row] for row in found.parted], hide_index=True)


def _open(task: str, chosen: str, width: int, alpha: float) -> None:
    """Puts the chosen example above, with the knobs at which the two part; that is another fragment, so the page is redrawn."""
    if word := st.session_state.get(chosen):
        st.session_state[EXAMPLE.format(task)] = (word, width, alpha)
        st.session_state["beam/opened"] = True
