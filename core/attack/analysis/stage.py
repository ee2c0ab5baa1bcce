"""What the stage says while a run goes on: the answers so far, and what is still right behind a defence."""

from core.attack.pictures import ATTACKED
from core.record import Record
from core.verdict import Verdict, verdict

GUESSING = 10.0  # % of ten digits


def latest(record: Record) -> dict[str, float]:
    """The last value of each metric of the run."""
    __, columns = record.table
    ends = {name: next((v for v in reversed(values) if v is not None), None) for name, values in columns.items()}
    return {name: value for name, value in ends.items() if value is not None}


def answers_now(record: Record, other: str) -> list[tuple[str, float]]:
    """While the attack goes on: the right answer and the one that the attack raises, in percent, the surer first; nothing
    before the first step. other: how an answer is called that nobody chose."""
    now = latest(record)
    if not {"truth", "wrong"} <= set(now) or not record.pictures(ATTACKED):
        return []
    answers = [(str(record.facts.get("truth", "")), now["truth"]), (record.facts.get("wanted") or other, now["wrong"])]
    return sorted(answers, key=lambda answer: -answer[1])


def still_right(record: Record) -> dict[str, float]:
    """The share of the digits in % that the network gets right: "clean_defended" and "noise_defended" (not attacked), under an
    attack "bare" (no defence), "blind" (who does not know the defence) and "knowing", as far as they are known; "guessing"."""
    known = {name: record.facts.get(name) for name in ("clean_defended", "noise_defended")}
    known |= {name: latest(record).get(name) for name in ("bare", "blind", "knowing")}
    return {name: share for name, share in known.items() if share is not None} | {"guessing": GUESSING}


def quick_look(record: Record) -> Verdict:
    """What the curves of a training measure, and what the note at its end does."""
    from core.attack.training import LONG, QUICK, WATCHED  # torch, which only this sentence needs

    judged, (steps, _, restarts) = record.settings.method.judged, LONG
    return verdict("quick-look", digits=WATCHED, quick=QUICK[0], judged=judged, steps=steps, starts=restarts)
