"""What follows a beginning that somebody chose, and what the choice changes."""

import numpy as np
import pytest
import torch

from core.seq2seq import decode
from core.seq2seq.analysis import network, own_words, steps
from core.seq2seq.tokens import EOS
from tests.core.seq2seq.records import SAY, record


@pytest.fixture(scope="module")
def cat():
    return own_words.heard(record(SAY), "cat")


def after(said):
    return steps.after(record(SAY), "cat", tuple(said))


def test_the_distribution_is_the_networks(cat):
    net, dataset = network.opened(record(SAY))
    found, ids = after(cat.ids[:1]), cat.ids
    expected = decode.possible(net.teach(net.read(dataset.example("cat")), torch.tensor([[1, ids[0]]]))[0, -1]).softmax(
        0
    )
    assert found.p == pytest.approx(expected.numpy(), abs=1e-6) and found.follows == ids and not found.ended
    assert after(ids).ended and ids[-1] == EOS
    assert [found.p[i] for i in found.order] == sorted(found.p[found.p > 0], reverse=True)


def test_a_forced_token_changes_what_follows(cat):
    s = network.opened(record(SAY))[1].target.numbers["S"]
    found = after([s])
    assert found.follows[0] == s and found.follows != cat.ids and found.logp < cat.logp
    assert found.logp == pytest.approx(np.log(found.sure).sum(), abs=1e-4)
    told = steps.changed((s,), found, cat)
    assert told.case == "forced-less-likely" and told.numbers["step"] == 1
    assert told.numbers["times"] == pytest.approx(np.exp(cat.logp - found.logp))
    assert told.numbers["behind"] == sum(a != b for a, b in zip(found.follows[1:], cat.ids[1:]))
    assert steps.changed(cat.ids[:2], after(cat.ids[:2]), cat).case == "untouched"
    likelier = steps.After(found.p, False, found.follows, found.sure, cat.logp + 1)
    assert steps.changed((s,), likelier, cat).case == "forced-more-likely"
    assert steps.times(-1) == steps.times(1) == pytest.approx(np.e) and np.isfinite(steps.times(1e6))
