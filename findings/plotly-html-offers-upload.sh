#!/usr/bin/env bash
# plotly 7.1.0 (plotly.js 4.1.1): a figure written with write_html offers "Share chart…", which uploads it, unless told not to.
#
# write_html embeds everything and needs no network, so one expects a file that keeps to itself. But the bundled
# plotly.js has showSendToCloud true by default: the bar over every exported figure has a button that sends data and
# layout to the maker's cloud. config={"showSendToCloud": False} takes it away; plotly 6.0.0 (plotly.js 3.0.0) had it off
# by default.
# So: pass the config wherever a figure leaves the house: to_html, write_html, show, and st.plotly_chart.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check plotly==7.1.0
"$home/bin/python" - <<'PY'
import re

import plotly
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

figure = go.Figure(go.Scatter(y=[1, 3, 2]))
script = get_plotlyjs()
print("plotly", plotly.__version__, re.search(r"plotly\.js v[\d.]+", script)[0])
default = re.search(r'showSendToCloud:\{valType:"boolean",dflt:(!0|!1)\}', script)[1]
print("showSendToCloud by default:", default == "!0")
assert default == "!0", "the button is no longer there by default"
assert "cloud.plotly.com" in script and "Share chart" in script
plain, told = figure.to_html(), figure.to_html(config={"showSendToCloud": False})
assert '"showSendToCloud"' not in plain.rsplit("Plotly.newPlot", 1)[1], "plotly.py itself switches it off now"
assert '"showSendToCloud": false' in told.rsplit("Plotly.newPlot", 1)[1]
PY
