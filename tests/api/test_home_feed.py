"""The home feed for programs: a list, pages that are pinned, and who may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client

HOME = "/api/posts/home_feed/"


def test_who_is_not_signed_in_is_told_so(client: Client) -> None:
    response = client.get(HOME)
    assert response.status_code == 401
    assert response.json == {"error": "Authentication required"}


def test_a_page_is_a_list_of_posts(client_as: Callable[[User], Client], alice: User) -> None:
    made = make_post(author=alice, audience="public", text="Hello")
    response = client_as(alice).get(HOME)
    assert response.status_code == 200
    [post] = response.get_json()
    assert post["id"] == made.id
    assert post["text"] == "Hello"
