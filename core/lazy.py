"""A lab's analyses are loaded when they are first asked for: its page draws the first picture without waiting for torch."""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType


def modules_of(package: str) -> Callable[[str], ModuleType]:
    """A `__getattr__` for the __init__.py of this package: `package.name` imports the module of that name. It raises
    AttributeError where there is none, and lets through what a module fails to import itself."""

    def load(name: str) -> ModuleType:
        try:
            return import_module(f"{package}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{package}.{name}":
                raise
            raise AttributeError(f"there is no analysis called {name!r}") from error

    return load
