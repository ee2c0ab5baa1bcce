"""What the tests of the sequence-to-sequence page share: one view of a run alone on a page, and what its figures say."""

from streamlit.testing.v1 import AppTest

from pages.parts import shown
from tests.core.seq2seq.records import DATES, GREEDY_OR_BEAM, RUNS, SAY, SHOWN, TOY, VECTOR, stored
from tests.pages.conftest import charts

__all__ = ["DATES", "GREEDY_OR_BEAM", "RUNS", "SAY", "SHOWN", "TOY", "VECTOR"]


def saved(name, keep=None, state="finished"):
    """A small real run in this test's store."""
    return shown.of(stored(name, keep, state))


def drawn(name, current):
    """One view of a run, alone on a page; current: the run, or its id."""
    from pages.parts import shown, views
    from pages.views import seq2seq

    whole = {"explain": seq2seq.explain, "inside": seq2seq.inside}
    draw = whole.get(name) or next(view.draw for view in views.of("seq2seq") if view.name == name)
    draw(shown.find(current) if isinstance(current, str) else current)


def view(name, current):
    return calm(AppTest.from_function(drawn, default_timeout=120, args=(name, current)).run())


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


def typed(visitor, text, key="/text"):
    return calm(widget(visitor, "text_input", key).set_value(text).run())
