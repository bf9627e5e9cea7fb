"""/posts/<id>/edit: two people, or one person twice, in the same post at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import TYPE_CHECKING

import pytest

from campus.organizations.models import Role
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts import actions
from campus.posts.queries import reachable_card
from campus.posts.versions import EditedMeanwhile, version_of
from tests.factories import make_like, make_member, make_photo, make_post, make_user
from tests.posts.making import draft, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from campus.accounts.models import User
    from campus.organizations.models import University
    from campus.posts.models import Post
    from tests.conftest import Client


def opened(browser: Client, post: Post) -> str:
    """The version that the edit form carries."""
    return carried(browser.get(f"/posts/{post.id}/edit").text)


def carried(page: str) -> str:
    [version] = re.findall(r'name="version"[^>]*value="([^"]+)"', page)
    assert isinstance(version, str)
    return version


def save(browser: Client, post: Post, **fields: str) -> TestResponse:
    return browser.post(f"/posts/{post.id}/edit", data={"audience": post.audience, "owner": ""} | fields)


def test_the_second_to_save_is_told_and_keeps_her_words(client_as: Callable[[User], Client], alice: User) -> None:
    post, browser = make_post(author=alice, text="Before"), client_as(alice)
    version = opened(browser, post)
    assert save(browser, post, text="First", version=version).status_code == 303

    refused = save(browser, post, text="Second", title="Her title", version=version)
    assert refused.status_code == 409
    page = unescape(refused.text)
    assert "Somebody changed this post" in page
    assert "What it says now" in page
    assert "First" in page
    assert re.search(r"<textarea[^>]*>\s*Second</textarea>", page)
    assert 'value="Her title"' in page
    session.refresh(post)
    assert post.text == "First"

    assert save(browser, post, text="Second", version=carried(page)).status_code == 303
    session.refresh(post)
    assert post.text == "Second"


def test_an_editor_and_the_author_do_not_overwrite_each_other(
    client_as: Callable[[User], Client], alice: User, northbridge: University
) -> None:
    editor = make_user()
    make_member(user=editor, organization=northbridge, role=Role.EDITOR)
    post = make_post(author=alice, organization=northbridge, official=True, text="Before")
    versions = {person.id: opened(client_as(person), post) for person in (alice, editor)}
    place = {"owner": f"o:{northbridge.id}", "official": "y"}
    assert save(client_as(editor), post, text="Corrected", version=versions[editor.id], **place).status_code == 303
    assert save(client_as(alice), post, text="Mine", version=versions[alice.id], **place).status_code == 409


def test_only_what_can_be_edited_makes_another_version(alice: User) -> None:
    post = make_post(author=alice)
    photo = make_photo(post=post)

    def version() -> str:
        session.expire_all()
        return version_of(reachable_card(alice.id, post.id))

    seen = [version()]
    make_like(post=post)
    assert version() == seen[0]
    for thing, column, value in (
        (post, "title", "T"),
        (post, "location", "L"),
        (post, "audience", "only_me"),
        (photo, "alt", "A"),
    ):
        with transaction():
            setattr(thing, column, value)
        seen.append(version())
    assert len(set(seen)) == len(seen)


def test_of_two_who_save_at_once_one_is_told(app: Flask, alice: User) -> None:
    post, viewer = make_post(author=alice, text="Before"), viewer_of(alice)
    version = version_of(reachable_card(alice.id, post.id))

    def write(number: int) -> bool:
        with app.app_context():
            try:
                actions.edit(viewer=viewer, post_id=post.id, draft=draft(text=f"By {number}", version=version), now=now())
            except EditedMeanwhile:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(4))) == 1


@pytest.mark.parametrize("version", ["x", "0" * 32, "é"])
def test_a_version_that_never_was_is_not_this_one(version: str, client_as: Callable[[User], Client], alice: User) -> None:
    post = make_post(author=alice)
    assert save(client_as(alice), post, text="After", version=version).status_code == 409


def test_without_a_version_the_last_to_save_wins(client_as: Callable[[User], Client], alice: User) -> None:
    post = make_post(author=alice)
    assert save(client_as(alice), post, text="After").status_code == 303
