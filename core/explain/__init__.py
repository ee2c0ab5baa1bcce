"""Explainable AI: one explanation and how far to trust it, or one of the experiments."""
