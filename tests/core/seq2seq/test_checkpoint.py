"""A long run that is broken off and begun again is the run that nobody broke off; whatever cannot be read is as good as nothing."""

import os
import pickle
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save

from core.events import Finished, Metrics, Started
from core.seq2seq import checkpoint, monitor, tasks, train
from core.seq2seq.settings import Attention, Live, Long, Seq2SeqSettings, SmallTransformer, Toy
from tests.core.seq2seq.test_train import _same

SETTINGS = Seq2SeqSettings(
    task=Toy(alphabet=3, longest=5), network=Attention(hidden=16), effort=Long(epochs=10), batch=32, teacher=0.8
)


@cache
def fewer_are_tested(task):
    """Every fourth of the test inputs: what they are answered is the same for a run that was broken off."""
    whole = tasks.dataset_of(task)
    return replace(whole, test=whole.test._at(torch.arange(len(whole.test)) % 4 == 0))


@pytest.fixture(autouse=True)
def few(monkeypatch, tmp_path):
    monkeypatch.setenv("LECTERN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(monitor, "EVALUATIONS", 6)
    monkeypatch.setattr(monitor, "EARLY", (1,))
    monkeypatch.setattr(monitor, "HEARD", {"live": 60, "long": 60})
    monkeypatch.setattr(train, "dataset_of", fewer_are_tested)
    return tmp_path / "runs" / "checkpoints"


def broken_off(settings, looks):
    """Runs until so many looks have been reported, then stops."""
    seen, going = [], train.train(settings)
    for event in going:
        seen.append(event)
        if sum(isinstance(e, Metrics) for e in seen) == looks:
            break
    going.close()
    return seen


@pytest.mark.parametrize(
    "network",
    [Attention(hidden=16), SmallTransformer(width=16, encoder_layers=1, decoder_layers=1)],
    ids=["recurrent", "transformer"],
)
def test_broken_off_and_begun_again_is_the_same_run(network, few):
    settings = SETTINGS.model_copy(update={"network": network})
    whole = list(train.train(settings))
    checkpoint.file_of(settings).unlink()
    broken_off(settings, 5)
    assert checkpoint.file_of(settings).is_file()
    again = list(train.train(settings))
    assert len(again) == len(whole) and all(map(_same, again, whole))
    assert sum(isinstance(e, Started) for e in again) == 1 and isinstance(again[-1], Finished)


def test_it_goes_on_where_it_stood(few, monkeypatch):
    broken_off(SETTINGS, 5)
    steps, learn = [], train.learn
    monkeypatch.setattr(train, "learn", lambda *args: (steps.append(1), learn(*args))[1])
    events = list(train.train(SETTINGS))
    assert 0 < len(steps) < events[0].total_steps - 20, "what had been learned is not learned again"
    learned = len(steps)
    assert list(train.train(SETTINGS))[-1].summary == events[-1].summary and len(steps) == learned, (
        "a run at its end only ends"
    )


def test_other_settings_have_another_checkpoint(few):
    broken_off(SETTINGS, 3)
    other = SETTINGS.model_copy(update={"seed": 1})
    assert checkpoint.file_of(other) != checkpoint.file_of(SETTINGS)
    learner = train.begin(other, tasks.dataset_of(other.task), 50)
    assert checkpoint.resume(other, learner) == (0, [], [])


def test_a_live_run_leaves_none(few):
    list(train.train(SETTINGS.model_copy(update={"effort": Live(share=100, steps=20)})))
    assert not few.exists()


@pytest.mark.parametrize("damage", ["torn", "foreign", "empty", "other network", "folder"])
def test_what_cannot_be_read_is_no_checkpoint(damage, few):
    broken_off(SETTINGS, 3)
    file = checkpoint.file_of(SETTINGS)
    data = file.read_bytes()
    match damage:
        case "torn":
            file.write_bytes(data[: len(data) // 2])
        case "foreign":
            file.write_bytes(b"\x80\x04cos\nsystem\n" * 50)
        case "empty":
            file.write_bytes(b"")
        case "other network":
            other = SETTINGS.model_copy(update={"network": Attention(hidden=32)})
            broken_off(other, 3)
            file.write_bytes(checkpoint.file_of(other).read_bytes())
        case "folder":
            file.unlink()
            file.mkdir()
    learner = train.begin(SETTINGS, tasks.dataset_of(SETTINGS.task), 50)
    before = {name: value.clone() for name, value in learner.net.state_dict().items()}
    assert checkpoint.resume(SETTINGS, learner) == (0, [], [])
    assert all(torch.equal(before[name], value) for name, value in learner.net.state_dict().items())


class Trap:
    """Unpickled, it would leave a folder behind."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return Path.mkdir, (self.folder,)


def test_nothing_is_executed_when_a_checkpoint_is_read(few, tmp_path):
    sprung = tmp_path / "sprung"
    file = checkpoint.file_of(SETTINGS)
    file.parent.mkdir(parents=True)
    learner = train.begin(SETTINGS, tasks.dataset_of(SETTINGS.task), 50)
    for write in (
        lambda: torch.save({"step": Trap(sprung)}, file),
        lambda: file.write_bytes(pickle.dumps(Trap(sprung))),
    ):
        write()
        assert checkpoint.resume(SETTINGS, learner) == (0, [], []) and not sprung.exists()
    pickle.loads(file.read_bytes())
    assert sprung.exists(), "the trap works"


def test_a_file_of_tensors_that_is_no_checkpoint(few):
    broken_off(SETTINGS, 3)
    file = checkpoint.file_of(SETTINGS)
    learner = train.begin(SETTINGS, tasks.dataset_of(SETTINGS.task), 50)
    tensors = load(file.read_bytes())
    for damaged in (
        {"weights": torch.ones(3)},
        tensors,
        tensors | {checkpoint.EVENTS: torch.zeros(9, dtype=torch.uint8)},
    ):
        file.write_bytes(save(damaged))  # without a header
        assert checkpoint.resume(SETTINGS, learner) == (0, [], [])
    again = list(train.train(SETTINGS))
    assert isinstance(again[-1], Finished) and sum(isinstance(e, Started) for e in again) == 1, (
        "the run begins from the beginning"
    )


def test_a_checkpoint_is_written_as_a_whole_or_not_at_all(few, monkeypatch):
    broken_off(SETTINGS, 3)
    file = checkpoint.file_of(SETTINGS)
    before, write = file.read_bytes(), Path.write_bytes

    def full(path, data):
        write(path, data[: len(data) // 2])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    learner = train.begin(SETTINGS, tasks.dataset_of(SETTINGS.task), 50)
    checkpoint.save(SETTINGS, learner, 9, [Started(50)], [])
    assert file.read_bytes() == before


def test_where_nothing_can_be_written_the_run_goes_on(monkeypatch):
    monkeypatch.setenv("LECTERN_RUNS", "/dev/null/runs")
    events = list(train.train(SETTINGS))
    assert isinstance(events[-1], Finished)


def test_only_the_newest_are_kept(few):
    for seed in range(checkpoint.KEEP + 2):
        settings = SETTINGS.model_copy(update={"seed": seed})
        checkpoint.save(settings, train.begin(settings, tasks.dataset_of(settings.task), 50), 7, [Started(50)], [])
        os.utime(
            checkpoint.file_of(settings), (seed, seed)
        )  # of another time each, however coarse the clock of the disk is
    newest = {checkpoint.file_of(SETTINGS.model_copy(update={"seed": seed})) for seed in range(2, checkpoint.KEEP + 2)}
    assert set(few.iterdir()) == newest and checkpoint.file_of(settings) in newest
