"""Look inside and Explain on the GAN page: what each view draws, and what its widgets change."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.gan import pictures
from core.gan.analysis import scores
from core.gan.analysis.plane import LONGEST
from core.gan.settings import REACH
from pages.parts import chart, figures, shown, status, views
from pages.views.gan import plane, stage
from tests.core.gan.tiny import RUNS, made
from tests.pages.conftest import charts, marks, text_of
from tests.pages.views.conftest import calm, figure

VIEWS = ("film", "equilibrium", "scores", "quality", "latent", "copying", "clouds", "translated")


def saved(name, keep=None, state="finished"):
    """A small real run in this test's store."""
    run = made(name, keep, state)
    runs.save(run)
    return shown.of(run)


def drawn(names, run_id):
    """Views of a stored run that fit it, or other functions of the package, alone on a page."""
    from pages.parts import shown, views
    from pages.views import gan

    current, every = shown.find(run_id), {view.name: view for view in views.of("gan")}
    for name in names.split():
        if name not in every:
            getattr(gan, name)(current)
        elif every[name].fits(current):
            every[name](current)


def view(names, current):
    return calm(AppTest.from_function(drawn, default_timeout=60, args=(names, current.id)).run())


def picture(visitor, key):
    """The address of the sheet of pictures in a gallery."""
    return next(trace["source"] for trace in figure(visitor, key)["data"] if trace["type"] == "image")


def widget(visitor, kind, start):
    return next(w for w in visitor.get(kind) if w.key.startswith(start))


def fitting(current):
    return [view.name for view in views.of("gan") if view.fits(current)]


@pytest.mark.parametrize("run", RUNS)
def test_every_view_opens_on_every_kind_of_run(run):
    current = saved(run)
    visitor = view(" ".join((*VIEWS, "explain")), current)
    assert text_of(visitor).strip() and not visitor.get("html")
    assert len({chart.key for chart in charts(visitor)}) == len(charts(visitor)) > (1 if run == "sets" else 5)
    only = {"copying": ("digits", "free"), "clouds": ("clouds",), "translated": ("sets",)}
    wanted = ["translated"] if run == "sets" else [name for name in VIEWS if run in only.get(name, RUNS)]
    assert fitting(current) == wanted


@pytest.mark.parametrize("name", [*VIEWS, "explain"])
@pytest.mark.parametrize("run", ["plane", "digits"])
def test_a_run_without_networks_says_so(run, name):
    """A run that diverged or was stopped after its first look."""
    seen = saved(run, keep=12, state="stopped")
    assert seen.last(pictures.SCORES) is not None and not seen.run.models
    visitor = view(name, seen)
    if name in ("latent", "explain", "quality") or (run, name) == ("digits", "copying"):
        assert visitor.info[0].value


def test_a_run_before_its_first_look_has_nothing_to_look_into():
    bare = saved("digits", keep=1, state="stopped")
    assert not fitting(bare) and view("inside", bare).info and view("explain", bare).info
    assert not view("picture beside", bare).get("bidi_component")


def test_scenes_open_with_the_view_that_their_question_is_about():
    first = {
        slug: next((view.name for view in views.of("gan") if view.opens(SimpleNamespace(id=f"gan-{slug}"))), "film")
        for slug in ("the-duel", "one-half", "mode-collapse-and-its-cure")
    }
    assert first == {"the-duel": "film", "one-half": "equilibrium", "mode-collapse-and-its-cure": "quality"}


# ---- the stage ----


def test_the_plane_shows_both_players():
    real, fake = np.zeros((300, 2)), np.linspace(-1, 1, 600).reshape(300, 2)
    field = np.zeros((41, 41), np.uint8)
    field[0] = 255  # real, at the lower edge
    push = np.array([[0.0, 2.0], [1.0, 0.0]])
    drawn = plane.figure(real, fake, field, push, np.zeros((13, 13, 2)))
    traces = {trace["name"]: trace for trace in drawn["data"]}
    heat = traces[""]
    assert (heat["y"][0], heat["z"][0][0], heat["z"][-1][0]) == (-REACH, 0, 1), "blue below"
    assert heat["colorscale"][0][1] == figures.DIVERGING[0]
    assert len(traces["fake"]["x"]) == plane.DRAWN and traces["fake"]["x"][0] == -1
    arrow = traces["push on G"]
    assert arrow["x"][:2] == [-1, -1] and arrow["y"][1] - arrow["y"][0] == pytest.approx(LONGEST, abs=0.01)
    assert drawn["layout"]["yaxis"]["scaleanchor"] == "x", "square units"
    assert len(json.dumps(drawn)) < 50_000, "it is drawn three times a second"


