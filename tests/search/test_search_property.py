"""A search never shows what the rule denies, misses nothing it allows, repeats nothing: against plain Python, in random worlds.

The worlds are those the rule of visibility is tested on; here their posts and photos have words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as tuned
from hypothesis import strategies as st
from sqlalchemy import insert

from campus.follows.models import FollowStatus
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.models import Photo, PhotoState
from campus.search import finding, queries
from campus.search.finding import Sought
from tests.conftest import _empty_tables
from tests.posts.test_visibility_property import PEOPLE, World, _write, worlds

if TYPE_CHECKING:
    from flask import Flask

# As they are written, and as they are asked for. Some begin others.
WORDS = {
    "Licht": "licht",
    "LICHTER": "lichter",
    "Café": "cafe",
    "café's": "cafe s",
    "Ölbild": "olbild",
    "Straße": "strasse",
    "l'été": "l ete",
    "42": "42",
    "420": "420",
}
written = st.lists(st.sampled_from(list(WORDS)), max_size=3)


@dataclass
class Worded:
    """What is written in a post: `pieces` holds its own words, then those of each photo, with whether that is shown."""

    pieces: list[tuple[list[str], bool]]
    age: int  # minutes

    def has(self, asked: list[str]) -> bool:
        """All words in one piece, the last of them at least begun."""
        return any(shown and _matches(" ".join(WORDS[word] for word in words).split(), asked) for words, shown in self.pieces)


def _matches(words: list[str], asked: list[str]) -> bool:
    *whole, begun = asked
    return set(whole) <= set(words) and any(word.startswith(begun) for word in words)


@st.composite
def texts(draw: st.DrawFn) -> Worded:
    """The words of one post and of up to two photos."""
    photos = draw(st.lists(st.tuples(written, st.booleans()), max_size=2))
    return Worded([(draw(written), True), *photos], draw(st.integers(0, 5)))


@st.composite
def questions(draw: st.DrawFn) -> str:
    """Some words, the last of them perhaps cut; long enough to be asked."""
    cut = draw(st.integers(0, 2))
    asked = " ".join(draw(st.lists(st.sampled_from(list(WORDS)), min_size=1, max_size=2)))
    return asked[:-cut] if cut and len(asked) - cut > finding.SHORTEST else asked


worlds_and_questions = given(
    world=worlds(),
    texts=st.lists(texts(), min_size=30, max_size=30),
    asked=questions(),
    size=st.integers(1, 7),
    frequent=st.sampled_from([0, 1000]),
    looks_at=st.sampled_from([3, 8, 1000]),
)
patient = tuned(
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
)


@tuned(patient, max_examples=10)
@worlds_and_questions
def test_a_search_finds_what_the_rule_shows_and_nothing_else(app: Flask, **example: Any) -> None:
    _look(**example)


@pytest.mark.long
@tuned(patient, max_examples=100)
@worlds_and_questions
def test_a_hundred_searches_find_what_the_rule_shows_and_nothing_else(app: Flask, **example: Any) -> None:
    _look(**example)


def _look(*, world: World, texts: list[Worded], asked: str, size: int, frequent: int, looks_at: int) -> None:
    session.rollback()
    session.remove()
    _empty_tables()
    _fill(world, texts)

    ways: dict[str, Any] = {
        "FREQUENT": frequent,
        "_BY_TIME": queries._by_time(2 * looks_at, looks_at),
        "_BY_WORDS": queries._by_words(looks_at),
    }
    with patch.multiple(queries, **ways):
        _compare(world, texts, asked, size)


def _compare(world: World, texts: list[Worded], asked: str, size: int) -> None:
    words = _folded(asked)
    for person in PEOPLE:
        expected = [
            (text.age, -at)
            for at, (post, text) in enumerate(zip(world.posts, texts, strict=True), start=1)
            if world.sees(person, post) and text.has(words)
        ]
        assert _walk(person, Sought.POSTS, asked, size) == [-at for _, at in sorted(expected)], (person, asked)
        assert _walk(person, Sought.PEOPLE, "perso", size) == _people_for(world, person)


def _folded(asked: str) -> list[str]:
    """The words of a question as they are compared: by the table above, so that only what it lists is folded."""
    plain = asked.lower().replace("é", "e").replace("ö", "o").replace("ß", "ss").replace("'", " ")
    return plain.split()


def _fill(world: World, texts: list[Worded]) -> None:
    moment = now()
    for post, text in zip(world.posts, texts, strict=True):
        post |= {"title": " ".join(text.pieces[0][0]), "published_at": moment - timedelta(minutes=text.age)}
    _write(world, moment)
    photos: list[dict[str, Any]] = [
        {"post_id": at, "position": place, "alt": " ".join(words), "state": PhotoState.READY if shown else PhotoState.FAILED}
        for at, text in enumerate(texts, start=1)
        for place, (words, shown) in enumerate(text.pieces[1:])
    ]
    with transaction():
        if photos:
            session.execute(insert(Photo), [photo | {"width": 8, "height": 8} for photo in photos])


def _walk(person: int, kind: Sought, asked: str, size: int) -> list[int]:
    """The ids on all pages, in order."""
    found = finding.find(person, kind, asked, size=size)
    ids = [each.id for each in found.items]
    while found.cursor:
        found = finding.find(person, kind, asked, cursor=found.cursor, size=size)
        ids += [each.id for each in found.items]
    return ids


def _people_for(world: World, person: int) -> list[int]:
    """Neither suspended nor behind a block; those she follows first, then by name, which here is by number."""
    apart = {other for pair in world.blocks if person in pair for other in pair} - {person}
    followed = {other for (one, other), status in world.follows.items() if one == person and status == FollowStatus.ACCEPTED}
    shown = [other for other in PEOPLE if other not in apart | world.suspended]
    return sorted(shown, key=lambda other: (other not in followed, other))
