"""Stands in for packages that a peer imports and that nothing here needs: torchvision's data sets and transforms, and places to send
logs to. Every name in them is an empty class. Import it before the peer."""

import importlib.abc
import importlib.machinery
import sys
import types

ABSENT = ("torchvision", "GPUtil", "pytorchcv", "wandb", "gdown")


class _Named(type):
    def __getattr__(cls, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


class _Empty(metaclass=_Named):
    def __init__(self, *given, **named):
        pass


class _Module(types.ModuleType):
    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (_Empty,), {})


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ABSENT:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return _Module(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, _Finder())