def test_the_stage_holds_what_was_measured_last():
    current = saved("slow")
    page = view("picture beside", current)
    assert figure(page, "live/plane")["layout"]["title"]["text"] == "After step 20"
    histogram = figure(page, "live/scores")
    assert histogram["layout"]["xaxis"]["range"] == [0, 1], "the same axis at every look"
    real = scores.opinion(current.settings, current.last(pictures.SCORES))[0]
    top = histogram["data"][0]
    assert top["y"][-1] == pytest.approx(100 * (real >= top["x"][-1] - 0.025).mean(), abs=0.5)
    digits = view("picture", saved("digits"))
    fakes = figure(digits, "live/fakes")["layout"]
    assert fakes["title"]["text"] == "Fakes, below the digit that was asked for · After step 40"
    assert fakes["xaxis"]["ticktext"] == list("0123456789") and np.ptp(np.diff(fakes["xaxis"]["tickvals"])) < 1e-6
    assert "ticktext" not in figure(view("picture", saved("free")), "live/fakes")["layout"]["xaxis"]
    assert picture(digits, "live/fakes") != picture(digits, "live/real")


def test_two_clouds_and_two_sets_have_stages_of_their_own():
    page = view("picture beside", saved("clouds"))
    assert "grid of codes" not in {trace["name"] for trace in figure(page, "live/plane")["data"]}
    assert list(marks(figure(page, "live/measures")).values()) == [0.5], "where the fakes are now"
    pair = figure(view("picture", saved("sets")), "live/pair")
    assert len(pair["layout"]["yaxis"]["ticktext"]) == 6 and pair["layout"]["title"]["text"] == "After step 20"


def test_two_clouds_answer_at_once():
    """Sliders alone, no training: nearer, the divergence falls and the saturating loss pushes again."""
    visitor = view("clouds", saved("clouds"))
    far = figure(visitor, "clouds/saturating")["layout"]["title"]["text"]
    near = calm(widget(visitor, "select_slider", "clouds/distance").set_value(0.2).run())
    assert list(marks(figure(near, "clouds/curves")).values()) == [0.2]
    assert figure(near, "clouds/saturating")["layout"]["title"]["text"] != far and "0.337" in text_of(near)


def test_the_table_of_the_other_way_is_another_one():
    visitor = view("translated", saved("sets"))
    there = figure(visitor, "translated/table")["data"]
    back = calm(widget(visitor, "button_group", "translated/way").set_value("back").run())
    assert figure(back, "translated/table")["data"] != there and "guessing: 10 %" in text_of(back)


def test_slow_motion_names_the_half_of_the_step_that_was_made():
    current = saved("slow")
    live = shown.Shown(current.id, current.settings, current.events, None, SimpleNamespace(live=True))
    assert stage.moment(live, pictures.FAKE) == "Step 20, 2 of 2: G has learned"
    assert stage.moment(current, pictures.FAKE) == "After step 20"


# ---- film and scores ----


def test_the_film_shows_the_chosen_look():
    visitor = view("film", saved("digits"))
    late = picture(visitor, "film/wall")
    slider = widget(visitor, "select_slider", "film/look")
    assert "After step 40" in text_of(visitor)
    early = calm(slider.set_value(0).run())
    assert picture(early, "film/wall") != late and "After step 0" in text_of(early)
    assert list(marks(figure(early, "film/quality")).values()) == [0]
    plane_of = view("film", saved("plane"))
    assert figure(plane_of, "film/plane")["data"]
    solid = calm(widget(plane_of, "toggle", "film/solid").set_value(True).run())
    assert figure(solid, "film/surface")["data"][0]["type"] == "surface"


def test_curves_of_the_quality_are_of_scores_measured_at_several_looks():
    """Coverage of digits is measured at the end alone; one good point in a spot says nothing."""
    names = {
        run: {t["name"] for t in figure(view("film", saved(run)), "film/quality")["data"]}
        for run in ("digits", "plane")
    }
    assert names == {
        "digits": {"Read as asked", "Classes covered", "Classifier's confidence"},
        "plane": {"Good points", "Spots with a fair share"},
    }


def test_histograms_share_one_axis_over_the_run():
    visitor = view("scores", saved("critic"))
    domain = figure(visitor, "scores/histogram")["layout"]["xaxis"]["range"]
    slider = widget(visitor, "select_slider", "scores/look")
    early = calm(slider.set_value(0).run())
    assert figure(early, "scores/histogram")["layout"]["xaxis"]["range"] == domain
    for layer in figure(early, "scores/histogram")["data"]:
        assert sum(layer["y"]) == pytest.approx(100)


# ---- codes ----


