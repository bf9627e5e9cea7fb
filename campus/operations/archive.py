"""The form of a backup: a folder with a dump, the files of photos under their keys, a list of their digests, and a manifest.

    manifest.json     what this is, when it was made, the digests of the files beside it, and its own
    database.dump     pg_dump's custom format, of one moment
    media.jsonl       a line for each file: key, bytes, SHA-256
    media/…           the files
    audit-anchors     the seals noted outside the database, up to the moment of the dump

The manifest is written last and the folder renamed when it is whole: what has the name of a backup is one.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from campus.platform.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = 1
MANIFEST, DATABASE, MEDIA_LIST, MEDIA, ANCHORS = "manifest.json", "database.dump", "media.jsonl", "media", "audit-anchors"
MEMBERS = (DATABASE, MEDIA_LIST, ANCHORS)
_PIECE = 1 << 20


class BadArchive(CampusError):
    """This is no backup, or not one as it was written."""

    title = "This backup cannot be used"


@dataclass(frozen=True)
class Digest:
    """How long a file is, and the SHA-256 of its bytes in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Kept:
    """A file of a photo: its storage key and what its bytes must be."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `rows` counts those of each table; `fingerprints` tell secrets apart without telling them."""

    made_at: str
    revision: str
    postgres: int
    rows: dict[str, int]
    pending_jobs: int
    audit_seq: int
    media_files: int
    media_bytes: int
    fingerprints: dict[str, str]
    site_url: str
    members: dict[str, Digest] = field(default_factory=dict)
    format: int = FORMAT
    digest: str = ""

    def sealed(self) -> Manifest:
        """The same, with its own digest."""
        return replace(self, digest=self._own_digest())

    @property
    def is_whole(self) -> bool:
        """Whether it is as it was sealed."""
        return self.digest == self._own_digest()

    def _own_digest(self) -> str:
        told = {name: value for name, value in asdict(self).items() if name != "digest"}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def digest_of(file: Path) -> Digest:
    """The digest of a file, read piece by piece."""
    found, size = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            found.update(piece)
            size += len(piece)
    return Digest(size, found.hexdigest())


def write(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest of what lies in the folder, flushed to the disk."""
    sealed = replace(manifest, members={name: digest_of(folder / name) for name in MEMBERS}).sealed()
    with (folder / MANIFEST).open("w") as stream:
        json.dump(asdict(sealed), stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    return sealed


def read(folder: Path) -> Manifest:
    """The manifest of a backup; nothing beside it is looked at.

    Raises:
        BadArchive: there is none, it was changed, or it is of another form.
    """
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        members = {name: Digest(**each) for name, each in told.pop("members").items()}
        manifest = Manifest(**told, members=members)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadArchive(f"{folder} holds no manifest of a backup that can be read: {type(error).__name__}.") from error
    if manifest.format != FORMAT:
        raise BadArchive(f"This backup has the form {manifest.format}; expected {FORMAT}: use the release that made it.")
    if not manifest.is_whole:
        raise BadArchive("The manifest is not what was written: its digest differs.")
    if wrong := {*MEMBERS} ^ {*manifest.members}:
        raise BadArchive(f"The manifest does not tell of exactly what belongs to a backup: {', '.join(sorted(wrong))}.")
    if odd := _unknown(folder):
        raise BadArchive(f"There are files that the manifest does not tell of: {', '.join(odd)}.")
    return manifest


def _unknown(folder: Path) -> list[str]:
    """What lies beside the manifest and is no part of a backup."""
    return sorted(each.name for each in folder.iterdir() if each.name not in {*MEMBERS, MANIFEST, MEDIA})[:5]


def damaged_members(folder: Path, manifest: Manifest) -> list[str]:
    """The names of the files beside the manifest that are missing or not what was written."""
    return [name for name, wanted in manifest.members.items() if not _is(folder / name, wanted)]


def unlisted_media(folder: Path) -> list[str]:
    """The keys of files of photos that the list does not tell of."""
    listed = {kept.key for kept in media(folder)}
    root = folder / MEDIA
    keys = (file.relative_to(root).as_posix() for file in root.rglob("*") if not file.is_dir())
    return sorted(key for key in keys if key not in listed)


def damaged_media(folder: Path, kept: Kept) -> bool:
    """Whether a photo's file is missing from the backup, or is not what was written."""
    return not _is(folder / MEDIA / kept.key, Digest(kept.size, kept.sha256))


def _is(file: Path, wanted: Digest) -> bool:
    return file.is_file() and file.stat().st_size == wanted.size and digest_of(file) == wanted


def media(folder: Path) -> Iterator[Kept]:
    """Every file of a photo in the backup."""
    with (folder / MEDIA_LIST).open() as lines:
        for line in lines:
            yield Kept(**json.loads(line))
