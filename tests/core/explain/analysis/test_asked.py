"""What a run asks about: the picture, the network, and who else can be asked."""

import numpy as np
import pytest
import torch

from core import labs, runs
from core.explain import pictures
from core.explain.analysis import asked
from core.explain.settings import ExplainSettings
from core.record import Record
from core.settings import build, flatten
from core.subject.models import from_bytes
from tests.core.explain.records import of, record

SCENES = {
    "explain-is-it-a-cat": pictures.INPUT,
    "explain-do-you-trust-this-map": pictures.INPUT,
    "explain-right-for-the-wrong-reason": pictures.INPUT,
    "explain-what-excites-this-filter": pictures.PAINTED,
}


@pytest.mark.parametrize("run_id, kind", SCENES.items())
def test_the_picture_and_the_answer_are_the_runs_own(run_id, kind):
    shown = record(run_id)
    found, networks = asked.asked(shown), asked.networks(shown)
    assert found.picture.dtype == np.uint8 and found.picture.shape[2] == 3
    summary = shown.summary
    if "answer" in summary:
        assert found.subject.names[found.target] == summary["answer"]
    picture = asked.pixels(from_bytes(np.squeeze(shown.pictures(kind)[-1].array)))
    for subject in networks.subjects.values():
        assert np.array_equal(asked.pixels(subject.x), picture)


def test_beside_a_shortcut_stands_a_network_that_saw_no_mark():
    found = asked.networks(record("explain-right-for-the-wrong-reason")).subjects
    assert list(found) == ["shortcut", "teacher"]
    marked, teacher = found.values()
    assert marked.net is not teacher.net and marked.x[0, 1, 1] == teacher.x[0, 1, 1] == 1


def test_equal_questions_are_one_object_whatever_run_asks():
    first, again = asked.asked(of(subject="digit")), asked.asked(of(subject="digit", method="saliency"))
    assert first is again
    for other in (
        {"subject": "digit", "digit": 4},
        {"subject": "digit", "answer": 2},
        {"subject": "photo"},
        {"subject": "digit", "network": "lifelong-progressive"},
    ):
        found = asked.asked(of(**other))
        assert found != first and found is not first
    assert asked.asked(of(subject="digit", answer=2)).key == first.key, "another answer about the same picture"


@pytest.mark.parametrize(
    "flat",
    [
        {"subject": "digit", "network": "compression-gone"},
        {"subject": "upload"},
        {"subject": "drawing", "drawing": "AAAA"},
        {"subject": "digit", "method": "shortcut"},
    ],
)
def test_nothing_is_asked_where_picture_or_network_is_missing(flat):
    assert asked.asked(of(**flat)) is None and asked.networks(of(**flat)) is None


def test_nothing_is_asked_about_a_painting_that_has_not_begun():
    assert asked.networks(of(subject="digit", method="excite")) is None
    assert asked.asked(of(subject="digit", method="excite")) is not None, "its filters can be looked at all the same"
    assert asked.asked(Record("explain-new", None, [], None)) is None, "settings of a newer Lectern"


def test_a_shortcut_run_asks_the_network_that_it_trained():
    settings = build(ExplainSettings, {"subject": "digit", "method": "shortcut", "epochs": 1})
    events = list(labs.of("explain").train(settings))
    run = runs.make("explain-tiny", "explain", flatten(settings), events, 1.0, "finished")
    found = asked.asked(Record("explain-tiny", settings, events, run))
    assert torch.equal(found.subject.net(found.subject.x[None]), run.net()(found.subject.x[None]))
    assert asked.asked(Record("explain-other", settings, events, run)) != found, "another run, another network"


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_have_three_colours(channels):
    x = torch.rand(channels, 4, 5, generator=torch.Generator().manual_seed(0))
    found = asked.pixels(x)
    assert found.shape == (4, 5, 3) and found.flags["C_CONTIGUOUS"]
    assert np.array_equal(found[2, 3], np.rint(255 * x[:, 2, 3].expand(3).numpy()))
