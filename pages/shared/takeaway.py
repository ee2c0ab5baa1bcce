"""The tab Take away: numbers, settings, weights, and a script that repeats the run."""

import csv
import io
import json
from dataclasses import asdict
from functools import partial

import numpy as np
import streamlit as st

from core import labs, runs
from core.events import Picture
from core.runs import Run, table
from pages.shared import figures
from pages.shared.shown import Shown
from pages.shared.words import _


def draw(current: Shown) -> None:
    """Buttons that give the visitor everything about the run shown."""
    if current.run is None:
        st.info(
            _(
                "This run is still training. When it ends, or when you stop it, everything about it can be taken away here."
            )
        )
        return
    run, name = current.run, current.run.about.id
    st.markdown(
        _(
            "Everything about this run is yours. The weights open with the `safetensors` package; the script repeats "
            "the run with the same seed."
        )
    )
    files = {
        _("Numbers (CSV)"): ("csv", "text/csv", "table", history),
        _("Settings and results (JSON)"): ("json", "application/json", "data_object", facts),
        _("Weights and log (safetensors)"): ("safetensors", None, "deployed_code", runs.to_bytes),
        _("Figure (HTML)"): ("html", "text/html", "show_chart", figure),
        _("Script (Python)"): ("py", "text/x-python", "code", script),
    }
    with st.container(horizontal=True):
        for label, (ending, kind, icon, make) in files.items():
            st.download_button(
                label,
                partial(make, run),
                f"{name}.{ending}",
                kind,
                icon=f":material/{icon}:",
                on_click="ignore",
            )
    st.caption(
        _("Each figure has its own button for a PNG in its corner. The address bar holds a link to this page as it is.")
    )
    st.code(script(run), language="python")


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

    metrics, (steps, columns) = labs.module(run.about.lab, "settings").METRICS, table(run.events)
    names = [name for name in metrics if name in columns and metrics[name].chart]
    groups = list(dict.fromkeys(metrics[name].chart for name in names))
    if not groups:
        return _map(run)
    drawn = make_subplots(rows=len(groups), cols=1, shared_xaxes=True, vertical_spacing=0.04)
    for name in names:
        seen = [(step, value) for step, value in zip(steps, columns[name]) if value is not None]
        row, role = groups.index(metrics[name].chart) + 1, metrics[name].role
        hue = "#333333" if role == "whole" else figures.colour(role)
        x, y = [step for step, __ in seen], [value for __, value in seen]
        drawn.add_scatter(x=x, y=y, name=_(metrics[name].label), line={"color": hue}, row=row, col=1)
        drawn.update_yaxes(type="log" if metrics[name].log else None, title=_(metrics[name].chart), row=row, col=1)
    drawn.update_xaxes(title=_("training step"), row=len(groups), col=1)
    drawn.update_layout(title=run.about.id, height=max(420, 260 * len(groups)), template="plotly_white")
    return drawn.to_html(include_plotlyjs=True)


def _map(run: Run) -> str:
    """The last picture of a run that has no curves, as a page of the same kind."""
    from plotly.graph_objects import Figure, Heatmap

    pictures = [e for e in run.events if isinstance(e, Picture) and e.array.ndim == 2]
    if not pictures:
        return f"<!doctype html><title>{run.about.id}</title><p>{_('This run has measured nothing that can be drawn.')}"
    values = np.array(pictures[-1].array, np.float32)[::-1]
    colours = [[place, stop] for place, stop in zip((0, 0.5, 1), figures.DIVERGING)]
    drawn = Figure(Heatmap(z=values, colorscale=colours, zmid=0))
    drawn.update_layout(title=run.about.id, yaxis={"scaleanchor": "x"}, template="plotly_white")
    return drawn.to_html(include_plotlyjs=True)


def facts(run: Run) -> str:
    """What the header of the stored run says."""
    return json.dumps(asdict(run.about), indent=2)


def script(run: Run) -> str:
    """A program that repeats the run, to be started in a checkout of Lectern."""
    lab = run.about.lab
    model = labs.settings_class(lab).__name__
    flat = (
        json.dumps(run.about.settings, indent=4)
        .replace("true", "True")
        .replace("false", "False")
        .replace("null", "None")
    )
    return f'''"""Repeats the run {run.about.id} of Lectern. Start it in a checkout: python this_file.py"""

import torch

from core.{lab}.settings import {model}
from core.{lab}.train import train
from core.settings import build

torch.set_num_threads(1)  # as the run was made; more threads may round differently
settings = build({model}, {flat})

for event in train(settings):
    print(event if not hasattr(event, "models") else event.summary)
'''
