"""What no training process uses, though libraries import it wherever it is there: pandas, with pyarrow, takes 50 MB."""

import importlib.abc
import sys
from importlib.machinery import ModuleSpec
from typing import Any

NAMES = "pandas", "pyarrow"


class Unused(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes the import of these packages fail, as where they are broken. A None in sys.modules would confuse scikit-learn."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in NAMES else None

    def create_module(self, spec: ModuleSpec) -> None:
        raise ImportError(f"No training process uses {spec.name}: see core/unused.py.", name=spec.name)

    def exec_module(self, module: Any) -> None: ...


def hide() -> None:
    """From now on this process, and those that are forked from it, do not import them."""
    if not any(isinstance(finder, Unused) for finder in sys.meta_path):
        sys.meta_path.insert(0, Unused())
