"""What teacher forcing hides, against a loop over single examples, and what is concluded."""

from dataclasses import replace

import numpy as np
import pytest

from core.seq2seq import score
from core.seq2seq.analysis import exposure, network
from core.seq2seq.settings import Seq2SeqSettings
from core.seq2seq.tasks import trimmed
from core.seq2seq.tokens import EOS, PAD
from tests.core.seq2seq.records import DATES, SAY, TOY, record, tiny


@pytest.mark.parametrize("run_id", [SAY, DATES])
def test_what_follows_a_first_mistake(run_id, monkeypatch):
    """Both curves and both numbers against a loop over single examples, and the claim that both make the same first mistakes."""
    monkeypatch.setattr(exposure, "EXAMPLES", 250)  # which takes a quarter of the time
    net, dataset = network.opened(record(run_id))
    found = exposure.measured(record(run_id))
    part = exposure.asked(record(run_id))
    forced = np.zeros(part.y.shape[1] - 1)
    astray, there, rest, told, free = forced.copy(), forced.copy(), 0, 0, 0
    free_said = score.answers_of(net, dataset, part)
    for x, y, said in zip(part.x, part.y, free_said):
        y = y[: int((y != PAD).sum())].long().unsqueeze(0)
        likeliest = net.teach(net.read(trimmed(x.unsqueeze(0))), y[:, :-1]).argmax(2)[0]
        wrong = (likeliest != y[0, 1:]).numpy()
        first = int(wrong.argmax()) if wrong.any() else len(wrong)
        there[: len(wrong)] += 1
        forced[: len(wrong)] += wrong
        astray[first : len(wrong)] += 1
        assert (first == len(wrong)) == (said == tuple(y[0, 1:-1].tolist())), "right when told is right when left alone"
        if first < len(wrong):
            right = tuple(y[0, 1:].tolist())
            rest, told = rest + len(right) - first - 1, told + wrong[first + 1 :].sum()
            free += score.distance((*said, EOS)[first + 1 :], right[first + 1 :])
    at = [t - 1 for t in found.positions]
    assert np.allclose(found.forced, 100 * forced[at] / there[at])
    assert np.allclose(found.astray, 100 * astray[at] / there[at])
    assert (found.rest, found.after_free, found.after_forced) == (
        rest,
        pytest.approx(100 * free / rest),
        pytest.approx(100 * told / rest),
    )
    assert exposure.rest(found)[0].numbers == {"many": rest, "free": found.after_free, "forced": found.after_forced}


FOUND = score.Exposure((1, 2, 3), (1.0, 2.0, 3.0), (1.0, 3.0, 6.0), 100, 30.0, 10.0)


def cases(found):
    return [said.case for said in found]


def test_what_is_said_of_a_first_mistake():
    assert exposure.first_mistake(FOUND).numbers == {"token": 2, "forced": 2, "astray": 3}
    assert exposure.first_mistake(replace(FOUND, positions=(), forced=(), astray=())).case == "too-few-positions"
    assert cases(exposure.rest(FOUND)) == ["after-first-mistake", "own-mistakes-mislead"]
    assert exposure.rest(FOUND)[1].numbers == {"times": 3}
    for free, case in ((10.5, "own-mistakes-hardly-mislead"), (5, "own-mistakes-do-not-mislead")):
        assert exposure.rest(replace(FOUND, after_free=free))[1].case == case
    assert cases(exposure.rest(replace(FOUND, after_forced=0.0))) == ["after-first-mistake"]
    assert cases(exposure.rest(replace(FOUND, rest=0))) == ["nothing-follows"]


def test_what_scheduled_sampling_changed():
    sampled = Seq2SeqSettings(teacher=0.5)
    assert exposure.taught(Seq2SeqSettings(), FOUND, FOUND) == []
    assert cases(exposure.taught(sampled, FOUND, None)) == ["read-right-token", "train-with-teacher"]
    said, change = exposure.taught(sampled, FOUND, replace(FOUND, after_free=35.0))
    assert (said.numbers["share"], change.case, change.numbers["points"]) == (50, "fewer-after-mistake", 5)
    assert exposure.taught(sampled, FOUND, replace(FOUND, after_free=25.0))[1].case == "more-after-mistake"


def test_the_twin_differs_in_teacher_forcing_alone():
    told, own = tiny("told"), tiny("own")
    assert exposure.twin(own).startswith("seq2seq-tiny-told") and exposure.twin(told) is None


def test_a_toy_is_asked_beyond_what_it_learned():
    assert len(exposure.asked(record(SAY))) == exposure.EXAMPLES
    assert exposure.asked(record(TOY)).lengths.max() > record(TOY).settings.task.longest
