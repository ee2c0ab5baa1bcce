"""The network that an analysis asks: that of a stored run, loaded once per process; and the rule without a network beside it."""

from functools import lru_cache

from torch import nn

from core import runs
from core.record import Record
from core.seq2seq import models, trivial
from core.seq2seq.settings import SHIPPED, Dates, Pronounce, Seq2SeqSettings, Task, Toy
from core.seq2seq.tasks import Dataset, Part, dataset_of
from core.verdict import Verdict, verdict


def opened(record: Record) -> tuple[nn.Module, Dataset]:
    """(network, dataset) of a stored run. All share them: never change either. Raises RunError for a run that is gone."""
    return _opened(record.id)


@lru_cache(maxsize=8)
def _opened(run_id: str) -> tuple[nn.Module, Dataset]:
    run = runs.load(run_id)
    return models.speller(run.models["network"]).requires_grad_(False), dataset_of(run.settings.task)


def has_network(record: Record) -> bool:
    """Whether the run has trained a network that can be asked."""
    return record.run is not None and "network" in record.run.models


def stand_in(settings: Seq2SeqSettings) -> str | None:
    """The shipped run of the same task, of a network of the same kind and as long a training where there is one."""

    def unlike(run_id: str) -> list[bool]:
        return [type(getattr(SHIPPED[run_id], part)) is not type(getattr(settings, part)) for part in PARTS]

    same = [run_id for run_id, other in SHIPPED.items() if other.task == settings.task]
    return min(same, key=unlike, default=None)


PARTS = ("network", "effort")  # what a stand-in should have in common, the more important first


def tested(record: Record, many: int) -> Part:
    """The first examples of the test part; of a toy all of them, for its longest sequences stand at the end."""
    part = opened(record)[1].test
    return part if isinstance(record.settings.task, Toy) else part.first(many)


def tokens_of(record: Record) -> tuple[str, ...]:
    """The names of the tokens that an answer is made of, by their numbers."""
    return opened(record)[1].target.tokens


def rule(task: Task) -> Verdict:
    """What a fixed rule without a network gets wrong: every score of a task stands beside it."""
    tokens, answers = trivial.level(task, 0), trivial.level(task, 1)
    match task:
        case Pronounce():
            return verdict("rule-sounds", tokens=tokens, answers=answers)
        case Dates():
            return verdict("rule-dates", tokens=tokens, answers=answers)
        case _:
            return verdict("rule-toy", tokens=tokens, answers=answers)
