"""The live panel and the tabs below it while a run waits, goes on, rests and ends. The runs stand in the server's own registry
as a worker's messages would have put them there; no training process is needed for what the page says of them."""

import time
from dataclasses import replace

import pytest

from core import endings, jobs, labs, runs
from core.events import Metrics, Warned
from core.jobs import Job
from core.settings import TEN_DIGITS, Chance, build, flatten
from pages.parts import lecture, live, status
from pages.parts.shown import Shown
from tests.pages.conftest import PAGES, charts, check, in_no_hands, said, shown, text_of

COMPRESSION = PAGES["compression"]


@pytest.fixture
def register():
    """Puts a run into the server's registry in any state; everything is taken out again at the end."""
    known = []

    def put(lab, state, events=(), settings=None, viewers=(), message="", run=None):
        settings = settings or build(labs.of(lab).settings, {"seed": 100 + len(known)})
        job = Job(f"{lab}-00000000000{len(known)}", lab, settings, state, list(events), message=message, run=run)
        now = time.monotonic()
        job.arrived = [now - len(job.events) + i for i in range(len(job.events))]
        job.viewers |= dict.fromkeys(viewers, now)
        jobs.JOBS.jobs[job.id] = in_no_hands(job)
        known.append(job.id)
        return job

    yield put
    for job_id in known:
        jobs.JOBS.jobs.pop(job_id, None)


def begun(run, reports):
    """The first events of a run, up to so many reports of numbers."""
    at = [i for i, event in enumerate(run.events) if isinstance(event, Metrics)][reports - 1]
    return run.events[: at + 1]


def line(visitor):
    """What the progress bar says."""
    return [bar.proto.text for bar in visitor.get("progress")]


@pytest.mark.parametrize(
    "state, words", [("running", " % · {} · "), ("paused", "Paused · {}. Step shows the next report")]
)
def test_a_run_in_progress_and_at_rest_says_its_step(visit, register, state, words):
    run = runs.load("compression-soft-targets")
    events = begun(run, 3)
    job = register("compression", state, events)
    place = f"step {events[-1].step:,} of {events[0].total_steps:,}"
    visitor = check(visit(COMPRESSION, run=job.id))
    assert [words.format(place) in text for text in line(visitor)] == [True], line(visitor)


def test_the_place_is_told_in_the_words_of_each_lab():
    """Steps of any kind are steps; layers, generations and passes keep their names; an axis of ε is no count."""
    told = {}
    for about in runs.listing()[0]:
        run = runs.load(about.id)
        place = status._place(Shown(about.id, None, list(run.events), run, None))
        told[str(run.events[0].facts.get("axis", "training step"))] = place
        total = f"{run.events[0].total_steps:,}"
        assert place == "" or (total in place and place.startswith(("step ", *"0123456789"))), (about.id, place)
    assert told["training step"].startswith("step ") and told["layers destroyed"].endswith(" layers destroyed")
    assert told["ε, of 255"] == ""


def test_who_waits_is_told_what_for_and_sees_what_is_shown_meanwhile(visit, register):
    """The scene's run, with what differs from the visitor's knobs; in a lab without curves its numbers and pictures."""
    run = runs.load("transfer-dann")
    register("transfer", "running", begun(run, 4), viewers=["somebody"])
    for lab in ("anomaly", "transfer"):
        job = register(lab, "queued")
        visitor = check(visit(PAGES[lab], run=job.id, seed=str(job.settings.seed)))
        scene = labs.of(lab).scenes[0]
        title = lecture.read("transfer").title
        assert line(visitor) == ["Place 1 in the queue"]
        notices = text_of(visitor.get_by_key("notices"))
        assert "Waiting for its turn: place 1 in the queue. Stop leaves it." in notices
        assert f"A run of “{title}” is before it, with about" in notices
        assert "Meanwhile, this is the shipped run of the scene. Your run has other knobs: " in notices
        assert f"Seed {scene.settings.seed} → {job.settings.seed}" in notices
        own = check(visit(PAGES[lab], scene=scene.slug))
        assert [m.value for m in visitor.metric] == [m.value for m in own.metric] != []
        assert {chart.key for chart in charts(visitor)} == {chart.key for chart in charts(own)}
        assert not visitor.get_by_key(f"{lab}/stop").disabled
        del jobs.JOBS.jobs[job.id]


