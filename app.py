"""Lectern: what happens when the server starts, and for every visitor page config and navigation; nothing else.

`streamlit run app.py` imports this file once and takes `app` for its server, and runs it again for every visitor.
"""

import streamlit as st

from core import jobs, labs

if __name__ == "app":
    from pages.parts import headers

    app = st.App(__file__, lifespan=jobs.lifespan, middleware=headers.middleware())
else:
    from pages.parts import browser, language, lecture
    from pages.parts.words import _

    st.set_page_config("Lectern", "assets/icon.png", layout="wide")
    language.settle()
    browser.settle()  # makes every page survive a browser that translates it
    st.navigation(
        [
            st.Page("pages/home.py", title=_("Home"), icon=":material/home:", default=True),
            *(st.Page(lab.path, title=lecture.name(lab.id)) for lab in labs.LABS.values()),
            st.Page("pages/runs.py", title=_("Runs"), icon=":material/inventory_2:"),
        ],
        position="top",
    ).run()
    language.switch()
