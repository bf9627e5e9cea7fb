"""A word of its own in each thing: who may not see the thing does not find it by the word, on the page or as a program.

What is found is compared with what each person is shown where nothing is searched. To who may not see it, the answer is the one
to a word that nobody ever wrote.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from campus.platform.clock import now
from campus.platform.db import transaction
from campus.posts.models import Audience, PhotoState, Post, PostState
from campus.posts.queries import PostNotFound, visible_post
from campus.search import queries
from tests.factories import make_block, make_email, make_follow, make_member, make_photo, make_post, make_token, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.personas import World

    SignIn = Callable[[User], Client]

NEVER_WRITTEN = "canarynobody"


@dataclass
class Planted:
    """A post, and the words that only it has: in what it says, in the description of its photo, of a photo nobody is shown."""

    post: Post
    told: str
    shown: str
    hidden: str


def plant(number: int, **columns: Any) -> Planted:
    """A post with its words."""
    told, shown, hidden = (f"canary{kind}x{number}x" for kind in ("told", "shown", "hidden"))
    post = make_post(**columns, title=f"A {told}t", text=f"The {told}", location=f"At {told}l")
    make_photo(post=post, alt=f"This {shown}")
    make_photo(post=post, position=1, alt=f"That {hidden}", state=PhotoState.FAILED)
    return Planted(post, told, shown, hidden)


@pytest.fixture
def planted(world: World) -> list[Planted]:
    """Posts of every audience, in every state, by every kind of author."""
    friend, blocked, blocking = (make_user(name=name) for name in ("Friend", "Blocked", "Blocking"))
    make_follow(follower=world.alice, target=friend)
    make_block(blocker=world.alice, blocked=blocked)
    make_block(blocker=blocking, blocked=world.alice)
    for person in (friend, blocked, blocking):
        make_member(user=person, organization=world.northbridge, department=world.physics)
    kinds: list[dict[str, Any]] = [
        {"author": author, **place}
        for author in (friend, blocked, blocking, world.sam, world.alice)
        for place in (
            {"audience": Audience.PUBLIC},
            {"audience": Audience.FOLLOWERS},
            {"audience": Audience.ONLY_ME},
            {"audience": Audience.ORGANIZATION, "organization": world.northbridge},
            {"audience": Audience.ORGANIZATION, "organization": world.northbridge, "official": True},
            {"audience": Audience.DEPARTMENT, "department": world.physics},
        )
    ]
    kinds += [{"author": friend, "state": state} for state in PostState]
    return [plant(number, **kind) for number, kind in enumerate(kinds)]


def sees(person: User, post: Post) -> bool:
    """By the rule, asked for this one post."""
    with suppress(PostNotFound):
        visible_post(person.id, post.id)
        return True
    return False


PEOPLE = ("alice", "bob", "charlie", "dana", "eve", "root")


@pytest.mark.parametrize("name", PEOPLE)
def test_posts_are_found_by_who_may_see_them(client_as: SignIn, world: World, planted: list[Planted], name: str) -> None:
    """Each looks for a fifth of the posts, with every audience among them; the long form leaves nothing out."""
    look_for(planted[PEOPLE.index(name) % 5 :: 5], client_as, getattr(world, name))


@pytest.mark.long
@pytest.mark.parametrize("name", PEOPLE)
def test_every_post_is_found_by_who_may_see_it(client_as: SignIn, world: World, planted: list[Planted], name: str) -> None:
    look_for(planted, client_as, getattr(world, name))


def look_for(planted: list[Planted], client_as: SignIn, person: User) -> None:
    """By each of their words, on the page and as a program."""
    browser, program = client_as(person), client_as(person)
    token = make_token(user=person)
    silence = without_words(browser.get(f"/search?q={NEVER_WRITTEN}").text, NEVER_WRITTEN)
    seen = 0
    for each in planted:
        visible = sees(person, each.post)
        seen += visible
        for word, findable in ((each.told, visible), (f"{each.told}l", visible), (each.shown, visible), (each.hidden, False)):
            page = browser.get(f"/search?q={word}").text
            answer = program.get(f"/api/search/?q={word}", headers={"Authorization": f"Bearer {token}"})
            assert (f'id="post-{each.post.id}"' in page) is findable, (word, vars(each.post))
            assert [found["id"] for found in answer.get_json()] == [each.post.id] * findable
            assert findable or without_words(page, word) == silence
    assert 0 < seen < len(planted)


def test_how_often_a_word_is_written_is_not_told_either(
    client_as: SignIn, alice: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_BY_TIME", queries._by_time(10, queries.LOOKED_AT))
    secret = {"author_id": alice.id, "audience": Audience.ONLY_ME, "state": PostState.PUBLISHED, "published_at": now()}
    with transaction() as session:
        session.execute(insert(Post), [secret | {"text": "canaryoften"} for _ in range(2 * queries.FREQUENT)])
    browser = client_as(charlie)
    page, silence = (browser.get(f"/search?q={word}").text for word in ("canaryoften", NEVER_WRITTEN))
    assert without_words(page, "canaryoften") == without_words(silence, NEVER_WRITTEN)


def without_words(page: str, word: str) -> str:
    """A page without what was asked for, and what differs from request to request."""
    return re.sub(r'name="csrf_token" value="[^"]+"|"X-CSRFToken": "[^"]+"|nonce="[^"]+"', "", page.replace(word, ""))


def test_people_are_found_by_name_and_handle_alone(client_as: SignIn, alice: User, charlie: User) -> None:
    person = make_user(name="Canaryname", handle="canaryhandle", bio="canarybio", email="canarymail@canarydomain.example")
    make_email(user=person, address="canaryother@canaryelse.example")
    browser = client_as(alice)

    def finds(word: str) -> bool:
        return 'href="/u/canaryhandle"' in browser.get(f"/search?q={word}&kind=people").text

    assert finds("canaryname")
    assert finds("canaryhandle")
    assert not any(map(finds, ("canarybio", "canarymail", "canarydomain", "canaryother", "canarymail@canarydomain.example")))


@pytest.mark.parametrize("way", ["suspended", "blocked", "blocking"])
def test_people_who_are_not_there_are_not_found(client_as: SignIn, alice: User, way: str) -> None:
    person = make_user(name="Canary", suspended_at=now() if way == "suspended" else None)
    if way == "blocked":
        make_block(blocker=alice, blocked=person)
    if way == "blocking":
        make_block(blocker=person, blocked=alice)
    browser = client_as(alice)
    page = browser.get("/search?q=canary&kind=people").text
    assert without_words(page, "canary") == without_words(
        browser.get(f"/search?q={NEVER_WRITTEN}&kind=people").text, NEVER_WRITTEN
    )
