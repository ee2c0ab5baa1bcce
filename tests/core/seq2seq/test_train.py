"""Whole runs, small: the same again whatever others draw, shares of data and teacher, the loss by hand, a reversal that is learned."""

import math
from dataclasses import replace
from functools import cache

import pytest
import torch

from core import together
from core.events import Finished, Metrics, Picture, Started, Warned
from core.loop import seeded
from core.seq2seq import models, monitor, tasks, train
from core.seq2seq.networks import ParallelTransformer
from core.seq2seq.settings import (
    METRICS,
    Attention,
    Dates,
    Live,
    Long,
    OneVector,
    Pronounce,
    Seq2SeqSettings,
    SmallTransformer,
    Toy,
)
from core.seq2seq.tasks import Dataset, dataset_of
from tests.core.test_events import same

TOY = Toy(alphabet=4, longest=5)
SMALL = Live(share=100, steps=20)
NETWORKS = {
    "attention": Attention(hidden=16),
    "multiplicative": Attention(hidden=16, score="multiplicative", cell="gru"),
    "vector": OneVector(hidden=16),
    "transformer": SmallTransformer(width=16, encoder_layers=1, decoder_layers=1),
    "parallel": ParallelTransformer(width=16, encoder_layers=1, decoder_layers=1),
}
BASE = Seq2SeqSettings(task=TOY, network=NETWORKS["attention"], effort=SMALL, batch=32)


def of(**changes):
    return BASE.model_copy(update=changes)


@pytest.fixture(scope="module", autouse=True)
def few_are_asked():
    """Some 200 of the test inputs, a few of those that are held out, and fewer looks: they take most of the time of a short run."""

    @cache
    def small(task):
        whole = dataset_of(task)
        some = torch.arange(len(whole.test)) % max(1, len(whole.test) // 200) == 0
        return replace(whole, test=whole.test._at(some))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "dataset_of", small)
        patch.setattr(monitor, "HEARD", {"live": 60})
        patch.setattr(monitor, "EVALUATIONS", 4)
        yield


@cache
def run(settings):
    return tuple(train.train(settings))


@pytest.mark.parametrize("name", list(NETWORKS))
@pytest.mark.parametrize("task", [TOY, Dates(), Pronounce()], ids=["toy", "dates", "spelling"])
def test_every_network_learns_every_task(name, task):
    events = run(of(network=NETWORKS[name], task=task))
    assert (
        isinstance(events[0], Started)
        and isinstance(events[-1], Finished)
        and events[0].total_steps == 20 == events[-1].step
    )
    steps = [e.step for e in events if isinstance(e, Metrics)]
    assert steps == sorted(set(steps)) and {1, 5, 10, 20} <= set(steps)
    for event in events:
        if isinstance(event, Metrics):
            assert set(event.values) == set(METRICS) - {"wer_unknown"} - _without(name) and all(
                math.isfinite(v) for v in event.values.values()
            )
            assert (
                0 <= event.values["wer"] <= 100
                and 0 <= event.values["forced"] <= 100
                and event.values["teacher"] == 100
            )
    first, last = events[1].values, events[-1].summary
    assert last["test_loss"] < first["dev_loss"] and last["accuracy"] == 100 - last["wer"]
    assert (
        last["weights"]
        == events[0].facts["weights"]
        == sum(v.size for v in events[-1].models["network"].weights.values())
    )


def _without(name):
    """What a network that does not attend cannot report."""
    return set() if NETWORKS[name].ATTENDS else {"off_diagonal"}


def test_attention_is_pressed_to_the_diagonal_and_the_loss_on_screen_stays_the_same():
    longer = {"effort": Live(share=100, steps=60), "learning_rate": 0.03}
    free, guided = (run(of(network=Attention(hidden=16, guide=guide), **longer)) for guide in (0.0, 5.0))
    off = [events[-1].summary["off_diagonal"] for events in (free, guided)]
    assert off[1] < 20 < 30 < off[0], "a reversal is learned from right to left unless it is told otherwise"
    first = [next(e.values["loss"] for e in events if isinstance(e, Metrics)) for events in (free, guided)]
    assert first[0] == pytest.approx(first[1]), "the weight is not in the loss that is shown"
    transformer = run(of(network=NETWORKS["transformer"]))[-1].summary
    assert 0 < transformer["off_diagonal"] < 100 and free[-1].summary["steps_to_half"] <= 60


