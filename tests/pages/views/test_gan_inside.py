"""Look inside and Explain on the GAN page: film, scores, one half, walks among codes, copies, quality, and why D says fake."""

import json
from functools import cache
from importlib import import_module
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu
from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.events import Finished
from core.gan import monitor
from core.gan.settings import GanSettings
from core.settings import build, flatten
from pages.parts import chart, figures, shown, status
from pages.views.gan import data
from tests.pages.conftest import charts, marks, text_of

VIEWS = ("film", "scores", "half", "latent", "copying", "quality", "why")
(
    film,
    scores,
    half,
    latent,
    copying,
    quality,
    why,
    best,
    plane,
    stage,
    why_plane,
) = (  # the package calls views by the name of their file
    import_module(f"pages.views.gan.{name}") for name in (*VIEWS, "best", "plane", "stage", "why_plane")
)
DIGITS = {"world": "digits", "channels": 8, "steps": 40, "batch": 16}
RUNS = {
    "digits": DIGITS,
    "free": DIGITS | {"conditional": False, "digits": "17", "pack": 2, "method": "wgan"},
    "plane": {"steps": 40, "hidden": 16},
    "packed": {"steps": 40, "hidden": 16, "shape": "moons", "pack": 4, "method": "ls", "latent": 1},
    "critic": {"steps": 40, "hidden": 16, "shape": "grid", "method": "gp"},
    "drawn": {"world": "drawn", "steps": 40, "hidden": 16, "method": "hinge"},
    "slow": {"steps": 20, "hidden": 16, "motion": "phases"},
}
NUMBERS = count()


@cache
def events(name):
    """Settings and all events of a real training, which looks less often."""
    settings = build(GanSettings, {"seed": 4711} | RUNS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "LOOKS", dict.fromkeys(monitor.LOOKS, 4))
        return settings, tuple(labs.of("gan").train(settings))


def saved(name, keep=None, state="finished"):
    """A small real run in this test's store, under a name of its own: pages remember what they measured by the name."""
    settings, log = events(name)
    run = runs.make(f"gan-tiny-{name}-{next(NUMBERS)}", "gan", flatten(settings), list(log[:keep]), 1.0, state)
    runs.save(run)
    return shown.of(run)


def drawn(names, run_id):
    """Views of a stored run, alone on a page."""
    from importlib import import_module

    from pages.parts import shown

    for name in names.split():
        module, __, function = name.partition(".")
        getattr(import_module(f"pages.views.gan.{module}"), function or name)(shown.find(run_id))


def view(name, current):
    return calm(AppTest.from_function(drawn, default_timeout=60, args=(name, current.id)).run())


def calm(visitor):
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error and not visitor.warning
    return visitor


def figure(visitor, key):
    return next(chart.figure for chart in charts(visitor) if chart.key == key)


def picture(visitor, key):
    """The address of the sheet of pictures in a gallery."""
    return next(trace["source"] for trace in figure(visitor, key)["data"] if trace["type"] == "image")


def widget(visitor, kind, start):
    return next(w for w in visitor.get(kind) if w.key.startswith(start))


@pytest.mark.parametrize("run", RUNS)
def test_every_view_opens_on_every_kind_of_run(run):
    visitor = view(" ".join(VIEWS), saved(run))
    assert text_of(visitor).strip() and not visitor.get("html")
    assert len({chart.key for chart in charts(visitor)}) == len(charts(visitor)) > 5


@pytest.mark.parametrize("name", VIEWS)
def test_a_run_without_networks_or_looks_says_so(name):
    """A run that diverged or was stopped, once after its first look and once before it."""
    seen = saved("plane", keep=12, state="stopped")
    assert seen.last("scores") is not None and not seen.run.models
    view(name, seen)
    bare = saved("digits", keep=1, state="stopped")
    if name != "quality":  # nothing is measured yet
        assert any(_.value for _ in view(name, bare).info)


# ---- what a run leaves behind ----


@pytest.mark.parametrize("run", ["digits", "free", "plane", "packed"])
def test_codes_and_fakes_are_those_of_the_run_itself(run):
    current = saved(run)
    there = data.ended(current)
    if there.digits:
        assert np.abs(data.as_bytes(there.fake[:40]).astype(int) - current.last("film").astype(int)).max() <= 1
    else:
        assert np.allclose(there.fake[: monitor.SHOWN].numpy(), current.last("fake"), atol=2e-3)
    with torch.no_grad():
        own = there.scores(there.fake[:200], None if there.y is None else there.y[:200]).numpy()
    assert np.allclose(own, current.last("scores")[1][:200].astype(np.float32), rtol=5e-3, atol=5e-3)
    assert not there.G.training and not there.D.training


