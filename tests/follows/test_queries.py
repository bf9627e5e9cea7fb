from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campus.follows import queries
from campus.follows.models import FollowStatus
from tests.factories import make_block, make_follow, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import Company


def test_followers_come_latest_first_in_pages(alice: User, charlie: User) -> None:
    fans = [make_user() for _ in range(5)]
    for fan in fans:
        make_follow(follower=fan, target=charlie)
    make_follow(follower=make_user(), target=charlie, status=FollowStatus.REQUESTED)

    first, before = queries.followers(alice.id, charlie.id, limit=3)
    second, end = queries.followers(alice.id, charlie.id, before, limit=3)
    assert [person.id for person in (*first, *second)] == [fan.id for fan in reversed(fans)]
    assert end is None
    assert queries.follower_count(user_id=charlie.id) == 5


def test_lists_leave_out_the_suspended_and_the_blocked(alice: User, bob: User, charlie: User, dana: User, sam: User) -> None:
    for person in (alice, bob, dana, sam):
        make_follow(follower=person, target=charlie)
        make_follow(follower=charlie, target=person)
    make_block(blocker=bob, blocked=alice)
    make_block(blocker=alice, blocked=dana)

    for listed in (queries.followers, queries.following):
        people, _ = listed(alice.id, charlie.id)
        assert [person.id for person in people] == [alice.id]


def test_followed_organizations_come_by_name(charlie: User, studio: Company) -> None:
    make_follow(follower=charlie, target=studio)

    assert [found.slug for found in queries.followed_organizations(charlie.id)] == ["studio"]
    assert queries.following_count(charlie.id) == 1


def test_one_statement_says_how_two_stand(alice: User, bob: User, count_queries: Callable[[], Any]) -> None:
    make_follow(follower=bob, target=alice)

    with count_queries() as statements:
        found = queries.standing(alice.id, bob.id)
    assert len(statements) == 1
    assert found == queries.Standing(queries.Relation.NONE, muted=False, follows_me=True, blocked_by=False)
    assert queries.standing(alice.id, alice.id).relation is queries.Relation.SELF


def test_suggested_are_people_others_near_her_follow(alice: User, bob: User, charlie: User, dana: User) -> None:
    popular = make_user(name="Popular")
    for fan in (bob, dana):
        make_follow(follower=fan, target=popular)
    make_follow(follower=dana, target=charlie)
    make_follow(follower=charlie, target=make_user())

    assert [person.id for person in queries.suggestions(alice.id)] == [popular.id, charlie.id]
    make_block(blocker=popular, blocked=alice)
    make_follow(follower=alice, target=charlie)
    assert popular.id not in [person.id for person in queries.suggestions(alice.id)]


def test_without_follows_fellow_members_are_suggested(alice: User, bob: User, dana: User, charlie: User) -> None:
    assert [person.id for person in queries.suggestions(alice.id)] == [bob.id, dana.id]
    assert queries.suggestions(charlie.id) == []
