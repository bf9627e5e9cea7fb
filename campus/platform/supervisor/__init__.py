"""What `make run` runs: servers, migrations, demo campus, then web server, worker and sweep until it is told to stop.

Every child dies with this process, however it dies; a child that dies alone is started again. One line per step is printed; what
the children say is kept in `<var>/log`, that of the run before in `*.log.1`.
"""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

from campus.platform import embedded
from campus.platform.embedded.locks import Lock
from campus.platform.embedded.processes import die_with
from campus.platform.supervisor.plan import Command, Plan, plan_for
from campus.platform.supervisor.running import CannotRun, Interrupted, Supervisor, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import FrameType

    from campus.platform.settings import Settings

__all__ = ["Command", "Plan", "plan_for", "run"]


def rotate(folder: Path, plan: Plan) -> None:
    """Begin fresh logs; the ones of the run before get the ending `.log.1`."""
    folder.mkdir(parents=True, exist_ok=True)
    for command in (*plan.preparations, *plan.children):
        log = folder / f"{command.name.replace(' ', '-')}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
    if plan.greeting:
        plan.greeting.unlink(missing_ok=True)


def run(settings: Settings, environ: Mapping[str, str], plan: Plan | None = None) -> int:
    """Run everything until SIGINT, SIGTERM or SIGHUP.

    `environ` is handed to the children, with `DATABASE_URL` and `REDIS_URL` of the embedded servers where the settings name none.

    Returns:
        The exit status: 0 after an orderly stop, 1 when something could not be started.
    """
    supervisor = Supervisor(settings, environ, plan or plan_for(settings))

    def note(number: int, _frame: FrameType | None) -> None:
        supervisor.signals.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
            signal.signal(number, note)
    if "MAKELEVEL" in environ:  # `make run` killed hard would leave this process without its terminal
        die_with(os.getppid(), signal.SIGTERM)
    one = Lock(settings.var / "run" / "supervisor")
    if not one.take():
        say("PhotoCampus already runs in this checkout. Stop that run first, or set CAMPUS_VAR to another folder.")
        return 1
    rotate(settings.var / "log", supervisor.plan)
    shutil.rmtree(settings.metrics_folder, ignore_errors=True)  # of processes that have ended
    try:
        supervisor.run()
    except Interrupted:
        return 0
    except (CannotRun, embedded.ServerUnavailable) as error:
        say(str(error))
        return 1
    finally:
        supervisor.stop()
        one.release()
    return 0
