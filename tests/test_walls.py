"""The walls of the house: who may import what, what may be in a file, and how long it may be."""

import ast
import os
import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core import labs
from tests import schedule
from tests.conftest import for_each

ROOT = Path(__file__).resolve().parents[1]
CORE = sorted((ROOT / "core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
SOURCES = [*CORE, *PAGES, *ROOT.glob("*.py")]


def name_of(file):
    return file.relative_to(ROOT).as_posix()


each_core = for_each([(file,) for file in CORE], name_of)
each_page = for_each([(file,) for file in PAGES], name_of)
each_source = for_each([(file,) for file in SOURCES], name_of)


def imports(source):
    """Every module that the source imports, wherever in it, as dotted names; `from a import b` gives a and a.b."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            found |= {argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)}
    return found


def within(modules, *packages):
    """Those of the modules that are, or lie in, one of the packages."""
    return {module for module in modules for package in packages if f"{module}.".startswith(f"{package}.")}


def test_the_eye_that_looks_for_imports_sees_them():
    source = "def f():\n import a.b\n from c import d\nimportlib.import_module('e.f')\n__import__('g')"
    assert imports(source) == {"a.b", "c", "c.d", "e.f", "g"}
    assert within({"torch.nn", "torchvision", "a"}, "torch") == {"torch.nn"}


# ---- core knows nothing of the browser ----

BLOCKED = """
import importlib, pkgutil, sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("streamlit", "plotly", "pages"):
            raise ImportError(f"{name} is on the other side of the wall")

sys.meta_path.insert(0, Wall())
import core
names = [module.name for module in pkgutil.walk_packages(core.__path__, "core.")]
for name in names:
    importlib.import_module(name)
assert not {"streamlit", "plotly", "pages"} & set(sys.modules)
print(len(names))
"""


def test_core_works_without_streamlit_and_plotly(python):
    done = python(BLOCKED)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= len(CORE) - 1


@each_core
def test_core_imports_nothing_of_the_browser(file):
    assert not within(imports(file.read_text()), "streamlit", "plotly", "pages", "app")


@each_page
def test_a_page_arranges_and_never_computes(file):
    assert not within(imports(file.read_text()), "torch", "captum", "lime", "sklearn", "scipy", "skimage")


# ---- labs ----


@pytest.mark.parametrize("lab", labs.LABS)
def test_a_lab_has_the_same_four_files(lab):
    there = {file.name for file in (ROOT / "core" / lab).glob("*.py")}
    assert {"__init__.py", "settings.py", "models.py", "train.py", "formulas.py"} <= there
    assert callable(labs.of(lab).train) and labs.of(lab).settings().seed == 0


def test_every_lab_is_known():
    that_train = {file.parent.name for file in (ROOT / "core").glob("*/train.py")}
    assert that_train == set(labs.LABS)


def test_the_linter_knows_every_lab():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = {each["name"]: set(each.get("modules", each.get("forbidden_modules"))) for each in contracts}
    for contract in ("labs do not import each other", "the libraries of core know no lab"):
        assert named[contract] == {f"core.{lab}" for lab in labs.LABS}, contract


@pytest.mark.parametrize("lab", labs.LABS)
def test_labs_do_not_import_each_other(lab):
    others = [f"core.{other}" for other in labs.LABS if other != lab]
    for file in (ROOT / "core" / lab).rglob("*.py"):
        assert not within(imports(file.read_text()), *others), name_of(file)


@each_core
def test_what_labs_share_does_not_know_them(file):
    if not set(file.relative_to(ROOT).parts) & set(labs.LABS):
        assert not within(imports(file.read_text()), *(f"core.{lab}" for lab in labs.LABS))


def test_unknown_labs_are_refused():
    with pytest.raises(ValueError, match="“nope” is not a lab"):
        labs.of("nope")


# ---- nothing unpickles ----


def unpickling(source):
    """Calls and imports by which bytes could become code."""
    tree, found = ast.parse(source), set()
    found |= within(imports(source), "pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called, given = ast.unparse(node.func), {word.arg: ast.unparse(word.value) for word in node.keywords}
            if called in ("torch.jit.load", "eval", "exec") or called.endswith("read_pickle"):
                found.add(called)
            if called == "torch.load" and given.get("weights_only") != "True":  # True builds tensors and nothing else
                found.add(called)
            if called.endswith(("np.load", "numpy.load")) and given.get("allow_pickle", "False") != "False":
                found.add("np.load(allow_pickle)")
            if given.get("weights_only") == "False":
                found.add("weights_only=False")
            if "persist" in given and "cache" in called:
                found.add("a cache on disk, which is pickled")
        if isinstance(node, ast.FunctionDef):
            found |= {
                "a cache on disk, which is pickled"
                for decorator in node.decorator_list
                if "cache" in ast.unparse(decorator) and "persist" in ast.unparse(decorator)
            }
    return found


@each_source
def test_nothing_unpickles(file):
    assert not unpickling(file.read_text())


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import torch\ntorch.load('x')",
        "torch.load('x', weights_only=safe)",
        "np.load(f, allow_pickle=True)",
        "torch.hub.load(x, weights_only=False)",
        "@st.cache_data(persist='disk')\ndef f(): pass",
        "pd.read_pickle('x')",
        "eval(text)",
        "def f():\n    import dill",
    ],
)
def test_the_eye_that_looks_for_unpickling_sees_it(source):
    assert unpickling(source)


# ---- what a public repository may hold ----


def tracked():
    """Text files that are, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, listed):
        file = ROOT / name
        if file.is_file() and b"\0" not in (data := file.read_bytes())[:8000]:
            yield name, data.decode("utf-8", errors="replace")


def own_mirrors():
    """Hosts and folders from which this very machine takes its packages, none of which may leave it."""
    texts = [
        value
        for name, value in os.environ.items()
        if name.startswith(("PIP_", "UV_")) or name.lower() in ("http_proxy", "https_proxy")
    ]
    for file in [
        *map(Path, ("/etc/pip.conf", "/etc/xdg/pip/pip.conf")),
        Path.home() / ".config/pip/pip.conf",
        Path.home() / ".pip/pip.conf",
        Path.home() / ".npmrc",
        Path("/etc/apt/apt.conf.d/01proxy"),
    ]:
        if file.is_file():
            texts.append(file.read_text())
    hosts = {urlsplit(url).hostname for text in texts for url in re.findall(r"https?://[^\s'\"]+", text)}
    public = (
        "pypi.org",
        "pythonhosted.org",
        "pytorch.org",
        "debian.org",
        "ubuntu.com",
        "npmjs.org",
        "localhost",
        "127.0.0.1",
    )
    return {host for host in hosts if host and not host.endswith(public)}


def test_nothing_of_the_workplace_is_in_the_repository():
    forbidden = own_mirrors() | {"/" + "work/", "/opt/" + "wheels", "/opt/" + "pypi"}
    for name, text in tracked():
        for word in forbidden:
            assert word not in text, f"{name} names {word}"


def test_packages_come_from_public_places():
    public = ("pypi.org", "files.pythonhosted.org", "download.pytorch.org", "deb.debian.org")
    for name, text in tracked():
        for found in re.findall(r"(?:index-url|find-links|trusted-host|registry)[= ]+[\"']?(https?://\S+)", text):
            assert urlsplit(found).hostname in public, f"{name}: {found}"


def test_no_secrets():
    secret = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_[A-Za-z0-9]{30}|\bhf_[A-Za-z0-9]{30}|\bAKIA[A-Z0-9]{16}"
    )
    for name, text in tracked():
        assert not secret.search(text), name


# ---- short enough to read ----


@each_source
def test_a_file_is_one_idea(file):
    # the formatter gives each item of a long list a line; settings are nothing but such lists, of which each is read alone
    lines, most = file.read_text().count("\n"), 600 if file.name == "settings.py" else 420
    assert lines <= most, "too long to be one idea"


@each_source
def test_a_function_fits_on_a_screen(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            assert lines <= 60, f"{node.name} is too long to read at a glance"


@each_core
def test_every_module_says_what_it_is(file):
    assert ast.get_docstring(ast.parse(file.read_text())), "a module without a docstring"


# ---- the order of the tests ----


def test_the_schedule_names_what_is_there():
    starts = [start for piece in schedule.TOGETHER.values() for start in piece]
    files = [piece for piece in schedule.FIRST if piece not in schedule.TOGETHER]
    assert set(schedule.TOGETHER) <= set(schedule.FIRST)
    assert [name for name in starts + files if not (ROOT / name).exists()] == []