def test_d_is_counted_as_by_hand():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0.6, 0.2, 300), rng.normal(0.4, 0.2, 200)
    expected = mannwhitneyu(real, fake).statistic / (300 * 200)
    assert data.ranking(real, fake) == pytest.approx(100 * expected)
    assert data.ranking(np.ones(5), np.ones(5)) == 50
    settings = build(GanSettings, {})
    assert data.accuracy(settings, np.array([0.9, 0.4]), np.array([0.1, 0.2])) == 75
    assert data.opinion(settings, np.array([0.0, np.inf, -np.inf])) == pytest.approx([0.5, 1, 0])
    least = build(GanSettings, {"method": "ls"})
    assert data.opinion(least, np.array([0.3])) == pytest.approx([0.3]) and data.border(least) == 0.5
    assert data.border(build(GanSettings, {"method": "hinge"})) == 0


# ---- the stage ----


def test_the_plane_shows_both_players():
    real, fake = np.zeros((300, 2)), np.linspace(-1, 1, 600).reshape(300, 2)
    field = np.zeros((41, 41), np.uint8)
    field[0] = 255  # real, at the lower edge
    push = np.array([[0.0, 2.0], [1.0, 0.0]])
    drawn = plane.figure(real, fake, field, push, np.zeros((13, 13, 2)))
    traces = {trace["name"]: trace for trace in drawn["data"]}
    heat = traces[""]
    assert (heat["y"][0], heat["z"][0][0], heat["z"][-1][0]) == (-plane.REACH, 0, 1), "blue below"
    assert heat["colorscale"][0][1] == figures.DIVERGING[0]
    assert len(traces["fake"]["x"]) == plane.DRAWN and traces["fake"]["x"][0] == -1
    arrow = traces["push on G"]
    assert arrow["x"][:2] == [-1, -1] and arrow["y"][1] - arrow["y"][0] == pytest.approx(plane.LONGEST, abs=0.01)
    assert drawn["layout"]["yaxis"]["scaleanchor"] == "x", "square units"
    assert len(json.dumps(drawn)) < 50_000, "it is drawn three times a second"


def test_the_stage_holds_what_was_measured_last():
    current = saved("slow")
    page = view("stage.picture stage.beside", current)
    assert figure(page, "live/plane")["layout"]["title"]["text"] == "After step 20"
    histogram = figure(page, "live/scores")
    assert histogram["layout"]["xaxis"]["range"] == [0, 1], "the same axis at every look"
    real = data.opinion(current.settings, current.last("scores"))[0]
    assert histogram["data"][0]["y"][-1] == pytest.approx(
        100 * (real >= histogram["data"][0]["x"][-1] - 0.025).mean(), abs=0.5
    )
    digits = view("stage.picture", saved("digits"))
    assert figure(digits, "live/fakes")["layout"]["title"]["text"] == "Fakes · After step 40"
    assert picture(digits, "live/fakes") != picture(digits, "live/real")


def test_slow_motion_names_the_half_of_the_step_that_was_made():
    current = saved("slow")
    live = shown.Shown(current.id, current.settings, current.events, None, SimpleNamespace(live=True))
    assert stage.moment(live, "fake") == "Step 20, 2 of 2: G has learned"
    assert stage.moment(current, "fake") == "After step 20"


# ---- film and scores ----


def test_the_film_shows_the_chosen_look():
    current = saved("digits")
    visitor = view("film", current)
    late = picture(visitor, "film/wall")
    slider = widget(visitor, "select_slider", "film/look")
    assert "After step 40" in text_of(visitor)
    early = calm(slider.set_value(0).run())
    assert picture(early, "film/wall") != late and "After step 0" in text_of(early)
    found = marks(figure(early, "film/quality"))
    assert list(found.values()) == [0]
    plane_of = view("film", saved("plane"))
    assert figure(plane_of, "film/plane")["data"]
    solid = calm(widget(plane_of, "toggle", "film/solid").set_value(True).run())
    assert figure(solid, "film/surface")["data"][0]["type"] == "surface"


