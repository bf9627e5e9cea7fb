"""A line in words, and where it leads. The words name who did what, never what was written: they stand in mails too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.notifications.models import Kind

if TYPE_CHECKING:
    from campus.notifications.queries import Line

DID = {
    Kind.LIKE: "liked your post",
    Kind.COMMENT: "commented on your post",
    Kind.REPLY: "commented on a post after you",
    Kind.MENTION: "mentioned you in a comment",
    Kind.FOLLOW: "follows you now",
    Kind.FOLLOW_REQUEST: "asks to follow you",
    Kind.FOLLOW_ACCEPTED: "accepted your request to follow",
}
SEVERAL_DID = {Kind.FOLLOW: "follow you now", Kind.FOLLOW_REQUEST: "ask to follow you"}


def names(line: Line) -> tuple[str, ...]:
    """Those a line names: two people, one of many, or the organization."""
    if line.signer:
        return (line.signer.name,)
    named = line.actors[:1] if line.count > len(line.actors) else line.actors
    return tuple(actor.name for actor in named)


def others(line: Line) -> str:
    """Those it does not name, in words; empty when there are none."""
    left = line.count - len(names(line))
    if line.signer or left <= 0:
        return ""
    if line.many:
        return "many others"
    return f"{left} others" if left > 1 else "1 other"


def did(line: Line) -> str:
    """What they did."""
    if line.kind is Kind.MENTION and not line.comment_id:
        return "mentioned you in a post"
    return SEVERAL_DID.get(line.kind, DID[line.kind]) if line.count > 1 else DID[line.kind]


def sentence(line: Line) -> str:
    """All of it: "Ada and 12 others liked your post"."""
    if line.kind is Kind.NOTICE:
        return line.title
    rest = others(line)
    return f"{' and '.join([*names(line), *([rest] if rest else [])])} {did(line)}"


def leads_to(line: Line, handle: str) -> str:
    """The path of what it tells of. `handle` is the reader's."""
    if line.kind is Kind.NOTICE:
        return line.url
    if line.post_id:
        return f"/posts/{line.post_id}#comment-{line.comment_id}" if line.comment_id else f"/posts/{line.post_id}"
    if line.count == 1 and line.kind is not Kind.FOLLOW_REQUEST:
        return f"/u/{line.actors[0].handle}"
    return f"/u/{handle}/followers"
