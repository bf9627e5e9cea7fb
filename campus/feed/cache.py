"""What the feed keeps in Redis: snapshots of scroll sessions, as ids. Never an authorization, never needed for a right answer.

Keys are built from the signed-in viewer alone: her id, her permission version (which grows with every change of what she may
see), the algorithm and the scope. Nothing a client sends becomes part of a key.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from campus.accounts.models import Algorithm, Scope
from campus.platform import cache, settings

if TYPE_CHECKING:
    from campus.accounts.viewer import Viewer

SNAPSHOT_TTL = 3600  # seconds a scroll session stays in Redis; the database keeps it longer


@dataclass(frozen=True)
class Snapshot:
    """The order of one feed at `taken_at`, as far as it was computed; `reasons` are the relations that placed each post.

    `permission_version` is the viewer's at that time: while it is unchanged, the reasons and the selection still hold.
    """

    id: uuid.UUID
    user_id: int
    algorithm: Algorithm
    scope: Scope
    taken_at: datetime
    permission_version: int
    post_ids: tuple[int, ...]
    reasons: tuple[int, ...]
    complete: bool

    def as_json(self) -> list[Any]:
        """A compact form for Redis."""
        return [
            str(self.id),
            self.user_id,
            self.algorithm,
            self.scope,
            self.taken_at.isoformat(),
            self.permission_version,
            self.post_ids,
            self.reasons,
            self.complete,
        ]

    @classmethod
    def of_json(cls, kept: list[Any]) -> Snapshot:
        """The snapshot that `as_json` gave."""
        identity, user_id, algorithm, scope, taken_at, version, ids, reasons, complete = kept
        return cls(
            uuid.UUID(identity),
            user_id,
            Algorithm(algorithm),
            Scope(scope),
            datetime.fromisoformat(taken_at),
            version,
            tuple(ids),
            tuple(reasons),
            complete,
        )


def keep(snapshot: Snapshot, *, newest: bool) -> None:
    """Remember a snapshot; `newest` when it is the one a fresh visit should be shown."""
    kept = snapshot.as_json()
    cache.put(f"feed:snapshot:{snapshot.id}", kept, SNAPSHOT_TTL)
    if newest:
        lifetime = settings.current().feed.cache_ttl
        key = _newest_key(snapshot.user_id, snapshot.permission_version, snapshot.algorithm, snapshot.scope)
        cache.put(key, kept, lifetime)


def newest(viewer: Viewer, algorithm: Algorithm, scope: Scope) -> Snapshot | None:
    """The snapshot a fresh visit may be shown again, if there is one."""
    kept = cache.get(_newest_key(viewer.id, viewer.permission_version, algorithm, scope))
    return None if kept is None else Snapshot.of_json(kept)


def by_id(identity: uuid.UUID) -> Snapshot | None:
    """A scroll session's snapshot."""
    kept = cache.get(f"feed:snapshot:{identity}")
    return None if kept is None else Snapshot.of_json(kept)


def forget(user_id: int, permission_version: int) -> None:
    """Have the person's next visit computed anew: she has published or done something."""
    cache.forget(*(_newest_key(user_id, permission_version, algorithm, scope) for algorithm in Algorithm for scope in Scope))


def _newest_key(user_id: int, permission_version: int, algorithm: Algorithm, scope: Scope) -> str:
    return f"feed:newest:{user_id}:{permission_version}:{algorithm}:{scope}"
