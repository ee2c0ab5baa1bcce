"""What the tests of analyses and of the page share: shipped runs, and small real ones that are trained once."""

from functools import cache
from itertools import count

from core import labs, runs
from core.record import Record
from core.seq2seq.settings import SHIPPED, Seq2SeqSettings
from core.settings import build, flatten

SAY, VECTOR, GREEDY_OR_BEAM, TOY, DATES = (
    f"seq2seq-{name}"
    for name in (
        "say-it",
        "one-vector-is-too-small",
        "greedy-or-beam",
        "reversal-in-ten-seconds",
        "dates-of-the-world",
    )
)
TINY = {"task": "toy", "share": 100, "steps": 20, "batch": 32}
SMALL_TRANSFORMER = {"network": "transformer", "width": 16, "encoder_layers": 1, "decoder_layers": 1}
RUNS = {
    "transformer": TINY | SMALL_TRANSFORMER | {"rule": "sort"},
    "parallel": TINY | SMALL_TRANSFORMER | {"network": "parallel"},
    "vector": TINY | {"network": "vector", "hidden": 16, "cell": "gru"},
    "own": TINY | {"hidden": 16, "score": "multiplicative", "teacher": 0.5, "sampling": "linear"},
    "strange": TINY | {"hidden": 16, "alphabet": 3},
    "told": TINY | {"hidden": 16, "score": "multiplicative"},
}
ALIKE = "seq2seq-keep-to-the-diagonal"  # has the network and the task of another one
SHOWN = [run_id for run_id in SHIPPED if run_id != ALIKE and (runs.SHIPPED / f"{run_id}.safetensors").is_file()]
NUMBERS = count()


@cache
def events(name):
    """Settings and all events of a real training."""
    settings = build(Seq2SeqSettings, {"seed": 4711} | RUNS[name])
    return settings, tuple(labs.of("seq2seq").train(settings))


def stored(name, keep=None, state="finished"):
    """A small real run in the store, under a name of its own: what was measured is remembered by the name."""
    settings, log = events(name)
    run = runs.make(f"seq2seq-tiny-{name}-{next(NUMBERS)}", "seq2seq", flatten(settings), list(log[:keep]), 1.0, state)
    runs.save(run)
    return run


def record(run):
    """The record of a run, or of a shipped one by its id."""
    run = runs.load(run) if isinstance(run, str) else run
    return Record(run.about.id, run.settings, list(run.events), run)


def tiny(name):
    return record(stored(name))


def held_out(current, many):
    """Inputs of the test part, as a visitor would type them."""
    from core.seq2seq.analysis import network

    dataset = network.opened(current)[1]
    return ["".join(dataset.source.decode(x.tolist())) for x in dataset.test.x[:many]]
