"""An official post is the organization's: who wrote it, nobody is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from campus.organizations.models import Role
from campus.posts.queries import card as read
from tests.factories import make_follow, make_member, make_photo, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import Company
    from tests.conftest import Client


def test_nobody_signs_an_official_post(alice: User, studio: Company) -> None:
    official = make_post(author=alice, organization=studio, official=True)
    own = make_post(author=alice)

    assert read(alice.id, official.id).signed_by is None
    signer = read(alice.id, own.id).signed_by
    assert signer is not None
    assert signer.id == alice.id


@pytest.mark.parametrize("relation", ["follower", "colleague", "stranger"])
def test_who_wrote_it_is_told_nowhere(
    client_as: Callable[[User], Client], dana: User, charlie: User, studio: Company, relation: str
) -> None:
    make_member(user=dana, organization=studio, role=Role.EDITOR)
    post = make_post(author=dana, organization=studio, official=True, text="We are open.")
    if relation == "follower":
        make_follow(follower=charlie, target=dana)
    if relation == "colleague":
        make_member(user=charlie, organization=studio)
    browser = client_as(charlie)

    make_photo(post=post, position=1)
    for page in ("", "/why", "/history", "/photos/1", "/shares"):
        shown = browser.get(f"/posts/{post.id}{page}")
        assert shown.status_code == 200
        assert "Dana" not in shown.text
    article = re.compile(rf'<article[^>]*id="post-{post.id}".*?</article>', re.DOTALL)
    for page in ("/", "/o/studio"):
        [card] = article.findall(browser.get(page).text)
        assert "Dana" not in card
