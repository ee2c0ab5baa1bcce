"""The floor of a slider: nothing on the page but one slider and the number it stands on."""

import streamlit as st

value = st.slider("Slider", 0, 100, 50, key="slider")
st.title(f"{value}")
