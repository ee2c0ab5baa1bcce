"""The floor of a slider that moves a figure: one slider and Streamlit's own Plotly chart, a softmax of ten numbers."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

value = st.slider("Slider", 0, 100, 50, key="slider")
st.title(f"{value}")
odds = np.exp(np.arange(10) / (1 + value / 10))
st.plotly_chart(go.Figure(go.Bar(y=odds / odds.sum())), key="chart")
