"""What the views of the explainable AI page show: numbers, arrays and named cases, computed without a page."""

from core.lazy import modules_of

__getattr__ = modules_of(__name__)
