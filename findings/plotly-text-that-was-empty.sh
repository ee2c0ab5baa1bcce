#!/usr/bin/env bash
# plotly 7.1.0 (the plotly.js inside it): a text of a scatter trace that was empty once is not drawn when Plotly.react fills it.
#
# Expected: Plotly.react shows what it is given. A table that fills cell by cell, as a trace of mode “text” whose texts are "" until
#   they are known, shows all of them in the end.
# Found: where a text is empty, its element is taken out of the page but the place for it stays; the next drawing finds the
#   place and puts nothing into it. The data hold all texts, the page has only those that were there at first. A no-break space in
#   place of "" keeps the element.
# Needs Chromium.
set -eu
chromium=$(command -v chromium || command -v chromium-browser)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet plotly==7.1.0 playwright==1.65.2
cat > "$work/check.py" <<'PY'
import sys

import plotly
from playwright.sync_api import sync_playwright

print("plotly", plotly.__version__)
DRAW = """async empty => {
    const place = document.body.appendChild(document.createElement("div"));
    const draw = text => Plotly.react(place, [{ type: "scatter", mode: "text", x: [1, 2, 3], y: [1, 2, 3], text }], { width: 300, height: 300 });
    const seen = () => [...place.querySelectorAll(".textpoint")].map(e => e.textContent.trim()).filter(t => t);
    await draw(["a", empty, empty]);
    await draw(["a", "b", "c"]);
    return [Plotly.version, place.data[0].text, seen()];
}"""
with sync_playwright() as playwright:
    page = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"]).new_page()
    page.set_content("<p>")
    page.add_script_tag(content=plotly.offline.get_plotlyjs())
    version, given, empty = page.evaluate(DRAW, "")
    _, _, spaced = page.evaluate(DRAW, "\u00a0")
print("plotly.js", version, "was given", given)
print('on the page, where two were "" before:            ', empty)
print("on the page, where two were a no-break space before:", spaced)
assert empty == ["a"] and spaced == given, "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/check.py" "$chromium"
