"""The campus demo, 20,000 people and 60,000 posts: random people's feeds equal brute force, and every feed is as defined."""

from __future__ import annotations

import json
import random

import pytest
from sqlalchemy import select

from campus.accounts.models import Algorithm, Scope, User
from campus.feed import snapshots
from campus.feed.streams import Kind
from campus.platform.clock import now
from campus.platform.db import session
from tests.faults.campus_of_processes import Installation
from tests.feed.definition import Definition

PEOPLE = 50
DEEP = 300


@pytest.mark.long
def test_fifty_random_people_read_what_the_definition_says() -> None:
    with Installation() as site:
        loaded = site.flask("demo", "load", "--size", "campus", "--seed", "7", "--json")
        assert loaded.returncode == 0, loaded.stderr
        moment = now()
        definition = Definition.load(moment)
        everybody = session.scalars(select(User.id).where(User.suspended_at.is_(None)).order_by(User.id)).all()
        for viewer in random.Random(50).sample(list(everybody), PEOPLE):
            selection = [post for post in definition.posts if definition.selects(viewer, post, Scope.ALL)]
            reaching = [post for post in selection if definition.reaches(viewer, post)]
            complete = snapshots.entries_complete(viewer)
            for scope, chosen in ((Scope.ALL, selection), (Scope.FOLLOWING, reaching)):
                for algorithm in Algorithm:
                    kind = Kind(algorithm, scope, complete)
                    found, _, _ = snapshots.order(viewer, kind, now=moment, wanted=DEEP, at_least=DEEP)
                    assert found == definition.ordered(viewer, chosen, algorithm)[:DEEP], (viewer, kind)
        checked = site.flask("feed", "check", "--json")
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert set(json.loads(checked.stdout).values()) == {0}
