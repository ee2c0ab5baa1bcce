"""Every lab page: scenes, methods, knobs and URL, tabs, and addresses that hold nonsense."""

from collections.abc import Iterator

import numpy as np
import pytest

from core import labs, runs
from core.events import Finished, Picture, Started
from core.settings import bounds_of, build, choices_of, every_field, extra, flat_fields, flatten, union_members
from pages.parts import address, knobs, lecture
from pages.parts.words import prose
from tests.pages.conftest import PAGES, charts, check, pick, said, shown, text_of

SCENES = [(lab, scene) for lab in labs.LABS for scene in labs.of(lab).scenes]
CHOICES = [
    (lab, union, choice)
    for lab in labs.LABS
    for union, field in labs.of(lab).settings.model_fields.items()
    for choice in union_members(field)
]
TABS = ("Look inside", "Explain", "Theory", "Yardstick", "Compare", "Take away")
each_lab = pytest.mark.parametrize("lab", labs.LABS)
each_scene = pytest.mark.parametrize("lab, scene", SCENES, ids=[scene.slug for _, scene in SCENES])
each_choice = pytest.mark.parametrize("lab, union, choice", CHOICES, ids=[choice for *_, choice in CHOICES])


def query_of(visitor):
    """The address without the open tab, which these tests choose by how fast it is drawn."""
    return {name: value for name, value in dict(visitor.query_params).items() if name != "tab"}


def test_every_lab_has_a_page():
    assert set(PAGES) == set(labs.LABS)


def places(visitor, lab):
    """The names of the knobs in the open and of those in the drawer, in their order, without what a visitor draws or uploads."""
    names = {
        f"{lab}/{name}": name
        for name, field in every_field(labs.of(lab).settings).items()
        if extra(field, "source") not in knobs.OWN
    }
    folded = [names[key] for e in visitor.get_by_key("drawer") if (key := getattr(e, "key", None)) in names]
    every = [names[key] for e in visitor.get_by_key("knobs") if (key := getattr(e, "key", None)) in names]
    return [name for name in every if name not in folded], folded


# ---- scenes ----


@each_lab
def test_a_first_visitor_meets_a_picture(visit, lab):
    visitor = check(visit(PAGES[lab]))
    text = lecture.read(lab)
    assert visitor.title[0].value == text.title
    assert text.idea in text_of(visitor) and next(iter(text.scenes.values())).watch in text_of(visitor)
    assert any(
        trace.get("mode") == "lines" and len(trace["x"]) > 2
        for chart in charts(visitor)
        for trace in chart.figure["data"]
    )
    assert shown(visitor, lab) == labs.of(lab).scenes[0].settings
    verb = labs.of(lab).scenes[0].settings.verb
    assert all(button.label for button in visitor.button), "a button has a name, also where only its icon is seen"
    row = [button.label for button in visitor.button if button.key.startswith(f"{lab}/")]
    assert row[:6] == [verb, "Pause", "Step", "Stop", "Reset", "New seed"]
    disabled = {button.label for button in visitor.button if button.disabled}
    assert {"Pause", "Stop", "Reset"} <= disabled and not {verb, "Step", "New seed"} & disabled
    on_stage = {chart.key: chart.figure.get("still", "") for chart in charts(visitor) if chart.figure.get("share")}
    assert on_stage and all(on_stage.values()), f"no stored picture until Plotly has arrived (make stills): {on_stage}"


def is_open(visitor, lab, scene):
    assert shown(visitor, lab) == scene.settings
    assert query_of(visitor) == {"scene": scene.slug}
    assert visitor.get("pills")[0].value == (None if scene.more else scene.slug)
    assert charts(visitor) and "Shipped run" in text_of(visitor)
    text = lecture.read(lab).scenes[scene.slug]
    assert text.question in text_of(visitor.get_by_key("question")) and prose(text.setup) in text_of(visitor)
    in_the_open, folded = places(visitor, lab)
    fields = dict(flat_fields(type(scene.settings), flatten(scene.settings)))
    drawn = [name for name in fields if extra(fields[name], "source") not in knobs.OWN]
    assert in_the_open == [name for name in scene.knobs if name in drawn], "what the scene is about"
    assert sorted(in_the_open + folded) == sorted(drawn), "and all others in the drawer"


