"""What can be done with posts and under them."""

from __future__ import annotations

import strawberry

from campus.accounts import guard
from campus.accounts.models import TokenScope
from campus.api.graphql.context import Info
from campus.api.graphql.inputs import PostChanges, PostInput, changed, described, drafted, submission_of
from campus.api.graphql.paging import key
from campus.api.graphql.payloads import (
    CommentPayload,
    DeleteCommentPayload,
    DeletePayload,
    LikePayload,
    PostPayload,
    SharePayload,
)
from campus.api.graphql.posts import comment as shown
from campus.interactions import actions as interactions
from campus.interactions.models import Platform
from campus.interactions.queries import CommentNotFound, comment_view, visible_comment
from campus.posts import actions
from campus.posts.queries import reachable_card, reachable_post, visible_post

ID = strawberry.ID


@strawberry.type
class PostMutations:
    """Writing, changing, taking back."""

    @strawberry.mutation
    def create_post(self, info: Info, input: PostInput) -> PostPayload | None:  # noqa: A002 - GraphQL's custom
        """Publish a post."""
        who = info.context.viewer
        made = actions.publish(viewer=who, draft=drafted(who.id, input), now=info.context.now)
        return PostPayload(number=made.id)

    @strawberry.mutation
    def edit_post(self, info: Info, id: ID, input: PostChanges) -> PostPayload | None:  # noqa: A002
        """Change a post. What it said before is kept."""
        who, number = info.context.viewer, key(id)
        draft = changed(reachable_card(who.id, number), input)
        actions.edit(viewer=who, post_id=number, draft=draft, alts=described(input), now=info.context.now)
        return PostPayload(number=number)

    @strawberry.mutation
    def withdraw_post(self, info: Info, id: ID) -> PostPayload | None:  # noqa: A002
        """Take a post away from its readers: her own; another's as a moderator, with the scope `moderate`."""
        who, number = info.context.viewer, key(id)
        if reachable_post(who.id, number).author_id != who.id:
            guard.require(TokenScope.MODERATE)
        done = actions.withdraw(viewer=who, post_id=number, now=info.context.now)
        return PostPayload(number=done.id)

    @strawberry.mutation
    def reinstate_post(self, info: Info, id: ID) -> PostPayload | None:  # noqa: A002
        """Put a post back that the viewer withdrew."""
        done = actions.reinstate(viewer=info.context.viewer, post_id=key(id), now=info.context.now)
        return PostPayload(number=done.id)

    @strawberry.mutation
    def delete_post(self, info: Info, id: ID) -> DeletePayload | None:  # noqa: A002
        """Delete a post: at once for everybody."""
        actions.delete(viewer=info.context.viewer, post_id=key(id), now=info.context.now)
        return DeletePayload(id=id)

    @strawberry.mutation
    def retry_photo(self, info: Info, post_id: ID, position: int) -> PostPayload | None:
        """Have a failed photo processed again."""
        number = key(post_id)
        actions.retry_photo(viewer=info.context.viewer, post_id=number, position=position, now=info.context.now)
        return PostPayload(number=number)


@strawberry.type
class InteractionMutations:
    """What a reader does with a post."""

    @strawberry.mutation
    def like(self, info: Info, post_id: ID) -> LikePayload | None:
        """Like a post; liking twice is one like and costs nothing."""
        number = key(post_id)
        done = interactions.like(viewer=info.context.viewer, post_id=number, now=info.context.now)
        return LikePayload(number=number, liked=done.liked, likes=done.count)

    @strawberry.mutation
    def unlike(self, info: Info, post_id: ID) -> LikePayload | None:
        """Take a like back."""
        number = key(post_id)
        done = interactions.unlike(viewer=info.context.viewer, post_id=number)
        return LikePayload(number=number, liked=done.liked, likes=done.count)

    @strawberry.mutation
    def comment(self, info: Info, post_id: ID, text: str, submission: str | None = None) -> CommentPayload | None:
        """Write a comment of 1 to 2,000 characters. A submission, a UUID of yours, makes one comment though sent twice."""
        who, number, once = info.context.viewer, key(post_id), submission_of(submission)
        made = interactions.comment(viewer=who, post_id=number, text=text, submission=once, now=info.context.now)
        view = comment_view(who.id, made.id)
        if view is None:  # deleted in this very moment
            raise CommentNotFound
        return CommentPayload(number=number, comment=shown(view))

    @strawberry.mutation
    def delete_comment(self, info: Info, id: ID) -> DeleteCommentPayload | None:  # noqa: A002
        """Delete a comment: her own, one on her own post; another one as a moderator, with the scope `moderate`."""
        who, found = info.context.viewer, visible_comment(info.context.viewer.id, key(id))
        if who.id not in {found.author_id, visible_post(who.id, found.post_id).author_id}:
            guard.require(TokenScope.MODERATE)
        number = interactions.delete_comment(viewer=who, comment_id=found.id, now=info.context.now)
        return DeleteCommentPayload(number=number, id=id)

    @strawberry.mutation
    def share(self, info: Info, post_id: ID, platform: Platform = Platform.LINK) -> SharePayload | None:
        """Count a share, and get the link that takes the post there."""
        number = key(post_id)
        done = interactions.share(viewer=info.context.viewer, post_id=number, platform=platform, now=info.context.now)
        return SharePayload(number=number, platform=done.platform, url=done.url, shares=done.count)
