"""What the site holds about a person, part by part: a named selection each, in the words of the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from campus.accounts.models import AccessToken, EmailAddress, User, UserSession
from campus.follows.models import Block, Follow, Mute
from campus.interactions.models import Comment, Like, Share
from campus.moderation.models import Appeal, Case, Decision, Report
from campus.notifications.models import Notification
from campus.organizations.models import Department, DepartmentMembership, Organization, OrganizationMembership, PostingPause
from campus.posts.models import Photo, Post, PostEdit, PostState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Select

    Selection = Select[*tuple[Any, ...]]

_other = aliased(User)


def of(user_id: int) -> Mapping[str, Selection]:
    """Every part, by the name of its file. Nothing that others wrote or did is in any of them, but what was told to her."""
    return {**_herself(user_id), **_relations(user_id), **_works(user_id), **_told(user_id)}


def photos(user_id: int) -> Selection:
    """The photos of her posts that have files: post, position, token, widths."""
    rows = select(Photo.post_id, Photo.position, Photo.token, Photo.widths).join(Post, Post.id == Photo.post_id)
    return rows.where(Post.author_id == user_id, Photo.widths != []).order_by(Photo.post_id, Photo.position)


def portrait(user_id: int) -> Selection:
    """The token of her picture, if she has one."""
    return select(User.avatar_token).where(User.id == user_id, User.avatar_token.is_not(None))


def _herself(user_id: int) -> dict[str, Selection]:
    addresses = (EmailAddress.address, EmailAddress.is_primary, EmailAddress.verified_at, EmailAddress.created_at)
    sessions = (UserSession.user_agent, UserSession.created_at, UserSession.last_seen_at, UserSession.expires_at)
    tokens = (AccessToken.name, AccessToken.scopes, AccessToken.created_at, AccessToken.last_used_at, AccessToken.revoked_at)
    person = (
        User.id,
        User.handle,
        User.name,
        User.bio,
        User.locale,
        User.theme,
        User.algorithm,
        User.scope,
        User.created_at,
        User.posting_paused_until,
    )
    return {
        "profile": select(*person).where(User.id == user_id),
        "addresses": select(*addresses).where(EmailAddress.user_id == user_id).order_by(EmailAddress.id),
        "sessions": select(*sessions).where(UserSession.user_id == user_id).order_by(UserSession.created_at),
        "tokens": select(*tokens).where(AccessToken.user_id == user_id).order_by(AccessToken.id),
    }


def _relations(user_id: int) -> dict[str, Selection]:
    belonging = OrganizationMembership
    mine = (
        Organization.slug,
        Organization.name,
        belonging.role,
        belonging.kind,
        belonging.status,
        belonging.since,
        belonging.until,
        belonging.ended_at,
    )
    departments = select(Organization.slug.label("organization"), Department.slug, Department.name)
    whom = (_other.handle.label("person"), Organization.slug.label("organization"))
    follows = select(*whom, Follow.status, Follow.created_at).outerjoin(_other, _other.id == Follow.user_id)
    mutes = select(*whom, Mute.created_at).outerjoin(_other, _other.id == Mute.user_id)
    return {
        "memberships": select(*mine)
        .join(Organization, Organization.id == belonging.organization_id)
        .where(belonging.user_id == user_id)
        .order_by(Organization.id),
        "departments": departments.join(Organization, Organization.id == Department.organization_id)
        .join(DepartmentMembership, DepartmentMembership.department_id == Department.id)
        .where(DepartmentMembership.user_id == user_id)
        .order_by(Department.id),
        "pauses": select(Organization.slug.label("organization"), PostingPause.until)
        .join(PostingPause, PostingPause.organization_id == Organization.id)
        .where(PostingPause.user_id == user_id)
        .order_by(Organization.id),
        "follows": follows.outerjoin(Organization, Organization.id == Follow.organization_id)
        .where(Follow.follower_id == user_id)
        .order_by(Follow.id),
        "blocks": select(_other.handle.label("person"), Block.created_at)
        .join(_other, _other.id == Block.blocked_id)
        .where(Block.blocker_id == user_id)
        .order_by(Block.created_at),
        "mutes": mutes.outerjoin(Organization, Organization.id == Mute.organization_id)
        .where(Mute.muter_id == user_id)
        .order_by(Mute.id),
    }


def _works(user_id: int) -> dict[str, Selection]:
    post = (
        Post.id,
        Organization.slug.label("organization"),
        Post.official,
        Post.audience,
        Post.state,
        Post.title,
        Post.text,
        Post.location,
        Post.created_at,
        Post.published_at,
        Post.edited_at,
        Post.like_count,
        Post.comment_count,
        Post.share_count,
    )
    pictures = (Photo.post_id, Photo.position, Photo.filename, Photo.alt, Photo.credit, Photo.licence, Photo.width, Photo.height)
    edits = select(PostEdit.post_id, PostEdit.title, PostEdit.text, PostEdit.audience, PostEdit.edited_at)
    comments = select(Comment.id, Comment.post_id, Comment.text, Comment.created_at)
    return {
        "posts": select(*post)
        .outerjoin(Organization, Organization.id == Post.organization_id)
        .where(Post.author_id == user_id, Post.state != PostState.DELETED)
        .order_by(Post.id),
        "edits": edits.join(Post, Post.id == PostEdit.post_id).where(Post.author_id == user_id).order_by(PostEdit.id),
        "photos": select(*pictures)
        .join(Post, Post.id == Photo.post_id)
        .where(Post.author_id == user_id)
        .order_by(Photo.post_id, Photo.position),
        "comments": comments.where(Comment.author_id == user_id, Comment.deleted_at.is_(None)).order_by(Comment.id),
        "likes": select(Like.post_id, Like.created_at).where(Like.user_id == user_id).order_by(Like.post_id),
        "shares": select(Share.post_id, Share.platform, Share.created_at).where(Share.user_id == user_id).order_by(Share.id),
    }


def _told(user_id: int) -> dict[str, Selection]:
    told = (Notification.kind, Notification.title, Notification.text, Notification.url, Notification.created_at)
    decided = select(Case.target_kind, Case.target_id, Decision.rule, Decision.reason, Decision.measures, Decision.at)
    return {
        "notifications": select(*told).where(Notification.user_id == user_id).order_by(Notification.id),
        "reports": select(Case.target_kind, Case.target_id, Report.category, Report.note, Report.created_at)
        .join(Case, Case.id == Report.case_id)
        .where(Report.reporter_id == user_id)
        .order_by(Report.id),
        "decisions": decided.join(Case, Case.id == Decision.case_id).where(Case.author_id == user_id).order_by(Decision.id),
        "appeals": select(Appeal.text, Appeal.at, Appeal.outcome, Appeal.reason)
        .join(Case, Case.id == Appeal.case_id)
        .where(Case.author_id == user_id)
        .order_by(Appeal.id),
    }
