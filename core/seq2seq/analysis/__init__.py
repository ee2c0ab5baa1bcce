"""What the views of the sequence-to-sequence page show: one file for each idea, with the view's name.

`analysis.beam` is loaded when it is first asked for: the page draws its first picture without waiting for torch and Captum.
"""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise  # of something that it imports
        raise AttributeError(f"there is no analysis called {name!r}") from error
