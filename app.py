"""The composition root: settings → application → workers' wake-up. What `flask`, gunicorn and the Huey consumer load.

Run as a program (`make run`), it is the supervisor that starts all of these.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import sys
from typing import TYPE_CHECKING

import config
from campus.platform import embedded

if __name__ == "__main__":  # the supervisor starts programs that load the application: it needs none of it, and is there at once
    from campus.platform import supervisor
else:
    gc.disable()  # what is loaded stays: looking through it again and again, as it grows, takes a fifth of the time

    import click

    import tasks
    from campus.application import create_app
    from campus.cli.asking import runs_nothing

if TYPE_CHECKING:
    from campus.platform.settings import Settings


NOWHERE = embedded.Endpoints("postgresql+psycopg:///nowhere?host=/nowhere", "unix:///nowhere/valkey.sock?db=0")


def _with_servers(settings: Settings) -> Settings:
    """Name the embedded servers wherever no other is named, starting them if they do not run yet, and are needed at all."""
    if settings.database_url and settings.redis_url:
        return settings
    if click.get_current_context(silent=True) and runs_nothing(sys.argv[1:]):  # `flask`, which will say something and end
        endpoints = NOWHERE
    else:
        endpoints = embedded.attach_or_start(settings.var, postgres=not settings.database_url, valkey=not settings.redis_url)
    return dataclasses.replace(
        settings,
        database_url=settings.database_url or endpoints.database_url,
        redis_url=settings.redis_url or endpoints.redis_url,
    )


try:
    settings = config.load()
    if __name__ == "__main__":
        sys.exit(supervisor.run(settings, os.environ))
    app = create_app(_with_servers(settings), config.ROOT)
except (config.BadSettings, embedded.ServerUnavailable) as problem:
    sys.exit(str(problem))

tasks.serve(app)
huey = tasks.huey
gc.freeze()  # a process forked from this one shares it, too
gc.enable()
