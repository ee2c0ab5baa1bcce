"""Turn one knob: what can be turned, what a press trains, and what the page says of results that are in the store."""

import pytest

from core import jobs, labs, runs
from core.events import Finished, Metrics, Started
from core.settings import every_field, flatten
from core.sweeps import Sweep, from_text
from pages.parts import sweep
from tests.pages.conftest import charts, check, text_of

LAB, PAGE = "compression", "pages/network_compression.py"
TINY = {"method": "teacher", "augment": "False", "epochs": "1", "channels": "4", "neurons": "16"}


def query_of(visitor):
    return {name: value[0] if isinstance(value, list) else value for name, value in visitor.query_params.items()}


def store(values, results):
    """Runs of a sweep over the neurons of a tiny teacher, with results made by hand."""
    settings = labs.of(LAB).settings
    from core.settings import build

    made = Sweep(build(settings, TINY), LAB, "neurons", values, len(results[0]))
    for cell in made.cells():
        result = results[values.index(cell.value)][cell.seed]
        log = [Started(2), Metrics(1, {"accuracy": result - 5}), Metrics(2, {"accuracy": result}), Finished(2, {}, {})]
        runs.save(runs.make(cell.id, LAB, flatten(cell.settings), log, 1.0, "finished"))
    return made


def open_at(visit, values, seeds):
    return check(visit(PAGE, **TINY, tab="Compare", sweep=f"neurons:{','.join(map(str, values))}:{seeds}"))


def test_every_lab_offers_knobs_with_values_that_they_accept():
    for lab in labs.LABS.values():
        for scene in lab.scenes:
            found = sweep.turnable(scene.settings)
            assert len(found) >= 2, (lab.id, scene.slug)
            flat = flatten(scene.settings)
            for name, field in found.items():
                every = sweep.offered(scene.settings, name, field)
                first = sweep.first_of(every, flat[name])
                assert flat[name] in first and len(first) <= sweep.FIRST, (lab.id, scene.slug, name, first)
                if len(first) > 1:
                    Sweep(scene.settings, lab.id, name, tuple(first), 1).cells()
                assert all(sweep._value(field, str(value)) == value for value in every), name


def test_what_is_in_the_store_is_drawn_with_its_spread(visit):
    store((16, 64), ([90.0, 91.0, 89.5], [95.0, 96.5, 94.5]))
    visitor = open_at(visit, (16, 64), 3)
    found = {chart.key: chart.figure for chart in charts(visitor)}
    means = next(t for t in found[f"{LAB}/sweep/result"]["data"] if "error_y" in t)
    assert means["x"] == [16, 64] and means["y"] == pytest.approx([90.1667, 95.3333], abs=1e-3)
    assert means["error_y"]["array"] == pytest.approx([0.7638, 1.0408], abs=1e-3)
    bands = [t for t in found[f"{LAB}/sweep/curves"]["data"] if t.get("fill")]
    assert len(bands) == 2 and len(bands[0]["x"]) == 4
    text = text_of(visitor)
    assert "**Neurons changes the result.** From 16 to 64: Test accuracy (%) +5.2" in text
    assert "All 6 runs have ended." in text and not [b for b in visitor.button if b.key == f"{LAB}/sweep/go"]


def test_no_difference_is_told_as_none(visit):
    store((16, 64), ([90.0, 91.0, 89.5], [90.5, 90.0, 89.9]))
    assert "**No difference is shown.**" in text_of(open_at(visit, (16, 64), 3))
    assert "One seed does not show" in text_of(open_at(visit, (16, 64), 1))


def test_a_press_begins_the_missing_runs_and_the_link_says_so(visit, monkeypatch):
    store((16,) * 1 + (64,), ([90.0], [91.0]))
    visitor = open_at(visit, (16, 64, 128), 1)
    assert "1 of 3 runs are left to train, one after another: about 1 s." in text_of(visitor)
    begun = []
    monkeypatch.setattr(jobs, "start", lambda lab, settings, viewer: begun.append((lab, settings, viewer)))
    check(visitor.button(key=f"{LAB}/sweep/go").click().run())
    (lab, settings, viewer), *__ = begun
    assert (lab, settings.method.neurons, settings.seed) == (LAB, 128, 0) and viewer.endswith(".sweep")
    assert from_text(query_of(visitor)["sweep"]) == ("neurons", ["16", "64", "128"], 1)
    assert query_of(visitor)["tab"] == "compare"
    visitor.button(key=f"{LAB}/sweep/stop").click().run()
    assert visitor.button(key=f"{LAB}/sweep/go")


def test_another_knob_ends_the_sweep_and_shows_another(visit, monkeypatch):
    monkeypatch.setattr(jobs, "start", lambda *given: None)
    visitor = open_at(visit, (16, 64), 1)
    check(visitor.button(key=f"{LAB}/sweep/go").click().run())
    assert visitor.button(key=f"{LAB}/sweep/stop")
    visitor.slider(key=f"{LAB}/channels").set_value(8).run()
    assert visitor.button(key=f"{LAB}/sweep/go"), "what was begun is not what the knobs now say"


def test_a_value_that_is_none_is_told_in_words(visit):
    visitor = open_at(visit, (16, 64), 1)
    for values, sentence in (
        ([16], "A sweep takes 2 to 6 values"),
        ([16, "many"], "“many” is no number"),
        ([16, 10**7], "it accepts a whole number"),
    ):
        visitor.multiselect(key=f"{LAB}/sweep/values/neurons").set_value(values).run()
        assert not visitor.exception and sentence in text_of(visitor)
    assert every_field(labs.of(LAB).settings)["neurons"]
