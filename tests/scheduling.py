"""What of the suite runs on one worker, because it shares something that is expensive to make.

By where a test stands, not by `xdist_group`: with pytest 9.2 pytest-xdist 3.8 silently loses its groups, since their names cannot
be added to a test's id any more.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    ("tests/browser/", "tests/demo/"),  # one running site; one set of drawn photos
    ("tests/faults/test_two_nodes.py",),  # one primary with its replica, web servers and workers
    ("tests/faults/test_replica.py",),  # another
    ("tests/faults/test_readiness.py",),  # a web server and a worker
    ("tests/platform/test_embedded.py",),  # a pair of servers
)


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Everything else goes to whichever worker is free, test by test; the largest groups begin."""

    def _split_scope(self, nodeid: str) -> str:
        return next((places[0] for places in TOGETHER if nodeid.startswith(places)), nodeid)
