"""Comments for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.interactions.queries import comments_page
from tests.factories import make_block, make_comment, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def test_a_comment_is_written_read_and_deleted(program_as: SignIn, alice: User) -> None:
    post, program = make_post(), program_as(alice)

    made = program.post(f"/api/posts/{post.id}/comments/", json={"text": "Well seen <b>!</b>\nReally."})
    assert made.status_code == 201
    told = made.get_json()
    assert made.location == f"/api/comments/{told['id']}/"
    assert (told["text"], told["mine"], told["author"]["handle"]) == ("Well seen <b>!</b>\nReally.", True, "alice")
    assert made.headers["RateLimit-Limit"] == "200"
    assert made.headers["RateLimit-Remaining"] == "199"
    assert program.get(made.location).get_json() == told
    assert program.get(f"/api/posts/{post.id}/comments/").get_json() == [told]

    gone = program.delete(made.location)
    assert (gone.status_code, gone.data) == (204, b"")
    assert program.get(made.location).status_code == 404
    assert program.delete(made.location).status_code == 404


def test_the_list_goes_on_where_its_link_leads(program_as: SignIn, alice: User) -> None:
    post, program = make_post(), program_as(alice)
    ids = [make_comment(post=post).id for _ in range(5)]

    seen: list[int] = []
    url = f"/api/posts/{post.id}/comments/?page_size=2"
    while url:
        answer = program.get(url)
        seen += [comment["id"] for comment in answer.get_json()]
        make_comment(post=post)  # arrives above, and moves nothing
        url = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert seen == ids[::-1]


def test_a_cursor_is_good_for_its_list_and_its_reader(program_as: SignIn, alice: User, bob: User) -> None:
    post, other = make_post(), make_post()
    for _ in range(3):
        make_comment(post=post)
    link = program_as(alice).get(f"/api/posts/{post.id}/comments/?page_size=2").headers["Link"]
    url = link.partition(">")[0].removeprefix("<")

    assert program_as(alice).get(url).status_code == 200
    for foreign in (
        program_as(bob).get(url),
        program_as(alice).get(url.replace(str(post.id), str(other.id), 1)),
        program_as(alice).get(f"/api/posts/{post.id}/comments/?cursor=12"),
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
def test_what_is_wrong_with_a_comment_is_named(program_as: SignIn, alice: User, body: dict[str, object], field: str) -> None:
    post = make_post()

    answer = program_as(alice).post(f"/api/posts/{post.id}/comments/", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert comments_page(alice.id, post.id) == ((), None)


def test_closed_comments(program_as: SignIn, alice: User) -> None:
    post = make_post(comments_locked=True)

    assert program_as(alice).post(f"/api/posts/{post.id}/comments/", json={"text": "a"}).status_code == 403


def test_who_may_delete(program_as: SignIn, alice: User, bob: User, dana: User, charlie: User, northbridge: University) -> None:
    post = make_post(author=alice, organization=northbridge, audience="public")

    def answers(program: Client) -> int:
        return program.delete(f"/api/comments/{make_comment(post=post, author=bob).id}/").status_code

    assert answers(program_as(bob)) == 204  # hers
    assert answers(program_as(alice)) == 204  # on her post
    assert answers(program_as(dana)) == 204  # moderates the organization
    assert answers(program_as(charlie)) == 403  # sees it


def test_a_comment_behind_a_block_does_not_exist(program_as: SignIn, alice: User, bob: User) -> None:
    comment = make_comment(post=make_post(), author=bob)
    make_block(blocker=bob, blocked=alice)
    program = program_as(alice)

    hidden, missing = program.get(f"/api/comments/{comment.id}/"), program.get("/api/comments/999999999/")
    assert hidden.status_code == missing.status_code == 404
    assert program.get(f"/api/posts/{comment.post_id}/comments/").get_json() == []


def test_comments_of_what_she_may_not_see(program_as: SignIn, alice: User, bob: User) -> None:
    comment = make_comment(post=make_post(author=bob, audience="only_me"))
    program = program_as(alice)

    assert program.get(f"/api/posts/{comment.post_id}/comments/").status_code == 404
    assert program.post(f"/api/posts/{comment.post_id}/comments/", json={"text": "a"}).status_code == 404
    assert program.get(f"/api/comments/{comment.id}/").status_code == 404
    assert program.delete(f"/api/comments/{comment.id}/").status_code == 404
