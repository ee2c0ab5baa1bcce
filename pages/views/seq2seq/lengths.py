"""Wrong answers against how much had to be read: what one vector loses on long words, and what lies beyond all that was learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core import runs
from core.seq2seq.settings import Seq2SeqSettings, Task, Toy
from core.settings import BadSettings, build
from pages.parts import chart, figures, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _, plain
from pages.views.seq2seq import data

ENOUGH = 20  # examples that a percentage needs
MOST = 3  # runs beside the one shown
TAIL = 0.1  # of all examples count as long at first
CLEAR = 3  # points of percent that are more than chance on some hundred examples
SURE = 2  # standard errors that a difference must have
ROLES = {"attention": "after", "vector": "before", "transformer": "neutral"}
SPARE = ("control", "task5", "task9", "task8")  # for a second network of the same kind
Row = tuple[int, int, float, float, int]  # as score.by_length gives them, and how many tokens the right answers have


def lengths(current: Shown) -> None:
    """Both errors by length, of this run and of others that learned the same."""
    if data.ready(current):
        _compared(current)


@st.fragment
def _compared(current: Shown) -> None:
    known = others(current)
    first = [run_id for run_id in rivals(current.settings) if run_id in known][:MOST]
    beside, at = [], f"lengths/{st.session_state.get('seq2seq/scene')}"
    if known:
        st.session_state[f"{at}/beside"] = [
            run_id for run_id in st.session_state.get(f"{at}/beside", first) if run_id in known
        ]
        beside = st.multiselect(
            _("Beside it"), list(known), format_func=known.get, max_selections=MOST, key=f"{at}/beside"
        )
    found, kinds = {}, {}
    for run_id in (current.id, *beside):
        name = _("{} (this run)").format(kind_of(current.settings)) if run_id == current.id else known[run_id]
        try:
            found[name] = measured(run_id)
            kinds[name] = data.opened(run_id)[0].arch.get("attention", "transformer")
        except runs.RunError as error:  # deleted since it was listed
            st.caption(plain(str(error)))
    task, (things, signs) = current.settings.task, words_for(current.settings.task)
    _draw(found, kinds, task, things, signs)
    rows = next(iter(found.values()))
    borders = splits(rows)
    if not borders:
        st.caption(_("There are too few {} of different length to compare.").format(things))
        return
    views.kept(f"{at}/least", borders, usual(rows, borders, task))
    title = _("{} of at least so many {}").format(things.capitalize(), signs)
    least = st.select_slider(title, borders, key=f"{at}/least")
    st.markdown(about(found, least, things, signs))
    st.markdown(about_gap(found, kinds, least, things))
    if isinstance(task, Toy):
        st.markdown(about_border(rows, task.longest))
    data.rule(task)
    few = sum(many for _length, many, *_rest in rows if many < ENOUGH)
    if few:
        said = _("Free-running, the whole test part. Lengths of fewer than {} {} are not drawn ({:,} of {:,}).")
        st.caption(said.format(ENOUGH, things, few, sum(many for _length, many, *_rest in rows)))
    else:
        st.caption(_("Free-running, the whole test part."))


def _draw(found: Mapping[str, list[Row]], kinds: Mapping[str, str], task: Task, things: str, signs: str) -> None:
    """Wrong answers on the left, right tokens on the right."""
    roles = roles_of(list(kinds.values()))
    marks = {_("longest learned"): task.longest} if isinstance(task, Toy) else None
    title = _("{} read").format(signs)
    for column, place, y, key in zip(
        st.columns(2, gap="large"), (2, 3), (_("wrong answers (%)"), _("right tokens (%)")), ("wrong", "right")
    ):
        lines = []
        for name, role in zip(found, roles):
            rows = [row for row in found[name] if row[1] >= ENOUGH]
            values = [row[2] if place == 2 else 100 - row[3] for row in rows]
            lines.append(Line(name, role, [row[0] for row in rows], values))
        figure = figures.curves(lines, title, y, 280, marks=marks)
        figures.within(figure, y=(0, 104))
        with column:
            chart.show(
                figure, key=f"lengths/{key}", alt=_("{} against {} read, for {} runs").format(y, signs, len(found))
            )


# ---- what is compared ----


def rivals(settings: Seq2SeqSettings) -> list[str]:
    """The shipped runs that learned as long as this one, or else those that learned longest."""
    from core.seq2seq.settings import SHIPPED, Long

    equal = [run_id for run_id, other in SHIPPED.items() if other.effort == settings.effort]
    if any(SHIPPED[run_id].network.name != settings.network.name for run_id in equal):
        return equal
    return [run_id for run_id, other in SHIPPED.items() if isinstance(other.effort, Long)]


def others(current: Shown) -> dict[str, str]:
    """Finished runs that learned the same task, id → name; shipped ones first, without the one shown."""
    found = {}
    for about in runs.listing("seq2seq")[0]:
        try:
            settings = build(Seq2SeqSettings, about.settings)
        except BadSettings:  # of another version
            continue
        if about.id != current.id and "per" in about.summary and settings.task == current.settings.task:
            end = "" if about.shipped else " · " + about.id.removeprefix("seq2seq-")
            found[about.id] = kind_of(settings) + end
    return found


def kind_of(settings: Seq2SeqSettings) -> str:
    """What a network is called in a legend, with its size."""
    if settings.network.name == "transformer":
        return _("transformer of width {}").format(settings.network.width)
    names = {"attention": _("attention, state of {}"), "vector": _("one vector of {}")}
    return names[settings.network.name].format(settings.network.hidden)


def words_for(task: Task) -> tuple[str, str]:
    """What many inputs of a task are called, and what they are made of."""
    names = {
        "pronounce": (_("words"), _("letters")),
        "dates": (_("dates"), _("signs")),
        "toy": (_("sequences"), _("letters")),
    }
    return names[task.name]


@st.cache_data(max_entries=16, show_spinner=False)
def measured(run_id: str) -> list[Row]:
    """Errors by length on the whole test part of the run's task."""
    from core.seq2seq import score

    net, world = data.opened(run_id)
    verdict = score.judged(score.answers_of(net, world, world.test), world.test)
    return [(*row, int(verdict.lengths[verdict.reads == row[0]].sum())) for row in score.by_length(verdict)]


