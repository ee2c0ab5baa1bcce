"""Captum and LIME as a library for every lab: one signature for all methods, and how far to trust what they say."""
