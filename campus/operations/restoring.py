"""The way back: database and files of photos as they were when the backup was made. Redis may be empty afterwards."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alembic.script import ScriptDirectory
from alembic.util import CommandError

from campus.accounts import actions as accounts
from campus.audit import chain
from campus.audit.actions import record
from campus.operations import archive, backup, postgres, verification
from campus.platform import cache, health, redis
from campus.platform.db import let_go, transaction
from campus.platform.embedded.processes import wait_until
from campus.platform.errors import CampusError, Conflict, Invalid
from campus.platform.storage import StoredFileMissing
from campus.posts.files import storage
from campus.rights import erasure

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from campus.operations.archive import Kept, Manifest
    from campus.platform.storage import Storage

    Progress = Callable[[str, int, int], None]

LEAVING_SECONDS = 3.0  # a connection that was closed a moment ago may still be seen


class NotEmpty(Conflict):
    """There is a campus in this database already."""

    title = "The database is not empty"


class OtherSettings(Invalid):
    """The settings here are not those the backup needs."""

    title = "These are not the backup's settings"


class NewerThanCode(Invalid):
    """The backup is of a later release."""

    title = "This backup is of a later release"


@dataclass(frozen=True)
class Wishes:
    """What was said besides: a database that is not empty gives way, secrets may be others, personal tokens go on."""

    replace: bool = False
    any_settings: bool = False
    keep_tokens: bool = False


def prepare(folder: Path, wishes: Wishes, *, migrations: str, progress: Progress) -> Manifest:
    """See that a backup can be restored here, changing nothing. `migrations` is the folder of this release's.

    Raises:
        BadArchive: the backup is damaged; every fault is named.
        OtherSettings: a secret is another, and `any_settings` was not wished for.
        NewerThanCode: this release does not know the backup's revision.
        NotEmpty: the database has tables, and `replace` was not wished for.
        DatabaseInUse: the product runs on it.
    """
    verdict = verification.examine(folder, progress=progress)
    if verdict.faults:
        raise archive.BadArchive("\n".join(verdict.faults))
    manifest = verdict.manifest
    _require_settings(manifest, any_settings=wishes.any_settings)
    _require_known(manifest, migrations)
    if not wishes.replace and not postgres.is_empty():
        raise NotEmpty("The database has tables. Name an empty one, or say --replace: what is in it will be gone.")
    let_go()
    if not wait_until(lambda: postgres.others() == 0, LEAVING_SECONDS, every=0.1):
        raise postgres.DatabaseInUse(f"{postgres.others()} connections of the product are open: stop web and workers first.")
    return manifest


def _require_settings(manifest: Manifest, *, any_settings: bool) -> None:
    here = backup.fingerprints()
    others = [name for name, fingerprint in manifest.fingerprints.items() if here.get(name) != fingerprint]
    if others and not any_settings:
        loss = {"SECRET_KEY": "links in mails and cursors no longer work", "AUDIT_KEY": "the audit log no longer verifies"}
        told = "; ".join(f"{name} is not the one of the backup: {loss.get(name, 'something is lost')}" for name in others)
        raise OtherSettings(f"{told}. Set what it was, or say --any-settings.")


def _require_known(manifest: Manifest, migrations: str) -> None:
    try:
        ScriptDirectory(migrations).get_revision(manifest.revision)
    except CommandError as error:
        raise NewerThanCode(
            f"This release does not know revision {manifest.revision}: use the one that made the backup."
        ) from error


@dataclass(frozen=True)
class Restored:
    """What came of it: files written, sessions and personal tokens ended, people erased again. `stuck`: why somebody was not."""

    manifest: Manifest
    written: int = 0
    sessions: int = 0
    tokens: int = 0
    erased: int = 0
    stuck: str = ""


def restore(folder: Path, wishes: Wishes, *, migrations: str, now: datetime, progress: Progress) -> Restored:
    """Restore a backup: the database in one transaction, then the files that differ, then the noted seals.

    What was ended since must not come back: everybody is signed out, personal tokens are revoked unless they are to be kept, and
    who was erased is erased again; of an older release's backup by the task, once it is upgraded. An interrupted restore is
    repeated, and replaces what is there.

    Raises:
        what `prepare` raises; ProgramFailed: with PostgreSQL's words, the database as it was.
    """
    manifest = prepare(folder, wishes, migrations=migrations, progress=progress)
    progress("Database", 0, 1)
    postgres.restore(folder / archive.DATABASE, replace=wishes.replace and not postgres.is_empty())
    ended = accounts.end_all(tokens=not wishes.keep_tokens and "access_token" in manifest.rows, now=now)
    progress("Database", 1, 1)
    written = _put_files(folder, manifest, progress)
    _put_anchors(folder, now)
    redis.guarded(cache.clear, 0)  # what is cached is checked before it is shown, whether it could be dropped or not
    done = Restored(manifest, written, ended.sessions, ended.tokens)
    if manifest.revision != health.head(migrations):  # it is upgraded first
        return done
    with transaction():
        record("backup.restore", f"backup:{folder.name}", after={"digest": manifest.digest, "made_at": manifest.made_at})
    return _erased_again(done, now)


def _erased_again(done: Restored, now: datetime) -> Restored:
    try:
        return dataclasses.replace(done, erased=erasure.erase_due(now=now))
    except CampusError as error:
        return dataclasses.replace(done, stuck=str(error))


def _put_files(folder: Path, manifest: Manifest, progress: Progress) -> int:
    """Write the files that are not there as they were. Where several have the same bytes, they share the space again."""
    store, written = storage(), 0
    first: dict[str, str] = {}
    for number, kept in enumerate(archive.media(folder), start=1):
        if not _is_there(store, kept):
            if kept.sha256 in first:
                store.copy(first[kept.sha256], kept.key)
            else:
                store.write(kept.key, (folder / archive.MEDIA / kept.key).read_bytes())
            written += 1
        first.setdefault(kept.sha256, kept.key)
        progress("Photos", number, manifest.media_files)
    return written


def _is_there(store: Storage, kept: Kept) -> bool:
    with suppress(StoredFileMissing):
        if not store.exists(kept.key) or store.size(kept.key) != kept.size:
            return False
        file = store.path(kept.key)
        return file is not None and archive.digest_of(file).sha256 == kept.sha256
    return False


def _put_anchors(folder: Path, now: datetime) -> None:
    """The seals as they were noted then. Those noted here since stay beside them: they tell what the restore took away."""
    noted = chain.anchors_file()
    noted.parent.mkdir(parents=True, exist_ok=True)
    if noted.exists():
        noted.replace(noted.with_name(f"anchors.before-{now:%Y%m%dT%H%M%SZ}"))
    noted.write_bytes((folder / archive.ANCHORS).read_bytes())
    noted.chmod(0o600)
