"""Bytes in a bucket of S3, or of anything that speaks its protocol. Loaded by `storage.open_storage` when the settings name one.

The bucket is private. Nobody is ever led to it: bytes go through the route that asked the rule, or, where a web server in front
fetches them, by an address signed for a minute that only that server is told.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from campus.platform.storage import PIECE, StorageAway, StoredFileMissing, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from campus.platform.settings import S3Settings

log = logging.getLogger(__name__)

EXCUSE = "The place where photos are kept does not answer as it should. Please try again in a moment."
CONNECT_SECONDS = 2
READ_SECONDS = 5
ATTEMPTS = 2  # in all: at the worst, a request is held up by fourteen seconds
SIGNED_SECONDS = 60
TYPES = {".webp": "image/webp", ".jpg": "image/jpeg"}  # for a server in front, which hands on what it is told
MISSING = frozenset({"NoSuchKey", "404"})  # a HEAD has no body to name the error in; "NoSuchBucket" is none of these


class BucketStorage:
    """Bytes as objects of one bucket, below a prefix if the URL has one: `s3://bucket/prefix`."""

    def __init__(self, url: str, settings: S3Settings) -> None:
        parts = urlsplit(url)
        prefix = parts.path.strip("/")
        self._bucket = parts.netloc
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = _client(settings)

    def write(self, key: str, data: bytes) -> None:
        """One PUT: S3 shows the whole object or the one before it, and answers when it is safe."""
        with _told():
            self._client.put_object(
                **self._named(key), Body=data, ContentType=TYPES.get(PurePath(key).suffix, "application/octet-stream")
            )

    def take(self, key: str, file: Path) -> None:
        """In parts, where it is long."""
        with _told(), file.open("rb") as stream:
            self._client.upload_fileobj(stream, **self._named(key))

    def pieces(self, key: str) -> Iterator[bytes]:
        """The body as it comes."""
        with _told():
            yield from self._client.get_object(**self._named(key))["Body"].iter_chunks(PIECE)

    def copy(self, source: str, target: str) -> None:
        """A copy made there; the bytes do not come here."""
        with _told():
            self._client.copy_object(**self._named(target), CopySource=self._named(source))

    def read(self, key: str) -> bytes:
        """The bytes."""
        with _told():
            found: bytes = self._client.get_object(**self._named(key))["Body"].read()
        return found

    def path(self, key: str) -> None:
        """No file of this machine."""
        checked(key)

    def address(self, key: str) -> str:
        """Path and signature of a GET, good for a minute: for the server in front, which puts the bucket's own host before it."""
        url = self._client.generate_presigned_url("get_object", Params=self._named(key), ExpiresIn=SIGNED_SECONDS)
        parts = urlsplit(url)
        return f"{parts.path.lstrip('/')}?{parts.query}"

    def size(self, key: str) -> int:
        """How many bytes."""
        with _told():
            return int(self._client.head_object(**self._named(key))["ContentLength"])

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        try:
            self.size(key)
        except StoredFileMissing:
            return False
        return True

    def delete(self, key: str) -> None:
        """Delete the object; S3 says nothing when there is none."""
        with _told():
            self._client.delete_object(**self._named(key))

    def keys(self, prefix: str = "", *, before: datetime | None = None) -> list[str]:
        """Every key that begins with these characters, a thousand to an answer."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix + prefix)
        with _told():
            found = [each for page in pages for each in page.get("Contents", ())]
        return sorted(each["Key"].removeprefix(self._prefix) for each in found if before is None or each["LastModified"] < before)

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Every key with how many bytes it has, a thousand to an answer."""
        with _told():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix):
                for each in page.get("Contents", ()):
                    yield each["Key"].removeprefix(self._prefix), each["Size"]

    def try_out(self) -> None:
        """The bucket answers, to this key."""
        with _told():
            self._client.head_bucket(Bucket=self._bucket)

    def _named(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked(key)}


@contextmanager
def _told() -> Iterator[None]:
    """Failures under the names that the rest of the product knows."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING and error.operation_name != "HeadBucket":
            raise StoredFileMissing from error
        log.warning("S3 refuses: %s", error)
        raise StorageAway(EXCUSE) from error
    except BotoCoreError as error:
        log.warning("S3 is away: %s", error)
        raise StorageAway(EXCUSE) from error


@lru_cache(maxsize=4)
def _client(settings: S3Settings) -> Any:
    """One client of this process, with its connections: it may be used by several threads at once.

    Without a key of the settings, those of the machine's own role are used, as the library finds them.
    """
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=16,
        signature_version="s3v4",
        s3={"addressing_style": "path" if settings.endpoint else "auto"},
        # What other makers' servers do not know, and S3 itself does not ask for.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.session.Session().client(
        "s3",
        endpoint_url=settings.endpoint or None,
        region_name=settings.region,
        aws_access_key_id=settings.access_key or None,
        aws_secret_access_key=settings.secret_key or None,
        aws_session_token=settings.session_token or None,
        config=config,
    )
