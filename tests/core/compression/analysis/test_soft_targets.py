"""Soft targets of a digit, and why T² belongs in the loss."""

import numpy as np
import pytest
import torch

from core.compression.analysis import soft_targets
from core.data import digits
from core.loop import hits
from tests.core.compression.analysis.conftest import shipped

V = torch.randn(7, 10, generator=torch.Generator().manual_seed(1)) * 4
Z = torch.randn(7, 10, generator=torch.Generator().manual_seed(2)) * 4


def test_answers_are_softened_and_their_entropy_is_said():
    teacher = np.log(np.array([0.5, 0.25, 0.125, 0.0625, *[0.0625 / 6] * 6], np.float32))
    found = soft_targets.soften({"T": teacher, "S": np.zeros(10, np.float32)}, 1.0)
    assert found.probabilities["T"][:4] == pytest.approx([0.5, 0.25, 0.125, 0.0625], rel=1e-5)
    assert found.probabilities["S"] == pytest.approx([0.1] * 10)
    said, alike = found.verdicts
    assert said.case == "soft-entropies" and said.numbers["other_bits"] == pytest.approx(np.log2(10), rel=1e-6)
    assert said.numbers["bits"] == found.entropies["T"] == pytest.approx(2.036, abs=1e-3)
    assert [alike.numbers[name] for name in "bcd"] == [1, 2, 3], "the first choice is left out"
    assert [alike.numbers[f"p_{name}"] for name in "bcd"] == pytest.approx([25, 12.5, 6.25], rel=1e-5)


def test_a_network_alone_has_one_entropy():
    (said, __) = soft_targets.soften({"T": np.eye(10, dtype=np.float32)[3] * 100}, 1.0).verdicts
    assert (said.case, said.numbers) == ("soft-entropy", {"bits": pytest.approx(0, abs=1e-6)})


def test_a_higher_temperature_is_softer():
    bits = [soft_targets.soften({"T": V[0].numpy()}, T).entropies["T"] for T in (1.0, 4.0, 20.0)]
    assert bits == sorted(bits) and bits[0] < bits[-1]


def test_logits_are_those_of_the_test_digits():
    teacher = shipped("teacher")
    found = torch.from_numpy(soft_targets.logits(teacher, "model"))
    assert found.shape == (1000, 10) and hits(found, digits.load().test_y) == teacher.summary["accuracy"]


def test_the_factor_keeps_the_gradient_s_size():
    norms = soft_targets.norms(V / 2, Z / 2)
    assert norms.temperatures[-1] == 20
    columns = zip(norms.temperatures, norms.squared, norms.plain, norms.by_classes, strict=True)
    for T, with_factor, without, wrong in columns:
        assert with_factor == pytest.approx(T * T * without, rel=1e-4)
        assert with_factor == pytest.approx(10 * wrong, rel=1e-4)
    assert norms.plain[0] > 50 * norms.plain[-1]
    assert norms.squared[9] == pytest.approx(norms.squared[19], rel=0.25)


def test_the_student_learns_from_the_teacher_s_network():
    student, teacher = shipped("soft-targets"), shipped("teacher")
    V, Z = (torch.from_numpy(soft_targets.logits(record, "model")) for record in (student, teacher))
    assert soft_targets.gradient_norms(student, "model", teacher.id, "model") == soft_targets.norms(V, Z)