def test_pictures_are_what_the_network_says():
    events, dataset = run(BASE), dataset_of(TOY)
    net = models.speller(events[-1].models["network"])
    shots = {
        name: [e for e in events if isinstance(e, Picture) and e.name == name][-1].array
        for name in ("said", "sure", "looked")
    }
    assert events[0].facts["inputs"] == list(dataset.film) and events[0].facts["answers"] == [
        [list(text[::-1])] for text in dataset.film
    ]
    for text, said, sure, looked in zip(dataset.film, *shots.values()):
        found = monitor.decode.greedy(net, net.read(dataset.example(text)), dataset.longest)
        many = int((said > 0).sum())
        assert said[:many].tolist() == found.tokens[0, :many].tolist() and found.tokens.shape[1] == many
        assert sure[:many].tolist() == pytest.approx(found.sure[0].tolist(), abs=1e-3)
        assert looked[:many].sum(1).tolist() == pytest.approx([1.0] * many, abs=1e-2)
        assert abs(looked[:many, len(text) :]).max(initial=0) == 0
    without = run(of(network=NETWORKS["vector"]))
    assert not any(isinstance(e, Picture) and e.name == "looked" for e in without)


@pytest.mark.parametrize(
    "changes",
    [{}, {"teacher": 0.5, "sampling": "linear"}, {"network": NETWORKS["transformer"], "teacher": 0.3}],
    ids=["taught", "sampled", "transformer"],
)
def test_the_same_again_whatever_others_draw(changes):
    settings, again = of(**changes), []
    before = torch.get_rng_state()
    for event in train.train(settings):
        again.append(event)
        torch.rand(7)
        torch.manual_seed(len(again))
    torch.set_rng_state(before)
    assert len(again) == len(run(settings)) and all(
        same(vars(a), vars(b)) or _same(a, b) for a, b in zip(again, run(settings))
    )
    other = list(train.train(settings.model_copy(update={"seed": 1})))
    assert torch.equal(torch.get_rng_state(), before), "a run leaves others' randomness alone"
    assert not _same(other[-1], run(settings)[-1])


def _same(a, b):
    if not isinstance(a, Finished):
        return same(vars(a), vars(b))
    weights = [event.models["network"].weights for event in (a, b)]
    return same(dict(a.summary), dict(b.summary)) and same(dict(weights[0]), dict(weights[1]))


def test_a_second_core_changes_no_bit(monkeypatch):
    settings = of(task=Pronounce())
    before, pieces = run(settings), []
    monkeypatch.setattr(together, "_helper", lambda: pieces.append(1))
    again = list(train.train(settings))
    assert pieces and len(again) == len(before) and all(map(_same, again, before))


def test_evaluations_change_nothing(monkeypatch):
    usual = run(BASE)[-1]
    monkeypatch.setattr(monitor, "EVALUATIONS", 1)
    monkeypatch.setattr(monitor, "EARLY", ())
    few = list(train.train(BASE))
    assert sum(isinstance(e, Metrics) for e in few) == 1 and _same(few[-1], usual)


def test_a_reversal_is_learned(monkeypatch):
    monkeypatch.setattr(monitor, "EVALUATIONS", 4)  # which change nothing, and are half of the time
    settings = Seq2SeqSettings(
        task=Toy(alphabet=6, longest=6), network=Attention(hidden=64), effort=Live(share=100, steps=240)
    )
    events = list(train.train(settings))
    assert events[-1].summary["wer"] < 5 and events[-1].summary["per"] < 2
    looked = [e for e in events if isinstance(e, Picture) and e.name == "looked"][-1].array
    text = events[0].facts["inputs"][0]
    assert (looked[0].argmax(1)[: len(text)] == range(len(text) - 1, -1, -1)).mean() >= 0.8, "it looks from behind"


