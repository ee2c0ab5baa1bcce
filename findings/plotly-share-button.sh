#!/usr/bin/env bash
# plotly 7.1.0: a page that Figure.to_html writes offers to upload the chart, unless it is told not to.
#
# Expected: a figure saved as a self-contained page talks to nobody. to_html seems to expect so as well: it takes plotlyServerURL
#   out of the page's options “if showSendToCloud is False”, which is what it assumes when nothing is said.
# Found: the plotly.js inside the same package has showSendToCloud on by default and a server's address of its own, so that every
#   exported page has a “Share chart...” button that sends the figure and its data to that server. config={"showSendToCloud": False}
#   takes it away.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet plotly==7.1.0
cat > "$work/check.py" <<'PY'
import re

import plotly
import plotly.graph_objects as go

print("plotly", plotly.__version__)


def options(**more):
    page = go.Figure(go.Scatter(y=[1, 2])).to_html(include_plotlyjs=False, **more)
    return page.rpartition("{")[2].partition("}")[0]


script = plotly.offline.get_plotlyjs()
switch = re.search(r'showSendToCloud:\{valType:"boolean",dflt:(!\d)', script)[1]
server = re.search(r'plotlyServerURL:\{valType:"string",dflt:"([^"]*)"', script)[1]
print("options that to_html writes:          ", options())
print("options with showSendToCloud=False:   ", options(config={"showSendToCloud": False}))
print("default of showSendToCloud in plotly.js:", {"!0": "true", "!1": "false"}[switch])
print("default of plotlyServerURL in plotly.js:", server)
print("the button:", re.search(r'sendChartToCloud=\{name:"sendChartToCloud",title:function\(e\)\{return \w+\(e,"([^"]*)"', script)[1])
assert "showSendToCloud" not in options() and switch == "!0" and server.startswith("https://"), "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/check.py"
