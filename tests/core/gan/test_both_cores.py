"""D's batch of real digits and its batch of fakes on two cores: the same bits as on one, and as one after the other."""

import copy

import pytest
import torch

from core import together
from core.events import Finished
from core.gan import models, train
from core.gan import settings as s
from core.gan.settings import GanSettings
from core.loop import seeded
from tests.core.gan.test_train import assert_same_run, few_evaluations  # noqa: F401

SMALL = s.Digits(steps=20, batch=16, channels=8)


@pytest.mark.parametrize(
    "settings",
    [
        GanSettings(data=SMALL),
        GanSettings(data=SMALL.model_copy(update={"conditional": False}), method=s.Hinge(), pack=2),
        GanSettings(data=s.TwoSets(steps=20, batch=16, channels=8), method=s.LeastSquares()),
    ],
    ids=["digits", "packs", "sets"],
)
def test_a_run_has_the_same_events_with_and_without_the_second_thread(settings, monkeypatch):
    asked = []
    monkeypatch.setattr(train, "halves", lambda *given: asked.append(1) or together.halves(*given))
    on_two = list(train.train(settings))
    monkeypatch.setattr(together, "_helper", lambda: None)
    assert isinstance(on_two[-1], Finished) and len(asked) >= 20
    assert_same_run(on_two, list(train.train(settings)))


def test_scores_gradients_and_statistics_are_those_of_one_batch_after_the_other():
    G, D = models.players(GanSettings(data=SMALL))
    plain = copy.deepcopy(D)
    y = torch.arange(16) % 10
    for step in range(3):
        real, z = (torch.randn(16, *shape, generator=seeded(step)) for shape in ((1, 28, 28), (64,)))
        with torch.no_grad():
            fake = G(z, y)
        found, wanted = train.scored(D, real, fake, y), (plain(real, y), plain(fake, y))
        for net, scores in ((D, found), (plain, wanted)):
            net.zero_grad()
            (scores[0].square().mean() - scores[1].mean()).backward()
        assert all(torch.equal(a, b) for a, b in zip(found, wanted, strict=True))
        for a, b in zip(D.parameters(), plain.parameters(), strict=True):
            assert b.grad.abs().max() > 0 and torch.allclose(a.grad, b.grad, rtol=1e-4, atol=1e-6)
    for name, buffer in plain.named_buffers():
        assert torch.allclose(D.get_buffer(name), buffer, rtol=1e-6), name
    assert D.norm.num_batches_tracked == 6 and list(D.state_dict()) == list(plain.state_dict())
