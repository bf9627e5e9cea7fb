"""What can go wrong with embedded servers; each message says what to do."""

from __future__ import annotations


class ServerUnavailable(Exception):
    """An embedded server cannot be used."""


class NotInstalled(ServerUnavailable):
    """The package that brings the server's program is missing from the environment."""


class StartFailed(ServerUnavailable):
    """The server, or its data folder, could not be brought up."""


class AlreadyRunning(ServerUnavailable):
    """Another process runs this checkout's server."""
