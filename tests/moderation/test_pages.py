"""What the author of a thing sees of it on its own page, while others see nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.moderation.kinds import Action, Category, Measure
from tests.factories import make_photo, make_post
from tests.moderation.court import decide, post_target, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.personas import World


def test_the_author_is_told_on_the_page_and_others_find_nothing(world: World, client_as: Callable[[User], Client]) -> None:
    post = make_post(author=world.alice, text="Buy now")
    photos = [make_photo(post=post, position=place) for place in (1, 2)]
    address, files = f"/posts/{post.id}", [f"/media/{photo.token}/320.webp" for photo in photos]
    author, reader = client_as(world.alice), client_as(world.bob)
    case_id = report(world.bob, post_target(post), Category.INTIMATE).case_id
    assert "hidden until people have reviewed it" in author.get(address).text
    assert reader.get(address).status_code == 404
    decide(world.root, case_id, Measure(Action.REMOVE_PHOTO, photos=(photos[1].id,)))
    assert "Moderators have taken this photo out." in author.get(address).text
    assert files[1] not in reader.get(address).text
    assert files[0] in reader.get(address).text
    assert [client.get(files[1]).status_code for client in (author, reader)] == [404, 404]
    assert [client.get(f"{address}/photos/2").status_code for client in (author, reader)] == [404, 404]
