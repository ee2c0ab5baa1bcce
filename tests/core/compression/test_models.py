"""Costs counted by hand, and surgery that must change nothing when what it removes was silent."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression import models
from core.nets import DigitNet, build, count

X = torch.rand(12, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def random_net(conv=(4, 6), dense=(9, 7), seed=0):
    """Random in every number, running statistics too."""
    net, g = DigitNet(conv, dense).eval(), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(
                    torch.rand(tensor.shape, generator=g) + 0.5
                    if "var" in name
                    else torch.randn(tensor.shape, generator=g)
                )
    return net


def test_parameters_and_macs_of_the_teacher_by_hand():
    net = models.teacher(16, 256)
    rows = models.costs(net)
    assert [row.parameters for row in rows] == [
        16 * 9 + 32,
        32 * 16 * 9 + 64,
        64 * 32 * 9 + 128,
        256 * 576 + 512,
        10 * 256 + 10,
    ]
    assert [row.macs for row in rows] == [16 * 9 * 784, 32 * 16 * 9 * 196, 64 * 32 * 9 * 49, 256 * 576, 2560]
    assert sum(row.parameters for row in rows) == count(net) == 173946
    assert models.macs(net) == 2069248


def test_a_student_has_at_most_five_percent_of_the_teacher():
    assert count(models.student()) <= 0.05 * count(models.teacher())


@pytest.mark.parametrize(("kernel", "channels"), [(3, 16), (5, 8)])
def test_separable_cost_ratio_holds_for_a_real_layer(kernel, channels):
    """The second convolution: c inputs, 2c outputs, on 14 × 14 places."""
    standard, separable = (models.costs(models.redesigned(a, channels, kernel)) for a in ("standard", "separable"))
    depthwise, pointwise = separable[1], separable[2]
    assert depthwise.macs == kernel**2 * channels * 196
    assert pointwise.macs == channels * 2 * channels * 196
    assert (depthwise.macs + pointwise.macs) / standard[1].macs == pytest.approx(
        models.separable_cost_ratio(2 * channels, kernel)
    )


def test_every_weight_has_a_name():
    for net in (models.teacher(), models.redesigned("separable")):
        assert len(models.weight_names(net)) == len(models.weighted(net)) == len(models.costs(net))


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_removing_silent_channels_changes_no_output(data):
    net = random_net(*data.draw(st.sampled_from([((4, 6), (9, 7)), ((3, 4, 5), ()), ((), (8,))])))
    keep = []
    for unit in net.units():
        mask = torch.tensor(
            data.draw(
                st.lists(st.booleans(), min_size=unit.norm.num_features, max_size=unit.norm.num_features).filter(any)
            )
        )
        keep.append(mask)
        with torch.no_grad():
            unit.norm.weight[~mask] = 0
            unit.norm.bias[~mask] = 0
    small = models.slim(net, keep)
    assert [u.norm.num_features for u in small.units()] == [int(k.sum()) for k in keep]
    with torch.inference_mode():
        assert torch.allclose(small(X), net(X), atol=1e-3, rtol=1e-4)


def test_removing_loud_channels_does_change_the_output():
    net = random_net()
    keep = [torch.arange(u.norm.num_features) > 0 for u in net.units()]
    assert not torch.allclose(models.slim(net, keep)(X), net(X), atol=1e-2)


def test_surgery_refuses_what_it_cannot_do():
    net = random_net()
    keep = [torch.ones(u.norm.num_features, dtype=torch.bool) for u in net.units()]
    with pytest.raises(ValueError, match="at least one"):
        models.slim(net, [keep[0] & False, *keep[1:]])
    with pytest.raises(ValueError, match="lengths"):
        models.slim(net, keep[1:])
    with pytest.raises(ValueError, match="separable"):
        models.slim(build({"conv": [4, 4], "dense": [], "kernel": 3, "separable": True}), keep)
