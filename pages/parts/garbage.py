"""Garbage is collected now and then for all visitors, and what will live as long as the process is not searched each time.

Streamlit would collect it after every rerun and every look at a run (`postScriptGC` in .streamlit/config.toml says that it shall
not): a third of what such a look costs, and more the more visitors there are, because all that they hold is searched.
"""

import gc
import sys
import time

EVERY = 10.0  # seconds between two collections; Python's own, when many objects were made, come besides
_known = 0  # modules that were loaded when the objects were last set aside
_last = 0.0  # when garbage was last collected


def settle() -> None:
    """At the end of a page. Sets everything that is alive aside whenever more modules have been imported.

    A collection that looks through all of torch holds the interpreter for 150 ms, three times as long as a slider's
    whole answer; without what is set aside it takes 5 ms. Modules are imported a few times in the life of a server, so
    only the sessions of those moments escape collection.
    """
    global _known, _last
    imported, now = len(sys.modules) > _known, time.monotonic()
    if not imported and now - _last < EVERY:
        return
    _known, _last = len(sys.modules), now
    gc.collect()
    if imported:
        gc.freeze()
