"""What the views of the explainable AI page show: numbers, arrays and named cases, computed without a page.

Each part is loaded when it is first asked for: with PyTorch, Captum and LIME that takes seconds, and a page's first picture
comes before.
"""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from error
