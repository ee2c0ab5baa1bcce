"""What the views of the transfer learning page show: pure functions of a run's record, one file for each idea."""

from core.lazy import modules_of

__getattr__ = modules_of(__name__)
