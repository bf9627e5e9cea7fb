"""What people do is told to whom it concerns: in groups, once, and taken back with the act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.accounts.actions import suspend
from campus.follows import actions as follows
from campus.interactions import actions
from campus.interactions.actions import INTERACTION
from campus.notifications import acts, queries
from campus.notifications.actions import mark_all_read, set_wish
from campus.notifications.models import Kind, Notification, NotificationAct, Topic
from campus.notifications.wording import leads_to, sentence
from campus.organizations.actions import leave
from campus.organizations.models import Role
from campus.platform import outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.actions import edit, withdraw
from campus.switchboard import HANDLERS
from tests.factories import make_comment, make_follow, make_like, make_member, make_post, make_user
from tests.posts.making import draft, published, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from campus.posts.models import Post

    Drain = Callable[[], int]


def like(user: User, post: Post) -> None:
    actions.like(viewer=viewer_of(user), post_id=post.id, now=now())


def say(user: User, post: Post, text: str = "Well seen") -> int:
    return actions.comment(viewer=viewer_of(user), post_id=post.id, text=text, now=now()).id


def told(user: User, *, unread: bool = False) -> list[str]:
    lines, _ = queries.page(user.id, unread=unread)
    assert queries.unread(user.id).count == sum(line.unread for line in lines)
    return [sentence(line) for line in lines]


@pytest.fixture
def post(alice: User) -> Post:
    return make_post(author=alice, title="The roof")


def test_likes_of_one_post_are_one_line(alice: User, bob: User, charlie: User, dana: User, post: Post, drain: Drain) -> None:
    for person, said in (
        (bob, "Bob liked your post"),
        (charlie, "Charlie and Bob liked your post"),
        (dana, "Dana and 2 others liked your post"),
    ):
        like(person, post)
        drain()
        assert told(alice) == [said]
    like(alice, post)
    drain()
    assert told(alice) == ["Dana and 2 others liked your post"]
    assert told(bob) == []


def test_what_was_read_is_not_reopened_by_what_comes_later(
    alice: User, bob: User, charlie: User, post: Post, drain: Drain
) -> None:
    like(bob, post)
    drain()
    mark_all_read(viewer_id=alice.id, now=now())
    like(charlie, post)
    drain()
    assert told(alice, unread=True) == ["Charlie liked your post"]
    assert told(alice) == ["Charlie liked your post", "Bob liked your post"]


def test_an_unlike_takes_back_what_was_told(alice: User, bob: User, charlie: User, post: Post, drain: Drain) -> None:
    like(bob, post)
    like(charlie, post)
    drain()
    actions.unlike(viewer=viewer_of(bob), post_id=post.id)
    assert told(alice) == ["Charlie liked your post"]  # before any worker ran
    drain()
    actions.unlike(viewer=viewer_of(charlie), post_id=post.id)
    drain()
    assert told(alice) == []
    assert session.query(Notification).count() == session.query(NotificationAct).count() == 0


def test_comments_reach_the_author_those_who_wrote_before_and_those_named(
    alice: User, bob: User, charlie: User, dana: User, post: Post, drain: Drain
) -> None:
    say(bob, post)
    drain()
    last = say(charlie, post, "Ask @Dana, not mail@bob.example or @nobody_here")
    drain()
    assert told(alice) == ["Charlie and Bob commented on your post"]
    assert told(bob) == ["Charlie commented on a post after you"]
    assert told(dana) == ["Charlie mentioned you in a comment"]
    assert told(charlie) == []
    ((line,), _) = queries.page(dana.id)
    assert (leads_to(line, "dana"), line.excerpt[:9]) == (f"/posts/{post.id}#comment-{last}", "Ask @Dana")
    actions.delete_comment(viewer=viewer_of(alice), comment_id=last, now=now())
    assert (told(alice), told(bob), told(dana)) == (["Bob commented on your post"], [], [])


def test_a_comment_is_told_once_of_its_most_personal_kind(alice: User, bob: User, post: Post, drain: Drain) -> None:
    make_comment(post=post, author=alice)
    say(bob, post, "@alice, look: @alice")
    drain()
    assert told(alice) == ["Bob mentioned you in a comment"]


def test_a_post_tells_those_it_names_and_an_edit_takes_that_back(alice: User, bob: User, charlie: User, drain: Drain) -> None:
    post = published(alice, text="With @bob and (@charlie).")
    drain()
    assert (told(bob), told(charlie)) == (["Alice mentioned you in a post"],) * 2
    edit(viewer=viewer_of(alice), post_id=post.id, draft=draft(text="With @charlie"), now=now())
    drain()
    assert (told(bob), told(charlie)) == ([], ["Alice mentioned you in a post"])


def test_an_official_post_names_her_in_the_name_of_its_organization(
    northbridge: University, alice: User, bob: User, drain: Drain
) -> None:
    editor = make_user(handle="editor", name="The Editor")
    make_member(user=editor, organization=northbridge, role=Role.EDITOR)
    follows.block(viewer_id=bob.id, user_id=editor.id, now=now())
    published(editor, text="Thanks to @bob", organization_id=northbridge.id, official=True, audience="organization")
    drain()
    assert told(bob) == ["Northbridge University mentioned you in a post"]
    ((line,), _) = queries.page(bob.id)
    assert "Editor" not in repr(line)
    follows.mute(viewer_id=bob.id, organization_id=northbridge.id, now=now())
    assert told(bob) == []


def test_follows_requests_and_their_acceptance(alice: User, bob: User, charlie: User, drain: Drain) -> None:
    with transaction():
        session.merge(bob).locked = True
    follows.follow(viewer_id=alice.id, user_id=charlie.id, now=now())
    follows.follow(viewer_id=alice.id, user_id=bob.id, now=now())
    drain()
    assert (told(charlie), told(bob)) == (["Alice follows you now"], ["Alice asks to follow you"])
    follows.accept(viewer_id=bob.id, follower_id=alice.id)
    assert told(bob) == []
    drain()
    assert (told(bob), told(alice)) == ([], ["Bob accepted your request to follow"])
    follows.unfollow(viewer_id=alice.id, user_id=bob.id)
    follows.unfollow(viewer_id=alice.id, user_id=charlie.id)
    assert told(alice) == told(charlie) == []
    drain()
    assert session.query(Notification).count() == 0


def test_nobody_hears_of_those_she_keeps_away_or_who_keep_away_from_her(
    alice: User, bob: User, charlie: User, dana: User, post: Post, drain: Drain
) -> None:
    people = [bob, charlie, dana]
    for person in people:
        like(person, post)
    drain()
    follows.mute(viewer_id=alice.id, user_id=dana.id, now=now())
    assert told(alice) == ["Charlie and Bob liked your post"]
    follows.block(viewer_id=charlie.id, user_id=alice.id, now=now())
    assert told(alice) == ["Bob liked your post"]
    suspend(user_id=bob.id, now=now())
    assert told(alice) == []
    assert queries.unread(alice.id).count == 0


def test_what_she_may_not_see_any_more_is_not_there(
    northbridge: University, alice: User, bob: User, dana: User, drain: Drain
) -> None:
    inside = published(alice, text="For @bob", organization_id=northbridge.id, audience="organization")
    say(dana, inside, "And for @bob")
    drain()
    assert len(told(bob)) == 1  # one line: both name her about one post
    leave(viewer_id=bob.id, organization_id=northbridge.id)
    assert (told(bob), queries.unread(bob.id).count) == ([], 0)
    make_member(user=bob, organization=northbridge)
    assert len(told(bob)) == 1
    withdraw(viewer=viewer_of(alice), post_id=inside.id, now=now())
    assert told(bob) == told(alice) == []


def test_a_mention_reaches_nobody_who_may_not_see_the_post(alice: User, charlie: User, drain: Drain) -> None:
    post = published(alice, text="Hello @charlie", audience="followers")
    drain()
    assert told(charlie) == []
    with pytest.raises(queries.NotificationNotFound):
        queries.line(charlie.id, session.query(Notification.id).filter_by(user_id=charlie.id).scalar())
    make_follow(follower=charlie, target=alice)
    assert told(charlie) == ["Alice mentioned you in a post"]
    assert post.id


def test_who_does_not_wish_to_know_is_not_told(alice: User, bob: User, post: Post, drain: Drain) -> None:
    like(bob, post)
    drain()
    set_wish(user_id=alice.id, topic=Topic.LIKES, on_site=False)
    assert told(alice) == []
    set_wish(user_id=alice.id, topic=Topic.LIKES, on_site=True)
    assert told(alice) == ["Bob liked your post"]


def test_jobs_that_run_twice_late_or_beside_each_other_tell_once(
    alice: User, bob: User, charlie: User, post: Post, drain: Drain
) -> None:
    like(bob, post)
    say(bob, post, "For @charlie")
    (lease,) = outbox.claim(kind=INTERACTION)
    HANDLERS[INTERACTION](lease)
    mark_all_read(viewer_id=alice.id, now=now())
    HANDLERS[INTERACTION](lease)  # its worker died after the work, before it could say so
    drain()
    assert sorted(told(alice)) == ["Bob commented on your post", "Bob liked your post"]
    assert told(alice, unread=True) == []
    assert len(told(charlie)) == 1


def test_a_worker_that_dies_half_way_leaves_nothing_half_told(
    alice: User, bob: User, post: Post, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    like(bob, post)
    say(bob, post)
    with monkeypatch.context() as broken:
        broken.setattr(acts, "_line", _die_at(Kind.LIKE))
        drain()
    assert session.query(NotificationAct).count() == 0
    with transaction():
        session.query(outbox.Job).update({"run_after": now()})
    drain()
    assert sorted(told(alice)) == ["Bob commented on your post", "Bob liked your post"]


def _die_at(kind: Kind) -> Callable[..., tuple[int, bool]]:
    line = acts._line

    def dying(user_id: int, of: Kind, *rest: object) -> tuple[int, bool]:
        if of is kind:
            raise RuntimeError("killed")
        return line(user_id, of, *rest)  # type: ignore[arg-type]

    return dying


def test_what_happened_long_ago_is_no_news(alice: User, bob: User, post: Post, drain: Drain) -> None:
    with transaction():
        make_like(post=post, user=bob).created_at = now().replace(year=2020)
    say(bob, post)
    drain()
    assert told(alice) == ["Bob commented on your post"]


def test_a_page_costs_one_statement_whatever_is_on_it(
    alice: User, post: Post, drain: Drain, count_queries: Callable[[], object]
) -> None:
    for n in range(12):
        person = make_user(name=f"Person {n}")
        like(person, post if n % 2 else make_post(author=alice))
    drain()
    queries.page(alice.id)
    with count_queries() as statements:  # type: ignore[attr-defined]
        lines, key = queries.page(alice.id, limit=4)
        rest, end = queries.page(alice.id, key)
    assert len(statements) == 2
    assert (len(lines), len(rest), end) == (4, 3, None)
    assert len({line.id for line in [*lines, *rest]}) == 7
