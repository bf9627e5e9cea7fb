"""Settings, read once from the environment: typed, and loud about every value that is missing or makes no sense.

`load(environ)` collects every problem before it fails, so that an operator mends them in one go. No other module reads the
environment. What each setting means stands in `docs/settings.md`.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from campus.platform.settings import Env, FeedSettings, MediaSettings, Registration, S3Settings, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

T = TypeVar("T")
E = TypeVar("E", bound="StrEnum")

ROOT = Path(__file__).resolve().parent
MIN_SECRET = 32
POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?")
LOCATION = re.compile(r"(/[A-Za-z0-9_-]+)+/?")
MIN_TOKEN = 16
NODE = r"(\[[\da-fA-F:.]+\]|[\w.-]+):\d{1,5}"
REDIS = re.compile(rf"(rediss?|unix)://.*|rediss?\+sentinel://([^@/?]*@)?{NODE}(,{NODE})*/[a-zA-Z][\w.-]*(\?\S+)?")
REDIS_FORMS = "a URL beginning with redis:// or rediss:// or unix://, or redis+sentinel://host:port,host:port/service"
QUOTAS = (
    "POSTS",
    "LIKES",
    "COMMENTS",
    "SHARES",
    "FOLLOWS",
    "UPLOADS",
    "UPLOAD_BYTES",
    "SIGN_INS",
    "SIGN_INS_FROM",
    "SIGN_UPS",
    "RESETS",
    "RESETS_FROM",
    "INVITATIONS",
    "INVITATION_LINKS",
    "REPORTS",
    "API",
)
BOUNDS = {
    "FEED_WINDOW_DAYS": (1, 365),
    "FEED_PAGE_SIZE": (1, 50),
    "FEED_CACHE_TTL": (0, 86_400),
    "FEED_CELEBRITY_THRESHOLD": (1, 10_000_000),
    "FEED_CELEBRITY_PUSH": (0, 10_000),
    "FEED_BATCH_SIZE": (1, 100_000),
    "FEED_MAX_ENTRIES": (100, 100_000),
    "FEED_INACTIVE_DAYS": (1, 29),
    "FEED_RETENTION_DAYS": (1, 3650),
    "FEED_LEASE_SECONDS": (1, 3600),
    "MEDIA_MAX_PHOTOS": (1, 100),
    "MEDIA_MAX_BYTES": (1_000, 1_000_000_000),
    "MEDIA_MAX_PIXELS": (1_000_000, 500_000_000),
    "MEDIA_MEMORY_BYTES": (100_000_000, 16_000_000_000),
    "MEDIA_CPU_SECONDS": (1, 600),
}


class BadSettings(Exception):
    """One or more settings make no sense; the message lists each with what is expected."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("PhotoCampus cannot start:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


@dataclass
class _Reader:
    """Reads one value at a time and remembers what was wrong with it."""

    environ: Mapping[str, str]
    problems: list[str]

    def text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def parsed(self, name: str, default: T, parse: Callable[[str], T], expected: str) -> T:
        raw = self.text(name)
        if not raw:
            return default
        try:
            return parse(raw)
        except (ValueError, KeyError):
            self.problems.append(f"{name} is {raw!r}; expected {expected}")
            return default

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        def parse(raw: str) -> int:
            number = int(raw)
            if not low <= number <= high:
                raise ValueError(raw)
            return number

        return self.parsed(name, default, parse, f"a whole number from {low} to {high}")

    def choice(self, name: str, default: E, kind: type[E]) -> E:
        return self.parsed(name, default, kind, " | ".join(kind))

    def yes(self, name: str, default: bool) -> bool:  # noqa: FBT001 - a default, not a mode
        words = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        return self.parsed(name, default, lambda raw: words[raw.lower()], "on or off")

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        def parse(raw: str) -> str:
            if urlsplit(raw).scheme not in schemes:
                raise ValueError(raw)
            return raw

        return self.parsed(name, default, parse, "a URL beginning with " + " or ".join(f"{s}://" for s in schemes))


def load(environ: Mapping[str, str] | None = None, root: Path = ROOT) -> Settings:
    """Read every setting.

    An empty `database_url` or `redis_url` in the result means: use the embedded server.

    Raises:
        BadSettings: with every problem found, each with what is expected.
    """
    read = _Reader(os.environ if environ is None else environ, [])
    env = read.choice("CAMPUS_ENV", Env.DEVELOPMENT, Env)
    var = Path(read.text("CAMPUS_VAR", str(root / "var"))).absolute()
    port = read.whole("PORT", 8000, 1, 65_535)
    settings = Settings(
        env=env,
        var=var,
        secret_key=read.text("SECRET_KEY"),
        audit_key=read.text("AUDIT_KEY"),
        metrics_token=read.parsed("METRICS_TOKEN", "", _metrics_token, f"at least {MIN_TOKEN} random characters"),
        database_url=_psycopg(read.url("DATABASE_URL", "", POSTGRESQL)),
        database_replica_url=_psycopg(read.url("DATABASE_REPLICA_URL", "", POSTGRESQL)) or None,
        redis_url=read.parsed("REDIS_URL", "", _redis_url, REDIS_FORMS),
        media_url=read.parsed("MEDIA_URL", str(var / "media"), _media_url, "an absolute folder or s3://bucket"),
        mail_url=read.url("MAIL_URL", f"file://{var / 'mail'}", ("smtp", "smtps", "file", "console")),
        site_url=read.url("SITE_URL", f"http://127.0.0.1:{port}", ("http", "https")).rstrip("/"),
        site_name=read.text("SITE_NAME", "PhotoCampus"),
        registration=read.choice("REGISTRATION", Registration.OPEN, Registration),
        public_pages=read.yes("PUBLIC_PAGES", default=False),
        graphql_introspection=read.yes("GRAPHQL_INTROSPECTION", default=env is not Env.PRODUCTION),
        demo_sign_ins=read.yes("DEMO_SIGN_INS", default=env is not Env.PRODUCTION),
        trusted_proxies=read.whole("TRUSTED_PROXIES", 0, 0, 10),
        trusted_hosts=_hosts(read),
        cors_origins=read.parsed("CORS_ORIGINS", (), _origins, "https://host or http://host:port, separated by commas"),
        port=port,
        web_workers=read.whole("WEB_WORKERS", 2, 1, 64),
        drain_seconds=read.whole("DRAIN_SECONDS", 0, 0, 60),
        feed=_section(read, "FEED", FeedSettings),
        media=_section(read, "MEDIA", MediaSettings),
        s3=_s3(read),
        media_accel=read.parsed("MEDIA_ACCEL", "", _location, "off, or a location such as /protected-media/"),
        quotas=_quotas(read),
    )
    read.problems += _contradictions(settings) + (_not_for_production(settings, read) if settings.is_production else [])
    if read.problems:
        raise BadSettings(read.problems)
    return settings if settings.secret_key else _with_kept_secret(settings)


