"""In which order the files of tests are handed to pytest-xdist's processes (tests/conftest.py asks for it).

As with --dist loadfile each file stays in one process, with two differences. Files that start processes of their own are
one piece: there is never more than one server with a browser, and those that need a cluster share it. And what takes
longest begins first, so that both processes end together; a number of tests says little about that.
"""

from typing import Any

from xdist.scheduler import LoadFileScheduling

TOGETHER = {
    "browser": ("tests/browser/",),
    "clusters": (
        "tests/core/test_cli.py",
        "tests/core/test_cluster.py",
        "tests/core/test_jobs.py",
        "tests/core/test_machines.py",
    ),
}
# the browser takes about five minutes; the clusters come when it has ended, so that the two do not compete
FIRST = (
    "browser",
    "tests/pages/test_labs.py",
    "tests/pages/views/test_explain.py",
    "tests/pages/views/test_attack.py",
    "tests/core/anomaly/test_train.py",
    "tests/core/transfer/test_methods.py",
    "tests/core/transfer/test_train.py",
    "tests/core/lifelong/test_train.py",
    "tests/core/gan/test_train.py",
    "tests/core/seq2seq/test_train.py",
    "tests/core/compression/test_train.py",
    "clusters",
)


class LongestFirst(LoadFileScheduling):
    """Hands out the pieces of FIRST in that order, then the other files, those with most tests first."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((piece for piece, starts in TOGETHER.items() if file.startswith(starts)), file)

    def _assign_work_unit(self, node: Any) -> None:
        if piece := next((piece for piece in FIRST if piece in self.workqueue), None):
            self.workqueue.move_to_end(piece, last=False)
        super()._assign_work_unit(node)