def test_of_a_first_report_that_has_come_in_part_nothing_is_drawn(visit, register):
    """Its numbers come before its pictures: drawn without them, the scene's figures would be gone for a moment."""
    run = runs.load("compression-soft-targets")
    numbers = 1 + next(i for i, event in enumerate(run.events) if isinstance(event, Metrics))
    whole = next(i for i, event in enumerate(run.events) if getattr(event, "step", 0) > 0)
    scene = {chart.key: chart.figure["data"] for chart in charts(check(visit(COMPRESSION)))}
    for many, differs in ((numbers, False), (whole - 1, False), (whole, True)):
        job = register("compression", "running", run.events[:many], settings=run.settings)
        drawn = {chart.key: chart.figure["data"] for chart in charts(check(visit(COMPRESSION, run=job.id)))}
        assert drawn.keys() >= scene.keys() and (drawn["chart/accuracy"] != scene["chart/accuracy"]) == differs, many


def test_a_run_that_takes_minutes_says_so_before_the_press(visit):
    about = runs.load("seq2seq-say-it").about
    visitor = check(visit(PAGES["seq2seq"], scene="say-it"))
    takes = f"Such a run takes about {about.seconds / 60:.0f} min"
    assert about.seconds > status.SLOW and takes in text_of(visitor)
    check(visitor.number_input(key="seq2seq/seed").set_value(77).run())
    assert takes in text_of(visitor), "another seed takes as long"
    assert "takes about" not in text_of(check(visit(COMPRESSION, run="compression-teacher")))


@pytest.mark.parametrize(
    "chance, said_beside, level",
    [
        (TEN_DIGITS, "\nguessing: 10\xa0%", 10.0),
        (Chance(97.25, "a linear classifier"), "\na linear classifier: 97.2\xa0%", 97.25),
        (Chance(lambda settings: 3.0 + settings.seed, "noise"), "\nnoise: 3\xa0%", 3.0),
        (Chance(lambda settings: None), "", None),
        (None, "", None),
    ],
)
def test_a_score_has_its_trivial_rival_beside_it_and_as_a_level_in_its_curve(
    visit, monkeypatch, chance, said_beside, level
):
    metrics = labs.of("compression").metrics
    for name, metric in metrics.items():
        monkeypatch.setitem(metrics, name, replace(metric, chance=chance if name == "accuracy" else None))
    visitor = check(visit(COMPRESSION, tab="Compare"))
    first, *others = [metric.label for metric in visitor.metric]
    assert first == "Test accuracy" + said_beside and others and not any("\n" in label for label in others)
    curve = next(chart.figure for chart in charts(visitor) if chart.key == "chart/accuracy")
    low, high = curve["layout"]["yaxis"]["range"]
    drawn = [{shape["y0"]} for shape in curve["layout"]["shapes"] if shape["name"] == (chance.who if chance else "")]
    assert drawn == ([{level}] if level is not None and low <= level <= high else [])


def test_a_number_of_several_seeds_has_its_deviation_beside_it_and_a_band_around_its_curve(visit):
    shipped = runs.load(f"compression-{labs.of('compression').scenes[0].slug}")
    spread = [
        replace(e, values=e.values | {"accuracy_sd": 1.25}) if "accuracy" in getattr(e, "values", {}) else e
        for e in shipped.events
    ]
    runs.save(replace(shipped, events=spread, about=replace(shipped.about, id="compression-five", shipped=False)))
    visitor = check(visit(COMPRESSION, run="compression-five"))
    first, *others = [metric.value for metric in visitor.metric]
    assert first.endswith(" ± 1.2 %") and not any("±" in other for other in others)
    assert [bool(metric.delta) for metric in visitor.metric] == [False, *[True] * len(others)], "no room, and no equal"
    curves = next(chart.figure["data"] for chart in charts(visitor) if chart.key == "chart/accuracy")
    assert [trace.get("fill") for trace in curves].count("toself") == 1


