"""Viewers without a request, drafts and uploads in a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from campus.accounts.viewer import Viewer
from campus.platform.clock import now
from campus.platform.db import Base, session
from campus.platform.outbox import Job
from campus.posts import files
from campus.posts.actions import publish
from campus.posts.drafts import PhotoDraft, PostDraft
from campus.posts.models import Audience
from tests.media.corpus import photo as picture

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from campus.accounts.models import User
    from campus.posts.models import Post


def viewer_of(user: User) -> Viewer:
    """The person as actions know her."""
    return Viewer(
        id=user.id,
        handle=user.handle,
        name=user.name,
        avatar_token=None,
        is_admin=user.is_admin,
        verified=True,
        theme=user.theme,
        locale=user.locale,
        algorithm=user.algorithm,
        scope=user.scope,
        auto_load=user.auto_load,
        permission_version=user.permission_version,
    )


def draft(**fields: Any) -> PostDraft:
    """A public personal post with a text, unless said otherwise."""
    return PostDraft(**({"audience": Audience.PUBLIC, "text": "A text"} | fields))


def upload(data: bytes | None = None, **fields: Any) -> PhotoDraft:
    """A photo whose bytes wait in the storage."""
    return PhotoDraft(token=files.keep_upload(picture() if data is None else data), **fields)


def published(user: User, **fields: Any) -> Post:
    """Publish a draft."""
    return publish(viewer=viewer_of(user), draft=draft(**fields), now=now())


def jobs(kind: str) -> list[str]:
    """The keys of the jobs of a kind that wait."""
    return list(session.scalars(select(Job.key).where(Job.kind == kind, Job.state == "ready").order_by(Job.id)))


def row_counts() -> dict[str, int]:
    """How many rows each table has."""
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in Base.metadata.sorted_tables}


def told(answer: TestResponse, asked: str) -> tuple[int, str, list[tuple[str, str]]]:
    """Everything a client learns from an answer, without what was asked and without what differs at every request."""
    request_id = answer.headers.get("X-Request-ID", "?")
    body = answer.text.replace(request_id, "").replace(asked, "")
    body = re.sub(r'("X-CSRFToken": "|name="csrf_token"\s+value=")[^"]*', "", body)
    varying = ("Date", "Set-Cookie", "X-Request-ID", "Content-Length")
    return answer.status_code, body, sorted((name, value) for name, value in answer.headers if name not in varying)
