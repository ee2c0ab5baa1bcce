"""What teacher forcing hides: how wrong single tokens are, how soon answers go astray, and what follows a first mistake."""

from core import runs
from core.record import Record
from core.seq2seq import score
from core.seq2seq.analysis.network import opened, tested
from core.seq2seq.score import Exposure
from core.seq2seq.settings import Seq2SeqSettings, Toy
from core.seq2seq.tasks import Part
from core.settings import BadSettings, build
from core.verdict import Verdict, verdict

EXAMPLES = 1000  # that are asked; of a toy more
HARDLY = 1.1  # times as wrong: no difference to speak of


def measured(record: Record) -> Exposure:
    """On the examples that are asked."""
    net, dataset = opened(record)
    return score.exposure(net, dataset, asked(record))


def asked(record: Record) -> Part:
    """Held-out examples: of the development part; of a toy's test part, for only that goes beyond the lengths that were learned."""
    return tested(record, EXAMPLES) if isinstance(record.settings.task, Toy) else opened(record)[1].dev.first(EXAMPLES)


def twin(record: Record) -> str | None:
    """A stored run with the same settings but for teacher forcing, which it had all the way; None for a run that had it itself."""
    if record.settings.teacher >= 1:
        return None
    wanted = record.settings.model_copy(update={"teacher": 1.0, "sampling": "constant"})
    for about in runs.listing("seq2seq")[0]:
        try:
            settings = build(Seq2SeqSettings, about.settings)
        except BadSettings:  # of another version
            continue
        if settings.model_copy(update={"sampling": "constant", "seed": wanted.seed}) == wanted:
            return about.id
    return None


def first_mistake(found: Exposure) -> Verdict:
    """How small the share of wrong tokens is, and how many answers it takes along."""
    if not found.positions:
        return verdict("too-few-positions")
    middle = len(found.positions) // 2
    token, forced, astray = (each[middle] for each in (found.positions, found.forced, found.astray))
    return verdict("wrong-by-token", token=token, forced=forced, astray=astray)


def rest(found: Exposure) -> list[Verdict]:
    """What follows a first mistake, left to itself and told."""
    if not found.rest:
        return [verdict("nothing-follows")]
    said = verdict("after-first-mistake", many=found.rest, free=found.after_free, forced=found.after_forced)
    if found.after_forced == 0:
        return [said]
    times = found.after_free / found.after_forced
    if times >= HARDLY:
        return [said, verdict("own-mistakes-mislead", times=times)]
    return [said, verdict("own-mistakes-hardly-mislead" if times > 1 / HARDLY else "own-mistakes-do-not-mislead")]


def taught(settings: Seq2SeqSettings, mine: Exposure, other: Exposure | None) -> list[Verdict]:
    """What scheduled sampling changed; nothing for a run that was always told the right token."""
    if settings.teacher >= 1:
        return []
    said = verdict("read-right-token", share=100 * settings.teacher)
    if other is None or not (other.rest and mine.rest):
        return [said, verdict("train-with-teacher")]
    change = mine.after_free - other.after_free
    return [said, verdict("fewer-after-mistake" if change < 0 else "more-after-mistake", points=abs(change))]
