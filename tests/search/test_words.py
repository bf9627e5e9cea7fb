"""The words of posts are always those they have now, however they were written, and they are compared without accents or case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.models import Audience, Photo, PhotoState, Post, PostState
from campus.search import queries
from campus.search.models import TEXT, PostWords
from tests.factories import make_company, make_like, make_photo, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy import Select

    from campus.accounts.models import User
    from tests.conftest import Client

READER = 0  # nobody: sees what is public


def found(words: str, reader: int = READER) -> list[int]:
    """The posts that are found."""
    return [card.id for card in queries.posts(reader, words).items]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Ein schöner Tag in Łódź", "lodz schon"),
        ("Straße", "strasse"),
        ("STRASSE", "straße"),
        ("Œuvre, Ærø, \u0131stanbul", "aero istanbul oeuv"),
        ("e\u0301clair", "éclair"),
        ("éclair", "e\u0301clair"),
        ("Привет, МИР", "мир прив"),
        ("東京タワー", "東京"),
        ("#sunrise@the_lake", "lake"),
        ("#sunrise", "#sunrise"),
        ("rock'n'roll", "rock'n'r"),
        ("www.example.org/and/or", "example or"),
        ("2026-11-22", "2026 22"),
        ("ﬁne", "fine"),
        ("\uff26\uff35\uff2c\uff2c", "full"),
        ("x" * 9000, "x" * 90),
    ],
)
def test_case_and_accents_make_no_difference(app: Flask, written: str, asked: str) -> None:
    post = make_post(text=written)
    assert found(asked) == [post.id]


@pytest.mark.parametrize("asked", ["ligh late", "night", "late nigh", "light lat later"])
def test_all_the_words_are_there_and_only_the_last_may_be_begun(app: Flask, asked: str) -> None:
    make_post(text="Late light")
    assert found(asked) == []
    assert len(found("late ligh")) == 1


def test_a_text_without_words_is_no_question(app: Flask) -> None:
    make_post(text="!")
    assert session.scalar(select(func.search_query("!?", type_=TSQUERY))) is None
    assert session.scalar(select(func.search_words("!?", type_=TSVECTOR))) == ""
    assert found("!?") == []


def test_title_text_and_place_are_one_piece_each_photo_another(app: Flask) -> None:
    post = make_post(title="Dawn", text="over the lake", location="Ærøskøbing")
    make_photo(post=post, alt="A heron")
    make_photo(post=post, position=1, alt="A boat")
    assert found("dawn lake aeros") == found("heron") == found("boat") == [post.id]
    assert found("heron boat") == found("dawn heron") == []


def test_a_post_with_the_word_in_every_piece_is_found_once(app: Flask) -> None:
    posts = [make_post(text="heron") for _ in range(3)]
    for post in posts:
        make_photo(post=post, alt="heron")
        make_photo(post=post, position=1, alt="another heron")
    first = queries.posts(READER, "heron", limit=2)
    second = queries.posts(READER, "heron", first.after, limit=2)
    assert [card.id for card in (*first.items, *second.items)] == [post.id for post in reversed(posts)]
    assert second.after is None


def test_only_the_photos_that_are_shown_are_found(app: Flask) -> None:
    post = make_post(text="")
    photo = make_photo(post=post, alt="heron", state=PhotoState.FAILED)
    assert found("heron") == []
    with transaction():
        session.execute(update(Photo).where(Photo.id == photo.id).values(state=PhotoState.READY))
    assert found("heron") == [post.id]
    with transaction():
        session.execute(update(Photo).where(Photo.id == photo.id).values(alt="stork"))
    assert (found("heron"), found("stork")) == ([], [post.id])
    with transaction():
        session.execute(delete(Photo).where(Photo.id == photo.id))
    assert found("stork") == []
    assert pieces(post) == {TEXT: ""}


def test_an_edited_post_is_found_by_what_it_says_now(app: Flask) -> None:
    post = make_post(text="heron")
    with transaction():
        session.execute(update(Post).where(Post.id == post.id).values(text="stork"))
    assert (found("heron"), found("stork")) == ([], [post.id])


def test_a_post_whose_photos_were_waited_for_is_found_once_it_is_out(app: Flask) -> None:
    post = make_post(text="heron", state=PostState.PROCESSING, published_at=None)
    make_photo(post=post, alt="stork")
    assert (found("heron"), found("stork")) == ([], [])
    with transaction():
        session.execute(update(Post).where(Post.id == post.id).values(state=PostState.PUBLISHED, published_at=now()))
    assert (found("heron"), found("stork")) == ([post.id], [post.id])


def test_an_erased_post_leaves_no_word(app: Flask, alice: User) -> None:
    post = make_post(author=alice, text="heron")
    make_photo(post=post, alt="stork")
    with transaction():
        session.execute(delete(Photo).where(Photo.post_id == post.id))
        session.execute(update(Post).where(Post.id == post.id).values(state=PostState.DELETED, title="", text="", location=""))
    assert pieces(post) == {TEXT: ""}
    with transaction():
        session.execute(delete(Post).where(Post.id == post.id))
    assert pieces(post) == {}


def test_many_posts_at_once_are_all_taken_in(app: Flask, alice: User) -> None:
    row = {"author_id": alice.id, "audience": Audience.PUBLIC, "state": PostState.PUBLISHED, "published_at": now()}
    with transaction():
        session.execute(insert(Post), [row | {"text": f"heron {n}"} for n in range(50)])
    assert len(queries.posts(READER, "heron", limit=60).items) == 50


def test_a_like_does_not_write_the_words_anew(app: Flask) -> None:
    post = make_post(text="heron")
    version: Select[str] = select(literal_column("xmin::text")).select_from(PostWords)
    before = session.scalar(version)
    make_like(post=post)
    assert session.scalar(version) == before


def pieces(post: Post) -> dict[int, str]:
    """The words kept of a post, by piece."""
    return dict(session.execute(select(PostWords.photo_id, PostWords.words).where(PostWords.post_id == post.id)).all())


def test_who_leaves_is_found_no_more(app: Flask) -> None:
    person = make_user(name="Zoë Ångström", handle="zoe_a")
    company = make_company(name="Ångström Labs")
    assert [each.id for each in queries.people(READER, "angstrom").items] == [person.id]
    assert [each.id for each in queries.people(READER, "zoe_a").items] == [person.id]
    assert [each.id for each in queries.organizations("angstrom").items] == [company.id]
    with transaction():
        person.suspended_at = now()
    assert queries.people(READER, "angstrom").items == []


def test_no_feed_reads_them(
    client_as: Callable[[User], Client], alice: User, bob: User, count_queries: Callable[[], Any]
) -> None:
    post = make_post(author=bob, text="heron")
    browser = client_as(alice)
    with count_queries() as statements:
        for path in ("/", f"/posts/{post.id}", f"/u/{bob.handle}", "/explore"):
            assert "heron" in browser.get(path).text or path == "/explore"
    assert not [each for each in statements if "words" in each]
