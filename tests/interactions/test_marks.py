from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus import quotas
from campus.interactions import actions
from campus.interactions.models import Comment, Like, Platform, Share
from campus.interactions.queries import CommentNotFound
from campus.organizations.actions import leave
from campus.platform import limits, outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid
from campus.posts.models import Post, PostState
from campus.posts.queries import PostNotFound
from tests.factories import make_block, make_comment, make_like, make_post, make_user
from tests.interactions.viewers import viewer_of

if TYPE_CHECKING:
    from flask import Flask

    from campus.accounts.models import User
    from campus.organizations.models import University


def counters(post: Post) -> tuple[int, int, int]:
    row = session.execute(select(Post.like_count, Post.comment_count, Post.share_count).where(Post.id == post.id)).one()
    return row[0], row[1], row[2]


def rows(post: Post) -> tuple[int, int, int]:
    likes = session.scalar(select(func.count()).select_from(Like).where(Like.post_id == post.id))
    comments = session.scalar(select(func.count()).where(Comment.post_id == post.id, Comment.deleted_at.is_(None)))
    shares = session.scalar(select(func.count()).select_from(Share).where(Share.post_id == post.id))
    return likes or 0, comments or 0, shares or 0


def used(quota: limits.Quota, user: User) -> int:
    return limits.usage(quota, user.id, now=now()).used


def jobs() -> dict[str, str]:
    waiting = outbox.listing(states=[outbox.JobState.READY])
    return {job.key: job.payload["interaction_type"] for job in waiting if job.kind == "interaction"}


def test_a_like_is_one_like_however_often(alice: User) -> None:
    post = make_post()

    for _ in range(3):
        state = actions.like(viewer=viewer_of(alice), post_id=post.id, now=now())
        assert state == actions.LikeState(liked=True, count=1)
    assert (counters(post), rows(post)) == ((1, 0, 0), (1, 0, 0))
    assert used(quotas.LIKES, alice) == 1
    assert jobs() == {f"{alice.id}:{post.id}": "like"}


def test_taking_a_like_back_is_free_and_happens_once(alice: User) -> None:
    post = make_post()
    make_like(post=post, user=alice)

    for _ in range(2):
        state = actions.unlike(viewer=viewer_of(alice), post_id=post.id)
        assert state == actions.LikeState(liked=False, count=0)
    assert (counters(post), used(quotas.LIKES, alice)) == ((0, 0, 0), 0)


def test_what_she_may_not_see_she_cannot_mark(charlie: User, alice: User, northbridge: University) -> None:
    post = make_post(author=alice, organization=northbridge, audience="organization")
    comment = make_comment(post=post, author=alice)
    viewer, moment = viewer_of(charlie), now()

    for post_id in (post.id, 999_999, 0, -1, 2**70):
        with pytest.raises(PostNotFound):
            actions.like(viewer=viewer, post_id=post_id, now=moment)
        with pytest.raises(PostNotFound):
            actions.unlike(viewer=viewer, post_id=post_id)
        with pytest.raises(PostNotFound):
            actions.comment(viewer=viewer, post_id=post_id, text="Hello", now=moment)
        with pytest.raises(PostNotFound):
            actions.share(viewer=viewer, post_id=post_id, platform=Platform.LINK, now=moment)
    for comment_id in (comment.id, 999_999, 0, 2**70):
        with pytest.raises(CommentNotFound):
            actions.delete_comment(viewer=viewer, comment_id=comment_id, now=moment)
    assert (counters(post), jobs()) == ((0, 1, 0), {})
    assert used(quotas.LIKES, charlie) + used(quotas.COMMENTS, charlie) + used(quotas.SHARES, charlie) == 0


def test_whoever_left_cannot_mark_any_more(alice: User, bob: User, northbridge: University) -> None:
    post = make_post(author=bob, organization=northbridge, audience="organization")
    actions.like(viewer=viewer_of(alice), post_id=post.id, now=now())

    leave(viewer_id=alice.id, organization_id=northbridge.id)
    with pytest.raises(PostNotFound):
        actions.comment(viewer=viewer_of(alice), post_id=post.id, text="Still here?", now=now())


def test_a_withdrawn_post_takes_no_marks_even_of_its_author(alice: User) -> None:
    post = make_post(author=alice, state=PostState.WITHDRAWN)

    with pytest.raises(PostNotFound):
        actions.like(viewer=viewer_of(alice), post_id=post.id, now=now())


def test_a_comment_is_kept_clean_and_counted(alice: User) -> None:
    post = make_post()

    made = actions.comment(viewer=viewer_of(alice), post_id=post.id, text="  First\r\nsecond  ", now=now())
    assert made.text == "First\nsecond"
    assert (counters(post), rows(post), used(quotas.COMMENTS, alice)) == ((0, 1, 0), (0, 1, 0), 1)


def test_a_form_sent_twice_makes_one_comment(app: Flask, alice: User) -> None:
    post, viewer, submission = make_post(), viewer_of(alice), uuid.uuid4()

    def send(_: int) -> int:
        with app.app_context():
            return actions.comment(viewer=viewer, post_id=post.id, text="Once", submission=submission, now=now()).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(8)))) == 1
    assert (counters(post), rows(post), used(quotas.COMMENTS, alice)) == ((0, 1, 0), (0, 1, 0), 1)


