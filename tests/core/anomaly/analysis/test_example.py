"""Examples to ask about: the groups of the test part, points, and faces that a visitor brings."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from core.anomaly.analysis import example
from core.anomaly.analysis.scores import final
from core.data import faces
from core.data.pictures import BadPicture
from tests.core.anomaly.analysis.conftest import EXTREMES, made, record


def test_the_test_part_falls_into_four_groups_the_most_telling_first():
    found = made([0], range(20), [1, 30, 2, 40], [50, 3, 25, 0])
    groups = {name: places.tolist() for name, places in example.by_outcome(found).items()}
    assert groups == {"found": [4, 6], "missed": [7, 5], "alarms": [3, 1], "passed": [0, 2]}


@pytest.mark.parametrize("name", [*EXTREMES, "digit"])
def test_every_example_is_in_one_group(name):
    found = EXTREMES.get(name) or final(record(name))
    groups = example.by_outcome(found)
    assert sorted(np.concatenate(list(groups.values()))) == list(range(len(found.test)))
    assert found.is_anomaly[[*groups["found"], *groups["missed"]]].all()
    for name, step in (("found", -1), ("alarms", -1), ("missed", 1), ("passed", 1)):
        assert (step * np.diff(found.test[groups[name]]) >= 0).all()


def test_an_uploaded_face_is_a_face():
    """The middle of a large wide photo that holds one of the lab's own patches is that patch, as the lab shows it."""
    from skimage.data import lfw_subset

    patch = (255 * lfw_subset()[0]).round().astype(np.uint8)
    wide = np.pad(patch.repeat(10, 0).repeat(10, 1), ((0, 0), (80, 80)))
    found = example.face(Image.fromarray(np.stack([wide] * 3, 2)))
    assert found.shape == (1, 28, 28) and torch.allclose(found, faces.load()[0][0], atol=0.06)


@pytest.mark.parametrize("is_face", [True, False])
def test_a_file_becomes_a_face_or_a_digit(is_face):
    out = io.BytesIO()
    Image.fromarray(np.tile(np.arange(0, 256, 2, np.uint8), (128, 1))).save(out, "PNG")
    found = example.brought(out.getvalue(), "mine.png", is_face)
    assert found.shape == (1, 28, 28) and 0 <= found.min() < found.max() <= 1
    with pytest.raises(BadPicture, match="PNG"):
        example.brought(b"no picture", "mine.png", is_face)


def test_a_point_and_a_fingerprint():
    assert example.point(0.5, -1).tolist() == [0.5, -1]
    x = torch.rand(1, 28, 28)
    assert example.fingerprint(x) == example.fingerprint(x.clone()) != example.fingerprint(x + 1e-6)