@each_lab
def test_scenes_open_by_their_pills_one_after_another(visit, lab):
    visitor = check(visit(PAGES[lab], tab="Compare"))
    for scene in reversed(labs.of(lab).scenes):
        is_open(pick(visitor, lab, scene.slug), lab, scene)


@each_scene
def test_a_scene_opens_by_its_address_and_every_tab_of_it(visit, lab, scene):
    visitor = check(visit(PAGES[lab], scene=scene.slug))
    is_open(visitor, lab, scene)
    assert [tab.label for tab in visitor.tabs] == list(TABS)
    for name in TABS:
        if name != TABS[0]:  # which is open already
            visitor.session_state[f"{lab}/tab"] = name
            check(visitor.run())
        charts(visitor)
        filled = [tab.label for tab in visitor.tabs if tab.children]
        assert filled == [name], "only the open tab is computed"


# ---- knobs and URL ----


def changed(field, value):
    """An allowed value of the field other than `value`, as far from it as the bounds let it be; None for a stored run."""
    if extra(field, "source"):
        return None
    if choices := choices_of(field):
        return next(choice for choice in reversed(choices) if choice != value)
    if field.annotation is bool:
        return not value
    low, high = bounds_of(field)
    return field.annotation(high if value != high else low)


def follow(visit, visitor, lab):
    """Another visitor who opens the address that the first one sees."""
    return check(visit(PAGES[lab], tab="Compare", **query_of(visitor)))


def addressed(visitor, lab):
    """The settings that the address says, as every page reads it."""
    query = query_of(visitor)
    start = next((s.settings for s in labs.of(lab).scenes if s.slug == query.get("scene")), labs.of(lab).settings())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(knobs.st, "query_params", query)
        settings, complaints = knobs.from_url(labs.of(lab).settings, start)
    assert not complaints
    return settings


def first_scene_with(lab, union, choice):
    """The lab's first scene with another choice in one of its unions, which brings its own knobs at their defaults."""
    model, first = labs.of(lab).settings, flatten(labs.of(lab).scenes[0].settings)
    brought = {inner for member in union_members(model.model_fields[union]).values() for inner in member.model_fields}
    return build(model, {name: value for name, value in first.items() if name not in brought} | {union: choice})


@each_choice
def test_a_choice_brings_its_own_knobs_at_their_defaults_and_each_goes_into_the_address(visit, lab, union, choice):
    choices = [*union_members(labs.of(lab).settings.model_fields[union])]
    other = next(c for c in choices if c != choice)
    visitor = check(visit(PAGES[lab], tab="Compare", **{union: other}))
    check(visitor.get_by_key(f"{lab}/{union}").set_value(choice).run())
    expected = flatten(first_scene_with(lab, union, choice))
    assert flatten(shown(visitor, lab)) == expected
    assert addressed(visitor, lab) == shown(visitor, lab)
    every_knob_is_explained(visitor, lab, expected)
    what_it_brought_is_seen(visitor, lab, union, expected)
    wanted = turn_every_knob(visitor, lab, expected)
    idle = labs.of(lab).settings.idle(flatten(shown(visitor, lab)))  # by what was turned at the same time
    wanted = {name: value for name, value in wanted.items() if name not in idle}
    assert {name: flatten(shown(visitor, lab))[name] for name in wanted} == wanted
    scene = flatten(labs.of(lab).scenes[0].settings)  # what is as in the scene need not stand in the address
    assert {name for name, value in wanted.items() if scene.get(name) != value} <= set(query_of(visitor))
    assert addressed(visitor, lab) == shown(visitor, lab)
    if choice in (choices[0], choices[-1]):  # what the address says, the widgets of another visitor show
        assert shown(follow(visit, visitor, lab), lab) == shown(visitor, lab)


