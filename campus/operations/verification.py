"""Proving a backup: every digest, and the database restored beside the real one and put through the checks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from campus.audit import queries as audit
from campus.feed import check as feeds
from campus.interactions import counts
from campus.operations import archive, backup, photos, postgres
from campus.platform.db import on_database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from campus.operations.archive import Manifest

    Progress = Callable[[str, int, int], None]

MOST_TOLD = 20  # faults of one kind that are named one by one


@dataclass
class Verdict:
    """What is wrong with a backup, in sentences; and what was counted on the way."""

    manifest: Manifest
    faults: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)  # of the files beside the manifest
    feed: dict[str, int] = field(default_factory=dict)
    counts_drifted: int = 0

    def blame(self, sentences: list[str]) -> None:
        """Add faults; of many of one kind, the first ones and how many there are."""
        self.faults += sentences[:MOST_TOLD]
        if len(sentences) > MOST_TOLD:
            self.faults.append(f"… and {len(sentences) - MOST_TOLD} more like these.")


def verify(folder: Path, *, progress: Progress) -> Verdict:
    """Prove a backup. The real database is not touched; the one it is restored into is dropped again.

    Raises:
        BadArchive: there is no manifest, or not the one that was written.
        ProgramMissing, ProgramFailed: it could not be tried.
    """
    verdict = examine(folder, progress=progress)
    if verdict.damaged:
        return verdict
    progress("Database", 0, 1)
    with postgres.scratch() as url:
        try:
            postgres.restore(folder / archive.DATABASE, url=url)
        except postgres.ProgramFailed as error:
            verdict.blame([f"{archive.DATABASE} cannot be restored: {error}"])
            return verdict
        progress("Database", 1, 1)
        with on_database(url):
            _judge(verdict, folder, url, progress)
    return verdict


def examine(folder: Path, *, progress: Progress) -> Verdict:
    """Compare every digest of a backup with its bytes.

    Raises:
        BadArchive: there is no manifest, or not the one that was written.
    """
    manifest = archive.read(folder)
    verdict = Verdict(manifest, damaged=archive.damaged_members(folder, manifest))
    verdict.blame([f"{name} is missing, or not what was written." for name in verdict.damaged])
    if archive.MEDIA_LIST in verdict.damaged:
        return verdict
    wrong = []
    for number, kept in enumerate(archive.media(folder), start=1):
        if archive.damaged_media(folder, kept):
            wrong.append(f"media/{kept.key} is missing, or not what was written.")
        progress("Digests", number, manifest.media_files)
    verdict.blame(wrong)
    verdict.blame([f"media/{key} is not in the list." for key in archive.unlisted_media(folder)])
    return verdict


def _judge(verdict: Verdict, folder: Path, url: str, progress: Progress) -> None:
    """What only the restored database can tell."""
    manifest = verdict.manifest
    with postgres.connect(url) as connection:
        rows = backup.rows_of(connection, list(manifest.rows))
    other = [name for name, wanted in manifest.rows.items() if rows[name] != wanted]
    verdict.blame([f"{name} has {rows[name]} rows, not {manifest.rows[name]}." for name in other])
    verdict.blame(_missing_files(folder))
    readers = feeds.readers()
    done = [0]

    def step(count: int) -> None:
        done[0] += count
        progress("Feeds", done[0], len(readers))

    found = feeds.check(readers, now=datetime.fromisoformat(manifest.made_at), progress=step)
    verdict.feed = asdict(found)
    wrong = {name: count for name, count in verdict.feed.items() if count and name != "pending"}
    if wrong and not found.pending:  # jobs that waited when the dump was made explain what is not delivered yet
        verdict.blame([f"The feeds are not as defined: {name} {count}." for name, count in wrong.items()])
    verdict.counts_drifted = sum(counts.check().values())
    verdict.blame([f"{verdict.counts_drifted} counters of posts are not their rows."] if verdict.counts_drifted else [])
    verdict.blame(_broken_audit(manifest))


def _missing_files(folder: Path) -> list[str]:
    held = {kept.key for kept in archive.media(folder)}
    wanted = ((photo.id, key) for photo in photos.named() for key in photo.keys)
    return [f"Photo {number} needs media/{key}, which is not in the backup." for number, key in wanted if key not in held]


def _broken_audit(manifest: Manifest) -> list[str]:
    """Where the sealed log is not as it was written; told only by who has the key that sealed it."""
    if manifest.fingerprints.get("AUDIT_KEY") != backup.fingerprints()["AUDIT_KEY"]:
        return []
    return [f"Audit entry {each.seq}: {each.what}." for each in audit.verify() if each.seq <= manifest.audit_seq]
