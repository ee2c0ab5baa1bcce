"""What the tests of the pages share: a visitor without a browser, a store of runs of their own, and runs to put there."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

from core import jobs, labs, runs
from core.events import Event, Warned
from core.job import LOOKING
from core.settings import Settings, build, flat_fields, flatten

ROOT = Path(__file__).resolve().parents[2]
PAGES = {lab.id: lab.path for lab in labs.LABS.values()}


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store for each test (shipped runs stay visible), and no training processes unless a test asks for them."""
    monkeypatch.setenv("LECTERN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(jobs, "warm_up", lambda: None)
    return tmp_path / "runs"


# AppTest looks through every installed package anew for each visitor; during the tests the answer stays the same
scan_once = cache(manifest_scanner.scan_component_manifests)


def save_quickly(
    picture: Image.Image, file: Any, format: str | None = None, *, save: Any = Image.Image.save, **options: Any
) -> None:
    """Image.save with zlib at its quickest: the pixels are the same, and no page test looks at a file's size."""
    save(picture, file, format, **{"compress_level": 1} | options)


def wait_for_the_script(runner: Any, timeout: float) -> None:
    """AppTest would ask every millisecond, and take the time from the script that it waits for."""
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        runner.request_stop()
        raise RuntimeError(f"the page was not there after {timeout} s")


@pytest.fixture(autouse=True)
def nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Saves what costs most of the time of a visit and changes nothing on the page."""
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", scan_once)
    monkeypatch.setattr(Image.Image, "save", save_quickly)
    monkeypatch.setattr(local_script_runner, "require_widgets_deltas", wait_for_the_script)


@pytest.fixture(scope="session")
def visit() -> Callable[..., AppTest]:
    """Opens a page of the app at an address, like a visitor who follows a link; tab: the one that was open, by its name on the
    page, or in address the whole query as a link has it."""

    def open_page(page: str, tab: str | None = None, address: Mapping[str, str] | None = None, **query: Any) -> AppTest:
        visitor = AppTest.from_file(ROOT / "app.py", default_timeout=300)
        if tab:
            for lab in labs.LABS:
                visitor.session_state[f"{lab}/tab"] = tab
        for name, value in {**query, **(address or {})}.items():
            visitor.query_params[name] = value
        visitor.switch_page(page)
        return visitor.run()

    return open_page


def in_no_hands(job: jobs.Job) -> jobs.Job:
    """A job of the registry that nothing changes but the test: no training process is given it, and it does not stop because
    nobody has looked at it yet."""

    class Nobody:
        client = None

        def release(self) -> None:
            pass

    job.future = Nobody()
    job.viewers = {"gone.page": time.monotonic() - 2 * LOOKING} | job.viewers
    return job


SEEDS = count(5000)


@cache
def training(**flat: Any) -> tuple[Settings, tuple[Event, ...]]:
    """The settings, with a seed of their own, and all events of a real training."""
    torch.set_num_threads(1)  # as in the workers: with more the same settings end elsewhere
    settings = build(labs.of("compression").settings, {"seed": next(SEEDS)} | flat)
    return settings, tuple(labs.of("compression").train(settings))


@pytest.fixture(scope="session")
def trained() -> Callable[..., runs.Run]:
    """A real run of a lab with settings so small that it ends within a second or two; not saved.

    Equal settings are trained once, but each run has a name of its own: pages remember what they measured by the name.
    """

    def train(flat: dict[str, Any] | None = None, state: str = "finished") -> runs.Run:
        tiny = {"method": "teacher", "augment": False, "epochs": 1, "channels": 4, "neurons": 16}
        flat = tiny | (flat or {}) if (flat or tiny).get("method", "teacher") == "teacher" else flat
        settings, log = training(**flat)
        log = log if state == "finished" else log[:5]
        return runs.make(f"compression-tiny-{next(SEEDS)}", "compression", flatten(settings), list(log), 1.0, state)

    return train


@cache
def lessons() -> set[str]:
    """What shipped runs warn of: a task that is forgotten altogether, for one."""
    shipped = [about.id for about in runs.listing()[0] if about.shipped]
    return {e.sentence for run_id in shipped for e in runs.load(run_id).events if isinstance(e, Warned)}


def check(visitor: AppTest) -> AppTest:
    """Nothing went wrong on the page: no exception, no error, no warning but those that a shipped run is to show."""
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error, [e.value for e in visitor.error]
    heard = [w.value for w in visitor.warning if w.value not in lessons()]
    assert not heard, heard
    return visitor


def pick(visitor: AppTest, lab: str, slug: str) -> AppTest:
    """Opens a scene as a visitor does: by its name in the line, or in the list of the others."""
    if next(scene.more for scene in labs.of(lab).scenes if scene.slug == slug):
        return check(visitor.button(key=f"scene/{lab}/{slug}").click().run())
    return check(visitor.get("pills")[0].set_value(slug).run())


@dataclass(frozen=True)
class Chart:
    """A chart on the page: its key, and what the browser is told to draw: a figure with its "data", "layout" and "alt"."""

    key: str
    figure: dict[str, Any]


def charts(visitor: AppTest) -> list[Chart]:
    """Every chart on the page; each one says in words what it shows."""
    told = [  # a figure travels as bytes, what a pad is told as text
        (component.key.removesuffix("/plot"), json.loads(component.proto.bytes or component.proto.json))
        for component in visitor.get("bidi_component")
    ]
    found = [Chart(key, data.get("figure", {}) | data) for key, data in told]
    found += [
        Chart(chart.key, {"alt": chart.proto.alt, "plotly": chart.proto.spec}) for chart in visitor.get("plotly_chart")
    ]
    assert all(chart.figure["alt"].strip() for chart in found), "a chart has no alt text"
    return found


def keys_of(visitor: AppTest) -> list[str]:
    """The keys of all widgets and charts: none may hold the name of a run, or it would be forgotten with it."""
    kinds = "slider select_slider selectbox multiselect segmented_control pills toggle number_input text_area".split()
    return [element.key or "" for kind in kinds for element in visitor.get(kind)] + [
        chart.key for chart in charts(visitor)
    ]


def behind(visitor: AppTest) -> list[str]:
    """The names of the curves of other runs, which stand faint behind the run shown."""
    traces = [trace for chart in charts(visitor) for trace in chart.figure.get("data", [])]
    return [
        trace["name"]
        for trace in traces
        if trace.get("mode") == "lines" and trace["name"] and trace.get("opacity", 1) < 1
    ]


def marks(figure: dict[str, Any]) -> dict[str, float]:
    """The vertical lines with a name: where they stand."""
    return {
        shape["name"]: shape["x0"]
        for shape in figure["layout"]["shapes"]
        if shape["x0"] == shape["x1"] and shape["name"]
    }


def shown(visitor: AppTest, lab: str) -> Settings:
    """The settings that the widgets of a lab page show."""
    state, model = visitor.session_state, labs.of(lab).settings
    chosen = {name: state[f"{lab}/{name}"] for name in model.model_fields}
    return build(model, {name: state[f"{lab}/{name}"] for name, _ in flat_fields(model, chosen)})


def said(visitor: AppTest) -> list[str]:
    """The warnings as people read them, without the backslashes that keep a quoted visitor from being formatting."""
    return [re.sub(r"\\([^\w\s])", r"\1", warning.value) for warning in visitor.warning]


def text_of(visitor: AppTest) -> str:
    """All sentences on the page."""
    kinds = (visitor.title, visitor.markdown, visitor.caption, visitor.info, visitor.warning, visitor.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)
