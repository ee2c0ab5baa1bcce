"""Texts that are on every machine that runs Lectern: how four libraries describe their own functions and classes.

A text is the name of a function or class and the first paragraphs of its docstring; its class is the library. Nothing is
imported for it: the sources are parsed. Most names give the library away in their first word, as the headers did in the
newsgroups of the LIME paper (Ribeiro, Singh, Guestrin 2016, section 6.4).
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

SOURCES = {  # folders and files of each package; whatever is called “test” is left out
    "torch": ("nn/functional.py", "nn/modules", "_torch_docs.py", "fft", "linalg"),
    "sklearn": (
        "cluster",
        "covariance",
        "datasets",
        "decomposition",
        "ensemble",
        "feature_extraction",
        "feature_selection",
        "gaussian_process",
        "impute",
        "linear_model",
        "manifold",
        "metrics",
        "mixture",
        "model_selection",
        "naive_bayes.py",
        "neighbors",
        "preprocessing",
        "svm",
        "tree",
    ),
    "scipy": (
        "stats/_stats_py.py",
        "stats/_morestats.py",
        "stats/_resampling.py",
        "signal",
        "ndimage",
        "linalg",
        "spatial",
        "fft",
        "interpolate",
    ),
    "skimage": (
        "color",
        "exposure",
        "feature",
        "filters",
        "measure",
        "metrics",
        "morphology",
        "restoration",
        "segmentation",
        "transform",
        "util",
        "draw",
        "graph",
        "registration",
        "io",
        "future",
    ),
}
LIBRARIES = ("PyTorch", "scikit-learn", "SciPy", "scikit-image")
GIVEAWAYS = re.compile(
    r"\b(py)?torch\b|\bsklearn\b|\bscikit-?(learn|image)?\b|\bscipy\b|\bskimage\b|\bnumpy\b|\bnp\b"
    r"|Read more in the [^.]*\.",
    re.IGNORECASE,
)
SECTION = re.compile(
    r"^\s*(Parameters|Returns|Args|Arguments|Example|Examples|Notes?|Attributes|Shape|See Also|Keyword Args?"
    r"|Warnings?|Yields|Methods|References|Inputs?|Outputs?)\s*:*\s*$|^\s*[-=]{4,}\s*$|^\s*\.\. |^\s*>>> ",
    re.MULTILINE,
)
LEAST, MOST = 5, 60  # words
PER_LIBRARY = 400
SPLIT = 2021  # the seed of the choice and of the one split, the same for ever


@dataclass(frozen=True)
class Texts:
    """Texts and the numbers of their libraries, split once into a training and a test part."""

    train_texts: tuple[str, ...]
    train_y: np.ndarray
    test_texts: tuple[str, ...]
    test_y: np.ndarray


@cache
def load(hide_names: bool = False) -> Texts:
    """The texts, as many of each library, a quarter of them to test. hide_names: without the name above each text, and
    without the libraries' names and standard sentences in it. The same texts in the same split either way."""
    pairs = [(_hidden(text) if hide_names else f"{name}: {text}", y) for y, name, text in _balanced()]
    texts, y = zip(*pairs)
    parts = train_test_split(list(texts), np.array(y), test_size=0.25, stratify=y, random_state=SPLIT)
    return Texts(tuple(parts[0]), parts[2], tuple(parts[1]), parts[3])


@cache
def _balanced() -> tuple[tuple[int, str, str], ...]:
    """(library, name, text), the same number of each library: what is left of all after a seeded choice."""
    found = [[(y, *one) for one in _unique(package)] for y, package in enumerate(SOURCES)]
    many, rng = min(PER_LIBRARY, *map(len, found)), np.random.default_rng(SPLIT)
    return tuple(group[i] for group in found for i in sorted(rng.choice(len(group), many, replace=False)))


@cache
def _unique(package: str) -> tuple[tuple[str, str], ...]:
    """Every described name of a package once, and every text once: a copy in the test part would be no test."""
    names, texts, kept = set(), set(), []
    for name, docstring in sorted(_described(package)):
        text = _beginning(docstring)
        hidden = _hidden(text)
        if len(hidden.split()) >= LEAST and name not in names and hidden not in texts:
            names.add(name)
            texts.add(hidden)
            kept.append((name, text))
    return tuple(kept)


def _described(package: str) -> Iterator[tuple[str, str]]:
    """(name with its module, docstring) of the public functions and classes in a package's sources."""
    root = Path(find_spec(package).origin).parent
    for source in SOURCES[package]:
        for file in sorted((root / source).rglob("*.py")) if (root / source).is_dir() else [root / source]:
            if any("test" in part for part in file.relative_to(root).parts) or not file.is_file():
                continue
            module = [package, *file.relative_to(root).with_suffix("").parts]
            public = ".".join(part for part in module if not part.startswith("_"))
            for name, docstring in _in_file(file):
                yield f"{public}.{name}", docstring


def _in_file(file: Path) -> Iterator[tuple[str, str]]:
    """(name, docstring) of what a file defines at its top level, or describes with torch's add_docstr(name, text)."""
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError):  # of another Python: one text less
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if docstring := ast.get_docstring(node):
                yield node.name, docstring
        call = getattr(node, "value", None)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "").endswith("add_docstr") and len(call.args) == 2:
            if text := next((part.value for part in ast.walk(call.args[1]) if isinstance(part, ast.Constant)), ""):
                yield ast.unparse(call.args[0]).split(".")[-1].removeprefix("_"), str(text)


def _beginning(docstring: str) -> str:
    """A docstring's prose before its first section, in one line, without markup and without a signature, at most 60 words."""
    docstring = re.sub(r"^\s*\w[\w.]*\([^\n]*\)\s*(->[^\n]*)?\n", "", docstring.strip() + "\n")
    if section := SECTION.search(docstring):
        docstring = docstring[: section.start()]
    plain = re.sub(r":\w+:\s*`~?([^`<]*?)\s*(<[^`>]*>)?`", r"\1", docstring)
    plain = re.sub(r"<?https?://\S+|\[\w+\]_", " ", plain)
    return " ".join(re.sub(r"[`*\\]+|_{2,}", "", plain).split()[:MOST])


def _hidden(text: str) -> str:
    return " ".join(re.sub(r"(?<=\s)\.", "", GIVEAWAYS.sub(" ", text)).split())
