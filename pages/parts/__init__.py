"""The parts that pages are made of.

A folder called pages/ makes Streamlit run a page file without app.py when a fresh server's first visitor follows a
deep link (until somebody calls st.navigation). Whatever page is first imports this package: it ends that mode and
runs app.py instead.
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

if PagesManager.uses_pages_directory:
    PagesManager.uses_pages_directory = False
    st.rerun()