def test_a_number_says_how_far_it_is_from_the_scenes(visit):
    """An own run against the shipped one, in the number's own unit; the shipped run itself has no change."""
    scene = labs.of("compression").scenes[0]
    shipped = runs.load(f"compression-{scene.slug}")
    worse = [
        replace(e, values=e.values | {"accuracy": e.values["accuracy"] - 7.5})
        if "accuracy" in getattr(e, "values", {})
        else e
        for e in shipped.events
    ]
    runs.save(replace(shipped, events=worse, about=replace(shipped.about, id="compression-worse", shipped=False)))
    assert {metric.delta for metric in check(visit(COMPRESSION)).metric} == {""}
    own = check(visit(COMPRESSION, scene=scene.slug, run="compression-worse")).metric
    assert [metric.delta for metric in own] == ["-7.5 vs scene", *["+0.0 vs scene"] * (len(own) - 1)]


def test_rivals_of_one_name_and_several_heights_are_told_apart():
    one, two, other = ("guessing", 10.0), ("guessing", 50.0), ("noise", 3.0)
    assert live._levels([one, one, other]) == [one, other]
    assert live._levels([one, two, one]) == [("guessing: 10", 10.0), ("guessing: 50", 50.0)]
    assert live._levels([one, two, other]) == [("guessing: 10", 10.0), ("guessing: 50", 50.0)], (
        "the leading scores' alone"
    )


def test_a_knob_that_is_turned_beside_a_live_run_says_when_it_counts(visit, register):
    """Its run goes on with the old value; after a run that failed the knobs may have been mended."""
    run = runs.load("compression-soft-targets")
    job = register("compression", "running", begun(run, 3), run.settings)
    visitor = check(visit(COMPRESSION, run=job.id))
    assert "For the next run" not in text_of(visitor)
    check(visitor.number_input(key="compression/seed").set_value(77).run())
    assert "For the next run: Seed 0 → 77." in text_of(visitor)
    job.state, job.message = "failed", "It broke."
    check(visitor.run())
    assert "The last run failed. The knobs have changed since: Seed 0 → 77. Press Train to try again." in text_of(
        visitor
    )


@pytest.mark.parametrize("lab, wrong", [("transfer", {"target": "moons", "method": "adabn"})])
def test_knobs_that_contradict_each_other_cannot_be_trained_and_say_so_beside_the_button(visit, lab, wrong):
    visitor = check(visit(PAGES[lab]))
    for name, value in wrong.items():
        visitor = visitor.get_by_key(f"{lab}/{name}").set_value(value).run()
    assert visitor.get_by_key(f"{lab}/train").disabled and visitor.get_by_key(f"{lab}/step").disabled
    assert ["do not fit together" in sentence for sentence in said(visitor)] == [True]
    beside = visitor.get_by_key("notices").warning
    assert [warning.value for warning in beside] == [warning.value for warning in visitor.warning], (
        "in the line below the buttons"
    )
    first = next(iter(labs.of(lab).scenes)).settings
    visitor = visitor.get_by_key(f"{lab}/method").set_value(first.method.name).run()
    assert not visitor.get_by_key(f"{lab}/train").disabled and not visitor.warning


# ---- the tabs below, while a run goes on and after each of its endings ----


def tab_of(page):
    """The tab that is open."""
    return next(tab for tab in page.tabs if tab.children)


def choice(page):
    """The choice of views in Look inside."""
    return next(group for group in page.get("segmented_control") if group.key.startswith("inside/"))


def ended(run, name):
    """A stored run of that name."""
    made = replace(run, about=replace(run.about, id=name, shipped=False))
    runs.save(made)
    return made


