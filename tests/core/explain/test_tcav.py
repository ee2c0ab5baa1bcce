"""Concept activation vectors: against Captum's TCAV, scikit-learn, and networks whose derivative is known."""

import base64
import math

import numpy as np
import pytest
import torch
from captum.concept import TCAV, Concept
from captum.concept._utils.classifier import Classifier
from sklearn.linear_model import Ridge
from torch.utils.data import DataLoader

from core import runs
from core.attribution import inputs
from core.data import digits
from core.data.pictures import BadPicture
from core.events import Metrics
from core.explain import concepts, tcav
from core.explain import settings as s
from core.explain.analysis import concepts as analysis
from core.explain.train import train
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK, Digit, Drawing
from tests.core.explain.records import record

RUN = "explain-your-own-concept"


class Ours(Classifier):
    """Our separator in the place of Captum's own classifier."""

    def __init__(self):
        self.found, self.names = torch.empty(0), []

    def train_and_eval(self, dataloader, **kwargs):
        h, y = (torch.cat(parts) for parts in zip(*dataloader))
        names = y.unique(sorted=True)
        cav = tcav.separator(h[y == names[0]], h[y == names[1]])
        self.found, self.names = torch.stack([cav.normal, -cav.normal]), names.tolist()

    def weights(self):
        return self.found

    def classes(self):
        return self.names


@pytest.mark.filterwarnings("ignore:numpy.core is deprecated")  # Captum 0.9 asks for it when it loads a CAV
def test_scores_are_those_of_captum(tmp_path):
    """Of the same directions, in two layers, for two classes."""
    net, data = digit_net(SHIPPED_NETWORK), digits.load()
    loop = concepts.examples(concepts.drawing(s.Concept()), 16, seeded(0))
    random = concepts.strokes(16, seeded(1))
    sets = [[Concept(i, name, DataLoader(x, batch_size=8)) for i, (name, x) in enumerate((("a", loop), ("b", random)))]]
    names = {name: next(n for n, m in net.named_modules() if m is layer) for name, layer in inputs.layers(net).items()}
    reference = TCAV(net, [names["convolution 3"], names["dense 1"]], classifier=Ours(), save_path=str(tmp_path))
    for digit in (4, 8):
        x = data.train_x[data.train_y == digit][:30]
        theirs = reference.interpret(x, sets, target=digit)["0-1"]
        for name in ("convolution 3", "dense 1"):
            layer = inputs.layers(net)[name]
            cav = tcav.separator(tcav.vectors(net, layer, loop), tcav.vectors(net, layer, random))
            mine = tcav.score(tcav.derivative(net, layer, x, digit), cav.normal)
            assert mine == pytest.approx(theirs[names[name]]["sign_count"][0].item(), abs=1e-6)


def test_the_separator_is_ridge_regression_and_tells_the_sets_apart():
    concept, random = torch.randn(2, 30, 200, generator=seeded(0))
    concept[:, 5] += 3
    cav = tcav.separator(concept, random)
    h, y = torch.cat([concept, random]).numpy(), np.repeat([1.0, -1.0], 30)
    centred = h - h.mean(0)
    weights = Ridge(alpha=tcav.RIDGE * (centred**2).sum(1).mean(), tol=1e-8).fit(h, y).coef_
    assert cav.normal.numpy() == pytest.approx(weights / np.linalg.norm(weights), abs=1e-4)
    assert cav.normal.norm() == pytest.approx(1, abs=1e-5)
    new, other = torch.randn(2, 200, 200, generator=seeded(1))
    new[:, 5] += 3
    assert (new @ cav.normal > cav.edge).float().mean() > 0.7 > 0.3 > (other @ cav.normal > cav.edge).float().mean()


def test_where_the_rest_of_the_network_is_linear_its_weights_are_the_derivative():
    net = digit_net(SHIPPED_NETWORK)
    slopes = tcav.derivatives(net, inputs.layers(net)["dense 1"], each=3)
    for digit, found in enumerate(slopes):
        assert torch.allclose(found, net.head.weight[digit].expand(3, -1), atol=1e-6)
        assert {tcav.score(found, each) for each in (net.head.weight[digit], -net.head.weight[digit])} == {0.0, 1.0}


def test_the_test_finds_a_difference_and_none_where_there_is_none():
    generator = np.random.default_rng(0)
    sets = [
        np.stack([[[90 + each[0], 50 + each[1]]], [[50 + each[2], 50 + each[3]]], [[100.0, 100.0]]])
        for each in generator.normal(0, 5, (20, 4))
    ]
    concept, control = tcav.tested(sets)
    assert concept[0, 0] < 1e-6 and concept[0, 1] > 0.01 and control[0, 0] < 1e-6
    same = [np.full((3, 1, 2), 100.0)] * 5
    assert (tcav.tested(same) == 1).all(), "nothing varies and nothing differs"


def test_examples_are_the_drawing_moved_and_strokes_are_thin():
    loop = concepts.drawing(s.Concept())
    found = concepts.examples(loop, 60, seeded(0))
    assert found.shape == (60, 1, 28, 28) and 0 <= found.min() and found.max() <= 1
    middles = [(x[0].sum(0) * torch.arange(28)).sum() / x.sum() - 13.5 for x in found]
    assert -5.6 < min(middles) < -3 and 3 < max(middles) < 5.6, "up to five pixels away"
    share = found.sum((1, 2, 3)) / loop.sum()
    assert concepts.SMALLEST**2 * 0.9 < share.min() and share.max() < 1.1, "never larger than the drawing"
    one = concepts.strokes(20, seeded(0))
    assert 0.005 < one.mean() < 0.1 and not torch.equal(one, concepts.strokes(20, seeded(1)))
    assert concepts.random_set("digits", 5, seeded(0)).shape == (5, 1, 28, 28)


def test_a_concept_of_ones_own_is_what_was_drawn():
    sketch = base64.b64encode(bytes(range(196)) * 4).decode()
    assert math.isclose(
        float(concepts.drawing(s.Concept(concept="own", sketch=sketch)).sum()), 4 * sum(range(196)) / 255, rel_tol=1e-5
    )
    with pytest.raises(BadPicture):
        concepts.drawing(s.Concept(concept="own"))
    assert tcav.class_of(Digit(digit=7)) == 7 and tcav.class_of(Drawing(drawing=sketch)) in range(10)


def test_a_loop_speaks_for_what_has_one_and_against_the_rest():
    end = runs.load(RUN).about.summary
    assert min(end["tcav_0"], end["tcav_8"]) > 90 > 10 > max(end["tcav_1"], end["tcav_7"])
    assert end["apart"] > 90 and end["significant"] > end["false_alarms"]
    found = analysis.scores(record(RUN))
    assert found.values.shape == found.shown.shape == (4, 10) and found.layers[2] == "convolution 3"
    assert found.values[2, 8] == pytest.approx(end["tcav_8"]) and found.shown[2, 8]


def test_the_curve_is_the_mean_over_the_sets_so_far():
    events = train(s.ExplainSettings(subject=Digit(digit=8), method=s.Concept(sets=5, each=10)))
    values = [e.values["tcav"] for e in events if isinstance(e, Metrics)]
    assert len(values) == 5 and all(0 <= value <= 100 for value in values)
