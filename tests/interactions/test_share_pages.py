"""GET and POST /posts/<id>/shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from campus.interactions.models import Platform, Share
from campus.platform.db import session
from tests.factories import make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def shares() -> list[Platform]:
    return list(session.scalars(select(Share.platform).order_by(Share.id)))


def test_htmx_gets_the_link(client_as: SignIn, alice: User) -> None:
    post = make_post()

    answer = client_as(alice).send(f"/posts/{post.id}/shares", data={"platform": "linkedin"})
    assert answer.status_code == 200
    assert f"sharing/share-offsite/?url=http%3A%2F%2Flocalhost%2Fposts%2F{post.id}" in answer.text
    assert "<html" not in answer.text
    assert shares() == [Platform.LINKEDIN]


def test_without_scripts_a_page_shows_the_link_and_looking_again_counts_nothing(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(), client_as(alice)

    answer = browser.post(f"/posts/{post.id}/shares", data={"platform": "link"})
    assert (answer.status_code, answer.location) == (303, f"/posts/{post.id}/shares?platform=link")
    for _ in range(2):
        page = browser.get(answer.location)
        assert f'value="http://localhost/posts/{post.id}"' in page.text
    assert session.scalar(select(func.count()).select_from(Share)) == 1
    assert browser.get(f"/posts/{post.id}/shares").status_code == 200


def test_an_unknown_platform_is_refused_and_counts_nothing(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(), client_as(alice)

    for answer in (
        browser.post(f"/posts/{post.id}/shares", data={"platform": "carrier-pigeon"}),
        browser.post(f"/posts/{post.id}/shares"),
        browser.get(f"/posts/{post.id}/shares?platform=carrier-pigeon"),
    ):
        assert answer.status_code == 422
    assert shares() == []
