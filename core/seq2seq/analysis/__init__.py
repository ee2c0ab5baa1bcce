"""What the views of the sequence-to-sequence page show: one file for each idea, with the view's name."""

from core.lazy import modules_of

__getattr__ = modules_of(__name__)
