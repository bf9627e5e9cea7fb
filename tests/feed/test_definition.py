"""The feed is what its definition says: the same ids in the same order, from entries and from a pull, as far as one scrolls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from campus.accounts.models import Algorithm, Scope
from campus.feed import check, fanout, snapshots, upkeep
from campus.feed.streams import Kind
from campus.platform import clock, outbox, settings
from campus.platform.db import transaction
from campus.posts.actions import DISTRIBUTE
from tests.feed.definition import Definition
from tests.feed.pages import feed_settings
from tests.feed.worlds import draw

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def whole(viewer: int, kind: Kind, now: object, wanted: int, at_least: int) -> list[int]:
    ids, _, complete = snapshots.order(viewer, kind, now=now, wanted=wanted, at_least=at_least)  # type: ignore[arg-type]
    assert complete or len(ids) >= at_least
    return ids


@pytest.mark.parametrize("seed", range(3))
def test_the_whole_feed_equals_brute_force(app: Flask, seed: int) -> None:
    now = clock.now()
    feed = replace(settings.current().feed, celebrity_threshold=8 if seed % 2 else 1000)
    with settings.override(replace(settings.current(), feed=feed)):
        world = draw(seed, now=now, users=18, posts=180)
        upkeep.build_all(now=now)
        definition = Definition.load(now)
        for viewer in world.users[:6]:
            for algorithm in Algorithm:
                for scope in Scope:
                    expected = definition.feed(viewer, algorithm, scope)
                    for entries in (True, False):
                        found = whole(viewer, Kind(algorithm, scope, entries), now, 1000, 1000)
                        assert found == expected, (viewer, algorithm, scope, entries)


def test_a_shallow_look_gives_the_beginning_of_the_same_order(app: Flask) -> None:
    now = clock.now()
    world = draw(99, now=now, posts=400)
    upkeep.build_all(now=now)
    definition = Definition.load(now)
    for viewer in world.users[:4]:
        for algorithm in Algorithm:
            for scope in Scope:
                expected = definition.feed(viewer, algorithm, scope)
                for wanted in (4, 12):
                    found = whole(viewer, Kind(algorithm, scope, entries=True), now, wanted, min(wanted, 3))
                    assert found == expected[: len(found)]
                    assert found or not expected


@pytest.mark.parametrize("seed", [5, 6])
def test_delivery_post_by_post_equals_building_at_once(app: Flask, seed: int, drain: Callable[[], int]) -> None:
    now = clock.now()
    world = draw(seed, now=now, users=12, posts=25)
    with transaction():
        for post in world.posts:
            outbox.record(DISTRIBUTE, post, {"post_id": post})
        for reader in world.users:
            outbox.record(fanout.REFRESH, reader, {"user_id": reader})
    with feed_settings(batch_size=3, celebrity_threshold=4 if seed % 2 else 1000, celebrity_push=2):
        assert drain() >= len(world.posts)
        assert check.check(check.readers(), now=now) == check.Findings()
