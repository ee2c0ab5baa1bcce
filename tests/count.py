"""make count: how far the pages keep to arranging, as numbers. Each has its limit in tests/test_walls.py or is told as it is."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from core import labs
from core.settings import choices_of, union_members

ROOT = Path(__file__).resolve().parents[1]
COMPUTES = {"torch", "captum", "lime", "sklearn", "scipy", "skimage"}
MARKUP = re.compile(r"<(svg|path|div|span|table|rect|circle|g|img)\b")


def files(folder: str) -> list[Path]:
    """The Python files below a folder of the repository."""
    return sorted((ROOT / folder).rglob("*.py"))


def lines(folder: str) -> int:
    return sum(file.read_text().count("\n") for file in files(folder))


def trees(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    for file in files(folder):
        yield file, ast.parse(file.read_text())


def place(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT)}:{node.lineno}"


def imports(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every import, wherever it stands: the node, and the package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module.partition(".")[0]


def computing_imports() -> list[str]:
    """Where pages import what computes."""
    return [place(file, node) for file, tree in trees("pages") for node, name in imports(tree) if name in COMPUTES]


def computing_definitions() -> list[tuple[str, int]]:
    """Functions of the views that touch neither Streamlit nor text for people nor anything of pages: where, and how long."""
    found = []
    for file, tree in trees("pages/views"):
        drawing = _names_from_pages(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                if not names_in(node) & drawing:
                    found.append((place(file, node), node.end_lineno - node.lineno + 1))
    return found


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _names_from_pages(tree: ast.Module) -> set[str]:
    """Names that a file has from pages, and those of its own functions, and of its tables of functions, that use them in turn."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pages")
        for alias in node.names
    }
    names = (names - {"Shown"}) | {"st", "_"}
    own = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    own |= {
        node.targets[0].id: node
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
    }
    while more := {name for name, node in own.items() if name not in names and (names_in(node) - {name}) & names}:
        names |= more
    return names


def string_lookups() -> list[str]:
    """Pictures of a run that are asked for by a string."""
    return [
        place(file, node)
        for folder in ("pages", "core")
        for file, tree in trees(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("last", "pictures", "by_step")
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]


def pokes() -> list[str]:
    """Places of the views that reach into a figure's dictionary."""
    return [
        place(file, node)
        for file, tree in trees("pages/views")
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value in ("layout", "data")
    ]


def markup() -> list[str]:
    """Functions of the views that write HTML or SVG."""
    return [
        place(file, node)
        for file, tree in trees("pages/views")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(e, ast.Constant) and isinstance(e.value, str) and MARKUP.search(e.value) for e in ast.walk(node)
        )
    ]


def glued() -> list[str]:
    """Sentences that are put together of translated parts: `_()` inside an f-string, or + between two of them."""
    return [
        place(file, node)
        for file, tree in trees("pages")
        for node in ast.walk(tree)
        if (isinstance(node, ast.JoinedStr) and len(_translated(node)) > 1)
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and len(_translated(node)) > 1)
    ]


def _translated(node: ast.AST) -> list[ast.AST]:
    return [e for e in ast.walk(node) if isinstance(e, ast.Call) and isinstance(e.func, ast.Name) and e.func.id == "_"]


def methods() -> set[str]:
    """What all labs call their methods."""
    found = set()
    for lab in labs.LABS.values():
        if field := lab.settings.model_fields.get("method"):
            found |= set(union_members(field)) or set(map(str, choices_of(field)))
    return found


def keyed_by_method() -> list[str]:
    """Tables of the pages whose keys are names of methods: another method would not be in them."""
    known = methods()
    return [
        place(file, node)
        for file, tree in trees("pages")
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        and len(node.keys) >= 3
        and {key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)} <= known
        and all(isinstance(key, ast.Constant) for key in node.keys)
    ]


def rows() -> Iterable[tuple[str, str]]:
    """What is counted, and how much there is of it."""
    computing = computing_definitions()
    yield "lines in pages/views", f"{lines('pages/views'):,}"
    yield "lines in pages/parts", f"{lines('pages/parts'):,}"
    yield "lines in core", f"{lines('core'):,}"
    yield "lines in tests", f"{lines('tests'):,}"
    yield "imports of torch, captum, lime, sklearn, scipy, skimage in pages", f"{len(computing_imports())}"
    yield "functions of the views that only compute", f"{len(computing)} ({sum(n for _, n in computing):,} lines)"
    yield "pictures asked for by a string", f"{len(string_lookups())}"
    yield "places of the views that reach into a figure", f"{len(pokes())}"
    yield "functions of the views that write HTML or SVG", f"{len(markup())}"
    yield "sentences glued of translated parts", f"{len(glued())}"
    yield "tables of the pages keyed by method", f"{len(keyed_by_method())}"


if __name__ == "__main__":
    for what, much in rows():
        print(f"{much:>20}  {what}")