def every_knob_is_explained(visitor, lab, flat):
    idle = labs.of(lab).settings.idle(flat)
    for name, field in flat_fields(labs.of(lab).settings, flat):
        if extra(field, "source") in knobs.OWN:  # an upload or a drawing: tests/pages/test_own.py
            continue
        assert visitor.get_by_key(f"{lab}/{name}").value is not None
        said = f"{field.description} **No effect here.** {idle[name]}" if name in idle else field.description
        assert visitor.get_by_key(f"{lab}/{name}").proto.help == said


def what_it_brought_is_seen(visitor, lab, union, flat):
    in_the_open, __ = places(visitor, lab)
    fields, scene = dict(flat_fields(labs.of(lab).settings, flat)), flatten(labs.of(lab).scenes[0].settings)
    made = {name for name, field in fields.items() if extra(field, "source") in knobs.OWN}  # `places` leaves these out
    brought = {name for name, field in fields.items() if name not in scene and not extra(field, "fine")} - made
    assert union in in_the_open and (brought <= set(in_the_open) or len(in_the_open) + len(made) >= 6)


TOO_DEAR = {("lifelong", "seeds")}  # five of the largest networks, all at once, are longer than a run may take


def turn_every_knob(visitor, lab, flat):
    """Turns all knobs that can be turned, at once; their new values by name."""
    wanted = {}
    for name, field in flat_fields(labs.of(lab).settings, flat):
        fixed = (
            union_members(field) or extra(field, "source") in knobs.OWN or visitor.get_by_key(f"{lab}/{name}").disabled
        )
        fixed = fixed or (lab, name) in TOO_DEAR
        value = None if fixed else changed(field, visitor.session_state[f"{lab}/{name}"])
        if value is not None:
            wanted[name] = value
            visitor.get_by_key(f"{lab}/{name}").set_value(value)
    check(visitor.run())
    return wanted


def one_knob_back(scene) -> Iterator[tuple[str, object]]:
    """Each knob in which a scene differs from the defaults, with its default."""
    model, flat = type(scene.settings), flatten(scene.settings)
    chosen = {name: flat[name] for name, field in model.model_fields.items() if union_members(field)}
    default = flatten(build(model, chosen))
    yield from ((name, default[name]) for name in flat if flat[name] != default[name])


@each_scene
def test_knobs_turned_back_to_their_defaults_are_in_the_address_too(visit, lab, scene):
    """All at once. A slider with positions of its own goes to the one that is nearest to what it can show; test_knobs has the
    digits that are chosen by ten switches."""
    fields = every_field(type(scene.settings))
    back = {name: value for name, value in one_knob_back(scene) if not extra(fields[name], "form")}
    visitor = visit(PAGES[lab], tab="Compare", scene=scene.slug)
    for name, value in back.items():
        knob = visitor.get_by_key(f"{lab}/{name}")
        if extra(fields[name], "log"):
            places = [type(value)(float(place)) for place in knob.options]
            value = min(places, key=lambda place, wanted=value: abs(place - wanted))
        knob.set_value(value)
    check(visitor.run())
    before, now = flatten(scene.settings), flatten(shown(visitor, lab))
    assert all(now[name] != before[name] for name in back) and set(back) <= set(query_of(visitor))
    assert addressed(visitor, lab) == shown(visitor, lab)


@each_lab
def test_another_choice_on_a_scene_is_in_the_address(visit, lab):
    """Three of the choices on the page itself; test_knobs holds all of them against all scenes."""
    scene = labs.of(lab).scenes[-1]
    visitor = visit(PAGES[lab], tab="Compare", scene=scene.slug)
    for union, field in type(scene.settings).model_fields.items():
        for choice in list(union_members(field))[:3]:
            if visitor.get_by_key(f"{lab}/{union}").disabled:
                continue
            check(visitor.get_by_key(f"{lab}/{union}").set_value(choice).run())
            assert flatten(shown(visitor, lab))[union] == choice
            assert addressed(visitor, lab) == shown(visitor, lab), choice
    assert shown(follow(visit, visitor, lab), lab) == shown(visitor, lab)


