"""Lectern: page config and navigation, and what makes every page survive a browser that translates it; nothing else."""

import streamlit as st

from core import labs
from pages.parts import browser
from pages.parts.words import _

st.set_page_config("Lectern", "assets/icon.png", layout="wide")
browser.settle()
st.navigation(
    [
        st.Page("pages/home.py", title=_("Home"), icon=":material/home:", default=True),
        *(st.Page(lab.path, title=_(lab.name)) for lab in labs.LABS.values()),
        st.Page("pages/runs.py", title=_("Runs"), icon=":material/inventory_2:"),
    ],
    position="top",
).run()