def test_slow_motion_does_not_lengthen_the_film():
    current = saved("slow")
    assert len(current.pictures("scores")) > len(data.looks(current, "scores"))
    assert np.array_equal(list(data.looks(current, "scores").values())[-1], current.pictures("scores")[-1].array)


def test_half_of_all_change():
    shots = {0: np.zeros((1, 2)), 5: np.full((1, 2), 6.0), 10: np.full((1, 2), 8.0), 20: np.full((1, 2), 9.0)}
    assert "by step 5 of 20" in film.about_change(shots)
    assert "Nothing moved" in film.about_change({0: np.zeros(2), 1: np.zeros(2)})


def test_histograms_share_one_axis_over_the_run():
    current = saved("critic")
    visitor = view("scores", current)
    domain = figure(visitor, "scores/histogram")["layout"]["xaxis"]["range"]
    slider = widget(visitor, "select_slider", "scores/look")
    early = calm(slider.set_value(0).run())
    assert figure(early, "scores/histogram")["layout"]["xaxis"]["range"] == domain
    for layer in figure(early, "scores/histogram")["data"]:
        assert sum(layer["y"]) == pytest.approx(100)
    assert "no probabilities" in scores._about_axis(current.settings)
    assert (
        "hardly overlap" in scores.verdict(99)
        and "hardly tell" in scores.verdict(50)
        and "run ahead" in scores.verdict(30)
    )


# ---- one half ----


def test_whether_one_half_is_reached():
    rest = half.Rest((1, 9), 8, 0.51, 0.49, 0.01, 51)
    assert rest.reached and "is reached**" in half.about_half(rest)
    for real, fake, swing, right, word in (
        (0.8, 0.2, 0.01, 90, "tells them apart"),
        (0.3, 0.6, 0.01, 40, "run away"),
        (0.56, 0.5, 0.2, 50, "leave it again"),
        (0.52, 0.48, 0.01, 70, "unsure, not blind"),
        (0.43, 0.37, 0.01, 65, "differences suffice"),
        (0.5, 0.5, 0.01, 40, "lags behind"),
        (0.6, 0.58, 0.01, 50, "D leans"),
    ):
        other = half.Rest((1, 9), 8, real, fake, swing, right)
        assert not other.reached and word in half.about_half(other)
    assert "as good as closed" in half.about_gap(half.Rest((1, 9), 8, 3.0, 2.9, 0.2, 50))
    assert "not closed" in half.about_gap(half.Rest((1, 9), 8, 3.0, 1.0, 0.2, 50))


def test_the_last_looks_are_averaged():
    current = saved("plane")
    rest = half.at_rest(current)
    found = [np.asarray(e.array, np.float64) for e in current.pictures("scores")][-rest.looks :]
    assert rest.fake == pytest.approx(np.mean([1 / (1 + np.exp(-pair[1])) for pair in found]), abs=1e-6)


def test_the_best_d_against_known_densities():
    """Real points on the left half with density 3 : 1 against fakes, on the right 1 : 3: the best D is right about 75 %."""
    rng = np.random.default_rng(1)
    left = lambda n: np.stack([rng.uniform(-0.999, -0.001, n), rng.uniform(-0.999, 0.999, n)], 1)  # noqa: E731
    real = np.concatenate([left(60_000), -left(20_000)])
    fake = np.concatenate([left(20_000), -left(60_000)])
    rng.shuffle(real), rng.shuffle(fake)
    perfect = [np.where(x[:, 0] < 0, 0.75, 0.25) for x in (real, fake)]
    found = best.compared(real, fake, *perfect)
    assert found.star_right == pytest.approx(75, abs=1) and found.own_right == pytest.approx(75, abs=1)
    known = ~np.isnan(found.star)
    assert np.abs(found.star - found.own)[known].mean() < 0.05
    middle = best.CELLS // 2
    assert np.nanmean(found.star[:, :middle]) == pytest.approx(0.75, abs=0.02), "columns from the left"
    blind = best.compared(real, fake, np.full(len(real), 0.5), np.full(len(fake), 0.5))
    assert blind.own_right == pytest.approx(50, abs=1) and "weaker than it could be" in best.said(blind)
    same = best.compared(real, real.copy(), *[np.full(len(real), 0.5)] * 2)
    assert same.star_right < 60 and "near the real thing" in best.said(same)