def _psycopg(url: str) -> str:
    """SQLAlchemy's name for the driver, whatever form the operator's URL has."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme != "postgresql+psycopg" else url


def _redis_url(raw: str) -> str:
    if not REDIS.fullmatch(raw):
        raise ValueError(raw)
    return raw


def _metrics_token(raw: str) -> str:
    if len(raw) < MIN_TOKEN:
        raise ValueError(raw)
    return raw


def _media_url(raw: str) -> str:
    if not (BUCKET.fullmatch(raw) or Path(raw).is_absolute()):
        raise ValueError(raw)
    return raw


def _s3(read: _Reader) -> S3Settings:
    return S3Settings(
        endpoint=read.url("S3_ENDPOINT", "", ("http", "https")),
        region=read.text("AWS_REGION", S3Settings.region),
        access_key=read.text("AWS_ACCESS_KEY_ID"),
        secret_key=read.text("AWS_SECRET_ACCESS_KEY"),
        session_token=read.text("AWS_SESSION_TOKEN"),
    )


def _location(raw: str) -> str:
    """A place below the proxy's root with slashes around it; empty for off."""
    if raw.lower() == "off":
        return ""
    if not LOCATION.fullmatch(raw):
        raise ValueError(raw)
    return raw if raw.endswith("/") else f"{raw}/"


def _origins(raw: str) -> tuple[str, ...]:
    named = tuple(origin.strip().lower() for origin in raw.split(",") if origin.strip())
    for origin in named:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname or f"{parts.scheme}://{parts.netloc}" != origin:
            raise ValueError(origin)
    return named


def _hosts(read: _Reader) -> tuple[str, ...]:
    site = urlsplit(read.text("SITE_URL")).hostname
    named = [host.strip() for host in read.text("TRUSTED_HOSTS").split(",") if host.strip()]
    return tuple(dict.fromkeys([*named, *([site] if site else []), "127.0.0.1", "localhost", "[::1]"]))


def _section(read: _Reader, prefix: str, kind: type[T]) -> T:
    values = {}
    for item in fields(kind):  # type: ignore[arg-type]  # both sections are dataclasses
        name = f"{prefix}_{item.name.upper()}"
        values[item.name] = read.whole(name, int(str(item.default)), *BOUNDS[name])
    return kind(**values)


def _quotas(read: _Reader) -> dict[str, str]:
    def parse(raw: str) -> str:
        count, period = raw.split("/")
        if int(count) < 1 or period not in {"minute", "hour", "day"}:
            raise ValueError(raw)
        return raw

    found = {name: read.parsed(f"QUOTA_{name}", "", parse, 'a count and a period, such as "20/day"') for name in QUOTAS}
    return {name.lower(): value for name, value in found.items() if value}


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    if settings.secret_key and len(settings.secret_key) < MIN_SECRET:
        problems.append(f"SECRET_KEY has {len(settings.secret_key)} characters; expected at least {MIN_SECRET} random ones")
    if bool(settings.s3.access_key) != bool(settings.s3.secret_key):
        problems.append("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together; expected both or neither")
    if settings.feed.retention_days < settings.feed.window_days:
        problems.append("FEED_RETENTION_DAYS is shorter than FEED_WINDOW_DAYS; expected at least as long")
    return problems


def _not_for_production(settings: Settings, read: _Reader) -> list[str]:
    weak = len(set(settings.secret_key)) < 10  # noqa: PLR2004 - fewer distinct characters were typed, not drawn
    checks = {
        "SECRET_KEY is missing or weak; expected 32 or more random characters": weak,
        "DATABASE_URL is missing; the embedded server is for development": not settings.database_url,
        "REDIS_URL is missing; the embedded server is for development": not settings.redis_url,
        "SITE_URL is missing; expected the https:// address people use": not settings.uses_https,
        "DEMO_SIGN_INS is on; expected off": settings.demo_sign_ins,
        "FLASK_DEBUG is on; expected off": read.yes("FLASK_DEBUG", default=False),
        "MAIL_URL is missing; expected smtp://…": not settings.mail_url.startswith("smtp"),
    }
    return [message for message, refused in checks.items() if refused]


def _with_kept_secret(settings: Settings) -> Settings:
    """Outside production a secret is drawn once and kept beside the embedded data, so that sessions outlive a restart."""
    settings.var.mkdir(parents=True, exist_ok=True)
    kept = settings.var / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return Settings(**{**{f.name: getattr(settings, f.name) for f in fields(settings)}, "secret_key": kept.read_text()})