def test_a_click_moves_the_letters_in_turn_and_nonsense_does_not(monkeypatch):
    visitor, clicked = view("latent", saved("plane")), {}
    monkeypatch.setattr(chart, "picked", lambda state: clicked.get("now"))

    def after(custom):
        clicked["now"] = {"trace": "", "index": 0, "x": 0, "y": 0, "custom": custom}
        calm(visitor.run())
        return [slider.value for slider in visitor.slider if slider.key.startswith("latent/plane")]

    assert (after(4)[0], after(7)) == (5, [5, 8])
    assert after(7) == [5, 8], "the same click is no new one"
    for nonsense in (99, -1, None, "x", [1]):
        assert after(nonsense) == [5, 8]
    assert after(0) == [1, 8]
    marked = next(trace for trace in figure(visitor, "latent/plane")["data"] if trace.get("mode") == "markers+text")
    assert marked["text"] == ["<b>A</b>", "<b>B</b>"]


def test_another_class_is_asked_for_on_the_whole_wall():
    visitor = view("latent", saved("digits"))
    before = picture(visitor, "latent/wall")
    after = calm(widget(visitor, "button_group", "latent/class").set_value(7).run())
    assert picture(after, "latent/wall") != before and "Same code, every class" in text_of(after)
    assert "A − B + C" in text_of(view("latent", saved("free")))


# ---- copying and quality ----


def test_pairs_are_any_or_the_nearest_of_each_digit():
    visitor = view("copying", saved("digits"))
    near = picture(visitor, "copying/pairs")
    assert "of fakes lie nearer to a training digit" in text_of(visitor)
    assert (
        picture(calm(widget(visitor, "button_group", "copying/order").set_value("any").run()), "copying/pairs") != near
    )


def test_the_table_holds_what_the_run_measured_beside_noise_and_real_data():
    current = saved("digits")
    visitor = view("quality", current)
    table = visitor.table[0].value
    fakes, noise, real = (dict(zip(table["Measure"], table[name])) for name in ("Fakes", "Noise", "Other real data"))
    assert fakes["Precision: fakes among real ones"] == f"{current.summary['precision']:.1f} %"
    distance = "Fréchet classifier distance"
    assert float(fakes[distance]) == pytest.approx(current.summary["frechet"], rel=5e-3)
    assert float(real[distance]) < float(noise[distance]) and float(real[distance]) < float(fakes[distance])
    assert "FID" not in text_of(visitor) and "–" not in [*fakes.values(), *noise.values(), *real.values()]
    assert "Noise does as well in: “" in text_of(visitor) and "“Classifier's confidence”" in text_of(visitor)
    of_grid = view("quality", saved("critic"))
    cells = of_grid.table[0].value
    assert any("of 25)" in cell for cell in cells["Fakes"]) and any("of 25)" in cell for cell in cells["Noise"])
    assert "Fréchet distance is" not in text_of(of_grid), "a Gaussian has the same mean and covariance"


def test_knobs_that_wait_for_the_next_run_are_named():
    """Of those that differ from the run shown, all but the ones that may be turned while it goes on."""
    current = saved("plane")
    today = current.settings.model_copy(update={"pack": 2, "players": "d", "r1": 0.5})
    assert status.differences(current, today, today.TURNABLE) == "Pack size 1 → 2"
    assert {"r1", "players"} <= set(today.TURNABLE)


# ---- why ----


def test_why_a_damaged_digit_is_asked_about_by_another_method():
    visitor = view("explain", saved("digits"))
    first = picture(visitor, "why/chosen")
    assert "Fake 1" in text_of(visitor) and "For comparison: a real" in text_of(visitor)
    calm(widget(visitor, "button_group", "gan/why/way").set_value("damaged").run())
    calm(widget(visitor, "selectbox", "gan/why/damage").set_value("class").run())
    assert "told a wrong class: " in text_of(visitor) and picture(visitor, "why/chosen") != first
    calm(widget(visitor, "selectbox", "gan/why/method").set_value("saliency").run())
    assert "whatever its sign" in text_of(visitor)
    assert not [w for w in visitor.get("selectbox") if w.key == "gan/why/base"], "saliency compares with nothing"
    told_none = view("explain", saved("free"))
    calm(widget(told_none, "button_group", "gan/why/way").set_value("damaged").run())
    assert "class" not in widget(told_none, "selectbox", "gan/why/damage").options


def test_why_a_point_is_fake():
    visitor = view("explain", saved("plane"))
    bars = figure(visitor, "why/parts")["data"]
    assert {bar["name"] for bar in bars} == {"speaks for fake", "speaks for real"}
    before = figure(visitor, "why/plane")["data"]
    calm(widget(visitor, "slider", "why/plane").set_value(9).run())
    assert figure(visitor, "why/plane")["data"] != before
