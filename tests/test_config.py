"""Settings: every bad value is named, all at once, with what is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import config
from campus import quotas
from campus.platform.settings import Env, Registration

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {
    "CAMPUS_ENV": "production",
    "SECRET_KEY": "Zk3vQ9xT7bLr2mWc8pNdY5sHj4gFa6Ue",
    "DATABASE_URL": "postgresql://campus@db/campus",
    "REDIS_URL": "redis://cache/0",
    "SITE_URL": "https://campus.example",
    "MAIL_URL": "smtp://mail.example",
}

BAD = [
    ("CAMPUS_ENV", "staging", "development | test | production"),
    ("PORT", "http", "a whole number from 1 to 65535"),
    ("PORT", "0", "a whole number from 1 to 65535"),
    ("PORT", "65536", "a whole number from 1 to 65535"),
    ("WEB_WORKERS", "-1", "a whole number from 1 to 64"),
    ("DRAIN_SECONDS", "61", "a whole number from 0 to 60"),
    ("TRUSTED_PROXIES", "all", "a whole number from 0 to 10"),
    ("DATABASE_URL", "mysql://localhost/campus", "a URL beginning with postgresql://"),
    ("DATABASE_URL", "campus", "a URL beginning with postgresql://"),
    ("DATABASE_REPLICA_URL", "sqlite:///x", "a URL beginning with postgresql://"),
    ("REDIS_URL", "http://localhost", "a URL beginning with redis://"),
    ("REDIS_URL", "redis+sentinel://one:26379,two/campus", config.REDIS_FORMS),
    ("REDIS_URL", "redis+sentinel://one:26379/0?service=campus", config.REDIS_FORMS),
    ("REDIS_URL", "redis+cluster://one:6379", config.REDIS_FORMS),
    ("MEDIA_URL", "photos", "an absolute folder or s3://bucket"),
    ("MEDIA_URL", "s3://", "an absolute folder or s3://bucket"),
    ("MEDIA_URL", "s3://bucket/../other", "an absolute folder or s3://bucket"),
    ("MEDIA_ACCEL", "on", "off, or a location such as /protected-media/"),
    ("MEDIA_ACCEL", "/", "off, or a location such as /protected-media/"),
    ("MEDIA_ACCEL", "/a b/", "off, or a location such as /protected-media/"),
    ("S3_ENDPOINT", "minio:9000", "a URL beginning with http://"),
    ("METRICS_TOKEN", "short", "at least 16 random characters"),
    ("MAIL_URL", "pop3://mail", "a URL beginning with smtp://"),
    ("SITE_URL", "campus.example", "a URL beginning with http://"),
    ("REGISTRATION", "everybody", "open | domains | invitation | approval | closed"),
    ("PUBLIC_PAGES", "maybe", "on or off"),
    ("DEMO_SIGN_INS", "2", "on or off"),
    ("FEED_WINDOW_DAYS", "0", "a whole number from 1 to 365"),
    ("FEED_WINDOW_DAYS", "thirty", "a whole number from 1 to 365"),
    ("FEED_PAGE_SIZE", "51", "a whole number from 1 to 50"),
    ("FEED_PAGE_SIZE", "1e1", "a whole number from 1 to 50"),
    ("FEED_CACHE_TTL", "-1", "a whole number from 0"),
    ("FEED_CELEBRITY_THRESHOLD", "0", "a whole number from 1"),
    ("FEED_BATCH_SIZE", "0", "a whole number from 1"),
    ("FEED_MAX_ENTRIES", "5", "a whole number from 100"),
    ("FEED_INACTIVE_DAYS", "30", "a whole number from 1 to 29"),
    ("MEDIA_MAX_PHOTOS", "0", "a whole number from 1 to 100"),
    ("MEDIA_MAX_PIXELS", "inf", "a whole number from 1000000"),
    ("QUOTA_POSTS", "20", 'a count and a period, such as "20/day"'),
    ("QUOTA_POSTS", "0/day", 'a count and a period, such as "20/day"'),
    ("QUOTA_POSTS", "20/week", 'a count and a period, such as "20/day"'),
    ("QUOTA_LIKES", "many/day", 'a count and a period, such as "20/day"'),
    ("QUOTA_SIGN_INS", "1/2/hour", 'a count and a period, such as "20/day"'),
]


@pytest.mark.parametrize(("name", "value", "expected"), BAD)
def test_a_value_that_makes_no_sense_is_named_with_what_is_expected(name: str, value: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(config.BadSettings) as refused:
        config.load({"CAMPUS_ENV": "test", name: value}, tmp_path)
    assert f"{name} is {value!r}; expected {expected}" in str(refused.value)
    assert len(refused.value.problems) == 1


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(config.BadSettings) as refused:
        config.load({name: value for name, value, _ in BAD}, tmp_path)
    assert len(refused.value.problems) == len({name for name, _, _ in BAD})


def test_nothing_set_is_a_working_development_site(tmp_path: Path) -> None:
    settings = config.load({}, tmp_path)
    assert settings.env is Env.DEVELOPMENT
    assert settings.registration is Registration.OPEN
    assert (settings.database_url, settings.redis_url) == ("", "")
    assert settings.media_url == str(tmp_path / "var" / "media")
    feed = settings.feed
    assert (feed.window_days, feed.page_size, feed.cache_ttl, feed.celebrity_threshold) == (30, 10, 300, 1000)
    assert (feed.celebrity_push, feed.batch_size, feed.max_entries) == (100, 5000, 1000)
    assert (feed.inactive_days, feed.retention_days) == (7, 90)
    assert (settings.media.max_photos, settings.media.max_bytes, settings.media.max_pixels) == (20, 20_000_000, 50_000_000)
    assert settings.public_pages is False
    assert settings.quotas == {}


def test_the_secret_of_a_development_site_is_drawn_once_and_kept_private(tmp_path: Path) -> None:
    first = config.load({}, tmp_path).secret_key
    assert len(first) >= config.MIN_SECRET
    assert config.load({}, tmp_path).secret_key == first
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0


def test_a_production_site_with_everything_starts() -> None:
    settings = config.load(GOOD)
    assert settings.database_url == "postgresql+psycopg://campus@db/campus"
    assert settings.uses_https
    assert not settings.demo_sign_ins
    assert "campus.example" in settings.trusted_hosts


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY is missing or weak"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing"),
        ({"REDIS_URL": ""}, "REDIS_URL is missing"),
        ({"SITE_URL": ""}, "SITE_URL is missing"),
        ({"SITE_URL": "http://campus.example"}, "SITE_URL is missing"),
        ({"MAIL_URL": ""}, "MAIL_URL is missing"),
        ({"MAIL_URL": "console://"}, "MAIL_URL is missing"),
        ({"DEMO_SIGN_INS": "on"}, "DEMO_SIGN_INS is on"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on"),
    ],
)
def test_production_refuses_what_is_only_convenient(change: dict[str, str], problem: str) -> None:
    with pytest.raises(config.BadSettings, match=problem):
        config.load(GOOD | change)


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(config.BadSettings, match="FEED_RETENTION_DAYS is shorter than FEED_WINDOW_DAYS"):
        config.load({"FEED_RETENTION_DAYS": "10"}, tmp_path)


def test_half_a_key_of_s3_is_refused(tmp_path: Path) -> None:
    with pytest.raises(config.BadSettings, match="AWS_SECRET_ACCESS_KEY go together"):
        config.load({"AWS_ACCESS_KEY_ID": "somebody"}, tmp_path)


def test_a_bucket_and_the_server_in_front_are_read(tmp_path: Path) -> None:
    named = {"S3_ENDPOINT": "https://s3.example", "AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "secret"}
    settings = config.load({"MEDIA_URL": "s3://photos/campus", "MEDIA_ACCEL": "/protected", **named}, tmp_path)
    assert (settings.media_url, settings.media_accel) == ("s3://photos/campus", "/protected/")
    assert (settings.s3.endpoint, settings.s3.region, settings.s3.access_key) == ("https://s3.example", "us-east-1", "somebody")
    assert "secret" not in repr(settings.s3)
    assert config.load({"MEDIA_ACCEL": "off"}, tmp_path).media_accel == ""


def test_every_quota_can_be_set(tmp_path: Path) -> None:
    assert {quota.name for quota in quotas.ALL} == {name.lower() for name in config.QUOTAS}
    named = {f"QUOTA_{quota.name.upper()}": "7/hour" for quota in quotas.ALL}
    assert config.load(named, tmp_path).quotas == {quota.name: "7/hour" for quota in quotas.ALL}


def test_quotas_and_hosts_are_read(tmp_path: Path) -> None:
    settings = config.load({"QUOTA_POSTS": "3/hour", "TRUSTED_HOSTS": "a.example, b.example"}, tmp_path)
    assert settings.quotas == {"posts": "3/hour"}
    assert settings.trusted_hosts == ("a.example", "b.example", "127.0.0.1", "localhost", "[::1]")
