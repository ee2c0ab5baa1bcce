"""What the stage says while a run goes on: the answers so far, and what is still right behind a defence."""

import numpy as np

from core.attack import pictures
from core.attack.pictures import ATTACKED
from core.record import Record
from core.verdict import Verdict, verdict

GUESSING = 10.0  # % of ten digits
SHOWN = 5  # digits in a row of the picture of a backdoor


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


def backdoor(record: Record) -> list[tuple[str, list[np.ndarray], list[int]]]:
    """The rows of the live picture of a backdoor: "poisoned" (training digits), "clean" and "triggered" (test digits), each with
    its 8-bit digits (28, 28), and what it is labelled or what the network says, as far as that is known."""
    says, target = record.last(pictures.SAYS), record.settings.method.target
    answers = {"clean": [], "triggered": []} if says is None else dict(zip(("clean", "triggered"), says.tolist()))
    found = []
    for name, kind in (("poisoned", pictures.POISONED), ("clean", pictures.BEFORE), ("triggered", pictures.TRIGGERED)):
        shown = record.last(kind)
        shown = [] if shown is None else list(shown)
        found.append((name, shown, [target] * len(shown) if name == "poisoned" else answers[name]))
    return found


def quick_look(record: Record) -> Verdict:
    """What the curves of a training measure, and what the note at its end does."""
    from core.attack.training import LONG, QUICK, WATCHED  # torch, which only this sentence needs

    judged, (steps, _, restarts) = record.settings.method.judged, LONG
    return verdict("quick-look", digits=WATCHED, quick=QUICK[0], judged=judged, steps=steps, starts=restarts)
