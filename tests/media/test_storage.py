"""Folder and memory keep the same promises."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from campus.platform.storage import BadKey, FolderStorage, MemoryStorage, Storage, StoredFileMissing, open_storage

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return FolderStorage(tmp_path / "media") if request.param == "folder" else MemoryStorage()


def test_what_is_written_is_read_and_replaced(storage: Storage) -> None:
    storage.write("photos/ab/one.webp", b"first")
    storage.write("photos/ab/one.webp", b"second")
    assert storage.read("photos/ab/one.webp") == b"second"
    assert storage.size("photos/ab/one.webp") == 6
    assert storage.exists("photos/ab/one.webp")
    assert not storage.exists("photos/ab")


def test_what_is_not_there_is_missing_and_deleting_it_is_no_error(storage: Storage) -> None:
    storage.write("a/b", b"x")
    storage.delete("a/b")
    storage.delete("a/b")
    for question in (storage.read, storage.size, storage.path):
        with pytest.raises(StoredFileMissing):
            question("a/b")


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
    for question in (storage.read, storage.path, storage.size, storage.exists, storage.delete):
        with pytest.raises(BadKey):
            question(key)


def test_only_a_folder_has_files_to_send(tmp_path: Path) -> None:
    folder, memory = open_storage(str(tmp_path)), MemoryStorage()
    for storage in (folder, memory):
        storage.write("a/b", b"x")
    assert [storage.path("a/b") for storage in (folder, memory)] == [tmp_path / "a/b", None]


def test_files_are_for_the_product_alone(tmp_path: Path) -> None:
    FolderStorage(tmp_path / "media").write("a/b", b"x")
    assert (tmp_path / "media/a/b").stat().st_mode & 0o077 == 0


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


def test_the_setting_names_the_storage(tmp_path: Path) -> None:
    assert isinstance(open_storage(str(tmp_path)), FolderStorage)
    with pytest.raises(ValueError, match="not built yet: expected a folder"):
        open_storage("s3://bucket")
    with pytest.raises(ValueError, match="expected an absolute folder"):
        open_storage("media")
