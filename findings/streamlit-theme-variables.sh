#!/usr/bin/env bash
# streamlit 1.67.0: the theme's CSS variables (--st-primary-color …) exist inside components alone, and a page's style sheet that
# reads them gets nothing, without a word.
#
# Expected: Streamlit names its theme's colours as custom properties for CSS, and st.html takes a style sheet for the page. So
#   “outline: 2px solid var(--st-primary-color)” in it has the theme's colour, in light and dark.
# Found: the properties are set on the wrapper of each Components v2 component. At the root of the page and at every other element they
#   are empty, so the declaration is invalid: the outline is not drawn, a background stays transparent. A component has to copy
#   them to the root.
# Needs Chromium.
set -eu
chromium=$(command -v chromium || command -v chromium-browser)
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet streamlit==1.67.0 playwright==1.65.2
cat > "$work/app.py" <<'PY'
import streamlit as st

st.html("<style>.st-key-framed { outline: 2px solid var(--st-primary-color); }</style>")
with st.container(key="framed"):
    st.write("A page's own element")
st.components.v2.component("inside", html='<p class="inside">A component</p>', isolate_styles=False)(key="one")
PY
port=$("$work/venv/bin/python" -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
(cd "$work" && exec venv/bin/streamlit run app.py --server.port "$port" --server.address 127.0.0.1 --server.headless true \
  --browser.gatherUsageStats false --theme.primaryColor "#0B6E99") > "$work/log" 2>&1 &
server=$!
cat > "$work/check.py" <<'PY'
import sys

import streamlit
from playwright.sync_api import sync_playwright

print("streamlit", streamlit.__version__)
_, chromium, port = sys.argv
ASK = "([selector]) => getComputedStyle(document.querySelector(selector)).getPropertyValue('--st-primary-color')"
with sync_playwright() as playwright:
    page = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]).new_page()
    for _ in range(60):
        try:
            page.goto(f"http://127.0.0.1:{port}")
            break
        except Exception:
            page.wait_for_timeout(500)
    page.wait_for_selector(".inside")
    found = {name: page.evaluate(ASK, [name]) for name in (":root", ".stApp", ".st-key-framed", ".inside")}
    outline = page.evaluate("() => getComputedStyle(document.querySelector('.st-key-framed')).outlineStyle")
for name, value in found.items():
    print(f"--st-primary-color at {name:15}", value or "(empty)")
print("the outline that the page's style sheet asks for:", outline)
assert found.pop(".inside") and not any(found.values()) and outline == "none", "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/check.py" "$chromium" "$port"
