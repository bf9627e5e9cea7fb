"""What the demo is going to be, before it is rows: who is where, and every post with how much it is liked and discussed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from campus.posts.models import Audience, PostState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from campus.demo.copying import Row
    from campus.platform.db import Base


@dataclass(slots=True)
class Planned:
    """A post to be: its counters are how many likes, comments and shares will be made; `shots` are numbers of the catalogue."""

    id: int
    author_id: int
    published_at: datetime
    audience: Audience
    title: str = ""
    text: str = ""
    organization_id: int | None = None
    department_id: int | None = None
    official: bool = False
    state: PostState = PostState.PUBLISHED
    location: str = ""
    comments_locked: bool = False
    edited_at: datetime | None = None
    likes: int = 0
    comments: int = 0
    shares: int = 0
    shots: Sequence[int] = ()


@dataclass
class World:
    """People by number, in their circles. `actors` like and comment: a list, or the range of a whole campus."""

    now: datetime
    actors: Sequence[int]
    universities: int = 0  # of a whole campus: the first so many organizations; the others are companies
    members: dict[int, list[int]] = field(default_factory=dict)
    departments: dict[int, list[int]] = field(default_factory=dict)
    followers: dict[int, list[int]] = field(default_factory=dict)
    apart: set[tuple[int, int]] = field(default_factory=set)
    silenced: set[int] = field(default_factory=set)  # authors whom nobody hears
    posts: list[Planned] = field(default_factory=list)
    joined: dict[int, datetime] = field(default_factory=dict)  # who was not there from the beginning, and since when

    def there_at(self, people: Sequence[int], moment: datetime) -> Sequence[int]:
        """Those of these people who had signed up by then."""
        late = {one for one, joined in self.joined.items() if joined > moment}
        return [one for one in people if one not in late] if late else people

    def circle(self, post: Planned) -> Sequence[int]:
        """Who may like and discuss a post: people who see it, the author aside."""
        if post.state is not PostState.PUBLISHED or post.audience is Audience.ONLY_ME or post.author_id in self.silenced:
            return ()
        people = self._audience(post)
        if isinstance(people, range):  # of a whole campus: one author more or less, and nobody is apart
            return people
        return [one for one in people if one != post.author_id and (one, post.author_id) not in self.apart]

    def _audience(self, post: Planned) -> Sequence[int]:
        if post.audience is Audience.PUBLIC:
            followers = self.followers.get(post.author_id, ())
            return self.actors if isinstance(self.actors, range) else sorted({*self.actors, *followers})
        if post.audience is Audience.FOLLOWERS:
            return self.followers.get(post.author_id, ())
        if post.audience is Audience.DEPARTMENT and post.department_id is not None:
            return self.departments.get(post.department_id, ())
        return self.members.get(post.organization_id or 0, ())


@dataclass
class Demo:
    """A world, and the rows of everything in it that is no post."""

    world: World
    tables: list[tuple[type[Base], Iterable[Row]]]
