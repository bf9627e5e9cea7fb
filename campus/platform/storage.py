"""Where bytes are kept: a folder of this machine, or memory for tests.

A key is a relative path of plain names, such as `photos/3f/9a…3f.640.webp`. Keys are made by the rooms from random tokens, never
from what a user typed; the grammar is checked here all the same, so that no key can leave the folder.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from pathlib import Path
from typing import Protocol

from campus.platform.errors import NotFound

# No name begins with a dot: no "..", no hidden files, and `.writing` below can never be a key.
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_MAX_KEY = 250
_UNFINISHED = ".writing"


class StoredFileMissing(NotFound):
    """Nothing is stored under this key."""


class BadKey(ValueError):
    """A key that is not a relative path of plain names: a mistake of the program, never of a user."""


class Storage(Protocol):
    """Bytes by key. A write is whole or not at all; a second write under the same key replaces the first."""

    def write(self, key: str, data: bytes) -> None:
        """Keep these bytes; when it returns they survive a crash of the machine."""

    def copy(self, source: str, target: str) -> None:
        """Keep the bytes of `source` under `target` too, sharing the space where that can be; each can be deleted by itself.

        For many small copies that could be made again: a crash of the machine right afterwards may take them.

        Raises:
            StoredFileMissing: there is nothing to copy.
        """

    def read(self, key: str) -> bytes:
        """The bytes.

        Raises:
            StoredFileMissing: there are none.
        """

    def path(self, key: str) -> Path | None:
        """The local file to send, or None where the bytes are not in a file of this machine: then `read` them.

        Raises:
            StoredFileMissing: there is none.
        """

    def size(self, key: str) -> int:
        """How many bytes.

        Raises:
            StoredFileMissing: there are none.
        """

    def exists(self, key: str) -> bool:
        """Whether something is stored under this key."""

    def delete(self, key: str) -> None:
        """Forget the bytes; nothing happens when there are none, so that a repeated erasure succeeds."""

    def keys(self, prefix: str = "") -> list[str]:
        """Every key that begins with these characters, in order."""


class FolderStorage:
    """Bytes as files below one folder, readable by the account that runs the product alone."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def write(self, key: str, data: bytes) -> None:
        """Write beside, flush to the disk, rename: a reader sees the old bytes or the new ones, never a part."""
        target = self._locate(key)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._root / _UNFINISHED / secrets.token_hex(16)
        unfinished.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            _write_through(unfinished, data)
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _flush_folder(target.parent)

    def copy(self, source: str, target: str) -> None:
        """A second name for the same file: a file is only ever replaced, never written into, so the two stay independent."""
        file, place = self._locate(source), self._locate(target)
        try:
            os.link(file, place)
        except OSError:
            self._copy_slowly(self.path(source), place)

    def _copy_slowly(self, file: Path, place: Path) -> None:
        """There is no folder yet, or there are other bytes; or the file system has no links, or not so many for one file."""
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.unlink(missing_ok=True)
        try:
            os.link(file, place)
        except OSError:
            shutil.copy(file, place)

    def read(self, key: str) -> bytes:
        """The bytes."""
        return self.path(key).read_bytes()

    def path(self, key: str) -> Path:
        """The file."""
        found = self._locate(key)
        if not found.is_file():
            raise StoredFileMissing
        return found

    def size(self, key: str) -> int:
        """How many bytes."""
        return self.path(key).stat().st_size

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""
        return self._locate(key).is_file()

    def delete(self, key: str) -> None:
        """Remove the file. Its folder stays: removing it would race with a write next to it."""
        self._locate(key).unlink(missing_ok=True)

    def keys(self, prefix: str = "") -> list[str]:
        """Every key that begins with these characters; only the folder the prefix names is walked."""
        folder, _, _ = prefix.rpartition("/")
        top = self._locate(folder) if folder else self._root
        found = (file.relative_to(self._root).as_posix() for file in top.rglob("*") if file.is_file())
        return sorted(key for key in found if key.startswith(prefix) and not key.startswith(_UNFINISHED))

    def _locate(self, key: str) -> Path:
        return self._root / _checked(key)


class MemoryStorage:
    """Bytes in a dictionary: for tests."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def write(self, key: str, data: bytes) -> None:
        """Keep a copy."""
        self._files[_checked(key)] = bytes(data)

    def copy(self, source: str, target: str) -> None:
        """Keep the same bytes."""
        self._files[_checked(target)] = self.read(source)

    def read(self, key: str) -> bytes:
        """The bytes."""
        try:
            return self._files[_checked(key)]
        except KeyError:
            raise StoredFileMissing from None

    def path(self, key: str) -> None:
        """No file to send."""
        self.read(key)

    def size(self, key: str) -> int:
        """How many bytes."""
        return len(self.read(key))

    def exists(self, key: str) -> bool:
        """Whether something is stored."""
        return _checked(key) in self._files

    def delete(self, key: str) -> None:
        """Forget."""
        self._files.pop(_checked(key), None)

    def keys(self, prefix: str = "") -> list[str]:
        """Every key that begins with these characters."""
        return sorted(key for key in self._files if key.startswith(prefix))


def open_storage(media_url: str) -> Storage:
    """The storage that `MEDIA_URL` names.

    Raises:
        ValueError: it is not an absolute folder.
    """
    if media_url.startswith("s3://"):
        raise ValueError(f"MEDIA_URL is {media_url!r}; storing in S3 is not built yet: expected a folder")
    if not Path(media_url).is_absolute():
        raise ValueError(f"MEDIA_URL is {media_url!r}; expected an absolute folder")
    return FolderStorage(Path(media_url))


def _checked(key: str) -> str:
    if len(key) > _MAX_KEY or not _KEY.fullmatch(key):
        raise BadKey(f"not a storage key: {key[:_MAX_KEY]!r}")
    return key


def _write_through(file: Path, data: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    """A rename survives a power cut only when the folder's own entry does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
