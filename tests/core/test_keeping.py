"""Whose runs are whose: private ones are found by their makers alone, the own ones deleted by nobody else, and the store has limits."""

import os
from dataclasses import replace

import pytest

from core import keeping, labs, runs
from core.events import Metrics, Started
from core.runs import RunError
from core.settings import build, flatten

ANN, BOB = keeping.maker_of("ann"), keeping.maker_of("bob")
PIXELS = "0" * 20


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTERN_RUNS", str(tmp_path))
    return tmp_path


def run(name, **owned):
    settings = labs.of("gan").settings()
    return runs.make(name, "gan", flatten(settings), [Started(3), Metrics(1, {"good": 1.0})], 1.0, "stopped", **owned)


def listed(maker=""):
    return {about.id for about in runs.listing("gan", maker)[0] if not about.shipped}


def test_a_maker_is_no_name():
    assert ANN == keeping.maker_of("ann") != BOB and "ann" not in ANN and keeping.maker_of("") == ""


def test_a_private_run_is_listed_for_its_maker_alone(store):
    runs.save(run("gan-1", maker=ANN, private=True))
    runs.save(run("gan-2", maker=ANN))
    runs.save(run("gan-3"))
    assert listed(ANN) == {"gan-1", "gan-2", "gan-3"}
    assert listed(BOB) == listed() == {"gan-2", "gan-3"}
    assert runs.load("gan-1").about.private, "its link opens it"


def test_a_private_run_of_nobody_is_listed_for_nobody(store):
    runs.save(run("gan-1", private=True))
    assert listed() == listed(ANN) == set()


def test_only_its_maker_deletes_a_run(store, monkeypatch):
    runs.save(run("gan-1", maker=ANN))
    for stranger in (BOB, ""):
        with pytest.raises(RunError, match="another visitor's"):
            runs.delete("gan-1", stranger)
    runs.delete("gan-1", ANN)
    assert listed(ANN) == set()
    runs.save(run("gan-2"))  # made by the command line, or before runs had makers
    monkeypatch.setenv("LECTERN_PUBLIC", "1")
    with pytest.raises(RunError, match="another visitor's"):
        runs.delete("gan-2", ANN)
    monkeypatch.setenv("LECTERN_PUBLIC", "0")
    runs.delete("gan-2", ANN)
    shipped = next(about.id for about in runs.listing("gan")[0] if about.shipped)
    with pytest.raises(RunError, match="shipped"):
        runs.delete(shipped, ANN)


@pytest.mark.parametrize(
    "lab, flat, private",
    [
        ("gan", {}, False),
        ("gan", {"data": "drawn"}, False),
        ("attack", {"subject": "photo"}, False),
        ("explain", {"subject": "digit"}, False),
    ],
)
def test_only_pictures_of_ones_own_are_private(lab, flat, private):
    assert keeping.private(build(labs.of(lab).settings, flat)) is private


def test_a_photo_of_ones_own_is_private():
    settings = labs.of("explain").settings()
    photo = settings.model_copy(update={"subject": settings.subject})
    assert not keeping.private(photo)
    fields = {"subject": "upload"}
    upload = next(m for m in type(settings).model_fields["subject"].annotation.__args__ if m.__name__ == "Upload")
    picture = next(name for name in upload.model_fields if name not in ("name", "network"))
    made = settings.model_copy(update={"subject": upload.model_construct(name="upload", **{picture: PIXELS})})
    assert keeping.private(made) and fields


def test_the_store_has_limits_of_number_size_and_age(store, monkeypatch):
    def aged(name, days, size=10):
        file = store / f"{name}.safetensors"
        file.write_bytes(b"x" * size)
        os.utime(file, (1e9 - days * keeping.DAY,) * 2)

    def left():
        return sorted(file.stem for file in store.glob("*.safetensors"))

    for number in range(5):
        aged(f"r{number}", number)
    monkeypatch.setattr(keeping, "MOST", 4)
    keeping.tidy(store, 1e9)
    assert left() == ["r0", "r1", "r2", "r3"], "the oldest goes first"
    monkeypatch.setenv("LECTERN_KEEP_DAYS", "2")
    keeping.tidy(store, 1e9)
    assert left() == ["r0", "r1", "r2"]
    monkeypatch.setenv("LECTERN_STORE_MB", "10")
    aged("r0", 0, 9 * 2**20), aged("r1", 1, 2 * 2**20)
    keeping.tidy(store, 1e9)
    assert left() == ["r0"]
    aged("r0", 0, 11 * 2**20)
    keeping.tidy(store, 1e9)
    assert left() == ["r0"], "what was saved just now stays"


def test_an_unfinished_file_is_cleared_away(store):
    old, new = store / ".a.part", store / ".b.part"
    old.write_text(""), new.write_text("")
    os.utime(old, (0, 0))
    keeping.tidy(store)
    assert not old.exists() and new.exists()


def test_the_header_says_who_made_a_run(store):
    made = run("gan-9", maker=ANN, private=True)
    back = runs.from_bytes(runs.to_bytes(made))
    assert back.about == made.about and replace(back.about, maker="").maker == ""
