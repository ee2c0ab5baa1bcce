#!/usr/bin/env bash
# streamlit 1.67.0: a value that a callback sets in st.session_state does not last for a widget that moves into a closed popover.
#
# Expected: session_state is the truth. A button's callback sets st.session_state["level"] = 9, the slider with key="level" has 9 from
#   then on, wherever the script draws it.
# Found: where the same run draws the slider inside a popover, which is closed, the browser never mounts it, so it does not take the
#   new value; but it still knows the old one from where the slider stood before, and sends it with the next rerun, whatever
#   causes that. The script then reads the old value again, and takes it for the visitor's wish (on_change is called as well).
# Needs Chromium.
set -eu
chromium=$(command -v chromium || command -v chromium-browser)
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet streamlit==1.67.0 playwright==1.65.2
cat > "$work/app.py" <<'PY'
import streamlit as st

st.session_state.setdefault("level", 2)


def fold():
    st.session_state["folded"], st.session_state["level"] = True, 9


place = st.popover("More") if st.session_state.get("folded") else st.container()
with place:
    st.slider("Level", 0, 10, key="level")
st.button("Fold", on_click=fold)
st.button("Anything else")
st.text(f"level {st.session_state['level']}")
PY
port=$("$work/venv/bin/python" -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
(cd "$work" && exec venv/bin/streamlit run app.py --server.port "$port" --server.address 127.0.0.1 --server.headless true \
  --browser.gatherUsageStats false) > "$work/log" 2>&1 &
server=$!
cat > "$work/check.py" <<'PY'
import sys

import streamlit
from playwright.sync_api import expect, sync_playwright

print("streamlit", streamlit.__version__)
_, chromium, port = sys.argv
with sync_playwright() as playwright:
    page = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]).new_page()
    for _ in range(60):
        try:
            page.goto(f"http://127.0.0.1:{port}")
            break
        except Exception:
            page.wait_for_timeout(500)
    told = page.get_by_test_id("stText")
    expect(told).to_have_text("level 2", timeout=30_000)
    page.get_by_role("slider").press("ArrowRight")  # the visitor's own value
    expect(told).to_have_text("level 3")
    page.get_by_role("button", name="Fold").click()
    expect(told).to_have_text("level 9")
    print("after the callback:", told.inner_text())
    page.get_by_role("button", name="Anything else").click()
    page.wait_for_timeout(3000)
    print("after the next rerun:", told.inner_text())
    assert told.inner_text() == "level 3"
PY
"$work/venv/bin/python" "$work/check.py" "$chromium" "$port"
