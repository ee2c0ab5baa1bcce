"""Home: what Lectern is, and one card with a picture for each lab."""

import streamlit as st

from core import jobs
from pages.shared import lecture
from pages.shared.words import _
from pages.views import anomaly, attack, compression, explain, gan, lifelong, seq2seq, transfer

LABS = {
    "transfer": ("pages/transfer_learning.py", ":material/swap_horiz:", transfer.card),
    "lifelong": ("pages/lifelong_learning.py", ":material/all_inclusive:", lifelong.card),
    "anomaly": ("pages/anomaly_detection.py", ":material/radar:", anomaly.card),
    "gan": ("pages/gan.py", ":material/swords:", gan.card),
    "seq2seq": ("pages/seq2seq.py", ":material/record_voice_over:", seq2seq.card),
    "compression": ("pages/network_compression.py", ":material/compress:", compression.card),
    "attack": ("pages/adversarial_attack.py", ":material/bug_report:", attack.card),
    "explain": ("pages/explainable_ai.py", ":material/troubleshoot:", explain.card),
}

st.title("Lectern")
st.markdown(_("#### Deep learning that you can touch"))
st.markdown(
    _(
        "On every page you turn a knob, train a **real network** in seconds on an ordinary processor, and see what "
        "changed and why. Only the first picture is stored: it is a finished run, and you can repeat it."
    )
)
grid = st.grid(min(3, len(LABS) + 1), min_column_width=280, gap="medium")
for lab, (page, icon, card) in LABS.items():
    with grid.container(border=True, height="stretch"):
        text = lecture.read(lab)
        st.image(card(), width="stretch", alt=text.title)
        st.page_link(page, label=f"**{text.title}**", icon=icon)
        st.markdown(text.idea)
with grid.container(border=True, height="stretch"):
    st.markdown(
        _(
            "**How every lab works.** Open a *scene* and predict what will happen. Turn the knobs on the left. Press **Train** "
            "and watch; pause, step, or stop. Look inside the trained network, ask it *why*, hold it against the published "
            "figures, lay runs over one another, and take everything away: numbers, weights, and a script that repeats the run."
        )
    )
jobs.warm_up()  # last: the picture comes before the training processes
