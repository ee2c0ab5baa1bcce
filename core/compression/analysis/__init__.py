"""What the views of the compression lab show, one file for each view and what several of them share.

`analysis.bits` is loaded when it is first asked for: the page draws its first picture without waiting for torch.
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
