"""The floor of a page with a picture: nothing but one Plotly chart."""

import plotly.graph_objects as go
import streamlit as st

st.title("Floor")
st.plotly_chart(go.Figure(go.Bar(x=list(range(10)), y=[i * i for i in range(10)])), key="chart")
