"""The process that hosts one server while anybody uses it.

Started by the first user, in a session of its own, so that neither the Ctrl-C nor the end of one command takes the server
from another. It leaves when it can have the users' lock for itself: a killed user lets go of that too. Should the keeper be
killed, its server ends with it, and the next user starts both anew.
"""

from __future__ import annotations

import logging
import signal
import sys
import time
from pathlib import Path

from campus.platform.embedded.errors import AlreadyRunning, ServerUnavailable
from campus.platform.embedded.hosting import Files, Host

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
REVIVE_SECONDS = 1.0


def keep(var: Path, name: str) -> None:
    """Host the server `name` until nobody uses it, or until SIGTERM.

    Raises:
        ServerUnavailable: it did not start.
    """
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: asked.append(received))
    host = Host(var, name, durable=True)
    host.open()
    users = Files(var, name).users
    try:
        # Taken, it stays taken until this process ends: who comes meanwhile waits and then finds no host.
        while not asked and not users.take():
            _revive(host)
            time.sleep(LOOK_SECONDS)
    finally:
        host.close()


def _revive(host: Host) -> None:
    if host.server is None or not host.server.has_died:
        return
    log.warning("%s ended by itself; starting it again", host.server.name)
    try:
        host.server.start()
        host.publish()
    except ServerUnavailable:
        log.exception("%s does not come back", host.server.name)
        time.sleep(REVIVE_SECONDS)


def main(name: str, var: str) -> int:
    """Keep one server; the exit status is 1 when it could not be started."""
    logging.basicConfig(format="%(asctime)s keeper: %(message)s", level=logging.INFO)
    try:
        keep(Path(var), name)
    except AlreadyRunning:
        return 0  # somebody else was faster; the users find that one
    except ServerUnavailable as error:
        log.error("%s", error)  # noqa: TRY400 - the message has the server's own log
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
