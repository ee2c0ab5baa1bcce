"""What the views attack: the subject of a run as one picture, its goal, and its network."""

from typing import Any

from core import runs
from core.attack.settings import AttackSettings, Away, Backdoor, Digits, Experiment, Goal, Smoothing, Subject, Training
from core.record import Record
from core.runs import RunError
from core.subject.settings import SHIPPED_NETWORK, Digit

FIRST = Digit(digit=0, number=1)  # of many digits


def subject_of(record: Record, knobs: AttackSettings | None = None) -> Subject | None:
    """The subject of the run as one picture: of many digits the first; None when the run's settings are no longer known.

    Asked is the run's own network where it trained one. knobs: as they stand on the page; a run that began without a
    picture of one's own takes theirs.
    """
    if record.settings is None:
        return None
    subject = record.settings.subject
    if knobs and "" in (getattr(subject, "upload", None), getattr(subject, "drawing", None)):
        subject = knobs.subject
    if isinstance(subject, Digits):
        subject = FIRST.model_copy(update={"network": subject.network})
    if not trained(record):
        return subject
    own = {"network": record.id}
    return subject.model_copy(update=own) if hasattr(subject, "network") else Digit(**own)


def goal_of(record: Record) -> Goal:
    """What the attack wants: the run's goal, or any wrong answer where the run is an experiment."""
    return Away() if isinstance(record.settings.method, Experiment) else record.settings.goal


def shows(record: Record, *what: str) -> bool:
    """Whether the run is looked at as one of these: see `core.attack.settings.Technique`."""
    return record.settings is not None and record.settings.method.SHOWS in what


def trained(record: Record) -> bool:
    """Whether the run trained a network that can be asked: one that is in the store."""
    if not (record.run and record.run.models):
        return False
    try:
        return runs.path_of(record.id).is_file()
    except RunError:
        return False


def untrained(record: Record) -> bool:
    """Whether the network that the run is about is not there: a training that was stopped, or goes on."""
    return (
        record.settings is not None
        and isinstance(record.settings.method, Training | Backdoor | Smoothing)
        and not trained(record)
    )


def victims(record: Record, subject: Subject) -> Any:
    """The picture and the network that are attacked, `core.attack.models.Victims`. Raises RunError when the network was
    deleted, BadPicture when there is no picture yet, each with a sentence."""
    from core.attack import models  # torch, which a page that only draws what a run holds does not need

    return models.victims(subject)


def networks(record: Record) -> dict[str, tuple[str, str]]:
    """The digit classifiers that the run is about, as run and model, each once: "trained" by it, "attacked", and the
    "teacher" of the shelf. One that was deleted since is left out."""
    found = {}
    if trained(record):
        found["trained"] = (record.id, next(iter(record.run.models)))
    names = {"attacked": getattr(record.settings and record.settings.subject, "network", SHIPPED_NETWORK)}
    if record.settings and isinstance(record.settings.method, Training | Backdoor | Smoothing):
        names = {}  # the knob names a network that such a run does not ask
    for role, name in (names | {"teacher": SHIPPED_NETWORK}).items():
        run_id, _, model = name.partition("/")
        try:
            place = (run_id, model or next(iter(runs.load(run_id).models)))
        except (RunError, StopIteration):
            continue
        if place not in found.values():
            found[role] = place
    return found
