"""Wrong answers against how much had to be read: what one vector loses on long inputs, and what lies beyond all that was learned."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.record import Record, comparable
from core.seq2seq import score
from core.seq2seq.analysis.network import opened
from core.seq2seq.settings import SHIPPED, Long, Network, Seq2SeqSettings, Task, Toy
from core.settings import BadSettings, build, union_members
from core.verdict import Verdict, verdict

ENOUGH = 20  # examples that a percentage needs
TAIL = 0.1  # of all examples count as long at first
CLEAR = 3  # points of percent that are more than chance on some hundred examples
SPARE = ("control", "task5", "task9", "task8")  # roles for a second network of the same kind
SURE = 2  # standard errors that a difference must have


class Row(NamedTuple):
    """Inputs of one length: how many signs each has, how many inputs, wrong answers in %, wrong tokens in %, and how many tokens
    their right answers have together."""

    length: int
    many: int
    wer: float
    per: float
    tokens: int


Rows = Sequence[Row]


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


# ---- which runs ----


def others(record: Record) -> dict[str, Seq2SeqSettings]:
    """Finished runs that learned the same task, id → settings; shipped ones first, without the one shown."""
    found = {}
    for about in comparable(record.run.about, _task_of, "per"):
        with suppress(BadSettings):  # of another version
            if about.id != record.id:
                found[about.id] = build(Seq2SeqSettings, about.settings)
    return found


def _task_of(flat: Mapping[str, Any]) -> tuple[Any, ...]:
    """What two runs must have in common: the task with its own knobs."""
    kind = union_members(Seq2SeqSettings.model_fields["task"]).get(flat.get("task"))
    own = kind.model_fields if kind else {}
    return kind, *(flat.get(name, knob.default) for name, knob in own.items() if name != "name")


def rivals(settings: Seq2SeqSettings) -> list[str]:
    """The shipped runs that learned as long as this one, or else those that learned longest."""
    equal = [run_id for run_id, other in SHIPPED.items() if other.effort == settings.effort]
    if any(type(SHIPPED[run_id].network) is not type(settings.network) for run_id in equal):
        return equal
    return [run_id for run_id, other in SHIPPED.items() if isinstance(other.effort, Long)]


def rows(record: Record) -> list[Row]:
    """Errors by length on the whole test part of the run's task, greedy and free-running."""
    net, dataset = opened(record)
    judged = score.judged(score.answers_of(net, dataset, dataset.test), dataset.test)
    return [Row(*row, int(judged.lengths[judged.reads == row[0]].sum())) for row in score.by_length(judged)]


def roles(networks: Sequence[Network]) -> list[str]:
    """A place in the colour grammar for each network: that of its kind, and a spare one for a second of the same kind."""
    spare, found = iter(SPARE), []
    for network in networks:
        role = "neutral" if not network.RECURRENT else "after" if network.ATTENDS else "before"
        found.append(next(spare) if role in found else role)
    return found


# ---- short ones against long ones ----


def pooled(of: Rows, least: int) -> tuple[Pooled, Pooled]:
    """Those that are shorter than `least`, and the others."""
    found = []
    for part in ([row for row in of if row.length < least], [row for row in of if row.length >= least]):
        many, tokens = sum(row.many for row in part), sum(row.tokens for row in part)
        wer = sum(row.many * row.wer for row in part) / max(1, many)
        found.append(Pooled(many, wer, sum(row.per * row.tokens for row in part) / max(1, tokens), tokens))
    return found[0], found[1]


def splits(of: Rows) -> list[int]:
    """Lengths with enough examples below them, and enough from them on."""
    return [row.length for row in of if min(part.many for part in pooled(of, row.length)) >= ENOUGH]


def usual(of: Rows, borders: Sequence[int], task: Task) -> int:
    """Where long ones begin at first: beyond what was learned, or the longest tenth."""
    if isinstance(task, Toy) and task.longest + 1 in borders:
        return task.longest + 1
    every = sum(row.many for row in of)
    return max((n for n in borders if pooled(of, n)[1].many >= TAIL * every), default=borders[0])


# ---- verdicts ----


def drawn(of: Rows) -> Verdict:
    """What is drawn: all of the test part, or all but the lengths of which there are too few."""
    if few := sum(row.many for row in of if row.many < ENOUGH):
        return verdict("few-lengths-left-out", enough=ENOUGH, few=few, every=sum(row.many for row in of))
    return verdict("all-lengths-drawn")


def parted(of: Rows, least: int) -> Verdict:
    """How many are long, and how many are not."""
    short, long = pooled(of, least)
    return verdict("long-and-short", long=long.many, short=short.many, least=least)


def change(of: Rows, least: int) -> Verdict:
    """How wrong answers and wrong tokens change from the shorter to the longer."""
    short, long = pooled(of, least)
    return verdict("longer-errors", short_wer=short.wer, wer=long.wer, short_per=short.per, per=long.per)


def gap(found: Sequence[tuple[Network, Rows]], least: int) -> list[Verdict]:
    """What attention is worth on long and on short ones, for the first recurrent network with it and the first without; nothing
    where one of them is missing."""
    recurrent = [(kind, of) for kind, of in found if kind.RECURRENT]
    without = next((of for kind, of in recurrent if not kind.ATTENDS), None)
    attending = next((of for kind, of in recurrent if kind.ATTENDS), None)
    if without is None or attending is None:
        return []
    pairs = [*zip(pooled(without, least), pooled(attending, least))]
    short, long = (round(one.per - other.per, 1) + 0.0 for one, other in pairs)
    worth = verdict("without-attention", long=long, short=short)
    chance = SURE * sum(part.error**2 for pair in pairs for part in pair) ** 0.5
    difference = (pairs[1][0].per - pairs[1][1].per) - (pairs[0][0].per - pairs[0][1].per)
    if difference > chance:
        return [worth, verdict("one-vector-has-one-size")]
    return [worth, verdict("attention-helps-short" if difference < -chance else "attention-helps-alike")]


def border(of: Rows, task: Task) -> list[Verdict]:
    """What happens to a toy's sequences beyond the longest that was learned."""
    if not isinstance(task, Toy):
        return []
    known, beyond = pooled(of, task.longest + 1)
    if not known.many or not beyond.many:
        return []
    said = verdict("beyond-longest", longest=task.longest, known=known.wer, beyond=beyond.wer)
    return [said, verdict("learned-for-lengths" if beyond.wer > known.wer + CLEAR else "learned-beyond-lengths")]
