from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campus.interactions import queries
from campus.platform.clock import now
from campus.posts.queries import cards
from tests.factories import make_block, make_comment, make_like, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from campus.posts.models import Post


def dressed(viewer: User, *posts: Post) -> list[queries.FullCard]:
    return queries.dress(viewer.id, cards(viewer.id, [post.id for post in posts]))


def test_a_card_gets_her_mark_and_the_newest_two_comments(alice: User, bob: User) -> None:
    plain, liked = make_post(), make_post()
    make_like(post=liked, user=alice)
    make_like(post=plain, user=bob)
    comments = [make_comment(post=liked, author=author) for author in (bob, bob, alice)]
    make_comment(post=liked, author=bob, deleted_at=now(), text="")

    first, second = dressed(alice, liked, plain)

    assert (first.mark, second.mark) == (queries.Mark(liked=True), queries.Mark(liked=False))
    assert [view.id for view in first.comments] == [comments[1].id, comments[2].id]
    assert [view.mine for view in first.comments] == [False, True]
    assert first.comments[0].created_at == comments[1].created_at
    assert (first.comments[0].author.handle, first.comments[0].author.avatar_token) == ("bob", None)
    assert second.comments == ()


def test_comments_of_blocked_blocking_and_suspended_people_are_not_shown(
    alice: User, bob: User, charlie: User, dana: User, sam: User
) -> None:
    post = make_post()
    shown = make_comment(post=post, author=charlie)
    for author in (bob, dana, sam):
        make_comment(post=post, author=author)
    make_block(blocker=alice, blocked=bob)
    make_block(blocker=dana, blocked=alice)

    (card,) = dressed(alice, post)
    page, older = queries.comments_page(alice.id, post.id)
    assert [view.id for view in card.comments] == [view.id for view in page] == [shown.id]
    assert older is None
    (others,) = dressed(charlie, post)
    assert len(others.comments) == 2


def test_nothing_costs_nothing_and_many_cost_one_statement(alice: User, count_queries: Callable[[], Any]) -> None:
    posts = [make_post() for _ in range(12)]
    for post in posts:
        make_like(post=post, user=alice)
        for _ in range(3):
            make_comment(post=post)
    bare = cards(alice.id, [post.id for post in posts])

    for some in ([], bare[:1], bare):
        with count_queries() as statements:
            full = queries.dress(alice.id, some)
        assert [card.post.id for card in full] == [card.id for card in some]
        assert len(statements) == (1 if some else 0)


def test_comments_come_in_pages_without_gap_or_repeat(alice: User) -> None:
    post = make_post()
    everything = [make_comment(post=post).id for _ in range(7)]

    seen: list[int] = []
    before = None
    for _ in range(3):
        page, before = queries.comments_page(alice.id, post.id, before, limit=3)
        seen = [view.id for view in page] + seen
    assert seen == everything
    assert before is None


def test_a_comment_outside_the_basic_plane_survives_the_way_through_json(alice: User, app: Flask) -> None:
    post = make_post()
    text = 'Snow ❄ "quoted" \\ 🏔 \n second'
    make_comment(post=post, author=make_user(name="Ærø 'Quote'"), text=text)

    (card,) = dressed(alice, post)
    assert (card.comments[0].text, card.comments[0].author.name) == (text, "Ærø 'Quote'")
