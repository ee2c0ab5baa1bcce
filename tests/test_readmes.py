"""The page for the next owner of each lab: what it names is there, and its commands can be read."""

import argparse
import ast
import itertools
import re
import shlex
from pathlib import Path

import pytest

from core import labs
from core.__main__ import add_flags
from core.settings import build

ROOT = Path(__file__).resolve().parents[1]
each_lab = pytest.mark.parametrize("lab", labs.LABS)


def page(lab):
    return (ROOT / "core" / lab / "README.md").read_text()


def is_there(name, lab):
    """Whether a file or folder stands at this path in the repository, in the lab, in its analysis, or in core."""
    core = ROOT / "core"
    return any((folder / name).exists() for folder in (ROOT, core / lab, core / lab / "analysis", core))


def functions(lab):
    """Every function and method of the lab, and of the files that all labs share."""
    files = [
        *(ROOT / "core" / lab).rglob("*.py"),
        *(ROOT / "core").glob("*.py"),
        *(ROOT / "core/attribution").glob("*.py"),
    ]
    trees = (ast.parse(file.read_text()) for file in files)
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@each_lab
def test_a_lab_has_a_page_of_its_own(lab):
    assert 25 <= len(page(lab).splitlines()) <= 50


@each_lab
def test_files_and_folders_that_it_names_are_there(lab):
    paths = re.findall(r"`([\w/]+\.py|[\w/]+/\w+)`", page(lab))
    assert len(paths) > 10
    assert [name for name in paths if not is_there(name, lab)] == []


@each_lab
def test_functions_that_it_names_are_there(lab):
    named = set(re.findall(r"`(\w+)\(\)`", page(lab)))
    assert "train" in named
    assert named - functions(lab) == set()


@each_lab
def test_files_of_a_lab_that_the_first_page_names_are_there(lab):
    (section,) = re.findall(r"## Add a lab.*?(?=\n## )", (ROOT / "README.md").read_text(), re.DOTALL)
    named = {
        path.replace("<lab>", lab).replace("<language>", "zh_CN")
        for path in re.findall(r"`([\w/<>]+(?:\.\w+|/))`", section)
        if "/" in path
    }
    assert len(named) > 12
    assert [path for path in named - {"analysis/", f"core/{lab}/analysis/"} if not (ROOT / path).exists()] == []


@each_lab
def test_its_commands_can_be_read(lab):
    commands = re.findall(rf"-m core (train|sweep) {lab} (.*)", page(lab))
    assert [verb for verb, _ in commands] == ["train", "sweep"]
    for verb, flags in commands:
        assert settings_of(lab, verb, shlex.split(flags))


def settings_of(lab, verb, words):
    """The settings that a command line asks for. Raises, or exits, where it cannot be read."""
    parser = argparse.ArgumentParser()
    add_flags(parser, lab, many=verb == "sweep")
    asked = vars(parser.parse_args(words))
    flat = {
        name: value if verb == "sweep" else [value]
        for name, value in asked.items()
        if name not in ("out", "seeds", "id")
    }
    return [build(labs.of(lab).settings, dict(zip(flat, values))) for values in itertools.product(*flat.values())]
