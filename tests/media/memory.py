"""Bytes in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.platform import clock
from campus.platform.storage import StoredFileMissing, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


class MemoryStorage:
    """Bytes in a dictionary: for tests."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._written: dict[str, datetime] = {}

    def write(self, key: str, data: bytes) -> None:
        """Keep a copy."""
        self._files[checked(key)] = bytes(data)
        self._written[key] = clock.now()

    def take(self, key: str, file: Path) -> None:
        """Keep what is in the file."""
        self.write(key, file.read_bytes())

    def pieces(self, key: str) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read(key)

    def copy(self, source: str, target: str) -> None:
        """Keep the same bytes."""
        self.write(target, self.read(source))

    def read(self, key: str) -> bytes:
        """The bytes."""
        try:
            return self._files[checked(key)]
        except KeyError:
            raise StoredFileMissing from None

    def path(self, key: str) -> None:
        """No file to send."""
        checked(key)

    def address(self, key: str) -> str:
        """The key, though nobody can ask for it."""
        return checked(key)

    def size(self, key: str) -> int:
        """How many bytes."""
        return len(self.read(key))

    def exists(self, key: str) -> bool:
        """Whether something is stored."""
        return checked(key) in self._files

    def delete(self, key: str) -> None:
        """Forget."""
        self._files.pop(checked(key), None)

    def keys(self, prefix: str = "", *, before: datetime | None = None) -> list[str]:
        """Every key that begins with these characters."""
        return sorted(key for key in self._files if key.startswith(prefix) and (before is None or self._written[key] < before))

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Every key with how many bytes it has."""
        yield from [(key, len(data)) for key, data in self._files.items()]

    def try_out(self) -> None:
        """Memory is there."""
