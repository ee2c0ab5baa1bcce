"""What is seen of a run: when it is looked at, what is shown of an answer that ended, and a look that leaves no trace."""

import numpy as np
import pytest
import torch

from core.events import Finished, Metrics, Picture, Warned
from core.loop import seeded
from core.seq2seq import monitor, score, tasks, train
from core.seq2seq.pictures import LOOKED, SAID, SURE
from core.seq2seq.settings import METRICS, Attention, Live, OneVector, Seq2SeqSettings, SmallTransformer, Toy
from core.seq2seq.tokens import EOS

NETWORKS = {
    "attention": Attention(hidden=16),
    "vector": OneVector(hidden=16),
    "transformer": SmallTransformer(width=16, encoder_layers=1, decoder_layers=1),
}
TOTAL = 400


@pytest.fixture(scope="module", params=list(NETWORKS))
def seen(request):
    """(the monitor, the dataset, a network that has just begun)."""
    settings = Seq2SeqSettings(
        task=Toy(alphabet=4, longest=5), network=NETWORKS[request.param], effort=Live(share=100, steps=TOTAL)
    )
    dataset = tasks.dataset_of(settings.task)
    return monitor.Monitor(settings, dataset, TOTAL), dataset, train.network(settings, dataset)


def test_it_evaluates_early_and_evenly_and_at_the_end():
    settings = Seq2SeqSettings(task=Toy(alphabet=4, longest=5))
    for total in (7, 20, 400, 1500, 26_490):
        wants = monitor.Monitor(settings, tasks.dataset_of(settings.task), total).wants
        steps = [step for step in range(1, total + 1) if wants(step)]
        assert steps[0] == 1 and steps[-1] == total and set(monitor.EARLY) & set(range(1, total + 1)) <= set(steps)
        late = [b - a for a, b in zip(steps, steps[1:]) if a > max(monitor.EARLY)]
        assert not late or max(late) == total // monitor.EVALUATIONS, "evenly spread"
        assert len(steps) <= 2 * monitor.EVALUATIONS + len(monitor.EARLY)


def test_an_evaluation_tells_errors_of_held_out_examples_and_leaves_no_trace(seen):
    looking, dataset, net = seen
    net.train()
    before, random = {name: value.clone() for name, value in net.state_dict().items()}, torch.get_rng_state()
    first, again = looking.evaluate(7, net, 1.25, 0.75), looking.evaluate(7, net, 1.25, 0.75)
    assert net.training and all(each.training for each in net.modules()), "it goes on learning"
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items()) and torch.equal(
        random, torch.get_rng_state()
    )
    assert all(p.grad is None for p in net.parameters())
    metrics, values = first[0], first[0].values
    assert (
        isinstance(metrics, Metrics)
        and metrics.step == 7
        and set(values)
        == set(METRICS) - {"wer_unknown"} - (set() if looking.settings.network.ATTENDS else {"off_diagonal"})
        and values == again[0].values
    )
    assert values["loss"] == 1.25 and values["teacher"] == 75
    net.eval()
    part = dataset.dev.first(monitor.HEARD["live"])
    verdict = score.judged(score.answers_of(net, dataset, part), part)
    assert (values["per"], values["wer"]) == (score.per(verdict.edits, verdict.lengths), score.wer(verdict.edits))
    assert (values["dev_loss"], values["forced"]) == pytest.approx(score.forced(net, part)[:2]), (
        "as it speaks, without dropout"
    )


def test_nothing_is_shown_behind_an_end(seen, monkeypatch):
    looking, dataset, net = seen
    many, longest = len(dataset.film), 5
    said = torch.randint(EOS + 1, len(dataset.target), (many, longest), generator=seeded(0))
    ends = torch.arange(many) % (longest + 1)  # the last of them never ends
    said = torch.where(torch.arange(longest) == ends.unsqueeze(1), EOS, said)
    monkeypatch.setattr(
        monitor.decode, "greedy", lambda *_: monitor.decode.Spoken(said, torch.rand(many, longest), None)
    )
    pictures = looking.filmed(3, net)
    assert [(p.name, p.step) for p in pictures] == [("said", 3), ("sure", 3)] and pictures[0].array.dtype == np.uint8
    for row, shown, end in zip(said.tolist(), pictures[0].array.tolist(), ends.tolist()):
        assert shown == [*row[: end + 1], *[0] * (longest - end - 1)][:longest]


def test_it_says_the_film_and_where_it_looks(seen):
    looking, dataset, net = seen
    pictures = {
        picture.name: picture.array for picture in looking.filmed(3, net.eval()) if isinstance(picture, Picture)
    }
    for kind in (SAID, SURE, LOOKED):
        assert kind.name not in pictures or kind.fits(pictures[kind.name].shape)
    attends = getattr(net, "attention", "") != "none"
    assert set(pictures) == {"said", "sure", *(["looked"] if attends else [])}
    rows, columns = pictures["said"].shape
    assert rows == len(dataset.film) and columns <= dataset.longest and pictures["sure"].shape == (rows, columns)
    assert pictures["sure"].dtype == np.float16 and 0 <= pictures["sure"].min() and pictures["sure"].max() <= 1
    if attends:
        longest = max(map(len, dataset.film))
        assert pictures["looked"].shape == (rows, columns, longest) and np.allclose(
            pictures["looked"].sum(2), 1, atol=1e-2
        )
        for row, text in zip(pictures["looked"], dataset.film):
            assert (row[:, len(text) :] == 0).all(), "never at padding"


def test_facts_are_of_this_run(seen):
    looking, dataset, net = seen
    facts = looking.facts(net, dataset.train.first(77))
    assert facts["learned"] == 77 and facts["weights"] == sum(p.numel() for p in net.parameters())
    assert facts["tokens"] == list(dataset.target.tokens) and facts["inputs"] == list(dataset.film)
    assert facts["answers"] == [[list(reversed(text))] for text in dataset.film] and facts["axis"] == "steps"


def test_the_end_is_judged_on_the_test_and_on_longer_inputs_by_themselves(seen):
    looking, dataset, net = seen
    net.train()
    warned, end = looking.run_ends(TOTAL, net)
    assert (
        isinstance(warned, Warned) and f"{end.summary['forced']:.0f} % of the next tokens are wrong" in warned.sentence
    )
    assert (
        list(monitor.no_better_than_guessing(9, 60.0, 70.0)) == []
        and len(list(monitor.no_better_than_guessing(9, 66.0, 70.0))) == 1
    )
    assert isinstance(end, Finished) and end.step == TOTAL and not net.training
    known, longer = dataset.test.up_to(5), dataset.test.beyond(5)
    verdicts = [score.judged(score.answers_of(net, dataset, part), part) for part in (known, longer)]
    assert end.summary["wer"] == score.wer(verdicts[0].edits) == 100 - end.summary["accuracy"]
    assert end.summary["per"] == score.per(verdicts[0].edits, verdicts[0].lengths)
    assert end.summary["wer_longer"] == score.wer(verdicts[1].edits)
    assert (end.summary["test_loss"], end.summary["forced"]) == pytest.approx(score.forced(net, known)[:2])
