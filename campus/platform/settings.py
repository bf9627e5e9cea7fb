"""The shape of the settings. `config.py` reads them from the environment; every room asks `current()`."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Env(StrEnum):
    """Where the product runs; production refuses everything that is only convenient."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class Registration(StrEnum):
    """Who may sign up."""

    OPEN = "open"
    DOMAINS = "domains"
    INVITATION = "invitation"
    APPROVAL = "approval"
    CLOSED = "closed"


@dataclass(frozen=True)
class FeedSettings:
    """The `FEED_*` settings: days, rows, seconds."""

    window_days: int = 30
    page_size: int = 10
    cache_ttl: int = 300
    celebrity_threshold: int = 1000
    celebrity_push: int = 100
    batch_size: int = 5_000
    max_entries: int = 1000
    inactive_days: int = 7
    retention_days: int = 90
    lease_seconds: int = 30

    @property
    def window(self) -> timedelta:
        """How far back a feed reaches."""
        return timedelta(days=self.window_days)


@dataclass(frozen=True)
class MediaSettings:
    """Bounds on uploaded photos and what decoding one may cost."""

    max_photos: int = 20
    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    memory_bytes: int = 1_000_000_000
    cpu_seconds: int = 30


@dataclass(frozen=True)
class S3Settings:
    """Where a bucket is and who asks for it; `endpoint` empty means Amazon's own, the keys empty mean the machine's role."""

    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside, typed and checked once at start-up."""

    env: Env
    secret_key: str
    database_url: str
    redis_url: str
    media_url: str
    mail_url: str
    var: Path
    site_url: str = "http://127.0.0.1:8000"
    site_name: str = "PhotoCampus"
    database_replica_url: str | None = None
    registration: Registration = Registration.OPEN
    public_pages: bool = False
    graphql_introspection: bool = True
    demo_sign_ins: bool = True
    trusted_proxies: int = 0
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    cors_origins: tuple[str, ...] = ()
    audit_key: str = ""
    metrics_token: str = ""
    port: int = 8000
    web_workers: int = 2
    drain_seconds: int = 0
    feed: FeedSettings = field(default_factory=FeedSettings)
    media: MediaSettings = field(default_factory=MediaSettings)
    s3: S3Settings = field(default_factory=S3Settings)
    media_accel: str = ""
    quotas: dict[str, str] = field(default_factory=dict)

    @property
    def is_production(self) -> bool:
        """Whether convenience is refused."""
        return self.env is Env.PRODUCTION

    @property
    def metrics_folder(self) -> Path:
        """Where the processes of this machine count together."""
        return self.var / "metrics"

    @property
    def uses_https(self) -> bool:
        """Whether cookies may be marked Secure."""
        return self.site_url.startswith("https://")


class _Holder:
    settings: Settings | None = None


def configure(settings: Settings) -> None:
    """Make these the settings of this process. Called once, by the application factory."""
    _Holder.settings = settings


def current() -> Settings:
    """The settings of this process.

    Raises:
        RuntimeError: the application factory has not run.
    """
    if _Holder.settings is None:
        raise RuntimeError("settings are read before create_app() configured them")
    return _Holder.settings


def current_or_none() -> Settings | None:
    """The settings of this process, if it has any yet."""
    return _Holder.settings


@contextmanager
def override(settings: Settings) -> Iterator[Settings]:
    """Run a block under other settings: for tests and benchmarks."""
    before = _Holder.settings
    _Holder.settings = settings
    try:
        yield settings
    finally:
        _Holder.settings = before