def roles_of(kinds: Sequence[str]) -> list[str]:
    """A role for each network: that of its kind, and a spare one for a second of the same kind. kinds: `attention` of arch."""
    spare, roles = iter(SPARE), []
    for kind in kinds:
        role = ROLES.get({"none": "vector", "transformer": "transformer"}.get(kind, "attention"))
        roles.append(next(spare) if role in roles else role)
    return roles


# ---- in words ----


@dataclass(frozen=True)
class Pooled:
    """Examples together: how many, wrong answers in %, wrong tokens in %, and how many tokens were due."""

    many: int
    wer: float
    per: float
    tokens: int

    @property
    def error(self) -> float:
        """Standard error of `per`, as if tokens were wrong independently, in points."""
        share = min(1.0, self.per / 100)
        return 100 * (share * (1 - share) / max(1, self.tokens)) ** 0.5


def pooled(rows: Sequence[Row], least: int) -> tuple[Pooled, Pooled]:
    """Those that are shorter than `least`, and the others."""
    found = []
    for part in ([row for row in rows if row[0] < least], [row for row in rows if row[0] >= least]):
        many, tokens = sum(row[1] for row in part), sum(row[4] for row in part)
        wer = sum(row[1] * row[2] for row in part) / max(1, many)
        found.append(Pooled(many, wer, sum(row[3] * row[4] for row in part) / max(1, tokens), tokens))
    return found[0], found[1]


def splits(rows: Sequence[Row]) -> list[int]:
    """Lengths with enough examples below them, and enough from them on."""
    lengths = [row[0] for row in rows]
    return [n for n in lengths if min(part.many for part in pooled(rows, n)) >= ENOUGH]


def usual(rows: Sequence[Row], borders: Sequence[int], task: Task) -> int:
    """Where long ones begin at first: beyond what was learned, or the longest tenth."""
    if isinstance(task, Toy) and task.longest + 1 in borders:
        return task.longest + 1
    all_of_them = sum(row[1] for row in rows)
    return max((n for n in borders if pooled(rows, n)[1].many >= TAIL * all_of_them), default=borders[0])


def about(found: Mapping[str, list[Row]], least: int, things: str, signs: str) -> str:
    """How the shares of wrong answers and wrong tokens change from short to long, for each network."""
    short, long = pooled(next(iter(found.values())), least)
    said = _("**{:,}** test {} have {} {} or more, {:,} have fewer. From the shorter to the longer ones:")
    said = said.format(long.many, things, least, signs, short.many) + "\n"
    for name, rows in found.items():
        short, long = pooled(rows, least)
        line = _("{}: wrong answers from **{:.0f} %** to **{:.0f} %**, wrong tokens from {:.1f} % to {:.1f} %.")
        said += "\n- " + line.format(plain(name), short.wer, long.wer, short.per, long.per)
    return said


def about_gap(found: Mapping[str, list[Row]], kinds: Mapping[str, str], least: int, things: str) -> str:
    """What looking back is worth on long and on short ones; empty without a network of either kind."""
    without = next((name for name, kind in kinds.items() if kind == "none"), None)
    looking = next((name for name, kind in kinds.items() if kind not in ("none", "transformer")), None)
    if without is None or looking is None:
        return ""
    halves = [*zip(pooled(found[without], least), pooled(found[looking], least))]
    short, long = (one.per - other.per for one, other in halves)
    chance = SURE * sum(part.error**2 for half in halves for part in half) ** 0.5
    said = _("Without attention there are **{} points** more wrong tokens on the longer {}, and {} on the shorter.")
    said = said.format(_points(long), things, _points(short))
    if long > short + chance:
        return (
            said
            + " "
            + _("One vector has the same size for every input: the more is read, the less room each letter has.")
        )
    if long < short - chance:
        return said + " " + _("Here looking back helps the shorter ones more.")
    return said + " " + _("Here length makes no clear difference to what looking back is worth.")


def about_border(rows: Sequence[Row], longest: int) -> str:
    """What happens beyond the longest sequence that was learned."""
    known, beyond = pooled(rows, longest + 1)
    if not known.many or not beyond.many:
        return ""
    said = _(
        "No sequence of more than {} letters was ever learned. Up to there {:.0f} % are wrong, beyond it **{:.0f} %**."
    )
    said = said.format(longest, known.wer, beyond.wer)
    if beyond.wer > known.wer + CLEAR:
        return said + " " + _("What was learned holds for the lengths that were seen, and not for any length.")
    return said + " " + _("What was learned holds beyond the lengths that were seen.")


def _points(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}".replace("-", "−")
