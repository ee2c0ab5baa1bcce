"""What the tests of the sequence-to-sequence page share: small real runs, and one view of a run alone on a page."""

from functools import cache
from itertools import count

from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.seq2seq.settings import SHIPPED, Seq2SeqSettings
from core.settings import build, flatten
from pages.parts import shown
from tests.pages.conftest import charts

SAY, TOY = "seq2seq-say-it", "seq2seq-reversal-in-ten-seconds"
TINY = {"task": "toy", "share": 100, "steps": 20, "batch": 32}
RUNS = {
    "transformer": TINY | {"network": "transformer", "width": 16, "readers": 1, "writers": 1, "rule": "sort"},
    "vector": TINY | {"network": "vector", "hidden": 16, "cell": "gru"},
    "own": TINY | {"hidden": 16, "score": "multiplicative", "teacher": 0.5, "sampling": "linear"},
    "strange": TINY | {"hidden": 16, "alphabet": 3},
    "told": TINY | {"hidden": 16, "score": "multiplicative"},
}
SHOWN = [run_id for run_id in SHIPPED if (runs.SHIPPED / f"{run_id}.safetensors").is_file()]
NUMBERS = count()


@cache
def events(name):
    """Settings and all events of a real training."""
    settings = build(Seq2SeqSettings, {"seed": 4711} | RUNS[name])
    return settings, tuple(labs.of("seq2seq").train(settings))


def saved(name, keep=None, state="finished"):
    """A small real run in this test's store, under a name of its own: pages remember what they measured by the name."""
    settings, log = events(name)
    run = runs.make(f"seq2seq-tiny-{name}-{next(NUMBERS)}", "seq2seq", flatten(settings), list(log[:keep]), 1.0, state)
    runs.save(run)
    return shown.of(run)


def drawn(name, run_id):
    """One view of a stored run, alone on a page."""
    from importlib import import_module

    from pages.parts import shown

    getattr(import_module(f"pages.views.seq2seq.{name}"), name)(shown.find(run_id))


def view(name, run_id):
    return calm(AppTest.from_function(drawn, default_timeout=120, args=(name, run_id)).run())


def calm(visitor):
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error and not visitor.warning
    return visitor


def figure(visitor, key):
    return next(chart.figure for chart in charts(visitor) if chart.key == key)


def written(drawn):
    """All words in a figure: of its boxes and of its axes."""
    texts = [text for trace in drawn["data"] for text in trace.get("text", [])]
    return texts + [text for axis in ("xaxis", "yaxis") for text in drawn["layout"][axis].get("ticktext", [])]


def rows(drawn):
    """The rows of tiles: name → tokens from left to right, those that were left out as “”."""
    placed = {}
    for trace in drawn["data"]:
        for y, base, text in zip(trace["y"], trace.get("base", []), trace.get("text", [])):
            placed.setdefault(y, []).append((base, text))
    return {
        name: [text for __, text in sorted(placed.get(y, []))]
        for y, name in enumerate(drawn["layout"]["yaxis"]["ticktext"])
    }


def tables(visitor):
    """What the tables say, as text."""
    return "\n".join(table.value.to_csv() for table in visitor.table)


def widget(visitor, kind, end):
    return next(w for w in visitor.get(kind) if end in w.key)
