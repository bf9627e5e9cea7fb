"""Comments for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.accounts.models import TokenScope
from campus.interactions.queries import comments_page
from campus.posts.models import PostState
from tests.factories import make_block, make_comment, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client

    Programs = Callable[..., Client]


def test_a_comment_is_written_read_and_deleted(program: Programs, alice: User) -> None:
    post, caller = make_post(), program(alice)

    made = caller.post(f"/api/posts/{post.id}/comments/", json={"text": "Well seen <b>!</b>\nReally."})
    assert made.status_code == 201
    told = made.get_json()
    assert made.location == f"/api/comments/{told['id']}/"
    assert (told["text"], told["mine"], told["author"]["handle"]) == ("Well seen <b>!</b>\nReally.", True, "alice")
    assert made.headers["RateLimit-Limit"] == "200"
    assert made.headers["RateLimit-Remaining"] == "199"
    assert caller.get(made.location).get_json() == told
    assert caller.get(f"/api/posts/{post.id}/comments/").get_json() == [told]

    gone = caller.delete(made.location)
    assert (gone.status_code, gone.data) == (204, b"")
    assert caller.get(made.location).status_code == 404
    assert caller.delete(made.location).status_code == 404


def test_the_list_goes_on_where_its_link_leads(program: Programs, alice: User) -> None:
    post, caller = make_post(), program(alice)
    ids = [make_comment(post=post).id for _ in range(5)]

    seen: list[int] = []
    url = f"/api/posts/{post.id}/comments/?page_size=2"
    while url:
        answer = caller.get(url)
        seen += [comment["id"] for comment in answer.get_json()]
        make_comment(post=post)  # arrives above, and moves nothing
        url = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert seen == ids[::-1]


def test_a_cursor_is_good_for_its_list_and_its_reader(program: Programs, alice: User, bob: User) -> None:
    post, other = make_post(), make_post()
    for _ in range(3):
        make_comment(post=post)
    link = program(alice).get(f"/api/posts/{post.id}/comments/?page_size=2").headers["Link"]
    url = link.partition(">")[0].removeprefix("<")

    assert program(alice).get(url).status_code == 200
    for foreign in (
        program(bob).get(url),
        program(alice).get(url.replace(str(post.id), str(other.id), 1)),
        program(alice).get(f"/api/posts/{post.id}/comments/?cursor=12"),
    ):
        assert foreign.status_code == 400
        assert foreign.get_json()["field"] == "cursor"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": 7}, "text"),
        ({"text": None}, "text"),
        ({"text": " \n "}, "text"),
        ({"text": "a" * 2001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "a", "author": 1}, "author"),
        ({"text": "a", "created_at": "2020-01-01"}, "created_at"),
    ],
)
def test_what_is_wrong_with_a_comment_is_named(program: Programs, alice: User, body: dict[str, object], field: str) -> None:
    post = make_post()

    answer = program(alice).post(f"/api/posts/{post.id}/comments/", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert comments_page(alice.id, post.id) == ((), None)


def test_closed_comments(program: Programs, alice: User) -> None:
    post = make_post(comments_locked=True)

    assert program(alice).post(f"/api/posts/{post.id}/comments/", json={"text": "a"}).status_code == 403


def test_who_may_delete(
    program: Callable[..., Client], alice: User, bob: User, dana: User, charlie: User, northbridge: University
) -> None:
    post = make_post(author=alice, organization=northbridge, audience="public")

    def answers(caller: Client) -> int:
        return caller.delete(f"/api/comments/{make_comment(post=post, author=bob).id}/").status_code

    assert answers(program(bob)) == 204  # hers
    assert answers(program(alice)) == 204  # on her post
    assert answers(program(dana)) == 204  # moderates the organization
    assert answers(program(dana, TokenScope.WRITE)) == 403  # but this token does not
    assert answers(program(charlie)) == 403  # sees it


def test_a_comment_behind_a_block_does_not_exist(program: Programs, alice: User, bob: User) -> None:
    comment = make_comment(post=make_post(), author=bob)
    make_block(blocker=bob, blocked=alice)
    caller = program(alice)

    hidden, missing = caller.get(f"/api/comments/{comment.id}/"), caller.get("/api/comments/999999999/")
    assert hidden.status_code == missing.status_code == 404
    assert caller.get(f"/api/posts/{comment.post_id}/comments/").get_json() == []


def test_comments_of_what_she_may_not_see(program: Programs, alice: User, bob: User) -> None:
    comment = make_comment(post=make_post(author=bob, audience="only_me"))
    caller = program(alice)

    assert caller.get(f"/api/posts/{comment.post_id}/comments/").status_code == 404
    assert caller.post(f"/api/posts/{comment.post_id}/comments/", json={"text": "a"}).status_code == 404
    assert caller.get(f"/api/comments/{comment.id}/").status_code == 404
    assert caller.delete(f"/api/comments/{comment.id}/").status_code == 404


def test_ones_own_withdrawn_post_keeps_its_comments(program: Programs, alice: User, bob: User) -> None:
    comment = make_comment(post=make_post(author=alice, state=PostState.WITHDRAWN), author=bob)

    assert program(alice).get(f"/api/comments/{comment.id}/").status_code == 200
    assert [each["id"] for each in program(alice).get(f"/api/posts/{comment.post_id}/comments/").get_json()] == [comment.id]
    assert program(bob).get(f"/api/comments/{comment.id}/").status_code == 404