@each_lab
def test_the_page_says_which_knobs_differ_from_the_run_shown(visit, lab):
    visitor = check(visit(PAGES[lab]))
    assert "other knobs" not in text_of(visitor.get_by_key("notices"))
    check(visitor.number_input(key=f"{lab}/seed").set_value(77).run())
    verb = visitor.get_by_key(f"{lab}/train").label
    assert f"The picture shows the old settings. Press {verb}. Seed 0 → 77." in text_of(visitor.get_by_key("stale"))


@each_lab
def test_new_seed_changes_the_seed_only_and_the_scenes_knobs_come_back_by_a_press(visit, lab):
    visitor = check(visit(PAGES[lab], tab="Compare"))
    assert visitor.get_by_key(f"{lab}/undo").disabled
    scene = shown(visitor, lab)
    check(visitor.get_by_key(f"{lab}/new").click().run())
    after = flatten(shown(visitor, lab))
    assert flatten(scene) | {"seed": after["seed"]} == after and query_of(visitor)["seed"] == str(after["seed"])
    for name in places(visitor, lab)[1]:  # a closed drawer has no widgets in the browser that could keep a value
        assert visitor.get_by_key(f"{lab}/{name}").proto.set_value, name
    union, field = next((n, f) for n, f in type(scene).model_fields.items() if union_members(f))
    check(
        visitor.get_by_key(f"{lab}/{union}")
        .set_value(next(c for c in union_members(field) if c != getattr(scene, union).name))
        .run()
    )
    check(visitor.get_by_key(f"{lab}/undo").click().run())
    assert shown(visitor, lab) == scene and visitor.get_by_key(f"{lab}/undo").disabled
    assert set(query_of(visitor)) == {"scene"}


@each_lab
def test_the_knobs_outlive_a_visit_to_another_page(visit, lab):
    visitor = check(visit(PAGES[lab], seed="33"))
    before, query = shown(visitor, lab), query_of(visitor)
    visitor.switch_page("pages/runs.py")
    check(visitor.run())
    visitor.switch_page(PAGES[lab])
    check(visitor.run())
    assert shown(visitor, lab) == before and query_of(visitor) == query


def go_to(visitor, address):
    """Back or Forward in the browser: the address is another one, and nobody turned a knob."""
    visitor.query_params.clear()
    visitor.query_params.update(address)
    return check(visitor.run())


def test_back_and_forward_open_what_the_address_says(visit, monkeypatch):
    first, second = labs.of("compression").scenes[:2]
    visitor = check(visit(PAGES["compression"], tab="Compare"))
    begin = query_of(visitor)
    check(visitor.get("pills")[0].set_value(second.slug).run())
    check(visitor.number_input(key="compression/seed").set_value(5).run())
    end, there = query_of(visitor), shown(visitor, "compression")
    assert shown(go_to(visitor, begin), "compression") == there, "the browser does not know the new address yet"
    monkeypatch.setattr(address, "SETTLED", 0.0)  # a second later it does
    assert shown(go_to(visitor, begin), "compression") == first.settings and visitor.get("pills")[0].value == first.slug
    assert shown(go_to(visitor, end), "compression") == there and visitor.get("pills")[0].value == second.slug
    assert query_of(go_to(visitor, begin | {"run": "compression-two-bits"})) == begin | {"run": "compression-two-bits"}
    assert visitor.session_state["compression/run"] == "compression-two-bits"
    go_to(visitor, begin)
    assert visitor.session_state["compression/run"] is None and shown(visitor, "compression") == first.settings


# ---- addresses that hold nonsense ----

