#!/usr/bin/env bash
# streamlit 1.67.0: AppTest.switch_page before the first run() opens a page without the main script, although st.navigation is there.
#
# Expected: an app with st.navigation has one way to a page: the main script runs, and runs the page. A test that follows a link to a
#   page, `AppTest.from_file("app.py")`, `switch_page`, `run()`, so sees what a visitor sees.
# Found: where the pages stand in a folder named pages/, that first run executes the page's file alone: what the main script sets up
#   (page config, the session, style, a check of who asks) has not happened. After one run() of the main script the same
#   switch_page executes both.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
python3 -m venv "$home/venv"
"$home/venv/bin/pip" install --quiet --disable-pip-version-check streamlit==1.67.0
mkdir "$home/pages"
cat > "$home/app.py" <<'PY'
import streamlit as st

st.session_state["set up"] = True
st.navigation([st.Page("pages/one.py", default=True), st.Page("pages/two.py")]).run()
PY
echo 'import streamlit as st; st.write("one", st.session_state.get("set up"))' > "$home/pages/one.py"
echo 'import streamlit as st; st.write("two", st.session_state.get("set up"))' > "$home/pages/two.py"
cat > "$home/check.py" <<'PY'
import streamlit
from streamlit.testing.v1 import AppTest

print("streamlit", streamlit.__version__)
seen = {}
for name, first in {"before the first run": False, "after a run of the main script": True}.items():
    app = AppTest.from_file("app.py")
    if first:
        app.run()
    seen[name] = app.switch_page("pages/two.py").run().markdown[0].value
    print(f"switch_page {name}: {seen[name]}, the main script ran: {'set up' in app.session_state}")
assert "None" in seen["before the first run"] and "True" in seen["after a run of the main script"]
PY
(cd "$home" && venv/bin/python check.py 2>/dev/null)
