"""The tab Take away: numbers, settings, weights, and a script and a notebook that repeat the run."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core import labs, runs
from core.events import Picture, Started
from core.runs import Run, table
from core.settings import Metric
from pages.parts import figures, language, lecture, shown
from pages.parts.shown import Shown
from pages.parts.words import _, plain, translate, with_unit


def draw(current: Shown) -> None:
    """Buttons that give the visitor everything about the run shown."""
    if current.run is None:
        st.info(_nothing(current))
        return
    run, name = current.run, current.run.about.id
    st.markdown(
        _(
            "Everything about this run is yours. The weights open with the `safetensors` package; the script "
            "and the notebook repeat the run with the same seed."
        )
    )
    if processor := run.about.machine.get("processor"):
        st.caption(_("It took {:.0f} s on one thread of {}.").format(run.about.seconds, plain(processor)))
    files = {
        _("Numbers (CSV)"): ("csv", "text/csv", "table", history),
        _("Settings and results (JSON)"): ("json", "application/json", "data_object", facts),
        _("Weights and log (safetensors)"): ("safetensors", None, "deployed_code", runs.to_bytes),
        _("Figure (HTML)"): ("html", "text/html", "show_chart", figure),
        _("Script (Python)"): ("py", "text/x-python", "code", script),
        _("Notebook (Jupyter)"): ("ipynb", "application/x-ipynb+json", "menu_book", notebook),
    }
    with st.container(horizontal=True):
        for label, (ending, kind, icon, make) in files.items():
            st.download_button(
                label,
                partial(language.fixed, language.spoken(), make, run),
                f"{name}.{ending}",
                kind,
                icon=f":material/{icon}:",
                on_click="ignore",
            )
    st.caption(
        _(
            "Each figure has its own button for a PNG in its corner. The address of this page is a link to it as it is; where "
            "another site shows Lectern in a frame, that is the address of the frame and not the one in the address bar."
        )
    )
    st.code(script(run), language="python")


def _nothing(current: Shown) -> str:
    """Why there is nothing to take away of a run that left none; core/endings.py has the table of all endings."""
    state = current.view.state if current.view else ""
    if state == "failed":
        return _("This run failed before its end. Nothing of it is stored, so there is nothing to take away.")
    if state == "stopped":
        return _("This run was stopped before it had measured anything, so there is nothing to take away.")
    if state == "queued":
        return _("This run waits for its turn. When it has ended, everything about it can be taken away here.")
    return _(
        "This run is still training. When it ends, or when you stop it, everything about it can be taken away here."
    )


def history(run: Run) -> str:
    """The run's metrics, one row for each report."""
    steps, columns = table(run.events)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["step", *columns])
    writer.writerows([step, *("" if v[i] is None else v[i] for v in columns.values())] for i, step in enumerate(steps))
    return out.getvalue()


def figure(run: Run) -> str:
    """The run's curves as one page that needs neither Lectern nor a network: zoom, hover, choose the curves to see."""
    from plotly.subplots import make_subplots  # heavy, and needed nowhere else

    metrics, (steps, columns) = labs.of(run.about.lab).metrics, table(run.events)
    names = [name for name in metrics if name in columns and metrics[name].chart]
    groups = list(dict.fromkeys(metrics[name].chart for name in names))
    if not groups:
        return _map(run)
    begun = next((e.facts for e in run.events if isinstance(e, Started)), {})
    drawn = make_subplots(rows=len(groups), cols=1, shared_xaxes=True, vertical_spacing=0.04)
    hues = _hues(metrics, names)
    for name in names:
        seen = [(step, value) for step, value in zip(steps, columns[name]) if value is not None]
        row, unit = groups.index(metrics[name].chart) + 1, metrics[name].unit
        x, y = [step for step, __ in seen], [value for __, value in seen]
        label = with_unit(translate(metrics[name].label), unit)
        drawn.add_scatter(x=x, y=y, name=label, line={"color": hues[name]}, row=row, col=1)
        drawn.update_yaxes(type="log" if metrics[name].log else None, title=_axis(metrics, names, name), row=row, col=1)
    drawn.update_xaxes(title=_(str(begun.get("axis", "training step"))), row=len(groups), col=1)
    drawn.update_layout(title=_title(run), height=max(420, 260 * len(groups)), template="plotly_white")
    return _page(drawn)


def _axis(metrics: Mapping[str, Metric], names: Sequence[str], name: str) -> str:
    """What the axis of a metric's chart shows, with the unit where all of the chart's metrics have the same."""
    chart = metrics[name].chart
    units = {metrics[other].unit for other in names if metrics[other].chart == chart}
    return with_unit(_(chart), units.pop() if len(units) == 1 else "")


