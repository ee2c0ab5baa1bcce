"""Transfer learning: a classifier that must work where it has no labels."""
