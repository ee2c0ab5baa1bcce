"""What a beam is worth: errors on test examples beside greedy's, and where the two part."""

from dataclasses import dataclass

import numpy as np

from core.record import Record
from core.seq2seq import score
from core.seq2seq.analysis.network import opened
from core.seq2seq.formulas import ALPHA, BEAM
from core.seq2seq.settings import Toy
from core.verdict import Verdict, verdict

JUDGED = 500  # test examples that greedy and beam are judged by
PARTED = 6  # examples in the list of those where they part, of each kind


@dataclass(frozen=True)
class Worth:
    """greedy, beam: (PER, WER) in %. many: examples. wrong: greedy's wrong answers; mended: of them right by the beam; spoilt: right
    ones that the beam makes wrong. parted: (input, greedy's answer, the beam's, the right one) of some of those, as tokens."""

    greedy: tuple[float, float]
    beam: tuple[float, float]
    many: int
    wrong: int
    mended: int
    spoilt: int
    parted: tuple[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]


def measured(record: Record, width: int, alpha: float) -> Worth:
    """On the first examples of the test part."""
    net, dataset = opened(record)
    part = dataset.test.first(JUDGED)
    greedy = score.judged(score.answers_of(net, dataset, part), part)
    beam = score.judged(score.beamed(net, dataset, part, width, alpha), part)
    mended, spoilt = (greedy.edits > 0) & (beam.edits == 0), (greedy.edits == 0) & (beam.edits > 0)
    parted = [
        (
            "".join(dataset.source.decode(part.x[i].tolist())),
            *(dataset.target.decode(each.said[i]) for each in (greedy, beam, better)),
        )
        for group, better in ((mended, beam), (spoilt, greedy))
        for i in np.flatnonzero(group)[:PARTED]
    ]
    errors = [(score.per(each.edits, each.lengths), score.wer(each.edits)) for each in (greedy, beam)]
    counts = (int(each.sum()) for each in (greedy.edits > 0, mended, spoilt))
    return Worth(*errors, len(part), *counts, tuple(parted))


def compared(found: Worth, width: int) -> list[Verdict]:
    """Both errors of both ways, and how many answers were mended and spoilt."""
    errors = verdict(
        "beam-errors",
        many=found.many,
        per=found.greedy[0],
        wer=found.greedy[1],
        width=width,
        beam_per=found.beam[0],
        beam_wer=found.beam[1],
    )
    if not found.wrong:
        return [errors, verdict("beam-spoils", spoilt=found.spoilt)]
    return [errors, verdict("beam-mends", wrong=found.wrong, mended=found.mended, spoilt=found.spoilt)]


def whole_part(record: Record) -> list[Verdict]:
    """What was measured on the whole test part when this run was shipped. A toy's other figures leave its longest inputs out."""
    found = record.summary
    if "beam_wer" not in found or isinstance(record.settings.task, Toy):
        return []
    numbers = {name: found[name] for name in ("per", "wer", "beam_per", "beam_wer")}
    return [verdict("beam-whole-part", width=BEAM, alpha=ALPHA, **numbers)]
