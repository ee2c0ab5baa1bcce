"""What the views of the transfer learning page show: pure functions of a run's record, one file for each idea.

`analysis.digits` is loaded when it is first asked for: the page is there without waiting for torch.
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
