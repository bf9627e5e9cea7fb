"""A local S3 server, and buckets in it; a server in front that sends the files."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from campus.platform import s3, settings
from campus.platform.settings import S3Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask import Flask

BUCKET = "campus-media"
ACCEL = "/protected-media/"


@contextmanager
def server() -> Iterator[S3Settings]:
    """A server with one empty bucket, `BUCKET`; how it is reached."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    given = S3Settings(f"http://{host}:{port}", access_key="campus", secret_key="not-a-secret")
    try:
        s3._client(given).create_bucket(Bucket=BUCKET)
        yield given
    finally:
        s3._client(given).close()
        running.stop()


def fill(keys: Iterable[str]) -> None:
    """Put empty objects into the bucket past its door, which is slow."""
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for key in keys:
        backend.put_object(BUCKET, key, b"")


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[S3Settings]:
    """One server for all tests of this process."""
    with server() as given:
        yield given


@pytest.fixture
def s3_settings(bucket_server: S3Settings) -> Iterator[S3Settings]:
    """How an S3 server with an empty bucket is reached."""
    yield bucket_server
    client = s3._client(bucket_server)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        if found := [{"Key": each["Key"]} for each in page.get("Contents", ())]:
            client.delete_objects(Bucket=BUCKET, Delete={"Objects": found})


@pytest.fixture
def in_bucket(app: Flask, s3_settings: S3Settings) -> Iterator[None]:
    """Files are in a bucket, below `campus`."""
    with settings.override(replace(settings.current(), media_url=f"s3://{BUCKET}/campus", s3=s3_settings)):
        yield


@pytest.fixture
def by_nginx(app: Flask) -> Iterator[None]:
    """Files are sent by the server in front."""
    with settings.override(replace(settings.current(), media_accel=ACCEL)):
        yield
