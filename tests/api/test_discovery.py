"""What is popular, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import make_block, make_like, make_photo, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client


def test_popular_posts_are_public_ones_with_photos(program: Callable[..., Client], alice: User, bob: User, charlie: User) -> None:
    quiet, loud, hidden = make_post(), make_post(), make_post(author=bob)
    for post in (quiet, loud, hidden):
        make_photo(post=post)
    make_like(post=loud)
    make_photo(post=make_post(author=charlie, audience="followers"))
    make_post()  # no photo
    make_block(blocker=bob, blocked=alice)

    told = program(alice).get("/api/posts/popular/").get_json()
    assert [post["id"] for post in told] == [loud.id, quiet.id]
    assert told[0]["photos"][0]["urls"]["320"].endswith("/320.webp")
