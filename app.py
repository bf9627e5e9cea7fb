"""The composition root: settings → application → workers' wake-up. What `flask` and gunicorn load, and what `make run` runs."""

from __future__ import annotations

import dataclasses
import sys

import config
from campus.application import create_app
# from campus.platform import embedded


def _with_servers(settings: config.Settings) -> config.Settings:
    """Name the embedded servers wherever no other is named, starting them if they do not run yet."""
    if settings.database_url and settings.redis_url:
        return settings
    endpoints = embedded.attach_or_start(settings.var)
    return dataclasses.replace(
        settings,
        database_url=settings.database_url or endpoints.database_url,
        redis_url=settings.redis_url or endpoints.redis_url,
    )


try:
    app = create_app(_with_servers(config.load()), config.ROOT)
except config.BadSettings as problem:
    sys.exit(str(problem))