@pytest.mark.parametrize("name", ["digits", "critic", "plane", "packed"])
def test_every_score_in_a_verdict_stands_beside_what_noise_reaches(name):
    current = saved(name)
    said = half.about_worth(current, half.Rest((1, 9), 8, 0.5, 0.5, 0.01, 50), False)
    assert said.count("(noise: ") + said.count("(guessing: ") == said.count(" %") / 2 > 0


# ---- codes ----


def test_a_walk_turns_by_equal_angles_between_its_ends():
    a, b = (
        torch.randn(64, generator=torch.Generator().manual_seed(0)),
        torch.randn(64, generator=torch.Generator().manual_seed(1)) * 2,
    )
    way = latent.walk(a, b, 9)
    assert torch.allclose(way[0], a, atol=1e-5) and torch.allclose(way[-1], b, atol=1e-5)
    angles = torch.arccos(torch.cosine_similarity(way[1:], way[:-1], dim=1))
    assert torch.allclose(angles, angles.mean().expand_as(angles), atol=1e-4)
    assert torch.allclose(way.norm(dim=1), torch.lerp(a.norm(), b.norm(), torch.linspace(0, 1, 9)), atol=1e-4)
    straight = latent.walk(a, -a, 5)
    assert torch.allclose(straight[2], torch.zeros(64), atol=1e-5) and torch.isfinite(straight).all()


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


def test_the_walk_in_words():
    said = np.full((3, 10), 0.01)
    said[0, 3], said[1, 8], said[2, 8] = 0.91, 0.4, 0.91
    made = np.stack([np.zeros((2, 2)), np.ones((2, 2)), np.full((2, 2), 2)]).astype(np.uint8)
    assert "**3 → 8**; it is least sure at 50 % of the way (**40 %**)" in latent.about_walk(made, said)
    assert "ignores its code" in latent.about_walk(np.zeros((3, 2, 2), np.uint8), said)
    real = np.stack([np.repeat([0.0, 1.0], 200), np.tile(np.linspace(-0.1, 0.1, 200), 2)], 1)
    way = np.stack([np.linspace(0, 1, 41), np.zeros(41)], 1)
    assert "where nothing real lies" in latent.about_path(way, real)
    assert "stays where real points are" in latent.about_path(np.zeros((41, 2)), real)


def test_another_class_is_asked_for_on_the_whole_wall():
    current = saved("digits")
    visitor = view("latent", current)
    before = picture(visitor, "latent/wall")
    after = calm(widget(visitor, "button_group", "latent/class").set_value(7).run())
    assert picture(after, "latent/wall") != before and "Same code, every class" in text_of(after)
    assert "A − B + C" in text_of(view("latent", saved("free")))


# ---- copying ----


def test_copies_are_found_and_fresh_digits_are_not(monkeypatch):
    current = saved("digits")
    there = data.ended(current)
    step = len(there.world.x) // 1000

    def with_fakes(x):
        return data.Ended(
            there.settings, lambda z, y: x, there.D, there.world, there.z, there.y, there.real, there.real_y
        )

    copies = copying.distances.__wrapped__("copies", "pixels", with_fakes(there.world.x[::step][:1000].clone()))
    assert copies.fake.max() < 0.05 and copies.own > 60 and "these are copies" in copying.about_own(copies)
    held = len(there.real) // 2
    fresh = data.Ended(
        there.settings,
        lambda z, y: there.real[::2],
        there.D,
        there.world,
        there.z,
        there.y,
        there.real[1::2],
        there.real_y[1::2],
    )
    found = copying.distances.__wrapped__("fresh", "pixels", fresh)
    assert len(found.test) == held and abs(found.own - 50) < 6 and "copies." not in copying.about_own(found)
    brute = torch.cdist(((fresh.fake[:3] + 1) / 2).flatten(1), ((there.world.x + 1) / 2).flatten(1)).min(1)
    assert np.allclose(found.fake[:3], brute.values) and found.place[:3].tolist() == brute.indices.tolist()


def test_the_nearest_of_each_digit():
    there = data.ended(saved("digits"))
    found = copying.distances("nearest-of-each", "pixels", there)
    chosen = copying.nearest_of_each(there, found)
    assert 0 < len(chosen) <= copying.PAIRS
    best_of_all = int(found.fake.argmin())
    assert best_of_all in chosen.tolist()


