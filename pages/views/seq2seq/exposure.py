"""What teacher forcing hides: how wrong single tokens are, how soon answers go astray, and what follows a first mistake."""

from typing import Any

import streamlit as st

from core import runs
from core.seq2seq import trivial
from core.seq2seq.settings import Seq2SeqSettings
from core.settings import BadSettings, build
from pages.parts import chart, figures, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _, plain
from pages.views.seq2seq import data
from pages.views.seq2seq.lengths import others, words_for

EXAMPLES = 1000  # of the development part
NOTHING = ""  # no run beside it
HARDLY = 1.1  # times as wrong: no difference to speak of


def exposure(current: Shown) -> None:
    """Two curves by position, and a pair of numbers after the first mistake."""
    if data.ready(current):
        _drawn(current)


@st.fragment
def _drawn(current: Shown) -> None:
    st.markdown(
        _(
            "With teacher forcing the network reads the right last token. Left to itself it reads its own, mistakes included."
        ),
        help=_(
            "{:,} held-out examples, each against its first right answer. Both ways make the same first mistake; what differs is what "
            "follows. There, mistakes are counted as edits, so that a shift by one token is one mistake."
        ).format(len(asked(data.opened(current.id)[1]))),
    )
    other = _beside(current)
    mine = measured(current.id)
    _curves(mine, other)
    things = words_for(current.settings.task)[0]
    st.markdown(about_first(mine, things))
    said = _("By the last token alone, without the input, {:.0f} % of the next tokens would be wrong.")
    st.caption(said.format(trivial.level(current.settings.task, 2)))
    data.rule(current.settings.task)
    _pair(mine)
    st.markdown(about_rest(mine))
    if other is not None:
        st.markdown(_("**Beside it**, {}: {}").format(plain(other[0]), about_rest(other[1])))
    taught = about_teacher(current.settings, mine, other[1] if other else None)
    if taught:
        st.markdown(taught)


def _beside(current: Shown) -> tuple[str, Any] | None:
    """Another run of the same task: at first the one that differs in teacher forcing alone, where there is one."""
    known = others(current)
    if not known:
        return None
    twin = twin_of(current) if current.settings.teacher < 1 else None
    choices = [NOTHING, *known]
    key = f"exposure/{st.session_state.get('seq2seq/scene')}/beside"
    views.kept(key, choices, twin if twin in known else NOTHING)
    chosen = st.selectbox(
        _("Beside it"), choices, format_func=lambda run_id: known.get(run_id, _("no other run")), key=key
    )
    if chosen not in known:
        return None
    try:
        return known[chosen], measured(chosen)
    except runs.RunError as error:  # deleted since it was listed
        st.caption(plain(str(error)))
        return None


def _curves(mine: Any, other: tuple[str, Any] | None) -> None:
    lines = [
        Line(_("answers with a mistake, left to itself"), "after", mine.positions, mine.astray),
        Line(_("wrong next tokens, with teacher forcing"), "control", mine.positions, mine.forced),
    ]
    if other is not None:
        name, found = other
        lines += [
            Line(_("with a mistake, {}").format(name), "after", found.positions, found.astray, faint=True),
            Line(_("wrong next tokens, {}").format(name), "control", found.positions, found.forced, faint=True),
        ]
    figure = figures.curves(lines, _("token of the answer"), _("wrong (%)"), 300)
    figures.within(figure, y=(0, 104))
    chart.show(
        figure, key="exposure/curves", alt=_("Wrong next tokens and answers with a mistake, by position in the answer")
    )


def _pair(mine: Any) -> None:
    """The two numbers that make the difference."""
    if not mine.rest:
        return
    left, right = st.columns(2)
    with left:
        st.metric(_("Wrong after a first mistake, left to itself"), f"{mine.after_free:.1f} %")
    with right:
        st.metric(_("The same tokens, with teacher forcing"), f"{mine.after_forced:.1f} %")


@st.cache_data(max_entries=16, show_spinner=False)
def measured(run_id: str) -> Any:
    """`score.Exposure` on the first examples of the part that is asked."""
    from core.seq2seq import score

    net, world = data.opened(run_id)
    return score.exposure(net, world, asked(world))


def asked(world: Any) -> Any:
    """Held-out examples: of the development part; of a toy's test part, for only that goes beyond the lengths that were learned."""
    return (world.test if world.name == "toy" else world.dev).first(EXAMPLES)


def twin_of(current: Shown) -> str | None:
    """A stored run with the same settings but for teacher forcing, which it had all the way."""
    wanted = current.settings.model_copy(update={"teacher": 1.0, "sampling": "constant"})
    for about in runs.listing("seq2seq")[0]:
        try:
            settings = build(Seq2SeqSettings, about.settings)
        except BadSettings:  # of another version
            continue
        if settings.model_copy(update={"sampling": "constant", "seed": wanted.seed}) == wanted:
            return about.id
    return None


# ---- in words ----


def about_first(found: Any, things: str) -> str:
    """How small the share of wrong tokens is, and how many answers it takes along."""
    if not found.positions:
        return _("There are too few {} to say anything of single positions.").format(things)
    middle = len(found.positions) // 2
    said = _("At token {} **{:.1f} %** of next tokens are wrong when all before it were right; by then **{:.0f} %** of")
    said = said.format(found.positions[middle], found.forced[middle], found.astray[middle])
    return said + " " + _("{} have a mistake.").format(things)


def about_rest(found: Any) -> str:
    """What follows a first mistake, left to itself and told."""
    if not found.rest:
        return _("It made no mistake that anything could follow.")
    said = _(
        "{:,} tokens follow a first mistake: **{:.1f} %** wrong left to itself, **{:.1f} %** with teacher forcing."
    )
    said = said.format(found.rest, found.after_free, found.after_forced)
    if found.after_forced == 0:
        return said
    times = found.after_free / found.after_forced
    if times >= HARDLY:
        return said + " " + _("Its own mistakes make what follows **{:.1f} times** as wrong.").format(times)
    if times > 1 / HARDLY:
        return said + " " + _("Its own mistakes hardly mislead it.")
    return said + " " + _("Its own mistakes do not mislead it.")


def about_teacher(settings: Seq2SeqSettings, mine: Any, other: Any | None) -> str:
    """What scheduled sampling changed; empty for a run that was always told the right token."""
    if settings.teacher >= 1:
        return ""
    said = _("At the end of training this network read the right last token {:.0f} % of the time, otherwise its own.")
    said = said.format(100 * settings.teacher)
    if other is None or not (other.rest and mine.rest):
        return (
            said + " " + _("Train the same with teacher forcing 1 and put it beside this one to see what that changes.")
        )
    change = mine.after_free - other.after_free
    word = _("fewer") if change < 0 else _("more")
    return (
        said
        + " "
        + _("Left to itself it has **{:.1f} points** {} wrong after a first mistake.").format(abs(change), word)
    )
