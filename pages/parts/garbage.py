"""Streamlit collects garbage after every rerun. What will live as long as the process need not be searched each time."""

import gc
import sys

_known = 0  # modules that were loaded when the objects were last set aside


def settle() -> None:
    """Sets everything that is alive aside whenever more modules have been imported.

    A collection that looks through all of torch holds the interpreter for 150 ms, three times as long as a slider's
    whole answer; without what is set aside it takes 5 ms. Modules are imported a few times in the life of a server, so
    only the sessions of those moments escape collection.
    """
    global _known
    if len(sys.modules) > _known:
        _known = len(sys.modules)
        gc.collect()
        gc.freeze()