# ---- quality ----


def test_the_table_holds_what_the_run_measured_beside_noise_and_real_data():
    current = saved("digits")
    visitor = view("quality", current)
    table = visitor.table[0].value
    fakes, noise, real = (dict(zip(table["Measure"], table[name])) for name in ("Fakes", "Noise", "Other real data"))
    assert fakes["Precision: fakes among real ones"] == f"{current.summary['precision']:.1f} %"
    assert float(real["Fréchet classifier distance"]) < float(noise["Fréchet classifier distance"])
    assert float(real["Fréchet classifier distance"]) < float(current.summary["frechet"])
    assert "FID" not in text_of(visitor) and "–" not in [*fakes.values(), *noise.values(), *real.values()]
    assert "Noise does as well in" in text_of(visitor) and "Classifier's confidence" in text_of(visitor), (
        "G has hardly begun"
    )
    plane = view("quality", saved("critic")).table[0].value
    assert any("of 25)" in cell for cell in plane["Fakes"]) and any("of 25)" in cell for cell in plane["Noise"])


def test_a_score_that_noise_reaches_is_named():
    noise = {"precision": 50.0, "coverage": 10.0, "frechet": 5.0, "modes": 9.0}
    got = {"precision": 51.0, "coverage": 11.1, "frechet": 5.0, "d_fake": 0.1, "modes": 1.0}
    assert quality.won(got, noise) == ["precision", "frechet"]
    assert quality.won({"precision": 90.0, "coverage": 60.0, "frechet": 4.9}, noise) == []
    assert "“Precision”" in quality.about_noise(["precision"], quality._names(True))
    assert "worse in every one" in quality.about_noise([], quality._names(True))


def test_knobs_that_wait_for_the_next_run_are_named():
    """Of those that differ from the run shown, all but the ones that may be turned while it goes on."""
    current = saved("plane")
    today = current.settings.model_copy(update={"pack": 2, "players": "d", "r1": 0.5})
    assert status.differences(current, today, today.TURNABLE) == "Pack size 1 → 2"
    assert {"r1", "players"} <= set(today.TURNABLE)


def test_few_test_digits_flatter_the_fakes():
    """The distance of real data grows as examples become fewer, and “times that of real data” shrinks: the page says so."""
    said = "both" not in quality._caption(SimpleNamespace(digits=True, real=range(1000)))
    assert said and "too large" in quality._caption(SimpleNamespace(digits=True, real=range(999)))


def test_good_but_few_and_many_but_bad():
    real = {"frechet": 1.0, "precision": 96.0, "coverage": 97.0}
    assert "short in variety" in quality.about({"frechet": 5.0, "precision": 95.0, "coverage": 50.0}, real)
    assert "is not right" in quality.about({"frechet": 5.0, "precision": 50.0, "coverage": 90.0}, real)
    assert "comes close" in quality.about({"frechet": 1.5, "precision": 95.0, "coverage": 95.0}, real)
    assert "short in both" in quality.about({"frechet": 9.0, "precision": 20.0, "coverage": 20.0}, real)
    of_points = quality.about({"frechet": 5.0, "precision": 95.0, "coverage": 50.0}, real, digits=False)
    assert "Fréchet" not in of_points, "a Gaussian has the same mean and covariance"


def test_how_loss_and_quality_go_together():
    steps, good = list(range(0, 30)), list(range(0, 30))
    rising = quality.about_losses(steps, [float(s) for s in steps], steps, good, "Coverage")
    assert "1.00" in rising and "D became better as well" in rising
    assert "−1.00" in quality.about_losses(steps, [-float(s) for s in steps], steps, good, "Coverage")
    assert quality.about_losses([1, 2], [1.0, 2.0], [1], [1.0], "Coverage") == ""


def test_shares_of_kinds():
    said = quality.about_shares([90.0, 10.0], [50.0, 50.0], ["mode 1", "mode 2"])
    assert "**mode 2** with 10.0 %" in said and "**40 %** of fakes" in said


# ---- why ----


