"""Look inside on the compression page: every view opens, answers its sliders, and shows what was measured."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.compression.analysis import bits, pareto
from core.compression.settings import CompressionSettings
from core.events import Picture, Started
from core.settings import union_members
from pages.parts import views
from pages.parts.shown import Shown
from pages.views.compression import stage
from tests.pages.conftest import charts, check, text_of
from tests.pages.views.conftest import choice, keys, view

PAGE = "pages/network_compression.py"
VIEWS = {  # the view's charts, and a widget that changes the picture: its key, two values
    "soft_targets": (["soft/bars", "soft/t2"], "soft/T", 1.0, 20.0),
    "neurons": (["neurons/gamma", "neurons/curve", "neurons/widths"], "neurons/ratio", 10, 90),
    "weights": (["weights/curve"], "weights/sparsity", 0, 99),
    "redesign": (["redesign/bars"], "redesign/channels", 4, 24),
    "bits": (["bits/curve", "bits/weights"], "bits/bits", 1, 8),
    "rank": (["rank/curve", "rank/values"], "rank/energy", 40, 95),
    "pareto": (["pareto/points"], "pareto/axis", "macs", "bytes"),
}
METHODS = list(union_members(CompressionSettings.model_fields["method"]).values())
FIRST = {
    "slim": "neurons",
    "prune": "weights",
    "redesign": "redesign",
    "quantize": "bits",
    "deep": "deep_compression",
    "ticket": "ticket",
    "exits": "exits",
    "lowrank": "rank",
    "slimmable": "widths",
}


def pictures(visitor):
    """What the charts and the numbers of the open view are made of."""
    specs = [chart.figure for chart in charts(visitor)]
    return specs + [metric.value for metric in visitor.metric]


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_opens_and_answers(visit, name):
    expected, widget, low, high = VIEWS[name]
    visitor = view(check(visit(PAGE)), name)
    assert set(expected) <= keys(visitor)
    seen = []
    for value in (low, high):
        check(visitor.get_by_key(widget).set_value(value).run())
        seen.append(pictures(visitor))
        assert set(expected) <= keys(visitor)
    assert seen[0] != seen[1], "the picture follows the slider"
    for figure in (chart.figure for chart in charts(visitor)):
        if figure["layout"]["yaxis"]["title"]["text"].startswith("test accuracy") and name != "pareto":
            assert "guessing (10 %)" in [layer["name"] for layer in figure["data"]], (
                "a curve of accuracies shows what guessing gets"
            )


def test_the_view_of_deep_compression_shows_bytes_and_codebook(visit):
    visitor = check(visit(PAGE, scene="deep-compression"))
    assert {"deep/bytes", "deep/codes"} <= keys(visitor)
    before = pictures(visitor)
    layers = visitor.selectbox(key="deep/layer")
    check(layers.set_value(layers.options[0]).run())
    assert pictures(visitor) != before


def test_the_view_of_tickets_follows_its_rounds(visit):
    visitor = check(visit(PAGE, scene="lottery-ticket"))
    assert {"ticket/read", "ticket/left", "ticket/race"} <= keys(visitor)
    seen = []
    for rounds in (0, 6):
        check(visitor.get_by_key("ticket/round").set_value(rounds).run())
        seen.append(pictures(visitor))
    assert seen[0] != seen[1] and {"100.0 %", "300 – 300"} <= {value for value in seen[0] if isinstance(value, str)}
    race = next(chart.figure for chart in charts(visitor) if chart.key == "ticket/race")
    assert [line["name"] for line in race["data"]] == ["all weights", "winning ticket", "new weights", "signs only"]


def test_the_view_of_exits_answers_its_confidence(visit):
    visitor = check(visit(PAGE, scene="leave-early"))
    assert {"exits/curve", "exits/digits"} <= keys(visitor)
    seen = []
    for confidence in (50, 99.9):
        check(visitor.get_by_key("exits/confidence").set_value(confidence).run())
        seen.append(pictures(visitor))
    assert seen[0] != seen[1]
    check(visitor.get_by_key("exits/confidence").set_value(50).run())
    check(visitor.get_by_key("exits/exit").set_value(2).run())
    assert "No digit leaves here." in [each.value for each in visitor.caption] or "exits/digits" in keys(visitor)


def test_a_network_without_batchnorm_can_be_looked_into_from_every_side(visit):
    visitor = check(visit(PAGE, scene="lottery-ticket"))
    for name in ("soft_targets", "neurons", "weights", "bits", "rank"):
        visitor = view(visitor, name)
        if f"{name}/network" in visitor.session_state:
            check(visitor.get_by_key(f"{name}/network").set_value("This run's network").run())
        said = [each.value for each in visitor.info]
        assert said == (["This network has no BatchNorm, so it has no γ to go by."] if name == "neurons" else [])


def test_only_networks_that_run_as_they_are_counted_are_timed():
    tried = pareto.tried()
    left = {each.method.TITLE for each in tried} - {each.method.TITLE for each in pareto.measurable(tried)}
    assert left == {"Early exits"} and {"Lottery ticket", "Early exits"} <= {each.method.TITLE for each in tried}


def test_the_view_of_widths_answers_its_slider(visit):
    visitor = check(visit(PAGE, scene="one-network-any-width"))
    seen = []
    for width in (25, 100):
        check(visitor.get_by_key("widths/width").set_value(width).run())
        seen.append({metric.label: metric.value for metric in visitor.metric})
    assert "widths/curve" in keys(visitor) and seen[0]["Parameters"] < seen[1]["Parameters"]
    assert (seen[0]["Multiply–adds"], seen[1]["Multiply–adds"]) == ("43,056", "510,912")


def test_a_view_that_belongs_to_another_method_says_so(visit):
    visitor = view(check(visit(PAGE)), "deep_compression")
    assert "Deep Compression" in visitor.info[0].value


@pytest.mark.parametrize(
    "about", [about for about in runs.listing("compression")[0] if about.shipped], ids=lambda about: about.id
)
def test_a_run_opens_on_the_view_of_its_method(visit, about):
    visitor = check(visit(PAGE, run=about.id))
    assert choice(visitor).value == FIRST.get(about.settings["method"], "soft_targets")


def test_every_network_of_a_run_can_be_looked_into(visit):
    visitor = check(visit(PAGE, scene="thin-by-gamma"))
    networks = visitor.get_by_key("neurons/network")
    seen = []
    for name in ("Teacher", "Before pruning"):
        check(networks.set_value(name).run())
        seen.append(pictures(visitor))
        networks = visitor.get_by_key("neurons/network")
    assert seen[0] != seen[1]


def test_soft_targets_are_told_in_a_sentence(visit):
    visitor = check(visit(PAGE))
    said = next(block.value for block in visitor.markdown if "entropy" in block.value)
    assert "“Teacher” has an entropy of 0.55 bits, that of “This run's network” 0.48 bits." in said
    assert said.endswith("they look most alike to it.")
    check(visitor.slider(key="soft/T").set_value(1.0).run())
    assert "“Teacher” has an entropy of 0.00 bits" in next(b.value for b in visitor.markdown if "entropy" in b.value)


def test_the_first_picture_waits_for_no_pytorch(python):
    done = python("import sys, pages.views.compression\nassert not {'torch', 'sklearn', 'scipy'} & set(sys.modules)")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("key", ["weights/measure", "bits/measure"])
def test_the_clock_decides_when_asked(visit, key):
    visitor = view(check(visit(PAGE)), key.split("/")[0])
    assert not visitor.table
    check(visitor.button(key=key).click().run())
    assert visitor.table or visitor.info


def test_where_there_are_no_eight_bit_kernels_a_sentence_says_so(visit, monkeypatch):
    def missing(run_id, model):
        raise bits.Int8Missing("No eight-bit kernels here.")

    monkeypatch.setattr(bits, "engines", missing)
    visitor = view(check(visit(PAGE)), "bits")
    check(visitor.button(key="bits/measure").click().run())
    assert [each.value for each in visitor.info] == ["No eight-bit kernels here."] and not visitor.table


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.model_fields["name"].default)
def test_every_method_has_a_view_that_looks_into_what_it_changes(method):
    current = Shown("compression-x", CompressionSettings(method=method()), [], None, None)
    first = FIRST.get(method.model_fields["name"].default, "soft_targets")
    assert [each.name for each in views.of("compression") if each.opens(current)] == [first]


def test_a_run_without_settings_of_today_opens_on_the_first_view():
    assert not any(each.opens(Shown("compression-x", None, [], None, None)) for each in views.of("compression"))


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
    for name in (*VIEWS, "deep_compression"):
        view(visitor, name)


def test_a_run_whose_teacher_was_deleted_still_opens(visit, trained):
    run = trained()
    orphan = runs.make(
        "compression-orphan",
        "compression",
        run.about.settings | {"teacher": "compression-gone"},
        list(run.events),
        1.0,
        "finished",
    )
    runs.save(orphan)
    visitor = visit(PAGE, run="compression-orphan")
    assert not visitor.exception
    for name in (*VIEWS, "deep_compression"):
        view(visitor, name)


# ---- the stage ----


def run_of(facts, *pictures):
    """A run that has measured these (step, name, array)."""
    return Shown("compression-x", None, [Started(10, facts), *(Picture(*each) for each in pictures)], None, None)


def staged(run_id):
    from pages.parts import shown
    from pages.views.compression import stage

    stage.picture(shown.find(run_id))
    stage.beside(shown.find(run_id))


MAIN = {"distill": "says", "teacher": "says", "redesign": "says", "slim": "gamma"}
MAIN |= dict.fromkeys(("prune", "quantize", "deep"), "weights") | {
    "ticket": "tickets",
    "exits": "exits",
    "slimmable": "widths",
}


@pytest.mark.parametrize(
    "about", [about for about in runs.listing("compression")[0] if about.shipped], ids=lambda about: about.id
)
def test_the_stage_shows_what_the_method_changes_and_an_older_run_what_it_has(about):
    held = {e.name for e in runs.load(about.id).events if isinstance(e, Picture)}
    main = MAIN[about.settings["method"]] if MAIN[about.settings["method"]] in held else "confusion"
    assert main != "confusion" or "size" not in held, "only a run of an older version has nothing else"
    expected = [
        f"live/{main}",
        *(["live/size"] if held & {"size", "exits"} else []),
        *([f"live/spread/{main}"] if main in ("gamma", "weights") else []),
        *(["live/race"] if main == "tickets" else []),
    ]
    visitor = AppTest.from_function(staged, default_timeout=60, args=(about.id,)).run()
    assert not visitor.exception and [chart.key for chart in charts(visitor)] == expected


def test_teacher_and_student_stand_side_by_side():
    student, teacher = np.eye(10, dtype=np.float16), np.full((10, 10), 0.1, np.float16)
    current = run_of(
        {"says": ["model", "teacher"], "temperature": 4.0},
        (0, "asked", np.zeros((10, 28, 28), np.uint8)),
        (0, "says", np.stack([student, teacher])),
    )
    drawn, alt = stage.answers(current)
    left, right = [trace for trace in drawn["data"] if trace["type"] == "heatmap"]
    assert [left["name"], right["name"]] == ["Teacher", "Student"] and left["x"][-1] < right["x"][0]
    assert np.allclose(left["z"], 10, atol=0.1) and np.allclose(right["z"], 100 * np.eye(10))
    words = [trace["text"] for trace in drawn["data"] if trace.get("mode") == "text"]
    assert words == [["10"] * 100, ["100"] * 10] and "temperature 4" in drawn["layout"]["xaxis"]["title"]["text"]
    assert alt.endswith("Teacher 1 right, Student 10 right")


def test_a_channel_that_was_cut_is_empty():
    gamma, keep = np.linspace(1, 0.1, 40).astype(np.float32), np.r_[np.ones(4, np.uint8), np.zeros(36, np.uint8)]
    facts = {"widths": [8, 32], "layers": ["convolution 1", "dense 2"]}
    before = stage.channels(run_of(facts, (0, "gamma", gamma)))[0]
    after = stage.channels(run_of(facts, (0, "gamma", gamma), (9, "kept", keep)))[0]
    cells = [[v for row in drawn["data"][1]["z"] for v in row if v is not None] for drawn in (before, after)]
    assert [sum(v is not None for v in row) for row in after["data"][0]["z"]] == [8, 0, 32], (
        "a faint square is where it was"
    )
    assert cells[0] == pytest.approx(gamma.tolist(), abs=1e-3) and cells[1] == pytest.approx(
        gamma[:4].tolist(), abs=1e-3
    )
    assert before["layout"]["yaxis"]["ticktext"] == ["convolution 1<br>8", "dense 2<br>32"]
    assert after["layout"]["yaxis"]["ticktext"] == ["convolution 1<br>8 → 4", "dense 2<br>32 → 0"]
    assert before["layout"]["yaxis"]["range"] == after["layout"]["yaxis"]["range"], "nothing moves when they are cut"


def test_weights_before_and_now():
    exact = np.linspace(-1, 1, 12).reshape(3, 4)
    drawn, alt = stage.weights(run_of({}, (0, "weights", exact), (5, "weights", np.where(exact > 0, 0.5, 0.0))))
    before, now = (np.array(trace["z"], float) for trace in drawn["data"])
    assert np.allclose(before, exact, atol=1e-4) and np.isnan(now[exact < 0]).all() and (now[exact > 0] == 0.5).all()
    assert "Now 2 values, 50 % zero" in drawn["layout"]["xaxis"]["title"]["text"] and alt.endswith(
        "2 different values now"
    )


def test_both_sizes_are_written():
    drawn = stage.sizes(696_000, 22_000, ("Teacher", "Student"))
    assert drawn["layout"]["yaxis"]["ticktext"] == ["Teacher", "Student"]
    assert drawn["data"][0]["text"] == ["696 KB", "22 KB · 1/32"]
    assert stage.sizes(9_600, 9_600, ("Before", "Now"))["data"][0]["text"] == ["9.6 KB", "9.6 KB"]
