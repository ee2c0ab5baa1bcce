"""What lives as long as the process is set aside once, not at every rerun."""

import gc
import sys
from types import ModuleType

from pages.parts import garbage


def test_what_is_alive_is_set_aside_once_for_each_wave_of_imports(monkeypatch):
    gc.unfreeze()
    monkeypatch.setattr(garbage, "_known", 0)
    garbage.settle()
    first = gc.get_freeze_count()
    assert first > 10_000, "all of the imported libraries"
    keep = [[] for _ in range(5000)]
    garbage.settle()
    assert gc.get_freeze_count() <= first, "nothing was imported, nothing more is set aside"
    monkeypatch.setitem(sys.modules, "a_library_imported_later", ModuleType("a_library_imported_later"))
    garbage.settle()
    assert gc.get_freeze_count() > first + len(keep) // 2  # a few others may have gone meanwhile
    gc.unfreeze()


def test_garbage_is_collected_before_the_rest_is_set_aside(monkeypatch):
    class Knot:
        pass

    from weakref import ref

    knot = Knot()
    knot.self, gone = knot, ref(knot)
    del knot
    monkeypatch.setattr(garbage, "_known", 0)
    garbage.settle()
    assert gone() is None
    gc.unfreeze()
