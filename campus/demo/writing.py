"""Planned posts as rows: the posts, their photos, and the likes, comments and shares that their counters promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.demo.dice import Dice
from campus.demo.texts import remark
from campus.interactions.models import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from campus.demo.copying import Row
    from campus.demo.world import Planned, World

PLATFORMS = tuple(Platform)
OFTEN = (40, 15, 20, 8, 12, 5)  # how often each platform is chosen


def post_rows(posts: Sequence[Planned]) -> Iterator[Row]:
    """Rows of `Post`."""
    for post in posts:
        at = post.published_at
        yield (
            *(post.id, post.author_id, post.organization_id, post.department_id, post.official, post.audience, post.state),
            *(post.title, post.text, post.location, post.comments_locked, at, post.edited_at or at, post.edited_at, at),
            *(post.likes, post.comments, post.shares),
        )


def like_rows(world: World, seed: int) -> Iterator[Row]:
    """Rows of `Like`: as many different people of each post's circle as its counter says."""
    dice = Dice(seed, "likes")
    for post in world.posts:
        for person in dice.sample(world.circle(post), post.likes) if post.likes else ():
            yield post.id, person, max(_later(dice, post, world.now), world.joined.get(person, post.published_at))


def comment_rows(world: World, seed: int) -> Iterator[Row]:
    """Rows of `Comment`, the ids of one post in the order of time."""
    dice = Dice(seed, "comments")
    number = 0
    for post in world.posts:
        circle = world.circle(post) if post.comments else ()
        for moment in sorted(_later(dice, post, world.now) for _ in range(post.comments)):
            number += 1
            yield number, post.id, dice.choice(world.there_at(circle, moment)), remark(dice), moment


def share_rows(world: World, seed: int) -> Iterator[Row]:
    """Rows of `Share`."""
    dice = Dice(seed, "shares")
    number = 0
    for post in world.posts:
        circle = world.circle(post) if post.shares else ()
        for _ in range(post.shares):
            number += 1
            person, platform, moment = dice.choice(circle), dice.choices(PLATFORMS, OFTEN)[0], _later(dice, post, world.now)
            yield number, post.id, person, platform, max(moment, world.joined.get(person, moment))


def _later(dice: Dice, post: Planned, now: datetime) -> datetime:
    """Some moment after the post, sooner rather than later."""
    return post.published_at + (now - post.published_at) * dice.random() ** 3


def edit_rows(posts: Sequence[Planned]) -> Iterator[Row]:
    """Rows of `PostEdit`: what the edited posts said at first."""
    for number, post in enumerate((post for post in posts if post.edited_at), start=1):
        yield number, post.id, post.title, f"{post.text} Details follow.", post.audience, post.edited_at