def _hues(metrics: Mapping[str, Metric], names: Sequence[str]) -> dict[str, str]:
    """A colour for each curve: that of its role, and another where a curve of its picture has that already."""
    hues: dict[str, str] = {}
    for name in names:
        taken = {hues[other] for other in hues if metrics[other].chart == metrics[name].chart}
        role = metrics[name].role
        wanted = "#333333" if role == "whole" else figures.colour(role)
        hues[name] = next((hue for hue in (wanted, *figures.TASKS) if hue not in taken), wanted)
    return hues


def _title(run: Run) -> str:
    return f"{lecture.read(run.about.lab).title}: {shown.name(run.about)}"


def _page(drawn: Any) -> str:
    """A Plotly figure as a page, without the button that would upload it to Plotly's cloud."""
    return drawn.to_html(include_plotlyjs=True, config={"showSendToCloud": False, "displaylogo": False})


def _map(run: Run) -> str:
    """The last picture of a run that has no curves, as a page of the same kind."""
    from plotly.graph_objects import Figure, Heatmap

    pictures = [e for e in run.events if isinstance(e, Picture) and e.array.ndim == 2]
    if not pictures:
        return f"<!doctype html><title>{run.about.id}</title><p>{_('This run has measured nothing that can be drawn.')}"
    values = np.array(pictures[-1].array, np.float32)[::-1]
    colours = [[place, stop] for place, stop in zip((0, 0.5, 1), figures.DIVERGING)]
    drawn = Figure(Heatmap(z=values, colorscale=colours, zmid=0))
    drawn.update_layout(title=_title(run), yaxis={"scaleanchor": "x"}, template="plotly_white")
    return _page(drawn)


def facts(run: Run) -> str:
    """What the header of the stored run says, and what its numbers are called, in which unit, and what a trivial rival reaches."""
    known, settings = labs.of(run.about.lab).metrics, shown.settings_of(run.about)
    metrics = {}
    for name in dict.fromkeys([*table(run.events)[1], *run.about.summary]):
        if name in known:
            who, value = shown.rival(known[name], settings) or ("", None)
            metrics[name] = {"label": known[name].label, "unit": known[name].unit, "rival": who, "rival reaches": value}
    return json.dumps(asdict(run.about) | {"metrics": metrics}, indent=2)


START = """import sys

sys.path.insert(0, "")  # Lectern is where this is started

import torch

from core.events import Finished, Metrics, Picture, Warned
from core.{lab}.settings import {model}
from core.{lab}.train import train
from core.settings import build

torch.set_num_threads(1)  # as the run was made; more threads may round differently
settings = build({model}, {settings})
"""
FOLLOW = """for event in train(settings):
    match event:
        case Metrics(step, values):
            print(step, values)
        case Warned(step, _, sentence):
            print(step, sentence)
        case Finished(step, summary):
            print(step, summary)
"""
COLLECT = """events = list(train(settings))
summary = next(event.summary for event in reversed(events) if isinstance(event, Finished))
summary
"""
CURVES = """import plotly.graph_objects as go

curves = go.Figure()
for name in dict.fromkeys(name for event in events if isinstance(event, Metrics) for name in event.values):
    points = [(e.step, e.values[name]) for e in events if isinstance(e, Metrics) and e.values.get(name) is not None]
    curves.add_scatter(x=[step for step, _ in points], y=[value for _, value in points], name=name)
curves.update_layout(xaxis_title="step")
curves
"""
PICTURES = """import plotly.express as px

last = {e.name: e.array for e in events if isinstance(e, Picture) and e.array.ndim == 2 and min(e.array.shape) > 2}
pictures = [px.imshow(array, title=name) for name, array in last.items()]
for picture in pictures:
    picture.show()
"""


def _start(run: Run) -> str:
    """The lines that both begin with: what is imported, and the settings."""
    flat = "".join(f"    {name!r}: {value!r},\n" for name, value in run.about.settings.items())
    lab = run.about.lab
    return START.format(lab=lab, model=labs.of(lab).settings.__name__, settings=f"{{\n{flat}}}")


def script(run: Run) -> str:
    """A program that repeats the run, to be started in a copy of Lectern."""
    return f'''"""Repeats the run {run.about.id} of Lectern.

It needs Lectern itself. In the folder of a copy of Lectern (the one that holds app.py), with requirements.txt installed:

    python {run.about.id}.py

The file may lie elsewhere: then give its whole path, but start it in that folder all the same. Another processor may
round differently, and then numbers drift apart.
"""

{_start(run)}
{FOLLOW}'''


def notebook(run: Run) -> str:
    """A notebook (nbformat 4.5) that repeats the run and draws its curves and its last pictures."""
    words = (
        f"# Run {run.about.id} of Lectern\n\nStart Jupyter in the folder of a copy of Lectern (the one that holds app.py), with "
        "requirements.txt installed. Another processor may round differently, and then numbers drift apart."
    )
    cells = [_cell("markdown", words)] + [_cell("code", source) for source in (_start(run), COLLECT, CURVES, PICTURES)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _cell(kind: str, source: str) -> dict[str, Any]:
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source.strip("\n")} | more
