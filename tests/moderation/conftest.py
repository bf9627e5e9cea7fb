"""More people than the campus of the tests has: a second moderator, members who report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.organizations.models import Role
from campus.platform.db import transaction
from tests.factories import make_member, make_user

if TYPE_CHECKING:
    from campus.accounts.models import User
    from tests.personas import World


@pytest.fixture
def mina(world: World) -> User:
    """Another moderator of Northbridge."""
    with transaction():
        made = make_user(handle="mina", name="Mina")
        make_member(user=made, organization=world.northbridge, role=Role.MODERATOR)
    return made


@pytest.fixture
def readers(world: World) -> list[User]:
    """Four members who report what they see."""
    with transaction():
        made = [make_user(handle=f"reader_{n}", name=f"Reader {n}") for n in range(4)]
        for person in made:
            make_member(user=person, organization=world.northbridge, department=world.physics)
    return made


@pytest.fixture
def staff(world: World) -> User:
    """Another one of the site's staff."""
    with transaction():
        return make_user(handle="stan", name="Stan", is_admin=True)
