"""Programs that ask `/graphql`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.programs import READ_AND_WRITE, program_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from flask import Flask

    from campus.accounts.models import TokenScope, User
    from tests.conftest import Client


@pytest.fixture
def program_as(app: Flask) -> Callable[..., Client]:
    """A factory of programs: `ask(program_as(alice), "{ me { id } }")`, or with fewer scopes `program_as(alice, {TokenScope.READ})`."""

    def made(user: User, scopes: Collection[TokenScope] = READ_AND_WRITE) -> Client:
        return program_of(app, user, scopes)

    return made
