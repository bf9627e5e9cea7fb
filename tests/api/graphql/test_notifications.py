"""What one is told, by GraphQL: the lines of the bell, what is unread of them, and no more statements for more of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campus.interactions import actions
from campus.notifications import queries
from campus.notifications.actions import send_notice
from campus.platform.clock import now
from tests.api.graphql.asking import ask, refusals
from tests.factories import make_post, make_user
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.posts.models import Post
    from tests.api.conftest import Program

    NewProgram = Callable[..., Program]

LINES = """query($first: Int, $after: String, $unread: Boolean! = false) { me { unreadNotifications
  notifications(first: $first, after: $after, unread: $unread) {
    nodes { id kind unread at sentence text url actors { handle } actorCount many postId commentId }
    pageInfo { hasNextPage endCursor }
  } } }"""
READ = "mutation($id: ID!) { markNotificationRead(id: $id) { notification { id unread } } }"
READ_ALL = "mutation($until: DateTime) { markAllNotificationsRead(until: $until) { read } }"


@pytest.fixture
def hers(alice: User) -> Post:
    return make_post(author=alice)


def liked(post: Post, *people: User) -> None:
    for person in people:
        actions.like(viewer=viewer_of(person), post_id=post.id, now=now())


def lines(program: Program, **asked: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = ask(program, LINES, **asked)["me"]["notifications"]["nodes"]
    return nodes


def test_the_lines_are_those_of_the_bell(
    program: NewProgram, alice: User, bob: User, hers: Post, drain: Callable[[], int]
) -> None:
    comment = actions.comment(viewer=viewer_of(bob), post_id=hers.id, text="Well seen", now=now())
    drain()
    send_notice(user_id=alice.id, key="one", title="Read this", text="It matters.", url="/settings", mail=False, now=now())
    notice, line = lines(program(alice))
    assert (notice["kind"], notice["sentence"], notice["text"]) == ("NOTICE", "Read this", "It matters.")
    assert (notice["url"], notice["actors"], notice["postId"]) == ("/settings", [], None)
    assert (line["kind"], line["sentence"], line["unread"]) == ("COMMENT", "Bob commented on your post", True)
    assert (line["actors"], line["actorCount"], line["many"]) == ([{"handle": "bob"}], 1, False)
    assert (line["postId"], line["commentId"]) == (str(hers.id), str(comment.id))
    assert line["url"] == f"/posts/{hers.id}#comment-{comment.id}"


def test_what_is_read_is_read_at_every_door(program: NewProgram, alice: User, bob: User) -> None:
    for key in "ab":
        send_notice(user_id=alice.id, key=key, title=key, text="", url="/", mail=False, now=now())
    mine = program(alice)
    first, second = lines(mine)
    told = ask(mine, READ, id=second["id"])["markNotificationRead"]["notification"]
    assert told == {"id": second["id"], "unread": False}
    assert [line["id"] for line in lines(mine, unread=True)] == [first["id"]]
    assert queries.unread(alice.id).count == ask(mine, LINES)["me"]["unreadNotifications"] == 1
    assert refusals(program(bob), READ, id=first["id"])[0] == {"code": "NOT_FOUND", "status": 404}
    assert ask(program(bob), READ_ALL)["markAllNotificationsRead"] == {"read": 0}
    assert ask(mine, READ_ALL, until="2020-01-01T00:00:00Z")["markAllNotificationsRead"] == {"read": 0}
    assert refusals(mine, READ_ALL, until="2020-01-01T00:00:00")[0]["field"] == "until"
    assert ask(mine, READ_ALL)["markAllNotificationsRead"] == {"read": 1}
    assert lines(mine, unread=True) == []


@pytest.mark.parametrize("identifier", ["0", "-1", "x", "", "9" * 19, "9" * 30])
def test_a_line_that_is_none_is_not_found(program: NewProgram, alice: User, identifier: str) -> None:
    assert refusals(program(alice), READ, id=identifier)[0]["code"] == "NOT_FOUND"


def test_more_lines_are_no_more_statements(
    program: NewProgram, alice: User, drain: Callable[[], int], count_queries: Callable[[], Any]
) -> None:
    for _ in range(12):
        liked(make_post(author=alice), make_user(), make_user())
    drain()
    mine = program(alice)

    def statements(size: int) -> int:
        with count_queries() as seen:
            assert len(lines(mine, first=size)) == size
        return len(seen)

    # Twice: once a minute, an answer takes another statement to note that the token was used.
    numbers = {min(statements(size), statements(size)) for size in (1, 3, 12)}
    assert len(numbers) == 1
    assert max(numbers) <= 6