LONG = "x" * 10_000
NONSENSE = [  # parameters, then for each expected sentence the words that must stand in it
    ({"temprature": "9"}, [["“temprature”", "is not a setting", "seed"]]),
    ({"seed": "abc"}, [["“abc”", "Seed", "whole number from 0 to 9999"]]),
    ({"seed": "-1"}, [["“-1”", "Seed", "whole number from 0 to 9999"]]),
    ({"seed": "1e400"}, [["“1e400”", "Seed", "whole number from 0 to 9999"]]),
    ({"seed": ""}, [["Seed", "whole number from 0 to 9999"]]),
    ({"seed": "NaN"}, [["“NaN”", "Seed", "whole number from 0 to 9999"]]),
    ({"seed": LONG}, [["“xxx", "Seed", "whole number from 0 to 9999"]]),
    ({LONG: "1"}, [["“xxx", "is not a setting"]]),
    ({"схема": "ünïc✓de"}, [["“схема”", "is not a setting"]]),
    ({"seed": "٣"}, [["Seed", "whole number from 0 to 9999"]]),
    ({"seed": ["1", "x"]}, [["“x”", "Seed", "whole number from 0 to 9999"]]),
    ({"scene": "nope"}, [["“nope”", "is not a scene", "known are"]]),
    ({"scene": LONG}, [["“xxx", "is not a scene", "known are"]]),
    ({"scene": ""}, [["is not a scene", "known are"]]),
    ({"scene": "<script>alert(1)</script>"}, [["is not a scene", "known are"]]),
    ({"run": "compression-doesnotexist"}, [["compression-doesnotexist", "Train"]]),
    ({"run": "../../etc/passwd"}, [["../../etc/passwd", "cannot be the name of a run"]]),
    ({"run": LONG}, [["“xxx", "cannot be the name of a run"]]),
    ({"run": "Ünïcode\n"}, [["cannot be the name of a run"]]),
    ({"seed": "x", "scene": "y", "run": "Z"}, [["“x”"], ["“y”"], ["“Z”"]]),
    ({"tab": "backstage"}, [["“backstage”", "is not a tab", "takeaway"]]),
    ({"view": "../etc"}, [["“../etc”", "is not a view", "known are"]]),
    (
        {"colour": "9", "size": "1", "fbclid": "Iw", "utm_source": "mail"},
        [["“colour”, “size” are not settings here", "seed"]],
    ),
]


@pytest.mark.parametrize(
    "lab, query, sentences",
    [([*labs.LABS][i % len(labs.LABS)], *case) for i, case in enumerate(NONSENSE)],
    ids=[f"{str(q)[:40]}" for q, _ in NONSENSE],
)
def test_nonsense_in_the_address_gives_one_sentence_each(visit, lab, query, sentences):
    """Each on the page of one lab, in turn; the next test has all labs, without their pages."""
    tab = "Compare" if len(query) == 1 else None  # the others, on the tab that opens first
    visitor = visit(PAGES[lab], tab, query)
    assert not visitor.exception and not visitor.error
    heard = said(visitor)
    assert len(heard) == len(sentences), heard
    for words in sentences:
        assert [s for s in heard if all(word in s for word in words)], (words, heard)
    assert all(len(s) < 600 for s in heard), "a sentence, not a wall of text"
    assert charts(visitor)
    assert shown(visitor, lab) == labs.of(lab).scenes[0].settings
    assert check(visitor.run()), "the sentence is said once"


@each_lab
def test_nonsense_for_a_setting_of_any_lab_gives_one_sentence(monkeypatch, lab):
    model, scene = labs.of(lab).settings, labs.of(lab).scenes[0].settings
    for query, sentences in NONSENSE:
        values = {name: value[-1] if isinstance(value, list) else value for name, value in query.items()}
        monkeypatch.setattr(knobs.st, "query_params", values)
        settings, heard = knobs.from_url(model, scene)
        about_settings = [
            words for words in sentences if not {"scene", "run", "tab", "view"} & set(query) or words == ["“x”"]
        ]
        assert settings == scene and len(heard) == len(about_settings), (query, heard)
        assert all(word in sentence for words, sentence in zip(about_settings, heard) for word in words)


