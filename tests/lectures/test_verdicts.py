"""Every case that an analysis can reach has its sentence, and every sentence its case."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from core import labs
from pages.parts import lecture

ROOT = Path(__file__).resolve().parents[2]


def calls(folder: Path) -> Iterator[ast.Call]:
    """Every call in the files of a folder; none when there is no such folder."""
    for file in sorted(folder.rglob("*.py")):
        yield from (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))


def reached(lab: str) -> Iterator[tuple[str, set[str | None]]]:
    """The cases that `verdict("case", gap=…)` names in core/<lab>/analysis, with the names of their numbers; None among
    them stands for numbers that are handed on as a dictionary."""
    for call in calls(ROOT / "core" / lab / "analysis"):
        if isinstance(call.func, ast.Name) and call.func.id in ("verdict", "Verdict") and call.args:
            cases = list(names_in(call.args[0]))
            assert cases, f"the case must be written out: {ast.unparse(call)}"
            yield from ((case, {keyword.arg for keyword in call.keywords}) for case in cases)


def names_in(argument: ast.expr) -> Iterator[str]:
    """The text that an argument is, or each of the two that it may be: "near" if gap < 1 else "far"."""
    if isinstance(argument, ast.IfExp):
        yield from names_in(argument.body)
        yield from names_in(argument.orelse)
    elif isinstance(argument, ast.Constant):
        yield argument.value


def named_by_views(lab: str) -> set[str | None]:
    """What views hand to sentences besides numbers: `verdict.draw(lab, found, method=…)`."""
    found = (call for call in calls(ROOT / "pages" / "views" / lab) if isinstance(call.func, ast.Attribute))
    said = [call for call in found if ast.unparse(call.func) in ("verdict.draw", "verdict.words")]
    return {keyword.arg for call in said for keyword in call.keywords}


def fields(sentence: str) -> set[str]:
    """The names in the braces of a sentence."""
    return {name for __, name, __, __ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("lab", labs.LABS)
def test_every_case_has_a_sentence_and_every_sentence_a_case(lab):
    if (ROOT / "core" / lab / "analysis").is_dir():
        assert {case for case, __ in reached(lab)} == set(lecture.read(lab).verdicts)


@pytest.mark.parametrize("lab", labs.LABS)
def test_every_brace_gets_its_number_or_name(lab):
    sentences, names = lecture.read(lab).verdicts, named_by_views(lab)
    for case, numbers in reached(lab):
        if None not in numbers | names:
            missing = fields(sentences.get(case, "")) - numbers - names
            assert not missing, f"{case}: nobody says {missing}"


def test_cases_are_found_however_they_are_written():
    call = ast.parse("""verdict("a" if x else "b" if y else "c", n=1)""").body[0].value
    assert list(names_in(call.args[0])) == ["a", "b", "c"]
    assert fields("**{share:.0f} %** of {n:,} {{x}}") == {"share", "n"}
