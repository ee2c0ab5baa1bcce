"""In which order the files of tests are handed to pytest-xdist's processes (tests/conftest.py asks for it).

As with --dist loadfile each file stays in one process, with two differences: the browser tests are one piece, so that
there is never more than one server with a browser at a time, and what takes longest comes first, so that the
processes end together.
"""

from typing import Any

from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser"
# seconds of the longest pieces, roughly; a piece that is not named comes after them, the one with most tests first
SECONDS = {
    BROWSER: 300,
}


class LongestFirst(LoadFileScheduling):
    """Hands out the longest of the waiting pieces."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return BROWSER if file.startswith(f"{BROWSER}/") else file

    def _assign_work_unit(self, node: Any) -> None:
        longest = max(self.workqueue, key=lambda piece: SECONDS.get(piece, 0))  # of equals the first, as xdist sorted them
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)