def test_the_map_adds_up_to_what_d_says():
    there = data.ended(saved("digits"))
    x = ((there.fake[3] + 1) / 2).clone()
    example = why.Example(x, int(there.y[3]), "test", "a fake")
    for base, nothing in (("black", torch.zeros_like(x)), ("mean", (there.world.x.mean(0) + 1) / 2)):
        found = why.answer.__wrapped__("run", "key", "integrated_gradients", "{}", base, example, there)
        with torch.no_grad():
            here, there_score = there.scores(
                2 * torch.stack([x, nothing]) - 1, torch.full((2,), int(there.y[3]))
            ).tolist()
        assert found["score"] == pytest.approx(here, abs=1e-4) and found["base_score"] == pytest.approx(
            there_score, abs=1e-4
        )
        assert found["map"].sum() == pytest.approx(there_score - here, abs=0.03 * max(1, abs(there_score - here))), (
            "positive is fake"
        )


def test_d_as_a_network_of_two_classes_gives_its_own_probability():
    there = data.ended(saved("digits"))
    x = (there.real[:4] + 1) / 2
    with torch.no_grad():
        scores = there.scores(there.real[:4], torch.full((4,), 2))
        asked = why.asker(there, 2, torch.zeros(1, 28, 28))(x).softmax(1)
    assert torch.allclose(asked[:, 1], scores.sigmoid(), atol=1e-5)
    soft = why.asker(there, 2, torch.zeros(1, 28, 28), soft_at=40.0)(x).softmax(1)
    assert ((soft - 0.5).abs() <= (asked - 0.5).abs() + 1e-6).all()


@pytest.mark.parametrize("method", why.METHODS)
def test_every_method_answers(method):
    there = data.ended(saved("free"))
    example = why.Example((there.real[0] + 1) / 2, None, "test", "real")
    found = why.answer.__wrapped__(
        "run",
        "key",
        method,
        '{"samples": 20}' if method in ("smoothgrad", "kernel_shap", "lime") else "{}",
        "black",
        example,
        there,
    )
    assert found["map"].shape == (28, 28) and np.isfinite(found["map"]).all() and found["note"]


def test_damage_is_done_to_a_copy():
    x = torch.rand(1, 28, 28, generator=torch.Generator().manual_seed(3))
    real = why.Example(x.clone(), 3, "real/1", "Real 3")
    for kind in ("hole", "blur", "noise"):
        found = why.damaged(real, kind, [3, 5], kind)
        assert not torch.equal(found.x, x) and found.digit == 3 and 0 <= found.x.min() and found.x.max() <= 1
        assert torch.equal(real.x, x)
    assert int((why.damaged(real, "hole", [3], "hole").x == 0).sum()) >= why.HOLE**2
    told = why.damaged(real, "class", [3, 5], "told a wrong class")
    assert told.digit == 5 and torch.equal(told.x, x)


def test_a_map_in_words():
    picture, values = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.float32)
    picture[:14] = 255
    values[0, :4] = 1
    assert "**2 of 784 pixels**; **100 %**" in why.about({"map": values}, picture, "occlusion")
    assert "background more" in why.about({"map": values[::-1]}, picture, "occlusion")
    assert "Nothing" in why.about({"map": -values}, picture, "occlusion")


def test_x_and_y_add_up_to_the_score_of_a_point():
    there = data.ended(saved("plane"))
    found = why_plane.reason(there, np.array([0.7, -0.4], np.float32))
    assert found.x + found.y == pytest.approx(found.score - found.middle, abs=5e-3)
    with torch.no_grad():
        at = torch.tensor([[0.7, -0.4], [0.7001, -0.4]])
        low, high = there.scores(at).tolist()
    assert found.gradient[0] == pytest.approx((high - low) / 1e-4, abs=0.05 + 0.05 * abs(found.gradient[0]))


def test_settings_as_they_stood_at_the_end_count():
    """A latent size that was turned while the run went on silences the places beyond it."""
    settings = build(GanSettings, {"seed": 4711, "steps": 20, "hidden": 16, "latent": 4, "turns": "10:latent=2"})
    log = list(labs.of("gan").train(settings))
    assert isinstance(log[-1], Finished)
    run = runs.make(f"gan-tiny-turned-{next(NUMBERS)}", "gan", flatten(settings), log, 1.0, "finished")
    there = data.ended(shown.of(run))
    assert there.latent == 2 and there.z[:, 2:].abs().max() == 0
    assert np.allclose(there.fake[: monitor.SHOWN].numpy(), shown.of(run).last("fake"), atol=2e-3)