def test_what_is_in_no_vocabulary_is_copied_and_otherwise_never_said():
    task = Toy(rule="next", alphabet=5, longest=5, unknown=30)
    copied, chosen = (
        run(of(task=task, network=Attention(hidden=32, copy_input=copy), effort=effort, batch=64, learning_rate=0.01))
        for copy, effort in ((True, Live(share=100, steps=160)), (False, Live(share=100, steps=60)))
    )
    assert copied[-1].summary["wer_unknown"] < 50 and chosen[-1].summary["wer_unknown"] == 100
    dataset = dataset_of(task)
    said, gates = (
        [e.array for e in copied if isinstance(e, Picture) and e.name == name][-1] for name in ("said", "generated")
    )
    digits = said >= dataset.target.size
    assert digits.any() and gates[digits].mean() < 0.5 < gates[(said > 2) & ~digits].mean(), "p_gen falls at digits"
    assert not any(isinstance(e, Picture) and e.name == "generated" for e in chosen)
    unknown = dataset.target.numbers[tasks.UNKNOWN]
    assert ([e.array for e in chosen if isinstance(e, Picture) and e.name == "said"][-1] == unknown).any()
    assert next(e.values["wer_unknown"] for e in reversed(copied) if isinstance(e, Metrics)) < 50


# ---- shares ----


