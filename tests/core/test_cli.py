"""The command line: what a person types either works or is answered with a sentence."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core import labs, runs
from core.__main__ import main, side_by_side
from core.settings import build, every_field, flatten
from tests.core.test_events import same

ROOT = Path(__file__).resolve().parents[2]
TINY = ["--method", "teacher", "--epochs", "1", "--channels", "4", "--neurons", "16", "--augment", "false"]
LAB = "compression"


def refused(capsys, *argv):
    """The one sentence that a wrong command gets on standard error, with exit status 2 and no traceback."""
    assert main(list(argv)) == 2
    out, error = capsys.readouterr()
    assert out == ""
    (sentence,) = error.strip().splitlines()
    assert sentence.endswith(".")
    return sentence


def test_train_writes_a_run(own_runs, capsys, tiny):
    assert main(["train", LAB, *TINY, "--seed", "7"]) == 0
    *lines, file = capsys.readouterr().out.splitlines()
    run = runs.load(Path(file).stem)
    assert Path(file).parent == own_runs and [about.id for about in runs.listing()[0]] == [run.about.id]
    assert run.settings == tiny(7) and run.about.state == "finished" and run.models
    assert [line.split()[0] for line in lines] == [type(event).__name__ for event in run.events]


def test_the_same_command_gives_the_same_run(own_runs, capsys):
    for run_id in ("one", "two"):
        assert main(["train", LAB, *TINY, "--id", run_id]) == 0
    one, two = runs.load("one"), runs.load("two")
    assert len(one.events) == len(two.events) and all(map(same, one.events, two.events))


@pytest.mark.parametrize(
    "argv, words",
    [
        (["train", LAB, "--method", "nope"], "“nope” does not fit Method"),
        (["train", LAB, "--seed", "-1"], "“-1” does not fit Seed"),
        (["train", LAB, "--seed", "1.5"], "“1.5” does not fit Seed"),
        (["train", LAB, "--method", "teacher", "--temperature", "3"], "“temperature” is not a setting here"),
        (["train", LAB, "--method", "distill", "--teacher", "no-such-run"], "no stored run called “no-such-run”"),
        (["train", LAB, *TINY, "--id", "../escape"], "“../escape” cannot be the name of a run"),
        (["sweep", LAB, *TINY, "--epochs", "1", "21"], "“21” does not fit Epochs"),
        (["sweep", LAB, *TINY, "--seeds", "0"], "--seeds is 0"),
        (["sweep", LAB, *TINY, "--out", "/nowhere/table.csv"], "no folder to write /nowhere/table.csv"),
        (["presets", LAB, "--only", "nope"], "“nope” is not a shipped run"),
    ],
)
def test_bad_values_get_a_sentence(argv, words, own_runs, capsys):
    assert words in refused(capsys, *argv)
    assert not own_runs.exists(), "nothing was trained"


@pytest.mark.parametrize("name, value", [("LECTERN_SCHEDULER", "localhost"), ("LECTERN_QUEUE", "none")])
def test_a_bad_environment_gets_a_sentence(name, value, jobs, monkeypatch, capsys):
    jobs.close()  # the address is looked at when the first run starts
    monkeypatch.setenv(name, value)
    assert name in refused(capsys, "sweep", LAB, *TINY, "--seeds", "1")


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nonsense"],
        ["train"],
        ["train", "nonsense"],
        ["train", LAB, "--nonsense", "1"],
        ["train", LAB, "--seed"],
        ["presets", "nonsense"],
        ["scheduler", "--port", "x"],
    ],
)
def test_commands_that_do_not_exist(argv, capsys):
    with pytest.raises(SystemExit) as end:
        main(argv)
    assert end.value.code == 2 and "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("lab", labs.LABS)
@pytest.mark.parametrize("command", ["train", "sweep"])
def test_help_names_every_knob(command, lab, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, lab, "--help"])
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert end.value.code == 0
    for name, field in every_field(labs.of(lab).settings).items():
        own = command == "sweep" and name == "seeds"  # of a sweep they are how many, at once or not
        assert f"--{name.replace('_', '-')}" in text and (own or field.description[:20] in text)


def test_help_of_the_whole(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert all(command in text for command in ("train", "presets", "sweep", "scheduler", "join"))


def test_presets_makes_only_what_is_asked_and_adds_what_takes_seconds_to_measure(own_runs, capsys, monkeypatch):
    tiny = {"method": "progressive", "tasks": 2, "epochs": 1, "batch": 256}
    first, second = (build(labs.of("lifelong").settings, tiny | {"seed": seed}) for seed in (1, 2))
    monkeypatch.setattr(labs.of("lifelong").module("settings"), "SHIPPED", {"first": first, "second": second})
    assert main(["presets", "lifelong", "--only", "second"]) == 0
    assert [(about.id, about.shipped) for about in runs.listing()[0]] == [("second", True)]
    run = runs.load("second")
    assert run.settings == second and run.models and not own_runs.exists()
    examined = labs.of("lifelong").module("formulas").examine(run)
    assert examined and run.about.summary == run.finished.summary | examined
    assert str(runs.SHIPPED / "second.safetensors") in capsys.readouterr().out
    assert main(["presets", "lifelong"]) == 0
    assert {about.id for about in runs.listing()[0]} == {"first", "second"}


def test_sweep_writes_a_row_for_each_combination_and_seed(jobs, tmp_path, capsys, tiny):
    out = tmp_path / "table.csv"
    argv = [*TINY[:4], "--channels", "4", "6", *TINY[6:]]
    assert main(["sweep", LAB, *argv, "--seeds", "2", "--out", str(out)]) == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert sorted((row["channels"], row["seed"]) for row in rows) == [("4", "0"), ("4", "1"), ("6", "0"), ("6", "1")]
    model = labs.of(LAB).settings
    for row in rows:
        assert row["state"] == "finished" and float(row["seconds"]) > 0
        settings = build(model, {name: row[name] for name in flatten(tiny())})
        (about,) = (about for about in runs.listing()[0] if about.settings == flatten(settings))
        assert float(row["result_accuracy"]) == pytest.approx(about.summary["accuracy"])
    assert capsys.readouterr().out == ""


def test_five_seeds_that_learn_at_once_are_one_run_and_a_row_each(jobs, tmp_path, capsys):
    out, small = tmp_path / "table.csv", ["--steps", "200", "--hidden", "32"]
    assert main(["sweep", "gan", *small, "--out", str(out)]) == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    (about,) = runs.listing("gan", None)[0]
    assert [(row["seed"], row["seeds"], row["state"]) for row in rows] == [(str(i), "1", "finished") for i in range(5)]
    assert [float(row["result_good"]) for row in rows] == about.summary["each"]["good"]
    assert sum(float(row["seconds"]) for row in rows) == pytest.approx(about.seconds)
    assert not any("_sd" in column or "each" in column for column in rows[0])
    capsys.readouterr()


def test_only_seeds_in_a_row_of_one_network_that_is_small_enough_learn_at_once():
    def asked(*seeds, **more):
        return [build(labs.of("gan").settings, {"seed": seed} | more) for seed in seeds]

    one, *rest = side_by_side(asked(0, 1, 2, 3, 4, 7))
    assert (one.seed, one.seeds) == (0, 5) and rest == asked(7)
    assert side_by_side(asked(0, 1, 2, 3)) == asked(0, 1, 2, 3)
    assert side_by_side(asked(*range(5), data="digits")) == asked(*range(5), data="digits")
    two = side_by_side(asked(*range(5), latent=2) + asked(*range(5), latent=4))
    assert [(each.data.latent, each.seeds) for each in two] == [(2, 5), (4, 5)]


def test_a_sweep_of_given_seeds_prints_its_table(jobs, capfd):
    assert main(["sweep", LAB, *TINY, "--seed", "5"]) == 0
    out, error = capfd.readouterr()
    (row,) = csv.DictReader(out.splitlines())
    assert row["seed"] == "5" and row["state"] == "finished" and error.startswith("1/1")


def test_a_sweep_whose_runs_fail_says_so(jobs, capfd):
    assert main(["sweep", LAB, "--method", "distill", "--teacher", "no-such-run", "--seeds", "1"]) == 1
    (row,) = csv.DictReader(capfd.readouterr().out.splitlines())
    assert row["state"] == "failed" and "no-such-run" in row["message"]


def test_as_a_command():
    """The entry itself: exit status and a sentence, no traceback."""
    bad = subprocess.run(
        [sys.executable, "-m", "core", "train", LAB, "--seed", "x"], cwd=ROOT, capture_output=True, text=True
    )
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr == "“x” does not fit Seed (seed): it accepts a whole number from 0 to 9999.\n"