@pytest.mark.parametrize("lab", labs.LABS)
def test_while_a_run_goes_on_the_tabs_open_one_that_has_ended_and_say_which(visit, register, lab):
    """The same rule in every lab: a tab never shows a moment of a live run that is long past."""
    scene = labs.of(lab).scenes[0]
    run = runs.load(f"{lab}-{scene.slug}")
    job = register(lab, "running", run.events[:-1], settings=run.settings)
    visitor = check(visit(PAGES[lab], run=job.id, tab="Look inside"))
    note = "Until your run ends, this is the shipped run of the scene."
    assert text_of(visitor).count(note) == 1
    still = check(visit(PAGES[lab], scene=scene.slug, tab="Look inside"))
    kinds = [[type(element).__name__ for element in tab_of(page).children.values()] for page in (visitor, still)]
    assert kinds[0] == ["Caption", *kinds[1]] and note not in text_of(still), "the same views, and the note above them"
    with jobs.JOBS.lock:
        job.state, job.events = "finished", list(run.events)
        job.run = ended(run, job.id)
    check(visitor.run())
    assert "Until your run ends" not in text_of(visitor) and "Your run" in text_of(visitor)
    opened, titles = choice(visitor).value, choice(visitor).options
    for title in (titles[-1], titles[0]):  # whichever is not open
        if choice(visitor).value == opened:
            check(choice(visitor).set_value(title).run())
    other = choice(visitor).value
    assert other != opened
    again = register(lab, "running", run.events[:-1], settings=run.settings)
    visitor.session_state[f"{lab}/run"] = again.id
    check(visitor.run())
    assert "Until your run ends, this is the run before it, " in text_of(visitor)
    assert choice(visitor).value == other, "the chosen view outlives a new run"


ENDINGS = [
    ("stopped", endings.UNWATCHED),
    ("stopped", endings.TOO_LONG_PAUSED),
    ("stopped", endings.MADE_ROOM),
    ("stopped", endings.GAVE_WAY),
    ("stopped", endings.CLOSED),
    ("stopped", endings.STOPPED),
    ("failed", endings.DIED),
    ("failed", endings.LOST),
    ("failed", "There is no stored run called “no-such-run”."),
]


@pytest.mark.parametrize("state, why", ENDINGS)
def test_every_ending_is_said_on_the_page_and_under_take_away(visit, register, state, why):
    """What core/endings.py has in its table: kept runs can be taken away, of the others it is said that there is nothing."""
    run = runs.load("compression-soft-targets")
    events = begun(run, 3)
    for measured in (True, False):
        kept = None
        if measured and state == "stopped":
            kept = runs.make("compression-kept", "compression", flatten(run.settings), list(events), 1.0, "stopped")
            runs.save(kept)
        job = register("compression", state, events if measured else [], run.settings, message=why, run=kept)
        visitor = visit(COMPRESSION, run=job.id, tab="Take away")
        assert not visitor.exception and why in [e.value for e in visitor.error] + [
            c.value.removeprefix(":material/stop_circle: ") for c in visitor.caption
        ]
        told = [info.value for info in visitor.info]
        if kept:
            assert not told and len(visitor.get("download_button")) == 6
        else:
            word = "failed before its end" if state == "failed" else "stopped before it had measured anything"
            assert [word in sentence for sentence in told] == [True] and "still training" not in text_of(visitor)


def test_who_starts_a_run_leaves_no_other_of_their_own_before_it(visit, register, monkeypatch):
    """Train in one lab ends what the visitor left in another, and only what nobody else watches."""
    order = []
    monkeypatch.setattr(jobs, "give_way", lambda viewer: order.append(("give_way", viewer)))
    monkeypatch.setattr(
        jobs, "start", lambda lab, settings, viewer, *more: order.append((lab, viewer)) or f"{lab}-none"
    )
    visitor = check(visit(COMPRESSION))
    visitor.get_by_key("compression/train").click().run()
    name = f"{visitor.session_state['visitor']}.{visitor.session_state['viewer']}"
    assert order == [("give_way", name), ("compression", name)]


def test_a_warning_of_a_run_stays_what_it_is(visit, register):
    run = runs.load("compression-soft-targets")
    job = register("compression", "running", [*begun(run, 2), Warned(3, "odd", "Something odd.")])
    assert said(visit(COMPRESSION, run=job.id)) == ["Something odd."]


def test_the_settings_on_the_page_of_a_live_run_are_its_own(visit, register):
    job = register("compression", "queued")
    assert shown(check(visit(COMPRESSION, run=job.id)), "compression") == job.settings