def test_shares_of_the_data():
    dataset = dataset_of(TOY)
    assert train.learned(of(effort=Live(share=1, steps=20)), dataset) == max(1, len(dataset.train) // 100)
    assert train.learned(of(effort=Long(epochs=10)), dataset) == len(dataset.train)
    part = dataset.train.first(200)
    each = sum(math.ceil(int((part.lengths == n).sum()) / 32) for n in part.lengths.unique())
    assert (
        train.steps_of(of(effort=Long(epochs=10)), part)
        == 10 * each
        == 10 * len(train.bucketed(part.lengths, 32, seeded(0)))
    )


def test_a_pass_meets_everything_once_in_batches_of_one_length():
    lengths = dataset_of(TOY).train.lengths
    batches = train.bucketed(lengths, 32, seeded(0))
    assert sorted(torch.cat(batches).tolist()) == list(range(len(lengths)))
    assert all(len(lengths[batch].unique()) == 1 and len(batch) <= 32 for batch in batches)
    again, other = train.bucketed(lengths, 32, seeded(0)), train.bucketed(lengths, 32, seeded(1))
    assert all(map(torch.equal, batches, again)) and not torch.equal(batches[0], other[0])
    order = [int(lengths[batch[0]]) for batch in batches]
    assert order != sorted(order), "long and short ones take turns"


@pytest.mark.parametrize(
    "sampling, first, middle, last",
    [
        ("constant", 0.2, 0.2, 0.2),
        ("linear", 0.2 + 0.8 * 0.99, 0.6, 0.2),
        ("sigmoid", *(0.2 + 0.8 * 15 / (15 + math.exp(percent / 15)) for percent in (1, 50, 100))),
    ],
)
def test_how_often_the_right_token_is_given(sampling, first, middle, last):
    settings = of(teacher=0.2, sampling=sampling)
    assert [train.teacher_share(settings, step, 100) for step in (1, 50, 100)] == pytest.approx([first, middle, last])
    assert train.teacher_share(of(sampling=sampling), 30, 100) == 1


def test_each_token_is_drawn_by_itself():
    dataset, seen = dataset_of(TOY), []
    learner = train.begin(of(teacher=0.5), dataset, 20)
    along = learner.net.along
    learner.net.along = lambda memory, given, own: (seen.append(own), along(memory, given, own))[1]
    for _ in range(20):
        part = dataset.train.first(64)
        train.learn(learner, tasks.trimmed(part.x), tasks.trimmed(part.y), 0.5, 0.0)
    own = torch.cat(seen).float()
    assert 0.45 < own.mean() < 0.55 and own.mean(1).var() < 0.1, "within a sequence some are its own and some are right"
    assert ((own.sum(1) > 0) & (own.sum(1) < own.shape[1])).float().mean() > 0.8


@pytest.mark.parametrize("sampling", ["linear", "sigmoid"])
def test_a_run_gives_the_share_that_it_reports(sampling, monkeypatch):
    settings, given, learn = of(teacher=0.3, sampling=sampling), [], train.learn
    monkeypatch.setattr(
        train, "learn", lambda learner, x, y, share, *more: (given.append(share), learn(learner, x, y, share, *more))[1]
    )
    reported = {e.step: e.values["teacher"] for e in train.train(settings) if isinstance(e, Metrics)}
    assert given == [train.teacher_share(settings, step, 20) for step in range(1, 21)]
    assert all(reported[step] == pytest.approx(100 * given[step - 1]) for step in reported)


# ---- what settings do ----


def test_a_network_is_as_its_settings_say():
    dataset = dataset_of(TOY)
    arch = train.network(
        of(network=Attention(cell="gru", score="multiplicative", hidden=48, layers=2), dropout=0.25), dataset
    ).arch
    assert {name: arch[name] for name in ("cell", "attention", "hidden", "layers", "dropout", "letters", "sounds")} == {
        "cell": "gru",
        "attention": "multiplicative",
        "hidden": 48,
        "layers": 2,
        "dropout": 0.25,
        "letters": 7,
        "sounds": 7,
    }
    assert train.network(of(network=OneVector(hidden=32, layers=3)), dataset).arch["attention"] == "none"
    arch = train.network(
        of(network=SmallTransformer(width=32, encoder_layers=1, decoder_layers=3), dropout=0.25), dataset
    ).arch
    assert {name: arch[name] for name in ("width", "layers", "writers", "dropout")} == {
        "width": 32,
        "layers": 1,
        "writers": 3,
        "dropout": 0.25,
    }


def test_smoothing_goes_into_every_step(monkeypatch):
    seen, usual = [], train.token_loss
    monkeypatch.setattr(
        train, "token_loss", lambda logits, right, much: (seen.append(much), usual(logits, right, much))[1]
    )
    list(train.train(of(smoothing=0.15)))
    assert seen == [0.15] * 20


def test_the_rate_rises_for_a_fifth_and_falls_to_nothing(monkeypatch):
    rates, learn = [], train.learn
    monkeypatch.setattr(
        train,
        "learn",
        lambda learner, *more: (rates.append(learner.adam.param_groups[0]["lr"]), learn(learner, *more))[1],
    )
    list(train.train(of(learning_rate=0.02, effort=Live(share=100, steps=40))))
    peak = rates.index(max(rates))
    assert max(rates) == pytest.approx(0.02) and peak == round(0.2 * 40) - 1
    assert rates == sorted(rates[:peak]) + [max(rates)] + sorted(rates[peak + 1 :], reverse=True) and rates[
        -1
    ] < 0.001 * max(rates)


def test_a_loss_is_the_mean_since_the_last_evaluation(monkeypatch):
    losses, learn = [], train.learn
    monkeypatch.setattr(monitor, "EVALUATIONS", 2)
    monkeypatch.setattr(monitor, "EARLY", (1,))
    monkeypatch.setattr(train, "learn", lambda *args: (losses.append(learn(*args)), losses[-1])[1])
    reported = [e.values["loss"] for e in train.train(BASE) if isinstance(e, Metrics)]
    parts = [losses[:1], losses[1:10], losses[10:]]
    assert len(losses) == 20 and reported == pytest.approx([float(torch.stack(part).mean()) for part in parts])


def test_a_long_gradient_is_shortened_and_an_old_one_forgotten():
    dataset = dataset_of(TOY)
    learner = train.begin(of(network=NETWORKS["vector"]), dataset, 20)
    with torch.no_grad():
        learner.net.out.weight.mul_(50)
    x, y = tasks.trimmed(dataset.train.x[:32]), tasks.trimmed(dataset.train.y[:32])
    for _ in range(2):
        train.learn(learner, x, y, 1.0, 0.0)
        length = torch.stack([p.grad.norm() for p in learner.net.parameters()]).norm()
        assert length.item() == pytest.approx(train.LONGEST_STEP, rel=1e-3)
    gentle = train.begin(of(network=NETWORKS["vector"], dropout=0.0), dataset, 20)
    with torch.no_grad():
        for p in gentle.net.out.parameters():
            p.mul_(0.01)
    by_hand = train.token_loss(gentle.net.teach(gentle.net.read(x), y[:, :-1]), y[:, 1:])
    gradients = torch.autograd.grad(by_hand, list(gentle.net.parameters()))
    for p in gentle.net.parameters():
        p.grad = torch.full_like(p, 5.0)  # of an earlier step
    train.learn(gentle, x, y, 1.0, 0.0)
    assert torch.stack([gradient.norm() for gradient in gradients]).norm() < train.LONGEST_STEP
    assert all(torch.allclose(p.grad, gradient, atol=1e-6) for p, gradient in zip(gentle.net.parameters(), gradients))


# ---- the loss ----


def test_the_loss_by_hand():
    logits = torch.tensor(
        [[[1.0, 0.0, 2.0, -1.0], [0.5, 0.5, 0.0, 3.0]], [[0.0, 1.0, 2.0, 3.0], [9.0, -9.0, 9.0, 9.0]]]
    )
    right = torch.tensor([[2, 3], [1, 0]])
    logp = logits.log_softmax(2)
    picked = [logp[0, 0, 2], logp[0, 1, 3], logp[1, 0, 1]]
    assert train.token_loss(logits, right).item() == pytest.approx(-float(sum(picked)) / 3), "padding does not count"
    smooth = [-(0.9 * p + 0.1 * row.mean()) for p, row in zip(picked, (logp[0, 0], logp[0, 1], logp[1, 0]))]
    assert train.token_loss(logits, right, 0.1).item() == pytest.approx(float(sum(smooth)) / 3, rel=1e-5)


def test_a_step_is_given_y_without_its_end_and_asked_for_y_without_its_beginning(monkeypatch):
    dataset, seen, usual = dataset_of(TOY), {}, train.token_loss
    monkeypatch.setattr(
        train, "token_loss", lambda logits, right, much: (seen.update(right=right), usual(logits, right, much))[1]
    )
    learner = train.begin(BASE, dataset, 20)
    along = learner.net.along
    learner.net.along = lambda memory, given, own: (seen.update(given=given, own=own), along(memory, given, own))[1]
    y = tasks.trimmed(dataset.train.y[:4])
    loss = train.learn(learner, tasks.trimmed(dataset.train.x[:4]), y, 1.0, 0.0)
    assert torch.equal(seen["given"], y[:, :-1]) and torch.equal(seen["right"], y[:, 1:]) and seen["own"] is None
    assert loss.item() == pytest.approx(math.log(7), abs=0.5)


def test_a_run_that_breaks_says_so(monkeypatch):
    monkeypatch.setattr(train, "token_loss", lambda logits, right, smoothing: logits.sum() * math.nan)
    events = list(train.train(BASE))
    assert [type(e) for e in events] == [Started, Warned, Finished] and events[1].kind == "diverged"


def test_a_network_that_runs_away_ends_the_run(monkeypatch):
    """The first loss is a number, the weights that follow are none."""

    def learn(learner, *args, usual=train.learn):
        loss = usual(learner, *args)
        learner.net.out.bias.data.fill_(math.inf)
        return loss

    monkeypatch.setattr(train, "learn", learn)
    events = list(train.train(of(effort=Live(share=100, steps=40))))
    assert isinstance(events[-1], Finished) and events[-1].summary == {"diverged": True} and not events[-1].models
    assert [e.kind for e in events if isinstance(e, Warned)] == ["diverged"] and events[-1].step == events[-2].step == 2


@pytest.mark.parametrize("after", [1, 2, 4, 9])
def test_a_run_may_be_stopped_anywhere_and_leaves_nothing(after, monkeypatch, tmp_path):
    monkeypatch.setenv("LECTERN_RUNS", str(tmp_path / "runs"))
    going, before = train.train(BASE), torch.get_rng_state()
    seen = [next(going) for _ in range(after)]
    going.close()
    assert next(going, None) is None and torch.equal(torch.get_rng_state(), before) and torch.is_grad_enabled()
    assert not list(tmp_path.iterdir())
    assert all(map(_same, seen, run(BASE))), "what was seen is how the whole run begins"


def test_the_dataset_is_never_changed():
    dataset = dataset_of(TOY)
    before = [each.clone() for part in (dataset.train, dataset.dev, dataset.test) for each in (part.x, part.y)]
    list(train.train(of(seed=5)))
    assert isinstance(dataset, Dataset)
    assert all(
        map(
            torch.equal,
            before,
            [each for part in (dataset.train, dataset.dev, dataset.test) for each in (part.x, part.y)],
        )
    )
