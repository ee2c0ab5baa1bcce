"""Every formula of the tab Theory has a function that computes it; every figure a table; the shipped runs keep what the scenes say."""

import inspect
from itertools import product

import pytest
import torch

from core import labs, runs, yardsticks
from core.nets import count
from core.seq2seq import decode, formulas, models, score, tasks, train
from core.seq2seq.analysis import references
from core.seq2seq.settings import SCENES, SHIPPED, Seq2SeqSettings
from core.seq2seq.yardsticks import RULE_SEVERAL, SEVERAL, TRAINED, YARDSTICKS
from core.settings import build
from pages.parts import lecture


@pytest.mark.parametrize("formula", formulas.THEORY, ids=lambda formula: formula.title)
def test_every_formula_shows_its_function(formula):
    assert inspect.getsource(formula.function) and formula.function.__doc__ and formula.latex
    assert formula.latex.count("{") == formula.latex.count("}") and formula.latex.count(
        r"\left"
    ) == formula.latex.count(r"\right")


def test_every_formula_has_its_words():
    titles, functions = [f.title for f in formulas.THEORY], [f.function for f in formulas.THEORY]
    assert set(titles) == set(lecture.read("seq2seq").theory) and len(set(titles)) == len(titles) == len(set(functions))


def test_formulas_that_no_other_test_holds():
    assert decode.likeliest(torch.tensor([[0.1, 0.9, 0.3], [5.0, 1.0, 2.0]])).tolist() == [1, 0]
    net = models.Recurrent(5, 5, "gru", "none", 4, 6).eval()
    memory = net.read(torch.tensor([[3, 4, 3]]))
    forward, backward = memory.states[0, -1, :3], memory.states[0, 0, 3:]
    assert torch.allclose(memory.vector[0], net.bridge(torch.cat((forward, backward))), atol=1e-6), (
        "the last state of each direction"
    )
    assert torch.allclose(net.begin(memory)[0], memory.vector.tanh())
    assert train.teacher_share(Seq2SeqSettings(teacher=0, sampling="sigmoid"), 45, 100) == pytest.approx(
        15 / (15 + torch.e**3), rel=1e-6
    )


@pytest.mark.parametrize("declared", [y for y in YARDSTICKS if not y.file], ids=lambda declared: declared.title)
def test_every_figure_is_of_a_sweep_that_is_allowed_and_was_made(declared):
    words = declared.sweep.split()
    starts = [i for i, word in enumerate(words) if word.startswith("--")]
    flags = {words[i][2:].replace("-", "_"): words[i + 1 : j] for i, j in zip(starts, [*starts[1:], len(words)])}
    seeds = int(flags.pop("seeds")[0])
    for combination in product(*flags.values()):
        build(Seq2SeqSettings, dict(zip(flags, combination)))
    result = yardsticks.measured("seq2seq", declared)
    assert result.seeds == seeds >= 3 and 0 <= result.mean <= 110


@pytest.mark.parametrize("declared", [y for y in YARDSTICKS if y.file], ids=lambda declared: declared.title)
def test_every_figure_of_the_long_runs_is_of_all_test_words(declared):
    result = yardsticks.measured("seq2seq", declared)
    run_id = next(run_id for run_id, name in TRAINED.items() if name == declared.where["network"])
    summary = runs.load(run_id).about.summary
    assert result.seeds == 5
    if declared.column in summary:
        assert result.mean == pytest.approx(summary[declared.column], abs=0.05), (
            "the mean of fifths is that of all words"
        )


def test_the_rule_on_words_with_several_pronunciations_is_as_it_is_said_beside_them():
    rows = [row for row in yardsticks.read("seq2seq", SEVERAL) if row["network"] == "rule"]
    assert {name: float(rows[0][name]) for name in RULE_SEVERAL} == pytest.approx(RULE_SEVERAL, abs=0.05)
    task = SHIPPED["seq2seq-say-it"].task
    part = references.with_several(tasks.dataset_of(task).test)
    assert references.scored(references.by_rule(task), part).bleu.score == pytest.approx(
        RULE_SEVERAL["bleu_any"], abs=0.05
    )


@pytest.mark.parametrize("run_id", SHIPPED)
def test_shipped_runs_are_those_of_their_settings(run_id):
    run = runs.load(run_id)
    assert run.settings == SHIPPED[run_id] and run.about.shipped and run.about.state == "finished"
    net, dataset = models.speller(run.models["network"]), tasks.dataset_of(run.settings.task)
    facts = run.events[0].facts
    assert facts["weights"] == count(net) and facts["answers"] == [
        [list(way) for way in dataset.known(text)] for text in dataset.film
    ]
    few = dataset.test.up_to(int(dataset.train.lengths.max())).first(400)
    verdict = score.judged(score.answers_of(net, dataset, few), few)
    assert score.wer(verdict.edits) == pytest.approx(run.about.summary["wer"], abs=8), "it is as good as it says"


def test_what_the_issue_of_truth_asks():
    """Half a million weights, a third of the words wrong at most; attention and one vector alike; a share of the data in a minute."""
    for run_id in TRAINED:
        about = runs.load(run_id).about
        assert (
            runs.load(run_id).events[0].facts["weights"] <= 500_000
            and about.summary["wer"] <= 34
            and about.summary["per"] <= 8
        )
        assert about.summary["beam_wer"] <= about.summary["wer"] + 0.5
    live = runs.load("seq2seq-greedy-or-beam")
    steps, columns = live.history()
    assert min(columns["per"]) < 40 and live.settings.effort.share < 100
    reversal = runs.load("seq2seq-reversal-in-ten-seconds").about.summary
    assert reversal["wer"] <= 1 < 50 < reversal["wer_longer"]
    small, looks = (runs.load(f"seq2seq-{name}").about.summary for name in ("one-vector-is-too-small", "look-back"))
    assert small["wer"] > 95 and small["per"] > 1.7 * looks["per"]


def test_settings_under_their_old_names_go_on_working():
    old = {"network": "transformer", "effort": "long", "rate": "0.01", "readers": "3", "writers": "1", "passes": "10"}
    settings = build(Seq2SeqSettings, old)
    layers = settings.network.encoder_layers, settings.network.decoder_layers
    assert (settings.learning_rate, settings.effort.epochs, layers) == (0.01, 10, (3, 1))
    for declared in YARDSTICKS:
        if not declared.file:
            assert not set(Seq2SeqSettings.ALIASES) & set(yardsticks.read("seq2seq", declared.table)[0])


def test_every_scene_is_read_by_name():
    assert labs.of("seq2seq").settings is Seq2SeqSettings and {f"seq2seq-{scene.slug}" for scene in SCENES} <= set(
        SHIPPED
    )
