"""Anomaly detection: learn what is normal, and say how far from it something new is."""
