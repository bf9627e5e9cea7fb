"""Where the two servers are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoints:
    """The URLs that the settings would otherwise name; empty for a server that was not asked for."""

    database_url: str  # postgresql+psycopg://…/photocampus?host=/folder/of/the/socket
    redis_url: str  # unix:///path/valkey.sock?db=0
