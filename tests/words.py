"""python -m tests.words: what people read, gathered from the code, and the catalogue of every language brought up to date.

Pages mark their texts: `_("…")`, and `N_("…")` where a text is only named and looked up later. core/ knows no language: there every
text that reads like words for people is taken, a formatted one with its values as {0}, {1} …, as `pages.parts.words.translate` finds
it again. What nobody has translated yet is left empty in assets/locale/<language>/LC_MESSAGES/lectern.po, and the tests name it.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "assets" / "locale"
SILENT = (
    "__main__.py",
    "preload.py",
    "env.py",
    "certificates.py",
    "lazy.py",
    "trivial.py",
    "checkpoint.py",
)  # no page says it
DAY = datetime(2026, 11, 29, tzinfo=UTC)
ARRAYS = re.compile(
    r"core/(\w+/)?pictures\.py$"
)  # they name the axes of arrays; core/data/pictures.py speaks to visitors
MORE = (  # words that core puts into a sentence or a column, which alone cannot be told from names in code
    "slimmable queries smoothing copied "
    "words dates sequences letters signs letter sign other wrong attention transformer finished stopped failed seeds steps "
    "generations teacher distilled redesigned quantized malignant benign hue fine-tuning saliency occlusion deletion insertion "
    "low high task domain class pass passes baseline non-saturating saturating hinge coverage recall precision batch draws "
    "classifier autoencoder denoising variational neighbours forest mixture density boundary reconstruction distance background "
    "faces patients perimeter area texture smoothness compactness concavity symmetry radius runs cells head shared pruned"
).split() + ["{0} (worst)", "concave points", "k-means", "attack-robust", "first convolution", "last convolution"]
LABELS = {"label", "help", "unit", "form", "who", "title", "note", "across", "name", "line", "names", "chart"}
CODE = re.compile(  # formulas, commands, names of things in code, addresses, bare values
    r"\\|(^| )--|^[a-z0-9_.{}/:=,%*+-]*$|^[A-Z0-9_{}]+$|^[A-Z][a-z]+[A-Z]\w*$|://|\.py\b|^\S+_\S+$|^[\W\d_]*$|^\W*\{\d+\}\W*$"
)
CALLS = set(
    "compile split join replace startswith endswith fullmatch match sub search findall strip removeprefix removesuffix "
    "encode getLogger einsum setdefault getattr hasattr Literal TypeError AssertionError".split()
)  # what is given to them is no text for people


def template(node: ast.expr) -> str | None:
    """A text as it is looked up: an f-string with numbered values; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        values = iter(range(len(node.values)))
        return "".join(
            part.value.replace("{", "{{").replace("}", "}}")
            if isinstance(part, ast.Constant)
            else f"{{{next(values)}}}"
            for part in node.values
        )
    return None


def of_page(tree: ast.Module) -> Iterator[str]:
    """Every text that a page marks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_"):
            if isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


def of_core(node: ast.AST, spoken: bool = False) -> Iterator[str]:
    """Every text in `node` that reads like words for people. spoken: whether whatever stands there is one."""
    if isinstance(node, ast.Expr | ast.Subscript) and isinstance(getattr(node, "value", None), ast.Constant):
        return  # a docstring
    text = template(node) if isinstance(node, ast.expr) else None
    if text is not None:
        if re.search(r"[A-Za-z]{2}", text) and "\\" not in text and (spoken or not CODE.search(text)):
            yield text.strip()
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    else:
        for child in _inside(node):
            yield from of_core(child, spoken)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a piece of code; keys are no texts."""
    if isinstance(node, ast.Dict):
        return iter(node.values)
    return iter([node.value]) if isinstance(node, ast.Subscript) else ast.iter_child_nodes(node)


def _of_call(node: ast.Call) -> Iterator[str]:
    """The texts that are given to a function: the labels of a knob or a metric, whatever they look like."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in CALLS or ast.unparse(node.func).startswith("log."):
        return
    labels = {"knob": (1, 2), "Metric": (0, 1)}.get(called, ())
    for i, argument in enumerate(node.args):
        yield from of_core(argument, i in labels)
    for word in node.keywords:
        yield from of_core(word.value, word.arg in LABELS)


def gathered() -> Catalog:
    """Everything that people read in the code, with its places."""
    found = Catalog(project="Lectern", charset="utf-8")
    for file in sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "core").rglob("*.py")]):
        name = file.relative_to(ROOT).as_posix()
        if file.name in SILENT or (ARRAYS.match(name) and not name.startswith("core/data/")):
            continue
        tree = ast.parse(file.read_text("utf-8"))
        for text in of_core(tree) if name.startswith("core/") else of_page(tree):
            found.add(text, locations=[(name, None)])
    for text in MORE:
        found.add(text, locations=[("core", None)])
    return found


def languages() -> list[str]:
    """Those that the code is translated to."""
    return sorted(folder.name for folder in LOCALE.iterdir() if folder.is_dir())


def catalogue(language: str) -> Catalog:
    """What is translated, as it is stored."""
    with po(language).open("rb") as stream:
        return read_po(stream, locale=language)


def empty(language: str) -> Catalog:
    """A catalogue of nothing, which says nothing of when and by whom it was made."""
    return Catalog(language, project="Lectern", version="1", header_comment="", creation_date=DAY, revision_date=DAY)


def po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "lectern.po"


def write(language: str, known: Catalog) -> None:
    """Stores what is translated, for people (.po) and for gettext (.mo); in order, without what changes at every run."""
    with po(language).open("wb") as stream:
        write_po(stream, known, width=100, sort_output=True, ignore_obsolete=True)
    with po(language).with_suffix(".mo").open("wb") as stream:
        write_mo(stream, known)


def update(language: str) -> list[str]:
    """Brings a language's catalogue up to date; the texts that nobody has translated."""
    known = catalogue(language) if po(language).is_file() else empty(language)
    fresh = empty(language)
    for message in gathered():
        if message.id:
            there = known.get(message.id)
            fresh.add(message.id, there.string if there else "", locations=message.locations)
    write(language, fresh)
    return [message.id for message in fresh if message.id and not message.string]


if __name__ == "__main__":
    for each in languages():
        missing = update(each)
        print(f"{each}: {len(missing)} texts are not translated", *missing[:40], sep="\n  ")
