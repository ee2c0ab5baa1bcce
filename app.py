"""Lectern: page config and navigation, and what makes every page survive a browser that translates it; nothing else."""

import streamlit as st

from pages.shared import browser
from pages.shared.words import _

st.set_page_config("Lectern", "assets/icon.png", layout="wide")
browser.settle()
st.navigation(
    {
        "": [
            st.Page(
                "pages/home.py",
                title=_("Home"),
                icon=":material/home:",
                default=True,
                help=_("What Lectern is, and its labs."),
            ),
        ],
        _("Labs"): [
            st.Page(
                "pages/transfer_learning.py",
                title=_("Transfer learning"),
                icon=":material/swap_horiz:",
                help=_("Break a good classifier by changing its world, then mend it without labels."),
            ),
            st.Page(
                "pages/lifelong_learning.py",
                title=_("Life-long learning"),
                icon=":material/all_inclusive:",
                help=_("See a network forget, and hold on to what it knew."),
            ),
            st.Page(
                "pages/anomaly_detection.py",
                title=_("Anomaly detection"),
                icon=":material/radar:",
                help=_("Learn what is normal, and decide what is not."),
            ),
            st.Page(
                "pages/gan.py",
                title=_("GAN"),
                icon=":material/swords:",
                help=_("Let a forger and an expert learn from each other, and see where it goes wrong."),
            ),
            st.Page(
                "pages/seq2seq.py",
                title=_("Sequence to sequence"),
                icon=":material/record_voice_over:",
                help=_("Type a word, hear a network spell out its sounds, and take attention away."),
            ),
            st.Page(
                "pages/network_compression.py",
                title=_("Network compression"),
                icon=":material/compress:",
                help=_("Distil, prune, redesign and quantise a digit classifier."),
            ),
            st.Page(
                "pages/adversarial_attack.py",
                title=_("Adversarial attack"),
                icon=":material/bug_report:",
                help=_("Break a network with a change that nobody sees, then defend it."),
            ),
            st.Page(
                "pages/explainable_ai.py",
                title=_("Explainable AI"),
                icon=":material/troubleshoot:",
                help=_("Ask a network why, and learn when not to believe the answer."),
            ),
        ],
        _("Shelf"): [
            st.Page(
                "pages/runs.py",
                title=_("Runs"),
                icon=":material/inventory_2:",
                help=_("Every run that is stored here."),
            ),
        ],
    }
).run()
