"""Folder, bucket and memory keep the same promises."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from campus.platform import s3
from campus.platform.clock import now
from campus.platform.s3 import BucketStorage
from campus.platform.settings import S3Settings
from campus.platform.storage import (
    BadKey,
    FolderStorage,
    Storage,
    StorageAway,
    StoredFileMissing,
    open_storage,
)
from tests.buckets import BUCKET, fill
from tests.media.memory import MemoryStorage

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["folder", "memory", "bucket", "place in a bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return FolderStorage(tmp_path / "media")
    if request.param == "memory":
        return MemoryStorage()
    prefix = "/some/place" if request.param == "place in a bucket" else ""
    return open_storage(f"s3://{BUCKET}{prefix}", request.getfixturevalue("s3_settings"))


def test_what_is_written_is_read_and_replaced(storage: Storage) -> None:
    storage.write("photos/ab/one.webp", b"first")
    storage.write("photos/ab/one.webp", b"second")
    assert storage.read("photos/ab/one.webp") == b"second"
    assert storage.size("photos/ab/one.webp") == 6
    assert storage.exists("photos/ab/one.webp")
    assert not storage.exists("photos/ab")


def test_a_file_is_taken_and_given_out_in_pieces(storage: Storage, tmp_path: Path) -> None:
    file = tmp_path / "long.zip"
    file.write_bytes(b"ab" * 1_500_000)
    storage.take("exports/1.zip", file)
    assert file.exists()
    assert b"".join(storage.pieces("exports/1.zip")) == file.read_bytes()
    with pytest.raises(StoredFileMissing):
        list(storage.pieces("exports/2.zip"))


def test_what_is_not_there_is_missing_and_deleting_it_is_no_error(storage: Storage) -> None:
    storage.write("a/b", b"x")
    storage.delete("a/b")
    storage.delete("a/b")
    for question in (storage.read, storage.size):
        with pytest.raises(StoredFileMissing):
            question("a/b")
    with pytest.raises(StoredFileMissing):
        storage.copy("a/b", "a/c")
    assert not storage.exists("a/b")


def test_a_copy_stands_by_itself(storage: Storage) -> None:
    storage.write("a/b", b"x")
    storage.copy("a/b", "c/d")
    storage.delete("a/b")
    assert storage.read("c/d") == b"x"


def test_what_was_written_before_a_moment_is_told_apart(storage: Storage) -> None:
    storage.write("a/b", b"x")
    assert storage.keys("a/", before=now() - timedelta(minutes=1)) == []
    assert storage.keys("a/", before=now() + timedelta(minutes=1)) == ["a/b"]


def test_it_can_be_tried_out_before_anything_is_kept(storage: Storage) -> None:
    storage.try_out()
    assert storage.keys() == []


def test_keys_are_found_by_any_prefix(storage: Storage) -> None:
    assert storage.keys() == []
    assert storage.keys("nothing/here") == []
    for key in ("photos/ab/1.320.webp", "photos/ab/1.640.webp", "photos/ab/12.320.webp", "incoming/ab/1"):
        storage.write(key, b"x")
    assert storage.keys("photos/ab/1.") == ["photos/ab/1.320.webp", "photos/ab/1.640.webp"]
    assert len(storage.keys("ph")) == 3
    assert len(storage.keys()) == 4


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.writing",
        ".writing/x",
        "a\0b",
        "a\\b",
        "a b",
        "a\n",
        "é",
        "x" * 251,
    ],
)
def test_a_key_can_never_leave_the_folder(storage: Storage, key: str) -> None:
    with pytest.raises(BadKey):
        storage.write(key, b"x")
    for question in (storage.read, storage.path, storage.address, storage.size, storage.exists, storage.delete):
        with pytest.raises(BadKey):
            question(key)


def test_only_a_folder_has_files_to_send(tmp_path: Path) -> None:
    folder, memory = open_storage(str(tmp_path)), MemoryStorage()
    for storage in (folder, memory):
        storage.write("a/b", b"x")
    assert [storage.path("a/b") for storage in (folder, memory)] == [tmp_path / "a/b", None]
    folder.delete("a/b")
    with pytest.raises(StoredFileMissing):
        folder.path("a/b")


def test_files_are_for_the_product_alone(tmp_path: Path) -> None:
    FolderStorage(tmp_path / "media").write("a/b", b"x")
    assert (tmp_path / "media/a/b").stat().st_mode & 0o077 == 0


def test_the_group_reads_them_where_a_server_in_front_sends_them(tmp_path: Path) -> None:
    FolderStorage(tmp_path / "media", group_reads=True).write("a/b", b"x")
    places = [tmp_path / "media", tmp_path / "media/a", tmp_path / "media/a/b"]
    assert [place.stat().st_mode & 0o777 for place in places] == [0o750, 0o750, 0o640]


def test_a_failed_write_leaves_the_old_bytes_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = FolderStorage(tmp_path)
    storage.write("a/b", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.write("a/b", b"new")
    assert storage.read("a/b") == b"old"
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["b"]


def test_unfinished_writes_are_no_keys(tmp_path: Path) -> None:
    (tmp_path / ".writing").mkdir()
    (tmp_path / ".writing" / "left-by-a-crash").write_bytes(b"half")
    assert FolderStorage(tmp_path).keys() == []


def test_the_setting_names_the_storage(tmp_path: Path, s3_settings: S3Settings) -> None:
    assert isinstance(open_storage(str(tmp_path)), FolderStorage)
    assert isinstance(open_storage(f"s3://{BUCKET}", s3_settings), BucketStorage)
    with pytest.raises(ValueError, match="expected an absolute folder or s3://bucket"):
        open_storage("media")


def test_a_bucket_is_listed_beyond_a_thousand_keys(s3_settings: S3Settings) -> None:
    storage = open_storage(f"s3://{BUCKET}", s3_settings)
    wanted = sorted(f"photos/{n % 7}/{n}" for n in range(1100))
    fill(wanted)
    assert storage.keys("photos/") == wanted


def test_another_bucket_is_no_missing_file(s3_settings: S3Settings) -> None:
    storage = open_storage("s3://no-such-bucket", s3_settings)
    attempts = storage.try_out, storage.keys, partial(storage.write, "a/b", b""), partial(storage.read, "a/b")
    for attempt in attempts:
        with pytest.raises(StorageAway, match="does not answer as it should") as told:
            attempt()
        assert isinstance(told.value.__cause__, ClientError)


def test_a_server_that_is_away_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "READ_SECONDS", 0.2)
    with socket.socket() as silent:  # it takes the connection and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for port in (silent.getsockname()[1], 1):
            storage = open_storage(f"s3://{BUCKET}", S3Settings(f"http://127.0.0.1:{port}", "us-east-1", "key", "secret"))
            for attempt in (storage.try_out, storage.keys, partial(storage.read, "a/b")):
                with pytest.raises(StorageAway) as told:
                    attempt()
                assert isinstance(told.value.__cause__, BotoCoreError)
