"""Real servers without an installation: PostgreSQL and Valkey from their wheels, run as children.

`start` runs both inside this process (tests, benchmarks). `attach_or_start` gives a command the servers of its checkout:
those that already run, or fresh ones that end with their last user. The wheels' own managers are not used: they leak servers
and trust pid files.
"""

from campus.platform.embedded.databases import create_database, drop_database
from campus.platform.embedded.endpoints import Endpoints
from campus.platform.embedded.errors import AlreadyRunning, NotInstalled, ServerUnavailable, StartFailed
from campus.platform.embedded.servers import Servers, start
from campus.platform.embedded.using import attach_or_start, detach, mend

__all__ = [
    "AlreadyRunning",
    "Endpoints",
    "NotInstalled",
    "ServerUnavailable",
    "Servers",
    "StartFailed",
    "attach_or_start",
    "create_database",
    "detach",
    "drop_database",
    "mend",
    "start",
]
