"""The floor of a slider that moves a picture: nothing on the page but one slider and one Plotly chart of ten bars."""

import plotly.graph_objects as go
import streamlit as st


@st.fragment
def view() -> None:
    value = st.slider("Slider", 0, 100, 50, key="slider")
    st.plotly_chart(go.Figure(go.Bar(x=list(range(10)), y=[(i * value) % 7 + i for i in range(10)])), key="chart")


st.title("Floor")
view()
