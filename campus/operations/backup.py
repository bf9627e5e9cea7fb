"""Making a backup while the campus goes on: the dump of one moment, and every file that a row of that moment names.

A file that the dump names must be there; one too many does no harm. So files are taken twice: before the dump, in case a photo
is deleted meanwhile, and after it, for those that came in between. On one file system taking is a second name for the same file,
which is safe because files are only ever replaced, never written into.
"""

from __future__ import annotations

import hmac
import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from campus.audit import chain
from campus.audit.actions import record
from campus.operations import archive, postgres
from campus.operations.archive import Kept, Manifest
from campus.operations.photos import KEPT
from campus.platform import settings
from campus.platform.db import transaction
from campus.platform.errors import Conflict
from campus.platform.storage import StoredFileMissing
from campus.posts.files import storage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from campus.platform.storage import Storage

    Progress = Callable[[str, int, int], None]

PURPOSE = b"photocampus backup fingerprint"
_TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'public' AND relkind = 'r' AND relpersistence = 'p' ORDER BY relname
"""


class BackupExists(Conflict):
    """There is something of this name already."""

    title = "There is such a backup already"


@dataclass(frozen=True)
class Made:
    """A backup, and where it is."""

    folder: Path
    manifest: Manifest


@dataclass(frozen=True)
class _Moment:
    """What the database holds in the snapshot that is dumped."""

    revision: str
    rows: dict[str, int]
    pending: int
    audit_seq: int


def fingerprints() -> dict[str, str]:
    """What tells one secret from another, by the name of its setting. They are long and random: nobody finds them by these."""
    config = settings.current()
    secrets = {"SECRET_KEY": config.secret_key, "AUDIT_KEY": config.audit_key or config.secret_key}
    return {name: hmac.digest(secret.encode(), PURPOSE, "sha256").hex()[:32] for name, secret in secrets.items()}


def planned(to: Path) -> dict[str, Any]:
    """What a backup would hold now: for a rehearsal."""
    store = storage()
    keys = [key for place in KEPT for key in store.keys(place)]
    with postgres.connect() as connection:
        rows = _rows(connection)
    return {"to": str(to), "rows": sum(rows.values()), "media_files": len(keys)}


def create(*, to: Path, now: datetime, progress: Progress) -> Made:
    """Write a backup into a new folder below `to`, whole or not at all.

    Raises:
        BackupExists: one of this second is there.
        ProgramMissing, ProgramFailed: PostgreSQL's programs could not do it.
    """
    name = f"campus-{now:%Y%m%dT%H%M%SZ}"
    target, unfinished = to / name, to / f".{name}.part"
    if target.exists():
        raise BackupExists(f"{target} is there already.")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        manifest = _fill(unfinished, now=now, progress=progress)
        unfinished.rename(target)
        _flush(to)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    with transaction():
        record("backup.create", f"backup:{name}", after={"digest": manifest.digest, "media_files": manifest.media_files})
    return Made(target, manifest)


def _fill(folder: Path, *, now: datetime, progress: Progress) -> Manifest:
    _take_files(folder, "Photos", progress)
    moment, major = _dump(folder, progress)
    _take_files(folder, "Photos since", progress)
    kept = _list_files(folder, progress)
    _note_anchors(folder, moment.audit_seq)
    manifest = Manifest(
        made_at=now.isoformat(),
        revision=moment.revision,
        postgres=major,
        rows=moment.rows,
        pending_jobs=moment.pending,
        audit_seq=moment.audit_seq,
        media_files=len(kept),
        media_bytes=sum(each.size for each in kept),
        fingerprints=fingerprints(),
        site_url=settings.current().site_url,
    )
    return archive.write(folder, manifest)


def _dump(folder: Path, progress: Progress) -> tuple[_Moment, int]:
    """Count and dump the same moment: one transaction holds it, and lends it to pg_dump."""
    progress("Database", 0, 1)
    with postgres.connect() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        major = connection.info.server_version // 10_000
        snapshot = str(_value(connection, "SELECT pg_export_snapshot()"))
        moment = _Moment(
            revision=str(_value(connection, "SELECT version_num FROM alembic_version")),
            rows=_rows(connection),
            pending=int(_value(connection, "SELECT count(*) FROM job WHERE state <> 'done'")),
            audit_seq=int(_value(connection, "SELECT coalesce(max(seq), 0) FROM audit_entry")),
        )
        postgres.dump(folder / archive.DATABASE, snapshot=snapshot, major=major)
    progress("Database", 1, 1)
    return moment, major


def _rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    return rows_of(connection, [name for (name,) in connection.execute(_TABLES).fetchall()])


def rows_of(connection: psycopg.Connection[Any], tables: list[str]) -> dict[str, int]:
    """How many rows each of these tables has."""
    counted = sql.SQL("SELECT count(*) FROM {}")
    return {name: int(_value(connection, counted.format(sql.Identifier(name)))) for name in tables}


def _value(connection: psycopg.Connection[Any], statement: Any) -> Any:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None


def _take_files(folder: Path, what: str, progress: Progress) -> None:
    """Take every file that is not taken yet. One that is deleted in this moment was to be deleted."""
    store = storage()
    keys = [key for place in KEPT for key in store.keys(place)]
    for number, key in enumerate(keys, start=1):
        target = folder / archive.MEDIA / key
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(StoredFileMissing, FileNotFoundError):
                _take(store, key, target)
        progress(what, number, len(keys))


def _take(store: Storage, key: str, target: Path) -> None:
    source = store.path(key)
    if source is None:
        target.write_bytes(store.read(key))
        return
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, target)


def _list_files(folder: Path, progress: Progress) -> list[Kept]:
    root = folder / archive.MEDIA
    files = sorted(file for file in root.rglob("*") if file.is_file())
    kept = []
    for number, file in enumerate(files, start=1):
        digest = archive.digest_of(file)
        kept.append(Kept(file.relative_to(root).as_posix(), digest.size, digest.sha256))
        progress("Digests", number, len(files))
    lines = "".join(json.dumps(asdict(each)) + "\n" for each in kept)
    (folder / archive.MEDIA_LIST).write_text(lines)
    return kept


def _note_anchors(folder: Path, last: int) -> None:
    """The noted seals up to the last entry of the dump: what was written since is not in it."""
    lines = "".join(f"{seq} {seal.hex()}\n" for seq, seal in chain.anchors() if seq <= last)
    (folder / archive.ANCHORS).write_text(lines)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