@each_lab
def test_what_is_wrong_is_left_out_and_the_rest_counts(visit, lab):
    visitor = visit(PAGES[lab], seed="12", nope="1")
    assert len(visitor.warning) == 1
    assert shown(visitor, lab).seed == 12 and query_of(visitor)["seed"] == "12"


@each_lab
def test_a_knob_of_another_choice_is_refused_in_words(visit, lab):
    """Every choice as the address is read; one of each on the page."""
    model, scene = labs.of(lab).settings, labs.of(lab).scenes[0].settings
    for union, field in model.model_fields.items():
        refused = {}
        for choice in union_members(field):
            own = dict(flat_fields(model, {union: choice}))
            if foreign := next((name for name in every_field(model) if name not in own), None):
                refused = {union: choice, foreign: "1"}
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(knobs.st, "query_params", refused)
                    settings, heard = knobs.from_url(model, scene)
                assert len(heard) == 1 and f"“{foreign}” is not a setting here" in heard[0]
                assert flatten(settings)[union] == choice
        if refused:
            visitor = visit(PAGES[lab], tab="Compare", **refused)
            assert not visitor.exception and said(visitor) == heard


# ---- runs in the address ----


@each_lab
def test_a_shipped_run_opens_with_its_settings(visit, lab):
    scene = labs.of(lab).scenes[-1]
    visitor = check(visit(PAGES[lab], run=f"{lab}-{scene.slug}"))
    assert shown(visitor, lab) == scene.settings
    assert query_of(visitor)["run"] == f"{lab}-{scene.slug}"
    assert not visitor.get_by_key(f"{lab}/reset").disabled
    check(visitor.get_by_key(f"{lab}/reset").click().run())
    assert "run" not in query_of(visitor) and shown(visitor, lab) == scene.settings


def of_another_shape(lab):
    """A file in the store whose record is in order, with pictures of the right names that have other shapes, and no facts."""
    run = runs.load(f"{lab}-{labs.of(lab).scenes[0].slug}")
    pictures = [Picture(e.step, e.name, np.zeros((2, 3, 4, 5))) for e in run.events if isinstance(e, Picture)]
    log = [Started(run.events[0].total_steps), *pictures, Finished(run.finished.step, {})]
    runs.save(runs.make(f"{lab}-handmade", lab, run.about.settings, log, 1.0, "finished"))
    return f"{lab}-handmade"


@each_lab
def test_a_run_that_cannot_be_shown_gives_a_sentence_and_the_page_stays(visit, own_store, lab):
    """A torn file, another lab's run, and one of another shape; tests/core/test_runs.py has all pairs of labs."""
    own_store.mkdir()
    (own_store / f"{lab}-torn.safetensors").write_bytes(b"\x00" * 20)
    other = [*labs.LABS][[*labs.LABS].index(lab) - 1]
    foreign = f"{other}-{labs.of(other).scenes[0].slug}"
    for run_id, words in ((f"{lab}-torn", "press Train"), (foreign, f"“{foreign}” belongs to another lab ({other})")):
        visitor = visit(PAGES[lab], run=run_id)
        assert not visitor.exception and not visitor.error and charts(visitor)
        assert [words in sentence for sentence in said(visitor)] == [True], said(visitor)
        assert shown(visitor, lab) == labs.of(lab).scenes[0].settings
        assert charts(check(visitor.run())) and "run" not in query_of(visitor), "nothing of it is left"
    visitor = visit(PAGES[lab], run=of_another_shape(lab))
    for tab in ("Look inside", "Explain"):
        visitor.session_state[f"{lab}/tab"] = tab
        visitor.run()
        assert not visitor.exception and len(visitor.error) <= 3
        assert all("has another shape than this lab writes" in error.value for error in visitor.error)
    check(visitor.get_by_key(f"{lab}/reset").click().run())
    assert charts(visitor)
