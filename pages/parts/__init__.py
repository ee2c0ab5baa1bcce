"""The parts that pages are made of.

A folder called pages/ makes Streamlit run a page file without app.py when a fresh server's first visitor follows a
deep link (until somebody calls st.navigation). This package, which app.py imports when the server starts, ends that mode;
where a page file runs before that, app.py is run instead.
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

alone, PagesManager.uses_pages_directory = PagesManager.uses_pages_directory, False
if alone:
    st.rerun()
