"""Lectern: page config and navigation, and what makes every page survive a browser that translates it; nothing else."""

import streamlit as st

from pages.parts import browser
from pages.parts.words import _

st.set_page_config("Lectern", "assets/icon.png", layout="wide")
browser.settle()
st.navigation(
    [
        st.Page("pages/home.py", title=_("Home"), icon=":material/home:", default=True),
        st.Page("pages/transfer_learning.py", title=_("Transfer")),
        st.Page("pages/lifelong_learning.py", title=_("Life-long")),
        st.Page("pages/anomaly_detection.py", title=_("Anomaly")),
        st.Page("pages/gan.py", title=_("GAN")),
        st.Page("pages/seq2seq.py", title=_("Seq2seq")),
        st.Page("pages/network_compression.py", title=_("Compression")),
        st.Page("pages/adversarial_attack.py", title=_("Attack")),
        st.Page("pages/explainable_ai.py", title=_("Explain")),
        st.Page("pages/runs.py", title=_("Runs"), icon=":material/inventory_2:"),
    ],
    position="top",
).run()
