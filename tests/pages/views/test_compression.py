"""Look inside on the compression page: every view opens, answers its sliders, and shows what was measured."""

import pytest

from core import runs
from core.compression.settings import CompressionSettings
from core.settings import union_members
from tests.pages.conftest import charts, check, text_of

PAGE = "pages/network_compression.py"
TEACHER = "compression-teacher"
VIEWS = {  # the view's charts, and a widget that changes the picture: its key, two values
    "soft": (["soft/bars", "soft/t2"], "soft/T", 1.0, 20.0),
    "neurons": (["neurons/gamma", "neurons/curve"], "neurons/ratio", 10, 90),
    "weights": (["weights/curve"], "weights/sparsity", 0, 99),
    "redesign": (["redesign/bars"], "redesign/channels", 4, 24),
    "bits": (["bits/curve", "bits/weights"], "bits/bits", 1, 8),
    "pareto": (["pareto/points"], "pareto/axis", "macs", "bytes"),
}
METHODS = list(union_members(CompressionSettings.model_fields["method"]))
FIRST = {"slim": "neurons", "prune": "weights", "redesign": "redesign", "quantize": "bits", "deep": "deep"}


def view(visitor, name):
    """Chooses a view of Look inside."""
    choice = next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))
    return check(choice.set_value(name).run())


def pictures(visitor):
    """What the charts and the numbers of the open view are made of."""
    specs = [chart.figure for chart in charts(visitor)]
    return specs + [metric.value for metric in visitor.metric]


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_opens_and_answers(visit, name):
    keys, widget, low, high = VIEWS[name]
    visitor = view(check(visit(PAGE)), name)
    assert set(keys) <= {chart.key for chart in charts(visitor)}
    seen = []
    for value in (low, high):
        check(visitor.get_by_key(widget).set_value(value).run())
        seen.append(pictures(visitor))
        assert set(keys) <= {chart.key for chart in charts(visitor)}
    assert seen[0] != seen[1], "the picture follows the slider"
    for figure in (chart.figure for chart in charts(visitor)):
        if figure["layout"]["yaxis"]["title"]["text"].startswith("test accuracy") and name != "pareto":
            assert "guessing (10 %)" in [layer["name"] for layer in figure["data"]], "a curve of accuracies shows what guessing gets"


def test_the_view_of_deep_compression_shows_bytes_and_codebook(visit):
    visitor = check(visit(PAGE, scene="deep-compression"))
    assert {"deep/bytes", "deep/codes"} <= {chart.key for chart in charts(visitor)}
    before = pictures(visitor)
    layers = visitor.selectbox(key="deep/layer")
    check(layers.set_value(layers.options[0]).run())
    assert pictures(visitor) != before


def test_a_view_that_belongs_to_another_method_says_so(visit):
    visitor = view(check(visit(PAGE)), "deep")
    assert "Deep Compression" in visitor.info[0].value


@pytest.mark.parametrize("about", [about for about in runs.listing("compression")[0] if about.shipped], ids=lambda about: about.id)
def test_a_run_opens_on_the_view_of_its_method(visit, about):
    visitor = check(visit(PAGE, run=about.id))
    choice = next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))
    assert choice.value == FIRST.get(about.settings["method"], "soft")


def test_every_network_of_a_run_can_be_looked_into(visit):
    visitor = check(visit(PAGE, scene="thin-by-gamma"))
    networks = visitor.get_by_key("neurons/compression-thin-by-gamma")
    seen = []
    for name in ("Teacher", "Before pruning"):
        check(networks.set_value(name).run())
        seen.append(pictures(visitor))
        networks = visitor.get_by_key("neurons/compression-thin-by-gamma")
    assert seen[0] != seen[1]


@pytest.mark.parametrize("key", ["weights/measure", "bits/measure"])
def test_the_clock_decides_when_asked(visit, key):
    visitor = view(check(visit(PAGE)), key.split("/")[0])
    assert not visitor.table
    check(visitor.button(key=key).click().run())
    assert visitor.table or visitor.info


def test_a_stopped_run_and_a_run_that_is_not_stored_have_nothing_to_look_into_but_their_teacher(visit, trained):
    run = trained({}, "stopped")
    runs.save(run)
    visitor = check(visit(PAGE, run=run.about.id))
    assert "no network" in text_of(visitor) or charts(visitor)
    for tab in ("Explain", "Take away"):
        visitor.session_state["compression/tab"] = tab
        check(visitor.run())


@pytest.mark.parametrize("flat", [{}, {"method": "redesign", "epochs": 1, "channels": 4}], ids=["teacher", "redesign"])
def test_an_own_run_can_be_looked_into_from_every_side(visit, trained, flat):
    run = trained(flat)
    runs.save(run)
    visitor = check(visit(PAGE, run=run.about.id))
    for name in (*VIEWS, "deep"):
        view(visitor, name)


def test_a_run_whose_teacher_was_deleted_still_opens(visit, trained):
    run = trained()
    orphan = runs.make("compression-orphan", "compression", run.about.settings | {"teacher": "compression-gone"},
                       list(run.events), 1.0, "finished")
    runs.save(orphan)
    visitor = visit(PAGE, run="compression-orphan")
    assert not visitor.exception
    for name in (*VIEWS, "deep"):
        view(visitor, name)
