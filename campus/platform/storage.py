"""Where bytes are kept: a folder of this machine or a bucket of S3.

A key is a relative path of plain names, such as `photos/3f/9a…3f.640.webp`. Keys are made by the rooms from random tokens, never
from what a user typed; the grammar is checked here all the same, so that no key can leave the folder.
"""

from __future__ import annotations

import io
import os
import pkgutil
import re
import secrets
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from campus.platform import settings
from campus.platform.errors import CampusError, NotFound
from campus.platform.settings import S3Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

# No name begins with a dot: no "..", no hidden files, and `.writing` below can never be a key.
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_MAX_KEY = 250
PIECE = 1 << 20  # bytes in hand at a time, of what may be long
_UNFINISHED = ".writing"
# A library of half a second and thirty megabytes: loaded by who keeps photos there, and by nobody else.
_IN_S3 = "campus.platform.s3:BucketStorage"


class StoredFileMissing(NotFound):
    """Nothing is stored under this key."""


class StorageAway(CampusError):
    """Where the bytes are kept does not answer, or refuses."""

    status = 503
    title = "Photos cannot be reached at the moment"


class BadKey(ValueError):
    """A key that is not a relative path of plain names: a mistake of the program, never of a user."""


class Storage(Protocol):
    """Bytes by key. A write is whole or not at all; a second write under the same key replaces the first."""

    def write(self, key: str, data: bytes) -> None:
        """Keep these bytes; when it returns they survive a crash of the machine."""

    def take(self, key: str, file: Path) -> None:
        """Keep the bytes of a file, however many, as `write` does; the file stays where it is."""

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes, some at a time, for what is too long to hold.

        Raises:
            StoredFileMissing: there are none; when the first piece is asked for.
        """

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
        """The local file to send; None where bytes are not in files of this machine: `read` them, which tells if there are any.

        Raises:
            StoredFileMissing: there could be a file, and is none.
        """

    def address(self, key: str) -> str:
        """What a web server in front asks for, below its own place for these bytes: a path, perhaps with a signature.

        Raises:
            StoredFileMissing: there could be a file, and is none.
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

    def keys(self, prefix: str = "", *, before: datetime | None = None) -> list[str]:
        """Every key that begins with these characters, in order; with `before`, those written earlier than that."""

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Every key with how many bytes it has, in whatever order, without holding all of them."""

    def try_out(self) -> None:
        """See that bytes could be kept now; whatever is raised says why not."""


class FolderStorage:
    """Bytes as files below one folder, readable by the account that runs the product alone.

    With `group_reads` by its group too: for a web server in front that sends them.
    """

    def __init__(self, root: Path, *, group_reads: bool = False) -> None:
        self._root = root.absolute()
        self._folder_mode, self._file_mode = (0o750, 0o640) if group_reads else (0o700, 0o600)

    def write(self, key: str, data: bytes) -> None:
        """Write beside, flush to the disk, rename: a reader sees the old bytes or the new ones, never a part."""
        self._keep(key, io.BytesIO(data))

    def take(self, key: str, file: Path) -> None:
        """The same, piece by piece."""
        with file.open("rb") as stream:
            self._keep(key, stream)

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes, some at a time."""
        with self.path(key).open("rb") as stream:
            while piece := stream.read(PIECE):
                yield piece

    def _keep(self, key: str, source: BinaryIO) -> None:
        target = self._locate(key)
        self._make(target.parent)
        unfinished = self._root / _UNFINISHED / secrets.token_hex(16)
        unfinished.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            _write_through(unfinished, source, self._file_mode)
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
        self._make(place.parent)
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

    def address(self, key: str) -> str:
        """The key: the server in front has the same folder."""
        self.path(key)
        return key

    def size(self, key: str) -> int:
        """How many bytes."""
        return self.path(key).stat().st_size

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""
        return self._locate(key).is_file()

    def delete(self, key: str) -> None:
        """Remove the file. Its folder stays: removing it would race with a write next to it."""
        self._locate(key).unlink(missing_ok=True)

    def keys(self, prefix: str = "", *, before: datetime | None = None) -> list[str]:
        """Every key that begins with these characters; only the folder the prefix names is walked."""
        folder, _, _ = prefix.rpartition("/")
        top = self._locate(folder) if folder else self._root
        files = (file for file in top.rglob("*") if file.is_file())
        found = (file.relative_to(self._root).as_posix() for file in (files if before is None else _older(files, before)))
        return sorted(key for key in found if key.startswith(prefix) and not key.startswith(_UNFINISHED))

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Every key with the size of its file. One that is deleted meanwhile is none."""
        for file in self._root.rglob("*"):
            with suppress(FileNotFoundError):
                key, found = file.relative_to(self._root).as_posix(), file.stat()
                if stat.S_ISREG(found.st_mode) and not key.startswith(_UNFINISHED):
                    yield key, found.st_size

    def try_out(self) -> None:
        """Write a file that has no name."""
        self._make(self._root)
        with tempfile.TemporaryFile(dir=self._root) as file:
            file.write(b"ready")

    def _locate(self, key: str) -> Path:
        return self._root / checked(key)

    def _make(self, folder: Path) -> None:
        """Each folder on the way with the mode: `mkdir` gives it to the last one only."""
        if not folder.is_dir():
            if folder != self._root:
                self._make(folder.parent)
            folder.mkdir(parents=True, exist_ok=True, mode=self._folder_mode)


def configured() -> Storage:
    """The storage that the settings of this process name."""
    config = settings.current()
    return open_storage(config.media_url, config.s3, group_reads=bool(config.media_accel))


def open_storage(media_url: str, s3: S3Settings | None = None, *, group_reads: bool = False) -> Storage:
    """The storage that `MEDIA_URL` names; `s3` says where a bucket is and who asks for it.

    Raises:
        ValueError: it is neither an absolute folder nor a bucket.
    """
    if media_url.startswith("s3://"):
        kept: Storage = pkgutil.resolve_name(_IN_S3)(media_url, s3 or S3Settings())
        return kept
    if not Path(media_url).is_absolute():
        raise ValueError(f"MEDIA_URL is {media_url!r}; expected an absolute folder or s3://bucket")
    return FolderStorage(Path(media_url), group_reads=group_reads)


def checked(key: str) -> str:
    """The key, if it is one.

    Raises:
        BadKey: it is not.
    """
    if len(key) > _MAX_KEY or not _KEY.fullmatch(key):
        raise BadKey(f"not a storage key: {key[:_MAX_KEY]!r}")
    return key


def _older(files: Iterable[Path], moment: datetime) -> Iterable[Path]:
    return (file for file in files if file.stat().st_mtime < moment.timestamp())


def _write_through(file: Path, source: BinaryIO, mode: int) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        shutil.copyfileobj(source, stream, PIECE)
        stream.flush()
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    """A rename survives a power cut only when the folder's own entry does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
