"""Cards: one statement, the order asked for, nothing the rule denies, the same by every way to them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from campus.organizations.models import OrganizationKind
from campus.platform.clock import now
from campus.platform.db import session
from campus.posts.models import Audience, PhotoState, PostState
from campus.posts.queries import (
    PostNotFound,
    card,
    cards,
    newest_by_author,
    newest_by_organization,
    reachable_card,
    visible_post,
)
from tests.factories import make_photo, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import Department, University


def test_they_keep_the_order_asked_for_and_leave_out_what_is_denied(alice: User, bob: User) -> None:
    first, second, third = (make_post(author=alice) for _ in range(3))
    secret = make_post(author=alice, audience="only_me")
    wanted = [third.id, secret.id, first.id, 999_999, second.id]
    assert [each.id for each in cards(bob.id, wanted)] == [third.id, first.id, second.id]
    assert [each.id for each in cards(alice.id, wanted)] == [third.id, secret.id, first.id, second.id]
    assert cards(bob.id, []) == []


def test_one_statement_whatever_their_number(alice: User, count_queries: Callable[[], Any]) -> None:
    posts = [make_post(author=alice) for _ in range(12)]
    for post in posts:
        for position in (1, 2):
            make_photo(post=post, position=position)
    session.expunge_all()
    with count_queries() as statements:
        found = cards(alice.id, [post.id for post in posts])
    assert len(found) == 12
    assert len(statements) == 1


def test_a_card_tells_everything_of_a_post(alice: User, bob: User, northbridge: University, physics: Department) -> None:
    post = make_post(author=alice, department=physics, audience="organization", official=True, title="T", location="Lab")
    make_photo(post=post, position=2, alt="Second")
    make_photo(post=post, position=1, alt="First", colour=7, credit="Studio")
    make_photo(post=post, position=3, state=PhotoState.FAILED, error="Broken")
    made = card(bob.id, post.id)
    assert (made.author.id, made.author.handle, made.author.name) == (alice.id, "alice", "Alice")
    assert made.owner is not None
    assert (made.owner.slug, made.owner.kind) == ("northbridge", OrganizationKind.UNIVERSITY)
    assert made.department is not None
    assert made.department.slug == "physics"
    assert (made.official, made.audience, made.state) == (True, Audience.ORGANIZATION, PostState.PUBLISHED)
    assert (made.title, made.location, made.published_at) == ("T", "Lab", post.published_at)
    assert [(each.position, each.alt) for each in made.photos] == [(1, "First"), (2, "Second")]
    assert (made.photos[0].colour, made.photos[0].credit, made.photos[0].height_at(800)) == (7, "Studio", 600)
    assert made.seen_by == "Members of Northbridge University"
    assert [each.position for each in reachable_card(alice.id, post.id).photos] == [1, 2, 3]
    assert [each.position for each in reachable_card(bob.id, post.id).photos] == [1, 2]


@pytest.mark.parametrize("read", [card, reachable_card, visible_post])
@pytest.mark.parametrize("post_id", [0, -1, 999_999, 2**63, 10**30])
def test_an_id_of_nothing_is_not_found(read: Callable[[int, int], object], post_id: int, alice: User) -> None:
    with pytest.raises(PostNotFound):
        read(alice.id, post_id)


def test_a_page_of_a_person_holds_what_she_signs_newest_first(alice: User, bob: User, northbridge: University) -> None:
    moments = [now() - timedelta(hours=n) for n in range(4)]
    posts = [make_post(author=alice, published_at=moment) for moment in moments]
    make_post(author=alice, organization=northbridge, official=True)
    make_post(author=alice, audience="only_me")
    first = newest_by_author(bob.id, alice.id, limit=3)
    assert [each.id for each in first] == [post.id for post in posts[:3]]
    assert first[-1].published_at is not None
    rest = newest_by_author(bob.id, alice.id, (first[-1].published_at, first[-1].id), 3)
    assert [each.id for each in rest] == [posts[3].id]


def test_a_page_of_an_organization_holds_its_departments_posts(
    alice: User, charlie: User, northbridge: University, physics: Department
) -> None:
    whole = make_post(author=alice, organization=northbridge, audience="organization")
    part = make_post(author=alice, department=physics, audience="public")
    assert {each.id for each in newest_by_organization(alice.id, northbridge.id)} == {whole.id, part.id}
    assert [each.id for each in newest_by_organization(charlie.id, northbridge.id)] == [part.id]
    assert [each.id for each in newest_by_organization(alice.id, northbridge.id, physics.id)] == [part.id]
