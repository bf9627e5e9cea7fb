"""Who may do what, written down from the product's contract (sections 5 and 9) and from nothing else: no query, no policy table.

Anna writes; everybody else is somebody to her, to Northbridge (a university with a department of physics) or to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from campus.posts.models import Audience, PostState


class Who(StrEnum):
    """Whoever asks: a person and what she shows to be let in. Unless said otherwise, a token with every scope."""

    NOBODY = auto()  # no token, no cookie
    STRANGER = auto()
    MEMBER = auto()  # of Northbridge, in physics
    COLLEAGUE = auto()  # of Northbridge, in another department
    FOLLOWER = auto()  # of Anna
    ASKER = auto()  # asked to follow Anna, who has not answered
    BLOCKED = auto()  # by Anna; a member, in physics
    BLOCKER = auto()  # of Anna; a member, in physics
    REMOVED = auto()  # from Northbridge
    EXPIRED = auto()  # her membership's time has passed
    EDITOR = auto()  # of Northbridge
    MODERATOR = auto()  # of Northbridge
    ADMIN = auto()  # of Northbridge
    ELSEWHERE = auto()  # administers another organization
    AUTHOR = auto()  # Anna; a member, in physics
    SITE_ADMIN = auto()
    READER = auto()  # Anna's token that may only read
    MODERATING_LESS = auto()  # the moderator's token that may read and write
    SUSPENDED = auto()  # a member with a good token
    LATE = auto()  # Anna's token whose time has passed
    REVOKED = auto()  # Anna's token that she revoked
    FORGED = auto()  # a token nobody issued


SHUT_OUT = {Who.NOBODY, Who.SUSPENDED, Who.LATE, Who.REVOKED, Who.FORGED}
ANNA = {Who.AUTHOR, Who.READER}
APART = {Who.BLOCKED, Who.BLOCKER}
MODERATORS = {Who.MODERATOR, Who.MODERATING_LESS, Who.ADMIN}
OFFICERS = {Who.EDITOR, Who.ADMIN}
PHYSICISTS = {Who.MEMBER} | APART | ANNA
MEMBERS = PHYSICISTS | MODERATORS | OFFICERS | {Who.COLLEAGUE}


class Verdict(StrEnum):
    """What comes of it."""

    DONE = auto()  # or refused for another reason than who asks
    FORBIDDEN = auto()  # 403: she may know of it, but not do this
    MISSING = auto()  # 404, in every way like what never was
    SHUT_OUT = auto()  # 401


@dataclass(frozen=True)
class PostThing:
    """A post: Anna's, or that of somebody who was suspended since."""

    audience: Audience
    state: PostState = PostState.PUBLISHED
    owned: bool = False  # by Northbridge
    in_physics: bool = False
    official: bool = False
    by_suspended: bool = False


@dataclass(frozen=True)
class CommentThing:
    """A comment by somebody who has to do with nobody, unless said otherwise."""

    post: PostThing
    by_suspended: bool = False
    by_recluse: bool = False  # who has blocked everybody
    deleted: bool = False


@dataclass(frozen=True)
class PersonThing:
    """A person to look at."""

    gone: bool = False  # suspended, not approved yet, or she has blocked everybody
    locked: bool = False
    shunned: bool = False  # everybody has blocked her
    asking: bool = False  # to follow everybody


@dataclass(frozen=True)
class OrganizationThing:
    """An organization: Northbridge, or one that takes nobody in."""

    northbridge: bool


@dataclass(frozen=True)
class CaseThing:
    """A case of moderation: of what belongs to Northbridge, or one for the site's staff alone."""

    northbridge: bool


def sees(who: Who, post: PostThing) -> bool:
    """Section 5, clauses 1 and 2."""
    if post.state is not PostState.PUBLISHED:
        return False
    if not post.official and (post.by_suspended or who in APART):
        return False
    return (
        (who in ANNA and not post.by_suspended)
        or post.audience is Audience.PUBLIC
        or (post.audience is Audience.ORGANIZATION and who in MEMBERS)
        or (post.audience is Audience.DEPARTMENT and who in PHYSICISTS)
        or (post.audience is Audience.FOLLOWERS and who is Who.FOLLOWER and not post.by_suspended)
        or (post.owned and who in MODERATORS and post.audience is not Audience.ONLY_ME)
    )


def wrote(who: Who, post: PostThing) -> bool:
    """It is hers."""
    return who in ANNA and not post.by_suspended


def reaches(who: Who, post: PostThing) -> bool:
    """She sees it, or it is her own in whatever state."""
    return sees(who, post) or (wrote(who, post) and post.state is not PostState.DELETED)


def sees_comment(who: Who, comment: CommentThing) -> bool:
    """Through its post, and through blocks. By the suspended, by who has blocked her, and deleted ones there are none."""
    return reaches(who, comment.post) and not (comment.by_suspended or comment.by_recluse or comment.deleted)


def handles(who: Who, case: CaseThing) -> bool:
    """The site's staff handles every case, an organization's moderators those of theirs. (None is about her who asks.)"""
    return who is Who.SITE_ADMIN or (case.northbridge and who in MODERATORS)