def test_a_form_found_again_makes_another_comment_of_other_words(alice: User, bob: User) -> None:
    post, submission = make_post(), uuid.uuid4()

    def send(user: User, text: str) -> int:
        return actions.comment(viewer=viewer_of(user), post_id=post.id, text=text, submission=submission, now=now()).id

    first = send(alice, "One")
    assert len({first, send(alice, "Two"), send(bob, "One")}) == 3
    assert send(alice, "One") == first
    actions.delete_comment(viewer=viewer_of(alice), comment_id=first, now=now())
    assert send(alice, "One") != first
    assert counters(post) == rows(post) == (0, 3, 0)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001, "nul\0", "half \ud800", "x" * 1_000_000])
def test_a_comment_that_cannot_be_shown_costs_nothing(alice: User, text: str) -> None:
    post = make_post()

    with pytest.raises(Invalid) as refused:
        actions.comment(viewer=viewer_of(alice), post_id=post.id, text=text, now=now())
    assert refused.value.field == "text"
    assert (counters(post), used(quotas.COMMENTS, alice)) == ((0, 0, 0), 0)


def test_locked_comments_cost_nothing(alice: User) -> None:
    post = make_post(comments_locked=True)

    with pytest.raises(actions.CommentsLocked):
        actions.comment(viewer=viewer_of(alice), post_id=post.id, text="But", now=now())
    assert (counters(post), used(quotas.COMMENTS, alice)) == ((0, 0, 0), 0)


def test_who_may_delete_a_comment(alice: User, bob: User, charlie: User, dana: User, northbridge: University) -> None:
    post = make_post(author=alice, organization=northbridge)
    for deleter in (bob, alice, dana):
        comment = make_comment(post=post, author=bob)
        with pytest.raises(actions.NotYourComment):
            actions.delete_comment(viewer=viewer_of(charlie), comment_id=comment.id, now=now())
        assert actions.delete_comment(viewer=viewer_of(deleter), comment_id=comment.id, now=now()) == post.id
        with pytest.raises(CommentNotFound):
            actions.delete_comment(viewer=viewer_of(deleter), comment_id=comment.id, now=now())
    assert (counters(post), rows(post)) == ((0, 0, 0), (0, 0, 0))


def test_a_comment_of_somebody_who_blocked_her_does_not_exist(alice: User, bob: User) -> None:
    post = make_post(author=alice)
    comment = make_comment(post=post, author=bob)
    make_block(blocker=bob, blocked=alice)

    with pytest.raises(CommentNotFound):
        actions.delete_comment(viewer=viewer_of(alice), comment_id=comment.id, now=now())


def test_each_share_counts_and_says_where_to_go(alice: User) -> None:
    post = make_post(title="Lab & light")

    links = {
        platform: actions.share(viewer=viewer_of(alice), post_id=post.id, platform=platform, now=now()).url
        for platform in Platform
    }
    here = f"http://localhost/posts/{post.id}"
    escaped = f"http%3A%2F%2Flocalhost%2Fposts%2F{post.id}"
    assert links == {
        Platform.LINK: here,
        Platform.OTHER: here,
        Platform.EMAIL: f"mailto:?subject=Lab%20%26%20light&body={escaped}",
        Platform.LINKEDIN: f"https://www.linkedin.com/sharing/share-offsite/?url={escaped}",
        Platform.X: f"https://x.com/intent/post?text=Lab+%26+light&url={escaped}",
        Platform.WHATSAPP: f"https://wa.me/?text=Lab+%26+light+{escaped}",
    }
    assert (counters(post), rows(post), used(quotas.SHARES, alice)) == ((0, 0, 6), (0, 0, 6), 6)


def test_nothing_of_a_private_post_but_its_address_leaves_the_site(alice: User, northbridge: University) -> None:
    post = make_post(author=alice, organization=northbridge, audience="organization", title="Secret plan")

    shared = actions.share(viewer=viewer_of(alice), post_id=post.id, platform=Platform.X, now=now())
    assert "Secret" not in shared.url


def test_the_quota_of_likes_is_exact_under_thirty_two_threads(app: Flask, charlie: User) -> None:
    posts = [make_post() for _ in range(32)]
    with transaction():
        limits.spend(quotas.LIKES, charlie.id, now=now(), amount=quotas.LIKES.limit - 20)
    viewer = viewer_of(charlie)

    def like(post: Post) -> bool:
        with app.app_context():
            try:
                actions.like(viewer=viewer, post_id=post.id, now=now())
            except limits.QuotaExceeded:
                return False
            return True

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(like, posts)) == 20
    assert session.scalar(select(func.count()).select_from(Like)) == 20
    assert sum(counters(post)[0] for post in posts) == 20


def test_counters_equal_their_rows_after_thirty_two_threads(app: Flask) -> None:
    post = make_post()
    viewers = [viewer_of(make_user()) for _ in range(8)]

    def mark(number: int) -> None:
        viewer = viewers[number % 8]
        with app.app_context():
            for step in range(4):
                if (number + step) % 2:
                    actions.like(viewer=viewer, post_id=post.id, now=now())
                else:
                    actions.unlike(viewer=viewer, post_id=post.id)
            actions.share(viewer=viewer, post_id=post.id, platform=Platform.LINK, now=now())
            made = actions.comment(viewer=viewer, post_id=post.id, text="Here", now=now())
            if number % 2:
                actions.delete_comment(viewer=viewer, comment_id=made.id, now=now())

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(mark, range(32)))
    assert counters(post) == rows(post)
    assert rows(post)[1:] == (16, 32)
